"""Who a requester is to principal elements, and the context keys that follow: `aws:PrincipalArn` and `aws:userid`.

Source: IAM User Guide, *AWS JSON policy elements: Principal* and *AWS global condition context keys*.
"""

from collections.abc import Iterable, Iterator
from typing import Optional

from ..domains.domain import Domain, Fact, Facts, fact, fixed
from ..evaluation.evaluator import principal_matches
from ..evaluation.request import Caller
from ..policy.identifiers import ACCOUNT_KEYS
from ..policy.principals import Named, Principals, account_of, named
from ..regular.languages import ANYTHING, NAME, PATH, UPPER_ALNUM, Element, Pattern, any_of, literal, some
from .account_keys import OWN_ARN_KEYS
from .audience import Audience
from .population import Ids, World

_KEYS_WITH_ACCOUNT = ACCOUNT_KEYS.union(("aws:principalarn", "aws:federatedprovider", *OWN_ARN_KEYS))


def callers(
    audience: Audience,
    principals: Principals,
    world: World,
    read: frozenset[str],
    accounts: Ids,
    among: Optional[frozenset[str]],
) -> Iterator[tuple[Caller, Facts]]:
    """The callers of a row whom a principal element covers, each with what its principal keys can hold.

    among: the accounts to which the statement limits them, where it does.
    """
    if audience in (Audience.everyone, Audience.network, Audience.organization):
        if principals.open_ended and not (principals.negated and principals.anyone):
            for account in accounts():
                yield Caller(account), _stranger(account, world, read)
        return
    for account in _accounts(audience, principals, world, among):
        if principals.open_ended or account in principals.accounts:
            yield Caller(account), _unnamed(account, world, read)
        for caller, identity in _named_of(account, _known(world, read), world):
            if principals.open_ended or principal_matches(principals, caller):
                yield caller, identity
    for unique_id in _known(world, read):
        if principals.open_ended or unique_id in principals.unique_ids:
            yield from _unique(unique_id, world, _unknown_accounts(audience, world, read, accounts))


def _accounts(
    audience: Audience, principals: Principals, world: World, among: Optional[frozenset[str]]
) -> Iterable[str]:
    if audience is Audience.internal:
        return [world.own_account] if among is None or world.own_account in among else []
    if among is not None:
        return sorted(text for text in among if text != world.key.account and named(text)[0] is Named.ACCOUNT)
    if principals.open_ended:
        return (account for account in world.names.accounts if account != world.key.account)
    owners = {*principals.accounts, *map(account_of, principals.arns), *map(account_of, principals.sessions)}
    return sorted(owners - {world.key.account or ""})


PRINCIPAL_KEYS = frozenset(("aws:principalarn", "aws:userid"))


def _stranger(account: str, world: World, read: frozenset[str]) -> Facts:
    """The principal keys of somebody in an account that the policy does not name; nothing, where they do not matter."""
    if read.isdisjoint(PRINCIPAL_KEYS):
        return {}
    user_id = _user_ids(world.names.unique_ids, "")
    return {"aws:principalarn": _arns(account, world.partitions, ()), "aws:userid": user_id}


def _unnamed(account: str, world: World, read: frozenset[str]) -> Facts:
    """The same for a principal that the policy does not name, in an account that it does, or in the key's."""
    if read.isdisjoint(PRINCIPAL_KEYS):
        return {}
    arn = _arns(account, world.partitions, world.arns.get(account, ()))
    return {"aws:principalarn": arn, "aws:userid": _user_ids(_known(world, read), account)}


def _known(world: World, read: frozenset[str]) -> tuple[str, ...]:
    """The unique ids that principal elements name, and those in conditions where they matter."""
    more = world.names.unique_ids if "aws:userid" in read else ()
    return tuple(dict.fromkeys((*world.unique_ids, *more)))


def _named_of(account: str, known: tuple[str, ...], world: World) -> Iterator[tuple[Caller, Facts]]:
    """The principals of the account that the policy names; known: unique ids."""
    arns = world.arns.get(account, ())
    user_id = _user_ids(known, account)
    for arn in arns:
        yield Caller(account, arn=arn), {"aws:principalarn": fixed(arn), "aws:userid": user_id}
    for unique_id in known:
        yield from _with_id(unique_id, account, arns, world)
    for role_id in (None, *known):
        yield from _sessions(account, role_id, known, world)


def _with_id(unique_id: str, account: str, arns: tuple[str, ...], world: World) -> Iterator[tuple[Caller, Facts]]:
    """The user or role of a unique id as a principal of the account: one of these ARNs, or unnamed."""
    kind, user_id = _KIND[unique_id[:4]], _user_id_of(unique_id)
    unnamed: Facts = {"aws:principalarn": _arns(account, world.partitions, arns, kind), "aws:userid": user_id}
    yield Caller(account, unique_id=unique_id), unnamed
    for arn in arns:
        if f":{kind}/" in arn:
            named: Facts = {"aws:principalarn": fixed(arn), "aws:userid": user_id}
            yield Caller(account, arn=arn, unique_id=unique_id), named


