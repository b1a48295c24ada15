"""Context keys that must be solved together; here one key alone, see clocks.py and linked.py for the others."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Optional

from ..budget import Budget
from ..domains.domain import Domain
from ..evaluation.request import Value
from ..policy import wildcards
from .key_values import KeyValues
from .literals import Constraint, OfKey

Goals = frozenset[tuple[int, bool]]  # (number of a constraint, whether it is to hold)
Assignment = dict[str, Value]


class Group(ABC):
    """Solves goals about its own keys; answers are remembered."""

    def __init__(self, constraints: Mapping[int, Constraint], budget: Budget) -> None:
        self.constraints = constraints
        self._budget = budget
        self._answers: dict[Goals, Optional[Assignment]] = {}

    def solve(self, goals: Goals) -> Optional[Assignment]:
        """Values of the group's keys with which every goal is met, or None when there are none."""
        if goals not in self._answers:
            self._answers[goals] = self._solve(goals)
        return self._answers[goals]

    @abstractmethod
    def _solve(self, goals: Goals) -> Optional[Assignment]: ...

    def _met(self, goals: Iterable[tuple[int, bool]], context: Mapping[str, Value]) -> bool:
        for at, wanted in goals:
            self._budget.spend(1 + self.constraints[at].effort(context))
            if self.constraints[at].holds(context) != wanted:
                return False
        return True


class OneKey(Group):
    """A key that nothing links to another."""

    def __init__(
        self, key: str, domain: Domain, constraints: Mapping[int, Constraint], lookup: wildcards.Lookup, budget: Budget
    ) -> None:
        super().__init__(constraints, budget)
        self.key = key
        self._position = {number: at for at, number in enumerate(constraints)}
        conditions = [c.condition for c in constraints.values() if isinstance(c, OfKey)]
        self._values = KeyValues(key, domain, conditions, lookup, budget)

    def _solve(self, goals: Goals) -> Optional[Assignment]:
        found, value = self._values.value(frozenset((self._position[number], wanted) for number, wanted in goals))
        return {self.key: value} if found else None
