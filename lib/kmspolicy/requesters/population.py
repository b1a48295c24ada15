"""What requesters are drawn from: the ids that a policy names, the key, and fresh ids for those it does not name."""

import re
from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import chain, count
from typing import Callable, Optional

from ..caching import lazy
from ..evaluation.request import KeyFacts
from ..policy import wildcards
from ..policy.condition import Condition
from ..policy.context_keys import GRANTEE, KEY_ARN, PRINCIPAL_ARN, SOURCE_VPC_ARN
from ..policy.identifiers import PARTITIONS, partition_of
from ..policy.model import Policy
from ..policy.operators import Family
from ..policy.principals import account_of
from ..regular.automata import Automaton
from .named_ids import NamedIds

Ids = Callable[[], Iterable[str]]  # of accounts or organizations that an outsider may have

_ACCOUNTS = ("444455556666", "777788889999", "999999999999")


class Population:
    """What requesters are drawn from, for a key of one partition. Each part is worked out when it is asked for."""

    def __init__(
        self, policy: Policy, key: KeyFacts, partition: str, strict: bool = False, owner: Optional[str] = None
    ) -> None:
        """policy: as it reads in the partition; strict: whether only requesters count that are in no network that it
        names; owner: the key's own account here, where it is not known."""
        self.policy = policy
        self.key = key
        self.partition = partition
        self.strict = strict
        self._owner = owner
        self.names = NamedIds(policy)

    @lazy
    def outsider(self) -> str:
        """The account of a requester that the policy does not name."""
        return self._fresh(self.key.account)

    def _fresh(self, other: Optional[str]) -> str:
        """An account that the policy does not name, and not this one."""
        taken = {*self.names.accounts, other}
        return next(account for account in chain(_ACCOUNTS, map(str, count(900000000000))) if account not in taken)

    @lazy
    def own_account(self) -> str:
        """The key's own account; where it is not known, one that the policy does not name."""
        return self.key.account or self._owner or self._fresh(self.outsider)

    def owned_by(self, account: str) -> "Population":
        """The same, but that the key belongs to this account."""
        return Population(self.policy, self.key, self.partition, self.strict, account)

    @lazy
    def own_organization(self) -> str:
        """The organization of the key's owner, where the policy does not name it."""
        return self._unnamed("o-keysowner0")

    @lazy
    def foreign_organization(self) -> str:
        """An organization that the policy does not name, and that is not the key owner's."""
        return self._unnamed("o-outsider00")

    def _unnamed(self, stem: str) -> str:
        candidates = chain((stem,), (f"{stem}{n}" for n in count()))
        return next(name for name in candidates if name not in self.names.organizations)

    @lazy
    def arns(self) -> Mapping[str, tuple[str, ...]]:
        """Principals that the policy names, by account."""
        return _by_account(statement.principals.arns for statement in self.policy.statements)

    @lazy
    def sessions(self) -> Mapping[str, tuple[str, ...]]:
        """Sessions that the policy names, by account."""
        return _by_account(statement.principals.sessions for statement in self.policy.statements)

    @lazy
    def unique_ids(self) -> tuple[str, ...]:
        """Unique ids that principal elements name."""
        found = (sorted(statement.principals.unique_ids) for statement in self.policy.statements)
        return tuple(dict.fromkeys(chain.from_iterable(found)))


def _by_account(listed: Iterable[frozenset[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for arns in listed:
        for arn in sorted(arns):
            found.setdefault(account_of(arn), {})[arn] = None
    return {account: tuple(arns) for account, arns in found.items()}


_ARN = re.compile(r"arn:([a-z-]+):")
_ANY_PARTITION = re.compile(r"arn:|\*|\?")
_IN_PARTITION = frozenset((GRANTEE, KEY_ARN, PRINCIPAL_ARN, SOURCE_VPC_ARN))  # which hold an ARN of the key's partition


def partitions(policy: Policy, key: KeyFacts) -> tuple[str, ...]:
    """The partitions that the key may be in, as far as its policy can tell them apart.

    That of the event; else that of the principal elements where they agree, else of those that name the key's own
    account; without any, of the policy's other ARNs where they agree. Source: docs/threat-model.md, *How a policy is
    evaluated*.
    """
    known = key.partition or partition_of(key.region)
    if known:
        return (known,)
    arns = policy.principal_arns
    own = [arn for arn in arns if key.account and f"::{key.account}:" in arn]
    for listed in (arns, own) if arns else (_arns_elsewhere(policy),):
        found = {match.group(1) for match in map(_ARN.match, listed) if match}
        if len(found) == 1 and found <= set(PARTITIONS):
            return tuple(found)
    linked = any(not _IN_PARTITION.isdisjoint(condition.variables) for condition in policy.conditions)
    asked = (each for each in policy.conditions if linked or each.key in _IN_PARTITION)
    return PARTITIONS if arns or any(map(_tells_partitions, asked)) else PARTITIONS[:1]


def _tells_partitions(condition: Condition) -> bool:
    """Whether ARNs that differ in nothing but their partition can differ to a condition."""
    operator = condition.operator
    if not operator.takes_variables or not any(map(_ANY_PARTITION.search, condition.values)):
        return False
    make = wildcards.arn_automaton if operator.family is Family.ARN else wildcards.automaton
    union = Automaton(list(map(make, condition.opened().readable)))
    return len({reduce(union.step, f"arn:{name}:", union.start) for name in PARTITIONS}) > 1


def _arns_elsewhere(policy: Policy) -> list[str]:
    return [value for condition in policy.conditions for value in condition.values if value.startswith("arn:")]