def _sessions(
    account: str, unique_id: Optional[str], known: tuple[str, ...], world: World
) -> Iterator[tuple[Caller, Facts]]:
    """The sessions that the policy names, each of a role that it does not name and of those that it does.

    unique_id: the role's, or None for one that is not among those known.
    """
    if unique_id is not None and not unique_id.startswith("AROA"):
        return
    arns = world.arns.get(account, ())
    for session in world.sessions.get(account, ()):
        role, name = session.split("/")[1:]
        user_id = _session_id(name, known) if unique_id is None else fixed(f"{unique_id}:{name}")
        unnamed = _roles_called(role, f"arn:{session.split(':')[1]}:iam::{account}:role/", arns)
        for arn, principal_arn in ((None, unnamed), *((arn, fixed(arn)) for arn in arns if _is_role(arn, role))):
            caller = Caller(account, arn=arn, session=session, unique_id=unique_id)
            yield caller, {"aws:principalarn": principal_arn, "aws:userid": user_id}


def _is_role(arn: str, name: str) -> bool:
    return ":role/" in arn and arn.rsplit("/", 1)[1] == name


@fact
def _roles_called(name: str, start: str, avoid: tuple[str, ...]) -> Domain:
    languages = (literal(start + name), literal(start) + some(PATH) + literal("/" + name))
    return Domain(languages, tuple(map(literal, avoid)), optional=False)


@fact
def _session_id(name: str, avoid: tuple[str, ...]) -> Domain:
    excluded = tuple(literal(f"{unique_id}:{name}") for unique_id in avoid)
    return Domain((_UNIQUE["AROA"] + literal(":" + name),), excluded, optional=False)


def _unknown_accounts(audience: Audience, world: World, read: frozenset[str], outside: Ids) -> list[str]:
    """Accounts in which a principal of an unknown account may be, as far as it matters."""
    if audience is Audience.internal:
        return [world.own_account]
    named = [name for name in world.names.accounts if name != world.own_account]
    if not read & _KEYS_WITH_ACCOUNT:
        return [world.outsider, *(name for name in named if name in world.owners)]
    return [*outside(), *named]


def _unique(unique_id: str, world: World, accounts: Iterable[str]) -> Iterator[tuple[Caller, Facts]]:
    """A principal known by its unique id: in each of these accounts, else unnamed or one that is named there."""
    for account in accounts:
        yield from _with_id(unique_id, account, world.arns.get(account, ()), world)
        yield from _sessions(account, unique_id, (), world)


_KIND = {"AROA": "role", "AIDA": "user"}  # whose a unique id is. Source: *IAM identifiers*, Unique ID prefixes


def _user_id_of(unique_id: str) -> Fact:
    """`aws:userid` of a user, or of a role's sessions."""
    return fixed(unique_id) if unique_id.startswith("AIDA") else _sessions_of(unique_id)


@fact
def _sessions_of(unique_id: str) -> Domain:
    return Domain((literal(unique_id + ":") + some(NAME),), optional=False)


@fact
def _arns(account: str, partitions: tuple[str, ...], avoid: tuple[str, ...], only: str = "") -> Domain:
    """`aws:PrincipalArn` of the account's principals, or its roles or users only; a session carries its role's."""
    kinds = (only,) if only else ("role", "user")
    languages: list[Pattern] = []
    for partition in partitions:
        for kind in kinds:
            start = literal(f"arn:{partition}:iam::{account}:{kind}/")
            languages += [start + some(NAME), start + some(PATH) + literal("/") + some(NAME)]
        if not only:
            root, federated = f"arn:{partition}:iam::{account}:root", f"arn:{partition}:sts::{account}:federated-user/"
            languages += [literal(root), literal(federated) + some(NAME)]
    seeds = tuple(f"arn:{partitions[0]}:iam::{account}:{kind}/any" for kind in kinds)
    return Domain(tuple(languages), tuple(map(literal, avoid)), seeds=seeds, optional=False)


_ID_REST: Pattern = (Element(UPPER_ALNUM),) * 12 + any_of(UPPER_ALNUM)
_UNIQUE = {prefix: literal(prefix) + _ID_REST for prefix in ("AROA", "AIDA")}


@fact
def _user_ids(avoid: tuple[str, ...], account: str) -> Domain:
    """`aws:userid`: a unique id but these; in a named account also its root's and federated users'."""
    languages = [_UNIQUE["AROA"] + literal(":") + some(NAME), _UNIQUE["AIDA"]]
    if account:
        languages += [literal(account), literal(account + ":") + some(NAME)]
    excluded = tuple(row for unique_id in avoid for row in (literal(unique_id), literal(unique_id + ":") + ANYTHING))
    return Domain(
        tuple(languages), excluded, seeds=("AROAZZZZZZZZZZZZZZZZZ:session", "AIDAZZZZZZZZZZZZZZZZZ"), optional=False
    )
