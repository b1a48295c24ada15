"""Remembers what the solver found: policies ask the same questions again and again, about the same few accounts.

An answer keeps the number of steps that finding it took and is charged for them each time, so that whether a bound is
reached does not depend on what was asked before.
"""

from collections.abc import Sequence
from typing import Optional, Union

from .budget import Budget
from .constraints import Constraint, OfKey
from .evaluate import KeyFacts
from .groups import CLOCKS, Assignment
from .keys import context_key
from .requesters import Requester
from .solver import Unmet, solve

Solution = Union[Assignment, Unmet, None]
_MOST = 2048
_kept: dict[tuple[object, ...], tuple[Solution, int]] = {}


class Question:
    """How a request for an action can meet every constraint of an Allow; to be asked of several requesters."""

    def __init__(
        self, action: str, required: Sequence[Constraint], read: frozenset[str], key: KeyFacts, budget: Budget
    ) -> None:
        """read: every context key that the required constraints and those of all Denies test or read."""
        self._action, self._required, self._key, self._budget = action, required, key, budget
        self._read = tuple(sorted(read))
        self._conditions = _shared(required)
        # What the answer depends on besides the constraints and what is known of the requester.
        self._otherwise = (
            "" if all(context_key(name).actions is None for name in read) else action,
            None if read.isdisjoint(CLOCKS) else key.event_time,
        )

    def solution(self, requester: Requester, denies: Sequence[Sequence[Constraint]]) -> Solution:
        """Context keys with which this requester slips past these Denies; see solve."""
        against = tuple(map(_shared, denies)) if denies else ()
        if self._conditions is None or None in against:
            return self._solve(requester, denies)
        question = (self._conditions, against, tuple(map(requester.fact, self._read)), *self._otherwise)
        answer = _kept.get(question)
        if answer is None:
            before = self._budget.left
            found = self._solve(requester, denies)
            answer = _kept[question] = (found, before - self._budget.left)
            if len(_kept) > _MOST:
                del _kept[next(iter(_kept))]
        else:
            self._budget.spend(answer[1])
        return answer[0]

    def _solve(self, requester: Requester, denies: Sequence[Sequence[Constraint]]) -> Solution:
        found = solve(requester, self._action, self._required, denies, self._key, self._budget)
        if found is None or isinstance(found, Unmet) or self._proven(found, denies):
            return found
        return None

    def _proven(self, context: Assignment, denies: Sequence[Sequence[Constraint]]) -> bool:
        return all(constraint.holds(context) for constraint in self._required) and not any(
            all(constraint.holds(context) for constraint in deny) for deny in denies
        )


def _shared(constraints: Sequence[Constraint]) -> Optional[tuple[object, ...]]:
    """The conditions of the constraints, where each is one that policies share and none reads variables."""
    found = []
    for constraint in constraints:
        if not isinstance(constraint, OfKey) or constraint.variables or not constraint.condition.shared:
            return None
        found.append(constraint.condition)
    return tuple(found)
