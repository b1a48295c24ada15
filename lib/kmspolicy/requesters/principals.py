"""The kinds of principals, and the context keys that follow from the kind: ARN, type, user name and user id.

Source: IAM User Guide, *AWS global condition context keys* (aws:PrincipalArn, aws:PrincipalType, aws:userid,
aws:username), *IAM policy elements: Variables and tags* (principal key values), *IAM identifiers*.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Optional

from ..domains.domain import Domain, Text, fixed
from ..evaluation.request import Texts
from ..policy.context_keys import PRINCIPAL_ARN, PRINCIPAL_TYPE, USER_ID, USER_NAME
from ..regular.patterns import ANYTHING, NAME, Pattern, literal
from ..solver.derived import Derivation, Derived
from ..solver.groups import Case, Group, Key
from . import languages
from .languages import ROLE_ID, SESSION_NAME, below_paths, names_below

_NOTHING: Pattern = ()
_USER_NAMES = Text((languages.NAME_OF_PRINCIPAL,), optional=False, longest=languages.LONGEST_USER_NAME)
_SOME_ROLE_ID, _SOME_USER_ID = "AROAZZZZZZZZZZZZZZZZZ", "AIDAZZZZZZZZZZZZZZZZZ"


def last_part(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.rsplit("/", 1)[-1]


@lru_cache(maxsize=512)
def unnamed(partition: str, account: str, arns: Texts, ids: Texts) -> Group:
    """A principal of an account, of any kind: neither one of these ARNs, nor one of these unique ids."""
    sessions = _without(ROLE_ID + literal(":") + SESSION_NAME, ids)
    return Group(
        _role(partition, account, arns, sessions),
        _user(partition, account, arns, _without(languages.USER_ID, ids)),
        _federated(partition, account, arns),
        _case(fixed(f"arn:{partition}:iam::{account}:root"), "Account", fixed(account)),
        _role_of_aws(partition, account, arns, sessions),
    )


@lru_cache(maxsize=512)
def with_id(partition: str, account: str, unique_id: str, arns: Texts) -> Group:
    """The user or role of a unique id, with an ARN that is none of these."""
    if unique_id.startswith("AIDA"):
        return Group(_user(partition, account, arns, fixed(unique_id)))
    sessions = _sessions_of(unique_id)
    return Group(_role(partition, account, arns, sessions), _role_of_aws(partition, account, arns, sessions))


@lru_cache(maxsize=512)
def named(arn: str, unique_id: Optional[str], ids: Texts) -> Group:
    """A principal with this ARN; its unique id, where it is not known, is none of these."""
    kind = arn.split(":", 5)[5].partition("/")[0]
    name = last_part(arn)
    who = fixed(arn)
    if kind == "role":
        any_id = _without(ROLE_ID + literal(":") + SESSION_NAME, ids)
        return Group(_case(who, "AssumedRole", _sessions_of(unique_id) if unique_id else any_id))
    if kind == "user":
        user_id = fixed(unique_id) if unique_id else _without(languages.USER_ID, ids)
        return Group((*_case(who, "User", user_id), Key(USER_NAME, fixed(name))))
    return Group(_case(who, "FederatedUser", fixed(f"{arn.split(':', 5)[4]}:{name}")))


@lru_cache(maxsize=512)
def session(text: str, arn: Optional[str], unique_id: Optional[str], arns: Texts, ids: Texts) -> Group:
    """A session, by its ARN. arn, unique_id: its role's; where they are not known, it is none of these."""
    _, partition, _, _, account, path = text.split(":", 5)
    _, role, name = path.split("/")
    user_id: Domain = fixed(f"{unique_id}:{name}")
    if not unique_id:
        any_id = _without(ROLE_ID + literal(":" + name), ids)
        user_id = replace(any_id, preferred=(f"{_SOME_ROLE_ID}:{name}",))
    start = f"arn:{partition}:iam::{account}:role/"
    forms = tuple([before + literal(role) for before in below_paths(start)])
    who = fixed(arn) if arn else Text(forms, _literals(arns), (start + role, f"{start}any/{role}"), False)
    return Group(_case(who, "AssumedRole", user_id))


def _case(arn: Domain, kind: str, user_id: Domain) -> Case:
    return (Key(PRINCIPAL_ARN, arn), Key(PRINCIPAL_TYPE, fixed(kind)), Key(USER_ID, user_id))


def _role(partition: str, account: str, arns: Texts, user_id: Domain) -> Case:
    start = f"arn:{partition}:iam::{account}:role/"
    return _case(Text(names_below(start), _literals(arns), (start + "any",), False), "AssumedRole", user_id)


def _role_of_aws(partition: str, account: str, arns: Texts, user_id: Domain) -> Case:
    start = f"arn:{partition}:iam::{account}:role/"
    natural = f"{start}{languages.OF_AWS}ec2-infrastructure"
    arn = Text((literal(start) + languages.ROLE_OF_AWS,), _literals(arns), (natural,), False)
    return _case(arn, "AssumedRole", user_id)


def _user(partition: str, account: str, arns: Texts, user_id: Domain) -> Case:
    start = f"arn:{partition}:iam::{account}:user/"
    arn = Text(names_below(start), _literals(arns), (start + "any",), False)
    around = tuple([(before, _NOTHING) for before in below_paths(start)])
    name = Derivation(_USER_NAMES, around, NAME, last_part)
    return (Derived(PRINCIPAL_ARN, arn, {USER_NAME: name}), Key(PRINCIPAL_TYPE, fixed("User")), Key(USER_ID, user_id))


def _federated(partition: str, account: str, arns: Texts) -> Case:
    start = f"arn:{partition}:sts::{account}:federated-user/"
    arn = Text((literal(start) + SESSION_NAME,), _literals(arns), (start + "any",), False)
    owned = Text((literal(account + ":") + SESSION_NAME,), optional=False)
    around = ((literal(start), _NOTHING),)
    user_id = Derivation(owned, around, NAME, lambda text: f"{account}:{last_part(text)}", account + ":")
    return (Derived(PRINCIPAL_ARN, arn, {USER_ID: user_id}), Key(PRINCIPAL_TYPE, fixed("FederatedUser")))


def _sessions_of(unique_id: str) -> Text:
    return Text((literal(unique_id + ":") + SESSION_NAME,), preferred=(unique_id + ":session",), optional=False)


@lru_cache(maxsize=4)  # one for all principals of a policy, who may be thousands
def _without(form: Pattern, ids: Texts) -> Text:
    """User ids of this form that begin with none of these unique ids."""
    taken = tuple([row for unique_id in ids for row in (literal(unique_id), literal(unique_id + ":") + ANYTHING)])
    natural = _SOME_USER_ID if form is languages.USER_ID else _SOME_ROLE_ID + ":session"
    return Text((form,), taken, (natural,), optional=False)


def _literals(texts: Texts) -> tuple[Pattern, ...]:
    return tuple(map(literal, texts))
