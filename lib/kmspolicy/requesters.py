"""Who may ask: the rows of the threat model, from the widest audience to the narrowest, as data.

Facts that a requester cannot change are bound here; all other context keys are free (see domains.py).
Source: the threat model of this app (README, *Who is everyone*); IAM User Guide, *AWS global condition context keys*.
"""
from dataclasses import dataclass
from enum import Enum
from itertools import chain, count
from typing import Callable, Dict, FrozenSet, Iterator, List, Mapping, Optional, Tuple

from .automata import ANYTHING, LABEL, NAME, PATH, UPPER_ALNUM, CharClass, Element, Pattern, any_of, literal, some
from .domains import Domain, Facts, absent, absent_all, fixed
from .evaluate import PARTITIONS, Caller, KeyFacts
from .names import Names
from .networks import NETWORK_KEYS, networks
from .policy import Policy, Principals, account_of


class Audience(str, Enum):
    """Who gets in, from the widest to the narrowest."""

    everyone = "everyone"
    network = "network"
    organization = "organization"
    external = "external"
    service = "service"
    internal = "internal"
    none = "none"


WIDEST_FIRST: Tuple[Audience, ...] = tuple(Audience)[:-1]
WITHIN_ACCOUNT: Tuple[Audience, ...] = (Audience.service, Audience.internal)


@dataclass(frozen=True)
class Requester:
    """One kind of requester: who it is to principal elements, and what its bound context keys can hold."""

    caller: Caller
    facts: Facts

    def domain(self, key: str) -> Optional[Domain]:
        """What a bound key can hold; None for a free key."""
        fact = self.facts.get(key)
        return fact() if fact is not None else None


@dataclass(frozen=True)
class World:
    """What requesters are drawn from: the policy's names, the key, and fresh ids for those the policy does not name."""

    names: Names
    key: KeyFacts
    own_account: str
    outsider: str
    own_organization: str
    foreign_organization: str
    arns: Mapping[str, Tuple[str, ...]]  # principals that the policy names, by account
    sessions: Mapping[str, Tuple[str, ...]]
    unique_ids: Tuple[str, ...]
    services: Tuple[str, ...]

    @property
    def partitions(self) -> Tuple[str, ...]:
        return (self.key.partition,) if self.key.partition else PARTITIONS


_ACCOUNTS = ("444455556666", "777788889999", "999999999999")


def world_of(policy: Policy, names: Names, key: KeyFacts) -> World:
    """Collects the named principals of a policy and picks fresh ids."""
    taken = {*names.accounts, key.account}
    fresh = (account for account in chain(_ACCOUNTS, map(str, count(900000000000))) if account not in taken)
    own_organization, foreign = (next(o for o in chain((stem,), (f"{stem}{n}" for n in count())) if o not in names.organizations)
                                 for stem in ("o-keysowner0", "o-outsider00"))
    arns: Dict[str, List[str]] = {}
    sessions: Dict[str, List[str]] = {}
    unique_ids: Dict[str, None] = {}
    services: Dict[str, None] = {}
    for statement in policy.statements:
        principals = statement.principals
        for arn in sorted(principals.arns):
            arns.setdefault(account_of(arn), []).append(arn)
        for session in sorted(principals.sessions):
            sessions.setdefault(account_of(session), []).append(session)
        unique_ids.update(dict.fromkeys(sorted(principals.unique_ids)))
        services.update(dict.fromkeys(sorted(principals.services)))
    outsider, own = next(fresh), next(fresh)
    return World(names, key, key.account or own, outsider, own_organization, foreign,
                 {account: tuple(dict.fromkeys(found)) for account, found in arns.items()},
                 {account: tuple(dict.fromkeys(found)) for account, found in sessions.items()},
                 tuple(unique_ids), tuple(services))


Ids = Callable[[], Iterator[str]]  # of accounts or organizations that an outsider may have


