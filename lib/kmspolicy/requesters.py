"""Who may ask: every kind of requester of a row of the threat model that a principal element covers.

Facts that a requester cannot change are bound; all other context keys are free (see domains.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from .audience import Audience
from .bound import account_facts, organizations_of, service_facts, services_of
from .callers import callers
from .domains import Domain, Facts
from .evaluate import Caller
from .networks import networks
from .principals import Principals
from .world import Ids, World


@dataclass(frozen=True)
class Requester:
    """One kind of requester: who it is to principal elements, and what its bound context keys can hold."""

    caller: Caller
    facts: Facts

    def domain(self, key: str) -> Optional[Domain]:
        """What a bound key can hold; None for a free key."""
        fact = self.facts.get(key)
        return fact() if fact is not None else None


def requesters(
    audience: Audience, principals: Principals, world: World, read: frozenset[str], accounts: Ids, organizations: Ids
) -> Iterator[Requester]:
    """The requesters of one row that a principal element covers.

    read: the context keys that matter to the question (only facts behind them are varied);
    accounts, organizations: the outsider's possible own ones, one for each way the policy's patterns can see them.
    """
    strict = audience is Audience.everyone
    if audience is Audience.service:
        for service in services_of(principals, world):
            yield Requester(Caller(service=service), service_facts(service, world))
        return
    for caller, identity in callers(audience, principals, world, read, accounts):
        for organization in organizations_of(audience, world, read, organizations):
            for network in networks(world.names, caller.account or "", world.partitions, strict, read):
                yield Requester(
                    caller,
                    {
                        **account_facts(caller.account or "", world, strict, audience is Audience.network),
                        **identity,
                        **organization,
                        **network,
                    },
                )
