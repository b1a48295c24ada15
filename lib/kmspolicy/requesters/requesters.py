"""Who may ask: every kind of requester of an audience that a principal element covers, with the facts about it.

Source: docs/threat-model.md, *Who might send a request*.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple, Optional

from ..caching import once
from ..evaluation.request import Caller
from ..policy.context_keys import STORE_USER, Bound
from ..policy.principals import Principals
from ..solver.groups import Group
from . import accounts as account_keys
from . import principals as kinds
from .audience import STRANGERS, Audience
from .callers import Sources, callers
from .facts import Make
from .moments import mfa_group, time_group
from .organizations import of_service, organization_group
from .population import Ids, Population
from .ways import Networks, mcp_group, networks


class Candidate(NamedTuple):
    """One kind of requester: who it is to principal elements, and what decides the keys that it cannot choose.

    groups: by fact; single: the group of a key that depends on nothing but the requester's account or service; where:
    the networks that it may be in, None for a service; population: what it is drawn from.
    """

    caller: Caller
    groups: Mapping[Bound, Make]
    single: Callable[[str], Group]
    where: Optional[Networks]
    population: Population


def requesters(
    audience: Audience, element: Principals, population: Population, sources: Sources
) -> Iterator[Candidate]:
    """The requesters of one audience, all among them that a principal element covers: of everyone, those in no network
    that the policy names."""
    if audience is Audience.service:
        yield from _services(element, population, sources)
        return
    users = population.names.store_users if audience in STRANGERS else ()
    strict = population.strict or audience is Audience.everyone
    for owned in _owned(audience, population, sources.accounts):
        group = once(organization_group, audience, owned, sources)
        for caller, principal in callers(audience, element, owned, sources):
            account = caller.account or ""
            single = partial(account_keys.of_account, account=account, other_users=users)
            where = networks(owned, account, strict, sources)
            yield Candidate(caller, _groups(principal, group, owned), single, where, owned)
        if audience is Audience.external and element.open_ended and STORE_USER in sources.read:
            yield from _store_users(owned, sources, group)


def _store_users(population: Population, sources: Sources, group: Make) -> Iterator[Candidate]:
    """The users of an identity store that the policy names; their accounts are not known."""
    users = population.names.store_users
    for account in sources.accounts() if users else ():
        principal = kinds.unnamed(population.partition, account, (), population.names.unique_ids)
        single = partial(account_keys.of_account, account=account, other_users=(), users=users)
        where = networks(population, account, population.strict, sources)
        yield Candidate(Caller(account), _groups(principal, group, population), single, where, population)


def _groups(principal: Group, organization: Make, population: Population) -> Mapping[Bound, Make]:
    return {
        Bound.PRINCIPAL: lambda: principal,
        Bound.ORGANIZATION: organization,
        Bound.TIME: lambda: time_group(population.key.event_time or 0.0),
        Bound.MFA: mfa_group,
        Bound.MCP: mcp_group,
    }


def _services(element: Principals, population: Population, sources: Sources) -> Iterator[Candidate]:
    """The services that a principal element may cover, each calling on its own behalf."""
    groups = _groups(Group(()), once(of_service, population, sources), population)
    for service in sources.services() if element.open_ended else sorted(element.services):
        single = partial(account_keys.of_service, service=service)
        yield Candidate(Caller(service=service), groups, single, None, population)


def _owned(audience: Audience, population: Population, accounts: Ids) -> Iterator[Population]:
    """The population, and where the key's account is not known, those in which it is another that patterns can see."""
    yield population
    if audience is Audience.internal and population.key.account is None:
        yield from (population.owned_by(account) for account in accounts() if account != population.outsider)