def requesters(audience: Audience, principals: Principals, world: World, read: FrozenSet[str],
               accounts: Ids, organizations: Ids) -> Iterator[Requester]:
    """The requesters of one row that a principal element covers.

    read: the context keys that matter to the question (only facts behind them are varied);
    accounts, organizations: the outsider's possible own ones, one for each way the policy's patterns can see them.
    """
    strict = audience is Audience.everyone
    if audience is Audience.service:
        for service in _services(principals, world):
            yield Requester(Caller(service=service), _service_facts(service, world))
        return
    for caller, identity in _identities(audience, principals, world, read, accounts):
        for organization in _organizations(audience, world, read, organizations):
            for network in networks(world.names, caller.account or "", world.partitions, strict, read):
                yield Requester(caller, {**_account_facts(caller.account or "", world, strict, audience is Audience.network),
                                         **identity, **organization, **network})


# --- identity -------------------------------------------------------------------------------------------------------

def _identities(audience: Audience, principals: Principals, world: World, read: FrozenSet[str],
                accounts: Ids) -> Iterator[Tuple[Caller, Facts]]:
    if audience in (Audience.everyone, Audience.network, Audience.organization):
        if principals.open_ended and not (principals.negated and principals.anyone):
            for account in accounts():
                yield Caller(account), {"aws:principalarn": lambda who=account: _arns(who, world),
                                        "aws:userid": lambda: _user_ids(world.names.unique_ids)}
        return
    if audience is Audience.external:
        for unique_id in dict.fromkeys((*world.unique_ids, *(world.names.unique_ids if "aws:userid" in read else ()))):
            if principals.open_ended or unique_id in principals.unique_ids:
                yield _unique(unique_id, world)
    for account in _accounts(audience, principals, world):
        whole = principals.open_ended or account in principals.accounts
        for caller, identity in _principals_of(account, world):
            if whole or caller.arn in principals.arns or caller.session in principals.sessions:
                yield caller, identity


def _accounts(audience: Audience, principals: Principals, world: World) -> List[str]:
    if audience is Audience.internal:
        return [world.own_account]
    if principals.open_ended:
        return [account for account in world.names.accounts if account != world.key.account]
    named = {*principals.accounts, *map(account_of, principals.arns), *map(account_of, principals.sessions)}
    return sorted(named - {world.key.account or ""})


def _principals_of(account: str, world: World) -> Iterator[Tuple[Caller, Facts]]:
    """A principal of the account that the policy does not name, then each that it names."""
    arns = world.arns.get(account, ())

    def user_id() -> Domain:
        return _user_ids(world.unique_ids, account)
    yield Caller(account), {"aws:principalarn": lambda: _arns(account, world, avoid=arns), "aws:userid": user_id}
    for arn in arns:
        yield Caller(account, arn=arn), {"aws:principalarn": fixed(arn), "aws:userid": user_id}
    for session in world.sessions.get(account, ()):
        yield from _sessions(session, arns)


def _sessions(session: str, arns: Tuple[str, ...]) -> Iterator[Tuple[Caller, Facts]]:
    """A session that the policy names, of a role that it does not name and of those that it does."""
    account = account_of(session)
    role, name = session.split("/")[1:]
    roles = literal(f"arn:{session.split(':')[1]}:iam::{account}:role/")

    def unnamed() -> Domain:
        return Domain((roles + literal(role), roles + some(PATH) + literal("/" + role)), tuple(map(literal, arns)), optional=False)

    def user_id() -> Domain:
        return Domain(languages=(_UNIQUE["AROA"] + literal(":" + name),), optional=False)
    yield Caller(account, session=session), {"aws:principalarn": unnamed, "aws:userid": user_id}
    for arn in arns:
        if ":role/" in arn and arn.rsplit("/", 1)[1] == role:
            yield Caller(account, arn=arn, session=session), {"aws:principalarn": fixed(arn), "aws:userid": user_id}


