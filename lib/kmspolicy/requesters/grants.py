"""A grant that a requester creates, for itself or for an AWS service, and the grantee's own request. Whoever may create
a grant chooses its grantee and its operations, even operations that it may not perform itself. Source: KMS Developer
Guide, *Grants in AWS KMS* and *AWS KMS condition keys* (kms:Grant…); KMS API Reference, *CreateGrant*.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from typing import Optional

from ..domains.domain import Domain, Finite, Text, example, fixed
from ..evaluation.request import Texts
from ..policy import context_keys as keys
from ..policy.actions import ACTIONS, GRANTABLE
from ..policy.context_keys import context_key
from ..regular.patterns import ANYTHING, LETTERS, UPPER, Element, literal, some
from ..solver.derived import Derivation, Derived
from ..solver.groups import Case, Group, Key, Part
from ..solver.literals import Scope
from .languages import ACCOUNT, NAME_OF_PRINCIPAL, OF_AWS, ROLE_OF_AWS, SESSION_NAME, arn_of, names_below
from .population import Population
from .ways import Calls

# Also operations that AWS adds later, but no known action that a grant cannot be for: KMS refuses it.
_OPERATIONS = Text(
    ((Element(UPPER), *some(LETTERS)),),
    tuple([literal(name.partition(":")[2]) for name in ACTIONS if name not in GRANTABLE]),
    tuple([name.partition(":")[2] for name in ACTIONS if name in GRANTABLE]),
    optional=False,
)
_SERVICES = context_key(keys.GRANTEE_SERVICE).forms
_SOURCE = Text(preferred=("arn:aws:rds:us-east-1:111122223333:db:any",))


class Grantee(Enum):
    """Whom a grant is for, and by which calls it is created."""

    PRINCIPAL = Calls.OWN  # a principal of the requester's
    SERVICE = Calls.ANY  # an AWS service, for a resource of the requester's
    CHOSEN_BY_SERVICE = Calls.FOR_RESOURCE  # a service creates the grant for the requester, and names the grantee


def grant_group(grantee: Grantee, population: Population, account: Optional[str], operations: Sequence[str]) -> Group:
    """A grant that allows one of the operations, whatever else; any grant, where there are none.

    account: the requester's, for a grantee of the same audience; None for any grantee.
    """
    among, others = _accounts(population, account)
    natural = f"arn:{population.partition}:iam::{among[0] if among else account or population.outsider}:role/any"
    return _grant_group(grantee, population.partition, among, others, natural, tuple(operations))


@lru_cache(maxsize=16)  # one for all requesters with the same grantees: what conflicts for one does for the others
def _grant_group(
    grantee: Grantee, partition: str, among: Texts, others: Texts, natural: str, operations: Texts
) -> Group:
    members: list[tuple[str, ...]] = [(name.partition(":")[2],) for name in operations] or [()]
    to = _grantee(grantee, _principals(partition, among, others), natural, operations)
    return Group(*[(Key(keys.GRANT_OPERATIONS, _OPERATIONS, True, member), *to) for member in members])


def _grantee(grantee: Grantee, named: Text, natural: str, operations: Texts) -> tuple[Part, ...]:
    """Who it is: a service is bound to the resource that it acts for; a principal that uses the grant directly is not.

    A service that creates a grant for the requester may name itself as the grantee (KMS API Reference, *ListGrants*).
    operations: those about which the grantee's own request is asked, too.
    """
    if grantee is Grantee.SERVICE:
        service = Text(_SERVICES, (), ("rds.amazonaws.com",), False)
        return Key(keys.GRANTEE_SERVICE, service), Key(keys.GRANT_SOURCE_ARN, replace(_SOURCE, optional=False))
    services = _SERVICES if grantee is Grantee.CHOSEN_BY_SERVICE else ()
    principal = Key(keys.GRANTEE, replace(named, languages=(*named.languages, *services), preferred=(natural,)))
    return (principal,) if operations else (principal, Key(keys.GRANT_SOURCE_ARN, _SOURCE))


def _accounts(population: Population, account: Optional[str]) -> tuple[Texts, Texts]:
    """The accounts of grantees of a requester's audience, none for any, and those of others."""
    own, named = population.own_account, population.names.accounts
    if account is None:
        return (), ()
    if account == own:
        return (own,), ()
    if account in named:
        return tuple([name for name in named if name != own]), ()
    return (), (*named, own)


