"""Who may ask: every kind of requester of an audience that a principal element covers, with the facts about it.

Source: docs/threat-model.md, *Who might send a request*.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple, Optional

from ..caching import once
from ..evaluation.request import Caller
from ..policy.context_keys import STORE_USER
from ..policy.principals import Principals
from ..solver.groups import Group
from . import accounts as account_keys
from . import principals as kinds
from .audience import STRANGERS, Audience
from .callers import Sources, callers
from .facts import Make, Requester
from .moments import mfa_group, time_group
from .organizations import of_service, organization_group
from .population import Ids, Population
from .ways import Networks, mcp_group, networks


class Candidate(NamedTuple):
    """A requester with what its requests depend on besides: the networks it may be in, and where the key can be."""

    requester: Requester
    where: Optional[Networks]
    population: Population
    principal: Group


def requesters(
    audience: Audience,
    element: Principals,
    population: Population,
    sources: Sources,
    event_time: float,
    strict: bool = False,
) -> Iterator[Candidate]:
    """The requesters of one audience that a principal element covers. strict: only those in no network that the policy
    names; everyone is so in any case."""
    if audience is Audience.service:
        yield from _services(element, population, sources, event_time)
        return
    users = population.names.store_users if audience in STRANGERS else ()
    strict = strict or audience is Audience.everyone
    for owned in _owned(audience, population, sources.accounts):
        group = once(organization_group, audience, owned, sources)
        for caller, principal in callers(audience, element, owned, sources):
            account = caller.account or ""
            single = partial(account_keys.of_account, account=account, other_users=users)
            requester = Requester(caller, _groups(principal, group, event_time), single)
            yield Candidate(requester, networks(owned, account, strict, sources), owned, principal)
        if audience is Audience.external and element.open_ended and STORE_USER in sources.read:
            yield from _store_users(owned, sources, group, event_time)


def _store_users(population: Population, sources: Sources, group: Make, event_time: float) -> Iterator[Candidate]:
    """The users of an identity store that the policy names; their accounts are not known."""
    for account in sources.accounts() if population.names.store_users else ():
        principal = kinds.unnamed(population.partition, account, (), population.names.unique_ids)
        users = population.names.store_users
        single = partial(account_keys.of_account, account=account, other_users=(), users=users)
        requester = Requester(Caller(account), _groups(principal, group, event_time), single)
        yield Candidate(requester, networks(population, account, False, sources), population, principal)


def _groups(principal: Group, organization: Make, event_time: float) -> Mapping[str, Make]:
    return {
        "principal": lambda: principal,
        "organization": organization,
        "time": lambda: time_group(event_time),
        "mfa": mfa_group,
        "mcp": mcp_group,
    }


def _services(element: Principals, population: Population, sources: Sources, event_time: float) -> Iterator[Candidate]:
    """The services that a principal element covers, each calling of its own accord."""
    named, absent = element.services, Group(())
    covered: Iterable[str] = sources.services() if element.open_ended else sorted(named)
    if element.negated:
        covered = () if element.anyone else (name for name in covered if name not in named)
    groups = _groups(absent, once(of_service, population, sources), event_time)
    for service in covered:
        requester = Requester(Caller(service=service), groups, partial(account_keys.of_service, service=service))
        yield Candidate(requester, None, population, absent)


def _owned(audience: Audience, population: Population, accounts: Ids) -> Iterator[Population]:
    """The population, and where the key's account is not known, those in which it is another that patterns can see."""
    yield population
    if audience is Audience.internal and population.key.account is None:
        yield from (population.owned_by(account) for account in accounts() if account != population.outsider)