def _unique(unique_id: str, world: World) -> Tuple[Caller, Facts]:
    """A principal of which only the unique id is known; its account is one that the policy does not name."""
    def with_session() -> Domain:
        return Domain(languages=(literal(unique_id + ":") + some(NAME),), optional=False)
    user_id = fixed(unique_id) if unique_id.startswith("AIDA") else with_session
    return Caller(world.outsider, unique_id=unique_id), {
        "aws:principalarn": lambda: _arns(world.outsider, world), "aws:userid": user_id}


def _arns(account: str, world: World, avoid: Tuple[str, ...] = ()) -> Domain:
    """`aws:PrincipalArn` of the account's principals; a session carries its role's."""
    languages: List[Pattern] = []
    for partition in world.partitions:
        for kind in ("role/", "user/"):
            start = literal(f"arn:{partition}:iam::{account}:{kind}")
            languages += [start + some(NAME), start + some(PATH) + literal("/") + some(NAME)]
        languages += [literal(f"arn:{partition}:iam::{account}:root"),
                      literal(f"arn:{partition}:sts::{account}:federated-user/") + some(NAME)]
    seeds = tuple(f"arn:{world.partitions[0]}:iam::{account}:{kind}/any" for kind in ("role", "user"))
    return Domain(tuple(languages), tuple(map(literal, avoid)), seeds=seeds, optional=False)


_ID_REST: Pattern = (Element(UPPER_ALNUM),) * 12 + any_of(UPPER_ALNUM)
_UNIQUE = {prefix: literal(prefix) + _ID_REST for prefix in ("AROA", "AIDA")}


def _user_ids(avoid: Tuple[str, ...], account: str = "") -> Domain:
    """`aws:userid`: a unique id but these, with a session name or without; of a named account also its root and federated users."""
    languages = [_UNIQUE["AROA"] + literal(":") + some(NAME), _UNIQUE["AIDA"]]
    if account:
        languages += [literal(account), literal(account + ":") + some(NAME)]
    excluded = tuple(row for unique_id in avoid for row in (literal(unique_id), literal(unique_id + ":") + ANYTHING))
    return Domain(tuple(languages), excluded, seeds=("AROAZZZZZZZZZZZZZZZZZ:session", "AIDAZZZZZZZZZZZZZZZZZ"), optional=False)


# --- what follows from the account ----------------------------------------------------------------------------------

_OWN_ARN_KEYS = ("ec2:sourceinstancearn", "lambda:sourcefunctionarn", "ssm:sourceinstancearn", "codebuild:buildarn",
                 "codebuild:projectarn", "aws:chatbotsourcearn", "aws:signinsessionarn")
_NO_SERVICE = absent_all(("aws:principalservicename", "aws:principalservicenameslist", "aws:sourceaccount", "aws:sourcearn",
                          "aws:sourceorgid", "aws:sourceorgpaths"))
_NO_COLON_TEXT = any_of(CharClass(frozenset(":"), True))


def _own_arn(account: str) -> Pattern:
    return (literal("arn:") + _NO_COLON_TEXT + literal(":") + _NO_COLON_TEXT + literal(":") + _NO_COLON_TEXT
            + literal(f":{account}:") + ANYTHING)


def _but(text: str) -> Tuple[Pattern, ...]:
    """Every text that does not start with this one."""
    found = [literal(text[:length]) for length in range(len(text))]
    return (*found, *(row + (Element(CharClass(frozenset(char), True)),) + ANYTHING for row, char in zip(found, text)))


def _account_facts(account: str, world: World, strict: bool, in_network: bool) -> Facts:
    def own() -> Domain:
        return Domain((_own_arn(account),), seeds=(f"arn:aws:ec2:us-east-1:{account}:instance/i-1",))

    def provider() -> Domain:
        return Domain((*_but("arn:"), _own_arn(account)), seeds=("accounts.google.com",))

    def instance_vpc() -> Domain:
        named = tuple(map(literal, world.names.vpcs)) if strict else ()
        return Domain((literal("vpc-") + some(LABEL),), named, seeds=("vpc-0a1b2c3d4e5f60718",))

    def store_user() -> Domain:
        return Domain(excluded=tuple(map(literal, world.names.store_users)) if strict or in_network else ())
    return {
        "aws:principalaccount": fixed(account), "kms:calleraccount": fixed(account),
        "aws:principalisawsservice": fixed("false"), **_NO_SERVICE, **dict.fromkeys(_OWN_ARN_KEYS, own),
        "aws:federatedprovider": provider, "aws:ec2instancesourcevpc": instance_vpc, "identitystore:userid": store_user,
        **_key_facts(world),
    }