@lru_cache(maxsize=2)  # as in organizations.py: one for all requesters of a policy
def _principals(partition: str, among: Texts, others: Texts) -> Text:
    """The ARNs of accounts, users, roles, sessions and federated users of these accounts."""
    owners = tuple(map(literal, among)) or (ACCOUNT,)
    services = [(literal(f"arn:{partition}:{service}::"), rests) for service, rests in _BEHIND_ACCOUNT.items()]
    arns = tuple([start + owner + rest for owner in owners for start, rests in services for rest in rests])
    return Text(arns, tuple(map(arn_of, others)), optional=False)


_IN_SESSION = literal("/") + SESSION_NAME
_BEHIND_ACCOUNT = {  # by the service in the ARN
    "iam": (*names_below(":role/"), *names_below(":user/"), literal(":role/") + ROLE_OF_AWS, literal(":root")),
    "sts": (
        literal(":assumed-role/") + NAME_OF_PRINCIPAL + _IN_SESSION,
        literal(":assumed-role/") + ROLE_OF_AWS + _IN_SESSION,
        literal(":federated-user/") + SESSION_NAME,
    ),
}


_OWN_ROLE = re.compile(rf"[^/]*:role/(?!{OF_AWS})")  # a role that the account's owner can use, not one of AWS's own


def grant_to(principal: Group, scope: Scope, partition: str, account: str, operations: Sequence[str]) -> Group:
    """A grant to a principal, together with who that is in the principal's own request. principal: the group of its
    principal keys; scope: of its request. The grant names its ARN, that of one of its role's sessions, or its account.
    """
    root = Key(keys.GRANTEE, fixed(f"arn:{partition}:iam::{account}:root"))
    session = f"arn:{partition}:sts::{account}:assumed-role/"
    grantees: list[Case] = []
    for case in principal.cases:
        rest = [part.of(scope) for part in case if keys.PRINCIPAL_ARN not in part.domains]
        for part in [part for part in case if keys.PRINCIPAL_ARN in part.domains]:
            grantees.append((_named_by_grant(part, scope), *rest))
            grantees.append((root, part.of(scope), *rest))
            if _OWN_ROLE.match(example(part.domains[keys.PRINCIPAL_ARN]) or ""):
                grantees.append((_session_named(part, scope, session), *rest))
    allowed = [Key(keys.GRANT_OPERATIONS, _OPERATIONS, True, (name.partition(":")[2],)) for name in operations]
    return Group(*[(one, *grantee) for one in allowed for grantee in grantees])


def _named_by_grant(part: Part, scope: Scope) -> Part:
    """The principal's ARN, and the same ARN as the grant's."""
    domain = _as_text(part.domains[keys.PRINCIPAL_ARN])
    whole = Derivation(domain, (((), ()),), ANYTHING[0].chars, lambda arn: arn)
    derived = part.derived if isinstance(part, Derived) else {}
    renamed = {scope.key(name): how for name, how in derived.items()}
    return Derived(scope.key(keys.PRINCIPAL_ARN), domain, {**renamed, keys.GRANTEE: whole})


def _session_named(part: Part, scope: Scope, start: str) -> Part:
    """The ARN of a session, as the grant's, and that of its role, as the principal's."""
    domain = part.domains[keys.PRINCIPAL_ARN]
    role, _, name = (example(domain) or "").rpartition("/")
    known = literal(name) if isinstance(domain, Finite) else NAME_OF_PRINCIPAL
    session = Text((literal(start) + known + _IN_SESSION,), (), (f"{start}{name}/session",), False)
    of_role = Derivation(
        _as_text(domain),
        ((literal(start), _IN_SESSION),),
        NAME_OF_PRINCIPAL[0].chars,
        lambda arn: f"{role}/{arn.split('/')[1]}",
        role + "/",
    )
    return Derived(keys.GRANTEE, session, {scope.key(keys.PRINCIPAL_ARN): of_role})


def _as_text(domain: Domain) -> Text:
    if isinstance(domain, Finite):
        return Text(tuple(map(literal, domain.values)), (), domain.values, False)
    return domain if isinstance(domain, Text) else Text()
