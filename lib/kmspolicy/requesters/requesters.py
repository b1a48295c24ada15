"""Who may ask: every kind of requester of a row of the threat model that a principal element covers.

Facts that a requester cannot change are bound; all other context keys are free (see domains.py).
Source: the threat model of this app (README, *Who may use the key*).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Optional

from ..domains.domain import Domain, Fact, Facts
from ..evaluation.request import Caller
from ..policy.principals import Principals
from .account_keys import (
    KEYS_OF_ACCOUNTS,
    KEYS_OF_SERVICES,
    account_facts,
    key_owner,
    organizations_of,
    service_facts,
    services_of,
)
from .audience import Audience
from .network_keys import WAY_KEYS, networks
from .population import Ids, World
from .principal_keys import PRINCIPAL_KEYS, callers


class Requester(NamedTuple):
    """One kind of requester: who it is to principal elements, and what its bound context keys can hold.

    Principal, account, organization and network bind different keys.
    """

    caller: Caller
    principal: Facts
    account: Facts
    organization: Facts
    network: Facts

    @property
    def facts(self) -> tuple[Facts, ...]:
        return self[1:]

    def fact(self, key: str) -> Optional[Fact]:
        """What binds a key; None for a free key."""
        return self.account.get(key) or self.principal.get(key) or self.organization.get(key) or self.network.get(key)

    def domain(self, key: str) -> Optional[Domain]:
        """What a bound key can hold; None for a free key."""
        fact = self.fact(key)
        return None if fact is None else fact.domain

    def facts_about(self, keys: Iterable[str]) -> list[Facts]:
        """Which of principal, account, organization and network bind one of these keys."""
        return [facts for facts in self.facts if not facts.keys().isdisjoint(keys)]


def bound_keys(principals: Principals) -> frozenset[str]:
    """Keys that are not free for all whom a principal element names."""
    owners, unique_ids, services = principals.who
    return _BOUND[bool(services), bool(owners or unique_ids)]


_KEYS_OF_CALLERS = KEYS_OF_ACCOUNTS.union(PRINCIPAL_KEYS, WAY_KEYS)
_BOUND = {  # by whether services and whether callers are named
    (False, False): frozenset[str](),
    (False, True): _KEYS_OF_CALLERS,
    (True, False): KEYS_OF_SERVICES,
    (True, True): KEYS_OF_SERVICES | _KEYS_OF_CALLERS,
}


def requesters(
    audience: Audience,
    principals: Principals,
    world: World,
    read: frozenset[str],
    accounts: Ids,
    organizations: Ids,
    named: Ids,
    among: Optional[frozenset[str]],
) -> Iterator[Requester]:
    """The requesters of one row that a principal element covers.

    read: the context keys that matter to the question (only facts behind them are varied);
    accounts, organizations: the outsider's possible own ones, one for each way the policy's patterns can see them;
    named: the organizations that the policy names, those first that the question is about;
    among: the accounts to which the statement limits principals, where it does.
    """
    strict = audience is Audience.everyone
    if audience is Audience.service:
        for service in services_of(principals, world):
            yield Requester(
                Caller(service=service), {}, service_facts(service, world, read), key_owner(world, read), {}
            )
        return
    for place in _owners_worlds(audience, world, accounts):
        for caller, principal in callers(audience, principals, place, read, accounts, among):
            account = caller.account or ""
            facts = account_facts(account, place, read, strict, audience is Audience.network)
            for organization in organizations_of(audience, place, read, organizations, named):
                for network in networks(place, account, strict, read):
                    yield Requester(caller, principal, facts, organization, network)


def _owners_worlds(audience: Audience, world: World, accounts: Ids) -> Iterator[World]:
    """The world, and where the key's account is not known, those in which it is another that patterns can see."""
    yield world
    if audience is Audience.internal and world.key.account is None:
        yield from (world.owned_by(account) for account in accounts() if account != world.outsider)