def _key_facts(world: World) -> Facts:
    owners = (world.own_organization, *world.names.organizations)
    facts: Facts = {
        "aws:resourceaccount": fixed(world.own_account), "aws:resourceorgid": lambda: Domain(values=owners),
        "aws:resourceorgpaths": lambda: Domain(tuple(literal(o + "/") + ANYTHING for o in owners))}
    if world.key.region:
        facts["aws:requestedregion"] = fixed(world.key.region)
    return facts


# --- organization ---------------------------------------------------------------------------------------------------

_ORGANIZATION_KEYS = frozenset(("aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid", "aws:resourceorgpaths"))
_NO_ORGANIZATION = absent_all(("aws:principalorgid", "aws:principalorgpaths"))
_ORGANIZATION_LESS_OWNER = absent_all(("aws:resourceorgid", "aws:resourceorgpaths"))


def _organizations(audience: Audience, world: World, read: FrozenSet[str], foreign: Ids) -> Iterator[Facts]:
    if not read & _ORGANIZATION_KEYS:
        if audience is not Audience.organization:
            yield _NO_ORGANIZATION
        return
    if audience is not Audience.organization:
        yield {**_NO_ORGANIZATION, **(_ORGANIZATION_LESS_OWNER if audience is Audience.internal else {})}
        for name in foreign():
            yield _member(name, owner=audience is Audience.internal)
    if audience not in (Audience.everyone, Audience.network):
        for name in world.names.organizations:
            yield _member(name, owner=audience is Audience.internal)
        yield _member(world.own_organization, owner=True)


def _member(name: str, owner: bool) -> Facts:
    """A member of an organization, which may be the key owner's; roots and units are free."""
    def paths() -> Domain:
        return Domain((literal(name + "/") + ANYTHING,), seeds=(f"{name}/r-ab12/ou-ab12-11111111/",), optional=False)
    facts: Facts = {"aws:principalorgid": fixed(name), "aws:principalorgpaths": paths}
    return {**facts, "aws:resourceorgid": fixed(name), "aws:resourceorgpaths": paths} if owner else facts


# --- services -------------------------------------------------------------------------------------------------------

_SERVICE_NAME = CharClass(LABEL.chars | {"."})
_NO_PRINCIPAL = absent_all(("aws:principalaccount", "kms:calleraccount", "aws:principalarn", "aws:userid",
                            "aws:federatedprovider", "aws:ec2instancesourcevpc", "identitystore:userid", *_OWN_ARN_KEYS,
                            *NETWORK_KEYS, *_NO_ORGANIZATION))


def _services(principals: Principals, world: World) -> List[str]:
    """The named services that the element covers, then, as an empty name, any other."""
    if not principals.open_ended:
        return sorted(principals.services)
    if principals.negated:
        return [] if principals.anyone else [*(s for s in world.services if s not in principals.services), ""]
    return [*world.services, ""]


def _service_facts(service: str, world: World) -> Facts:
    tail = literal(".amazonaws.com")

    def unnamed() -> Domain:
        return Domain((some(_SERVICE_NAME) + tail,), tuple(map(literal, world.services)), seeds=("s3.amazonaws.com",), optional=False)

    def listed() -> Domain:
        own = (literal(service),) if service else ()
        return Domain((*own, some(_SERVICE_NAME) + tail), seeds=(service or "s3.amazonaws.com",), optional=False)
    return {**_NO_PRINCIPAL, "aws:principalisawsservice": fixed("true"),
            "aws:principalservicename": fixed(service) if service else unnamed, "aws:principalservicenameslist": listed,
            **_key_facts(world)}
