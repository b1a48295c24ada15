"""What requesters are drawn from: the ids that a policy names, the key, and fresh ids for those it does not name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count
from typing import Callable, Optional

from ..caching import lazy
from ..evaluation.request import PARTITIONS, KeyFacts
from ..policy import wildcards
from ..policy.model import Policy
from ..policy.principals import account_of
from .named_ids import Names

Ids = Callable[[], Iterator[str]]  # of accounts or organizations that an outsider may have


_ACCOUNTS = ("444455556666", "777788889999", "999999999999")


class World:
    """What requesters are drawn from: the policy's names, the key, and fresh ids for those the policy does not name.

    Each part is worked out when it is asked for.
    """

    def __init__(self, policy: Policy, key: KeyFacts, owner: Optional[str] = None) -> None:
        """owner: the key's own account in this world, where it is not known."""
        self._policy = policy
        self.key = key
        self._owner = owner
        self.names = Names(policy)

    @lazy
    def outsider(self) -> str:
        """The account of somebody whom the policy does not name."""
        first = _ACCOUNTS[0]
        return first if first != self.key.account and self.names.surely_lacks(first) else self._fresh(self.key.account)

    def _fresh(self, other: Optional[str]) -> str:
        """An account that the policy does not name, and not this one."""
        taken = {*self.names.accounts, other}
        return next(account for account in chain(_ACCOUNTS, map(str, count(900000000000))) if account not in taken)

    @lazy
    def own_account(self) -> str:
        """The key's own account; where it is not known, one that the policy does not name."""
        return self.key.account or self._owner or self._fresh(self.outsider)

    def owned_by(self, account: str) -> "World":
        """The same world, but that the key belongs to this account."""
        return World(self._policy, self.key, account)

    @lazy
    def own_organization(self) -> str:
        """The organization of the key's owner, where the policy does not name it."""
        return self._unnamed("o-keysowner0")

    @lazy
    def foreign_organization(self) -> str:
        return self._unnamed("o-outsider00")

    def _unnamed(self, stem: str) -> str:
        if self.names.surely_lacks(stem):
            return stem
        candidates = chain((stem,), (f"{stem}{n}" for n in count()))
        return next(name for name in candidates if name not in self.names.organizations)

    @lazy
    def arns(self) -> Mapping[str, tuple[str, ...]]:
        """Principals that the policy names, by account."""
        return _by_account(statement.principals.arns for statement in self._policy.statements)

    @lazy
    def sessions(self) -> Mapping[str, tuple[str, ...]]:
        """Sessions that the policy names, by account."""
        return _by_account(statement.principals.sessions for statement in self._policy.statements)

    @lazy
    def unique_ids(self) -> tuple[str, ...]:
        """Unique ids that principal elements name."""
        found = (sorted(statement.principals.unique_ids) for statement in self._policy.statements)
        return tuple(dict.fromkeys(chain.from_iterable(found)))

    @lazy
    def owners(self) -> frozenset[str]:
        """Accounts that principal elements name, or whose principals they do."""
        return frozenset[str]().union(*(statement.principals.who.owners for statement in self._policy.statements))

    @lazy
    def services(self) -> tuple[str, ...]:
        """Services that principal elements name."""
        found = (sorted(statement.principals.services) for statement in self._policy.statements)
        return tuple(dict.fromkeys(chain.from_iterable(found)))

    @lazy
    def other_services(self) -> tuple[str, ...]:
        """Services that they do not name, as far as the policy's conditions can tell them apart."""
        found = dict.fromkeys(_services_in_conditions(self._policy))
        return tuple(name for name in found if name not in self.services)

    @lazy
    def partitions(self) -> tuple[str, ...]:
        """Of the key, as far as the policy's conditions can tell them apart."""
        return (self.key.partition,) if self.key.partition else _partitions(self._policy)


def _by_account(listed: Iterable[frozenset[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for arns in listed:
        for arn in sorted(arns):
            found.setdefault(account_of(arn), {})[arn] = None
    return {account: tuple(arns) for account, arns in found.items()}


# A text that tells partitions apart by whole names at most.
_WHOLE_PARTITION = re.compile(r"arn:([a-z-]*|\*):|[^a]*\Z")


def _partitions(policy: Policy) -> tuple[str, ...]:
    """aws, those that conditions name, and one that they do not; all, where a pattern could match part of a name."""
    named = {"aws"}
    for condition in (condition for statement in policy.statements for condition in statement.conditions):
        if "arn" not in condition.key and condition.key != "aws:federatedprovider":
            continue
        for text in condition.values:
            whole = _WHOLE_PARTITION.match(text)
            if whole is None:
                return PARTITIONS
            named.add(whole.group(1) or "aws")
    others = [name for name in PARTITIONS if name not in named]
    return (*(name for name in PARTITIONS if name in named), *others[:1])


_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com\Z")
_SERVICE_KEYS = ("aws:principalservicename", "aws:principalservicenameslist")


def _services_in_conditions(policy: Policy) -> Iterator[str]:
    """Service names that conditions spell out or that one of their patterns matches, then any."""
    for statement in policy.statements:
        for condition in statement.conditions:
            if condition.key in _SERVICE_KEYS and condition.operator.takes_variables:
                for tokens in condition.tokens:
                    name = wildcards.filled(tokens, "s3")
                    if _SERVICE.match(name):
                        yield name
    yield from ("s3.amazonaws.com", "logs.amazonaws.com", "x.amazonaws.com")
