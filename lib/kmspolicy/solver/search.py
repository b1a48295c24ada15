"""Finds context keys that meet every condition of an Allow and slip past every Deny, or shows that there are none.

Each Deny must fail on one of its conditions; which one is searched for, key by key, with the fewest choices first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ..budget import Budget
from ..domains.domain import Domain, free_domain
from ..evaluation.evaluator import variable_lookup
from ..evaluation.request import KeyFacts, Value
from ..policy.context_keys import CLOCKS, context_key
from ..requesters.requesters import Requester
from .key_groups import Assignment, Goals, Group, OneKey
from .literals import Constraint, OfKey
from .time_keys import Clocks
from .variable_keys import Linked

State = tuple[dict[int, Goals], dict[int, Assignment]]  # by group: what must come out, and values with which it does


_STEPS_OF_A_CONSTRAINT = 8  # to part it from the others


class Unmet(NamedTuple):
    """Keys on which the required constraints cannot be met, whatever the Denies say."""

    keys: frozenset[str]


def solve(
    requester: Requester,
    action: str,
    required: Sequence[Constraint],
    denies: Sequence[Sequence[Constraint]],
    key: KeyFacts,
    budget: Budget,
) -> "Assignment | Unmet | None":
    """Context keys (None: absent) with which the required constraints hold and each Deny misses one of its own.

    None means that there are none; Unmet, that already the required constraints on some keys cannot be met together.
    Raises OutOfSteps when the budget ends first.
    """
    for constraint in required:
        if isinstance(constraint, OfKey) and not constraint.variables:
            bound = requester.domain(constraint.key)
            if bound is not None and bound.is_single and not constraint.holds({constraint.key: bound.single}):
                return Unmet(frozenset((constraint.key,)))
    return _Search(requester, action, required, denies, key, budget).run()


class _Search:
    def __init__(
        self,
        requester: Requester,
        action: str,
        required: Sequence[Constraint],
        denies: Sequence[Sequence[Constraint]],
        key: KeyFacts,
        budget: Budget,
    ) -> None:
        self._requester, self._action, self._key, self._budget = requester, action, key, budget
        self._constraints: list[Constraint] = [*required, *(c for deny in denies for c in deny)]
        budget.spend(_STEPS_OF_A_CONSTRAINT * (1 + len(self._constraints)))
        self._required = range(len(required))
        self._denies: list[range] = []
        start = len(required)
        for deny in denies:
            self._denies.append(range(start, start + len(deny)))
            start += len(deny)
        self._group_of: dict[int, int] = {}
        self._members: list[Mapping[int, Constraint]] = []
        self._groups: dict[int, Group] = {}
        self._domains: dict[str, Domain] = {}
        self._fixed = self._fixed_values()
        self._part_keys()

    # --- keys and groups --------------------------------------------------------------------------------------------

    def _domain(self, key: str) -> Domain:
        domain = self._domains.get(key)
        if domain is None:
            bound = self._requester.domain(key)
            domain = bound if bound is not None else free_domain(context_key(key), self._action)
            self._domains[key] = domain
            self._budget.spend(1 + domain.size)
        return domain

    def _fixed_values(self) -> Assignment:
        """Keys with a single possible value: variables that name them need no search."""
        names = dict.fromkeys(name for c in self._constraints for name in c.variables)
        fixed: Assignment = {}
        for name in names:
            domain = self._domain(name)
            if domain.is_single:
                fixed[name] = domain.single
        return fixed

    def _part_keys(self) -> None:
        """Parts the constraints into groups whose keys have nothing to do with each other."""
        parent: dict[str, str] = {}

        def root(name: str) -> str:
            while parent.setdefault(name, name) != name:
                name = parent[name]
            return name

        for constraint in self._constraints:
            for name in constraint.variables:
                if name not in self._fixed:
                    parent[root(name)] = root(constraint.key)
        members: dict[str, dict[int, Constraint]] = {}
        for number, constraint in enumerate(self._constraints):
            key = CLOCKS[0] if constraint.key in CLOCKS else constraint.key
            members.setdefault(root(key), {})[number] = constraint
        for constraints in members.values():
            for number in constraints:
                self._group_of[number] = len(self._members)
            self._members.append(constraints)

    def _solve(self, at: int, goals: Goals) -> Optional[Assignment]:
        self._budget.spend(1 + len(goals))
        if at not in self._groups:
            self._groups[at] = self._group(self._members[at])
        return self._groups[at].solve(goals)

    def _keys(self, at: int) -> frozenset[str]:
        return keys_read(self._members[at].values())

    def _group(self, constraints: Mapping[int, Constraint]) -> Group:
        key = next(iter(constraints.values())).key
        if all(set(c.variables) <= self._fixed.keys() for c in constraints.values()) and key:
            if key in CLOCKS:
                return Clocks(constraints, self._key.event_time, self._budget)
            return OneKey(key, self._domain(key), constraints, variable_lookup(self._fixed), self._budget)
        names = keys_read(constraints.values())
        return Linked(constraints, {n: self._domain(n) for n in sorted(names)}, self._key, self._fixed, self._budget)

    # --- the search -------------------------------------------------------------------------------------------------

    def run(self) -> "Assignment | Unmet | None":
        wanted = [(number, True) for number in self._required]
        goals = self._goals(wanted)
        for at in sorted(goals, key=self._is_open):
            if self._solve(at, goals[at]) is None:
                return Unmet(self._keys(at))
        wanted += [(deny[0], False) for deny in self._denies if len(deny) == 1]
        goals = self._goals(wanted)
        found: dict[int, Assignment] = {}
        for at in range(len(self._members)):
            values = self._solve(at, goals.setdefault(at, frozenset()))
            if values is None:
                return None
            found[at] = values
        for denies in self._independent([deny for deny in self._denies if len(deny) > 1]):
            state = self._pass_by(denies, (goals, found))
            if state is None:
                return None
            goals, found = state
        context = dict(self._fixed)
        for values in found.values():
            context.update(values)
        return context

    def _is_open(self, at: int) -> bool:
        """Whether a group has keys with many values; those with few are asked first."""
        return any(self._domain(name).values is None for name in sorted(self._keys(at)))

    def _goals(self, wanted: Iterable[tuple[int, bool]]) -> dict[int, Goals]:
        """By group: which of its constraints are to hold and which are not."""
        of_group: dict[int, list[tuple[int, bool]]] = {}
        for goal in wanted:
            of_group.setdefault(self._group_of[goal[0]], []).append(goal)
        return {at: frozenset(listed) for at, listed in of_group.items()}

    def _independent(self, denies: Sequence[range]) -> list[list[range]]:
        """Denies that share no group of keys are searched one after the other, not one inside the other."""
        parent = list(range(len(self._members)))

        def root(at: int) -> int:
            while parent[at] != at:
                at = parent[at]
            return at

        for deny in denies:
            for number in deny[1:]:
                parent[root(self._group_of[number])] = root(self._group_of[deny[0]])
        together: dict[int, list[range]] = {}
        for deny in denies:
            together.setdefault(root(self._group_of[deny[0]]), []).append(deny)
        return list(together.values())

    def _pass_by(self, denies: Sequence[range], state: State) -> Optional[State]:
        """Depth first: a Deny that the values meet is made to fail on one of its conditions, the others follow."""
        stack: list[Iterator[State]] = [iter([state])]
        while stack:
            current = next(stack[-1], None)
            if current is None:
                stack.pop()
                continue
            self._budget.spend(1 + len(denies))
            met = [deny for deny in denies if self._meets(deny, current[1])]
            if not met:
                return current
            stack.append(iter(self._choices(met, current)))
        return None

    def _meets(self, deny: range, found: Mapping[int, Assignment]) -> bool:
        for number in deny:
            constraint, context = self._constraints[number], self._context(found, self._group_of[number])
            self._budget.spend(1 + len(context) + constraint.effort(context))
            if not constraint.holds(context):
                return False
        return True

    def _context(self, found: Mapping[int, Assignment], at: int) -> Mapping[str, Value]:
        return {**self._fixed, **found[at]} if self._fixed else found[at]

    def _choices(self, met: Sequence[range], state: State) -> list[State]:
        """The ways to slip past one of the Denies that are met: the one with the fewest."""
        fewest: Optional[list[State]] = None
        for deny in met:
            ways = list(self._ways(deny, state))
            if fewest is None or len(ways) < len(fewest):
                fewest = ways
            if len(fewest) <= 1:
                break
        return fewest or []

    def _ways(self, deny: range, state: State) -> Iterator[State]:
        goals, found = state
        for number in deny:
            at = self._group_of[number]
            self._budget.spend(1 + len(goals) + len(goals[at]))
            if (number, True) in goals[at]:
                continue
            wanted = goals[at] | {(number, False)}
            values = self._solve(at, wanted)
            if values is not None:
                yield {**goals, at: wanted}, {**found, at: values}


def keys_read(constraints: Iterable[Constraint]) -> frozenset[str]:
    """Every context key that the constraints test or read."""
    return frozenset(name for c in constraints for name in (c.key, *c.variables) if name)
