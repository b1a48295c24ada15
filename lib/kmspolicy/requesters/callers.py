"""The callers of an audience that a principal element covers, each with the group of its principal keys.

Source: IAM User Guide, *AWS JSON policy elements: Principal* and *NotPrincipal*.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from typing import NamedTuple, Optional

from ..evaluation.evaluator import principal_matches
from ..evaluation.request import Caller
from ..policy.context_keys import USER_ID
from ..policy.identifiers import ACCOUNT_ID
from ..policy.principals import Principals, account_of
from ..regular.patterns import Spend
from ..solver.groups import Group
from . import principals as kinds
from .audience import STRANGERS, Audience
from .facts import Make
from .population import Ids, Population

_STEPS_OF_A_CALLER = 4
_ACCOUNTS_OF_A_STEP = 8


class Sources(NamedTuple):
    """Where requesters come from, for one question.

    accounts, organizations: an outsider's possible own ones, one for each way the policy's patterns can see them;
    owners: such organizations of the key's owner; named: the organizations that the policy names, those first that the
    question is about; services: those that it names, then others; among: the accounts to which the statement limits
    principals, where it does; read: the context keys that matter; alike: whether nothing distinguishes the principals
    of an account; look: how the question sees a principal with a known ARN, None where more than elements and ARNs tell
    principals apart; kinds: how the question sees an account; spend: takes steps.
    """

    accounts: Ids
    organizations: Ids
    owners: Ids
    named: Ids
    services: Ids
    among: Optional[frozenset[str]]
    read: frozenset[str]
    alike: bool
    look: Optional[Callable[[Caller], Hashable]]
    kinds: Callable[[], Callable[[str], Hashable]]
    spend: Spend


def callers(
    audience: Audience, element: Principals, population: Population, sources: Sources
) -> Iterator[tuple[Caller, Group]]:
    """The callers of an audience, except services, that a principal element may cover."""
    if audience in STRANGERS:
        for account in sources.accounts():
            yield Caller(account), kinds.unnamed(population.partition, account, (), population.names.unique_ids)
        return
    in_conditions = population.names.unique_ids if USER_ID in sources.read else ()  # they count where they matter
    known = tuple(dict.fromkeys((*population.unique_ids, *in_conditions)))
    for account in _unlike_accounts(_accounts(audience, element, population, sources.among), sources):
        arns = population.arns.get(account, ())
        if element.open_ended or account in element.accounts:
            yield Caller(account), kinds.unnamed(population.partition, account, arns, known)
        if not sources.alike:
            if not (element.open_ended or account in element.accounts):
                arns = tuple([arn for arn in arns if arn in element.arns])
            yield from _unlike(_named(account, arns, known, population), element, sources)
    for unique_id in () if sources.alike and (audience is Audience.internal or sources.among is not None) else known:
        if element.open_ended or unique_id in element.unique_ids:
            for account in _unknown_accounts(audience, population, sources):
                yield from _unlike(_with_id(unique_id, account, population), element, sources)


def _unlike_accounts(accounts: Iterable[str], sources: Sources) -> Iterator[str]:
    """Of accounts that the question sees alike the first: all get the same answer. Where the very first is enough, that
    takes no steps."""
    listed = list(accounts)
    yield from listed[:1]
    if len(listed) > 1:
        sources.spend(len(listed) // _ACCOUNTS_OF_A_STEP)
        kind_of = sources.kinds()
        seen = {kind_of(listed[0])}
        for account in listed[1:]:
            kind = kind_of(account)
            if kind not in seen:
                seen.add(kind)
                yield account


def _unlike(
    found: Iterable[tuple[Caller, Make]], element: Principals, sources: Sources
) -> Iterator[tuple[Caller, Group]]:
    """Those that the element covers; of those that the question sees alike, the first: all get the same answer."""
    seen: set[Hashable] = set()
    for caller, make in found:
        sources.spend(_STEPS_OF_A_CALLER)
        if element.open_ended or principal_matches(element, caller):
            look = sources.look(caller) if sources.look is not None and caller.arn is not None else None
            if look is None or look not in seen:
                seen.add(look)
                yield caller, make()


def _accounts(
    audience: Audience, element: Principals, population: Population, among: Optional[frozenset[str]]
) -> Iterable[str]:
    own = population.key.account
    if audience is Audience.internal:
        return [population.own_account] if among is None or population.own_account in among else []
    if among is not None:
        return sorted(text for text in among if text != own and ACCOUNT_ID.match(text))
    if element.open_ended:
        return (account for account in population.names.accounts if account != own)
    owners = {*element.accounts, *map(account_of, element.arns), *map(account_of, element.sessions)}
    return sorted(owners - {own or ""})


def _named(
    account: str, arns: Iterable[str], known: tuple[str, ...], population: Population
) -> Iterator[tuple[Caller, Make]]:
    """The principals of the account that the policy names. arns: those that matter; known: unique ids."""
    for arn in arns:
        yield Caller(account, arn=arn), partial(kinds.named, arn, None, known)
    yield from _sessions(account, None, known, population)
    for unique_id in known:
        yield from _with_id(unique_id, account, population)


def _with_id(unique_id: str, account: str, population: Population) -> Iterator[tuple[Caller, Make]]:
    """The user or role of a unique id as a principal of the account: unnamed, or with one of the named ARNs; and the
    role's sessions."""
    arns = population.arns.get(account, ())
    yield Caller(account, unique_id=unique_id), partial(kinds.with_id, population.partition, account, unique_id, arns)
    kind = "role" if unique_id.startswith("AROA") else "user"
    for arn in arns:
        if f":{kind}/" in arn:
            yield Caller(account, arn=arn, unique_id=unique_id), partial(kinds.named, arn, unique_id, ())
    if kind == "role":
        yield from _sessions(account, unique_id, (), population)


def _sessions(
    account: str, unique_id: Optional[str], known: tuple[str, ...], population: Population
) -> Iterator[tuple[Caller, Make]]:
    """The sessions that the policy names, each of a role that it does not name and of those that it does."""
    arns = population.arns.get(account, ())
    roles: dict[str, list[str]] = {}
    for arn in arns:
        if ":role/" in arn:
            roles.setdefault(kinds.last_part(arn), []).append(arn)
    for text in population.sessions.get(account, ()):
        for role in (None, *roles.get(text.split("/")[1], ())):
            yield Caller(account, role, text, unique_id), partial(kinds.session, text, role, unique_id, arns, known)


def _unknown_accounts(audience: Audience, population: Population, sources: Sources) -> list[str]:
    """Possible accounts of a principal known only by its unique id."""
    own = population.own_account
    if audience is Audience.internal:
        return [own]
    return [*sources.accounts(), *(name for name in population.names.accounts if name != own)]
