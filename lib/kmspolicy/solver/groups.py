"""Groups: keys whose values are one fact. A group is declared as the cases in which the fact can stand.

A case is a tuple of parts that have nothing to do with each other; most parts are one key with its domain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..budget import Budget
from ..caching import Recent, lazy
from ..domains.domain import Domain, sample
from .literals import ONLY_REQUEST, Assignment, Conflict, Literal, Scope, Solution
from .theories import solve

ByKey = Mapping[str, Sequence[Literal]]
_STEPS_OF_A_CASE = 4  # that is solved
_MOST_KEPT = 32  # sets of keys for which a group, which policies share, keeps the cases


class Part(Protocol):
    """Some keys that are solved together."""

    @property
    def domains(self) -> Mapping[str, Domain]:
        """What each of its keys can hold, seen alone."""

    def solve(self, literals: ByKey, budget: Budget) -> Solution:
        """Values of its keys with which each literal is true. literals: without variables, by key."""

    def sample(self) -> Assignment:
        """Values of the keys that are always there, for a request of which nothing is asked."""

    def of(self, scope: Scope) -> "Part":
        """The same part, for the keys of another request."""


@dataclass(eq=False)
class Key:
    """One key. several: whether it holds a set of values; members: values that are always in the set."""

    name: str
    domain: Domain
    several: bool = False
    members: tuple[str, ...] = ()

    @lazy
    def domains(self) -> Mapping[str, Domain]:
        """See Part."""
        return {self.name: self.domain}

    def solve(self, literals: ByKey, budget: Budget) -> Solution:
        """See Part."""
        value = solve(self.name, self.domain, literals.get(self.name, ()), budget, self.several, self.members)
        return value if isinstance(value, Conflict) else {self.name: value}

    def sample(self) -> Assignment:
        """See Part."""
        if self.members:
            return {self.name: self.members}
        value = sample(self.domain)
        return {} if value is None else {self.name: (value,) if self.several else value}

    def of(self, scope: Scope) -> Part:
        """See Part."""
        return Key(scope.key(self.name), self.domain, self.several, self.members)


Case = tuple[Part, ...]


class Group:
    """Keys that one fact decides. A key that a case leaves out is absent in it."""

    def __init__(self, *cases: Case) -> None:
        """cases: the one that reads most naturally first; none where the fact cannot be."""
        self.cases = cases
        self._of: dict[Scope, Group] = {}
        self._told_apart: Recent[tuple[Case, ...]] = Recent(_MOST_KEPT)

    def of(self, scope: Scope) -> "Group":
        """The same group, for the keys of another request."""
        if scope == ONLY_REQUEST:
            return self  # kept, it would be a cycle, which is not let go before a garbage collection
        if scope not in self._of:
            parts = {part: part.of(scope) for case in self.cases for part in case}  # cases have parts in common
            self._of[scope] = Group(*[tuple([parts[part] for part in case]) for case in self.cases])
        return self._of[scope]

    def solve(self, literals: ByKey, budget: Budget) -> Solution:
        """Values of the group's keys with which each literal is true, or the conflict."""
        reasons: frozenset[str] = frozenset()
        for case in self._first_of_each(frozenset(literals)):
            budget.spend(_STEPS_OF_A_CASE)
            found = _solve_case(case, literals, budget)
            if not isinstance(found, Conflict):
                return found
            reasons |= found.keys
        return Conflict(reasons or frozenset(literals))

    def _first_of_each(self, keys: frozenset[str]) -> tuple[Case, ...]:
        """The cases that differ in what these keys can hold, the first one of those that do not."""

        def told_apart() -> tuple[Case, ...]:
            found: dict[tuple[Part, ...], Case] = {}
            for case in self.cases:
                found.setdefault(tuple([part for part in case if not part.domains.keys().isdisjoint(keys)]), case)
            return tuple(found.values())

        return self._told_apart.answer(keys, told_apart)


def _solve_case(case: Case, literals: ByKey, budget: Budget) -> Solution:
    """Values of the case's keys: those that the literals test, and those that are always there."""
    values: Assignment = {}
    asked = dict.fromkeys(literals)  # in order, which decides what conflict is told
    others: list[Part] = []
    for part in case:
        if part.domains.keys().isdisjoint(literals):
            others.append(part)
            continue
        found = part.solve(literals, budget)
        if isinstance(found, Conflict):
            return found
        values.update(found)
        for key in part.domains:
            asked.pop(key, None)
    for key in asked:  # absent in this case
        if not all(each.accepts(None) for each in literals[key]):
            return Conflict(frozenset((key,)))
        values[key] = None
    for part in others:
        values.update(part.sample())
    return values


def solve_apart(group_of: Mapping[str, Group], literals: Sequence[Literal], budget: Budget) -> Solution:
    """Values of the groups' keys with which each literal, none of which has variables, is true, or the conflict.

    group_of: the group of each key.
    """
    asked: dict[Group, dict[str, list[Literal]]] = {group: {} for group in group_of.values()}
    for each in literals:
        asked[group_of[each.key]].setdefault(each.key, []).append(each)
    values: Assignment = {}
    for group, by_key in asked.items():
        found = group.solve(by_key, budget)
        if isinstance(found, Conflict):
            return found
        values.update(found)
    return values
