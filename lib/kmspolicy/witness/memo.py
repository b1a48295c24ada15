"""Remembers what was found: policies ask the same questions again and again, about the same few accounts.

An answer keeps the number of steps that finding it took and is charged for them each time, so that whether a bound is
reached does not depend on what was asked before.
"""

from collections.abc import Sequence
from typing import Any, Callable, Optional, TypeVar, Union

from ..budget import Budget
from ..caching import Recent, cached_for_shared, cached_for_short
from ..domains.domain import Domain, Fact, free_domain
from ..evaluation.request import KeyFacts, Value
from ..policy import wildcards
from ..policy.context_keys import CLOCKS, context_key
from ..policy.model import Condition
from ..policy.operators import Family
from ..requesters.requesters import Requester
from ..solver.key_groups import Assignment
from ..solver.key_values import KeyValues
from ..solver.literals import Constraint, OfKey
from ..solver.search import Unmet, solve

Answer = TypeVar("Answer")
Solution = Union[Assignment, Unmet, None]
_MOST_ASKED = 16  # conditions, or keys, of a question that is remembered
_kept: Recent[tuple[Any, int]] = Recent(2048)
_TIMES_PROVEN = 2  # here, and by the evaluator of whole requests
_TO_HOLD = frozenset(((0, True),))


class Question:
    """How a request for an action can meet every constraint of an Allow; to be asked of several requesters."""

    def __init__(
        self, action: str, required: Sequence[Constraint], read: frozenset[str], key: KeyFacts, budget: Budget
    ) -> None:
        """read: every context key that the required constraints and those of all Denies test or read."""
        self._action, self._required, self._key, self._budget = action, required, key, budget
        self._conditions = _conditions(required)
        self._read = read
        # Conditions on different keys can be met one by one, where nothing else is asked.
        keys = {constraint.key for constraint in required}
        self._apart = self._conditions is not None and len(keys) == len(required) and keys.isdisjoint(CLOCKS)

    def solution(self, requester: Requester, denies: Sequence[Sequence[Constraint]]) -> Solution:
        """Context keys with which this requester meets the constraints and slips past these Denies; see solve."""
        conditions = self._conditions
        if conditions is None:
            return self._solve(requester, denies)
        if self._apart and not denies:
            return self._one_by_one(requester, conditions)
        against = tuple(map(_conditions, denies))
        if not all(each is not None and all(c.shared for c in each) for each in (conditions, *against)):
            return self._solve(requester, denies)
        if max(len(self._read), len(conditions) + sum(map(len, denies))) > _MOST_ASKED:
            return self._solve(requester, denies)
        asked = tuple([(name, requester.fact(name), self._matters(name)) for name in sorted(self._read)])
        if not all(fact is None or fact.shared for _, fact, _ in asked):
            return self._solve(requester, denies)
        moment = None if self._read.isdisjoint(CLOCKS) else self._key.event_time
        return self._once((conditions, against, asked, moment), self._solve, requester, denies)

    def _one_by_one(self, requester: Requester, conditions: tuple[Condition, ...]) -> Solution:
        found: Assignment = {}
        for condition in conditions:
            fact = requester.fact(condition.key)
            if condition.shared and (fact is None or fact.shared):
                question = (condition, fact, "" if fact else self._matters(condition.key))
                met, found[condition.key] = self._once(question, self._value, condition, fact)
            else:
                met, found[condition.key] = self._value(condition, fact)
            if not met:
                return Unmet(frozenset((condition.key,)))
        return found

    def _value(self, condition: Condition, fact: Optional[Fact]) -> tuple[bool, Value]:
        domain = fact.domain if fact else free_domain(context_key(condition.key), self._action)
        self._budget.spend(1 + domain.size + domain.effort(len(condition.values[0]) if condition.values else 0))
        obvious = _obvious(condition, domain)
        if obvious is not None:
            return True, obvious
        return KeyValues(condition.key, domain, (condition,), wildcards.no_values, self._budget).value(_TO_HOLD)

    def _matters(self, name: str) -> str:
        """The action, where requests carry the key for some actions only."""
        return "" if context_key(name).actions is None else self._action

    def _once(self, question: tuple[object, ...], work_out: Callable[..., Answer], *about: Any) -> Answer:
        """The answer to a question about shared conditions, worked out when it is asked for the first time."""
        answer = _kept.get(question)
        if answer is not None:
            self._budget.spend(answer[1])
            return answer[0]  # type: ignore[no-any-return]  # what work_out answered to the same question
        before = self._budget.left
        found = work_out(*about)
        _kept.keep(question, (found, before - self._budget.left))
        return found

    def _solve(self, requester: Requester, denies: Sequence[Sequence[Constraint]]) -> Solution:
        found = solve(requester, self._action, self._required, denies, self._key, self._budget)
        if found is None or isinstance(found, Unmet) or self._proven(found, denies):
            return found
        return None

    def _proven(self, context: Assignment, denies: Sequence[Sequence[Constraint]]) -> bool:
        return self._all_hold(self._required, context) and not any(self._all_hold(deny, context) for deny in denies)

    def _all_hold(self, constraints: Sequence[Constraint], context: Assignment) -> bool:
        for constraint in constraints:
            self._budget.spend(_TIMES_PROVEN * constraint.effort(context))
            if not constraint.holds(context):
                return False
        return True


@cached_for_shared
def met_by_anyone(condition: Condition) -> bool:
    """Whether a condition on a key that no requester is bound to is met by what it lists, whatever the action."""
    domain = _free_for_all(condition.key)
    return domain is not None and _obvious(condition, domain) is not None


@cached_for_short(128)
def _free_for_all(key: str) -> Optional[Domain]:
    """What the key can hold in requests for any action; None where some lack it."""
    row = context_key(key)
    return free_domain(row, "") if row.actions is None else None


def _obvious(condition: Condition, domain: Domain) -> Optional[str]:
    """The first text that the condition lists, where the key can hold it: what most searches would come to."""
    operator = condition.operator
    if not operator.takes_variables or operator.negated or condition.quantifier or condition.if_exists:
        return None
    if domain.values is not None or context_key(condition.key).multivalued:
        return None
    if not condition.values or condition.variables:
        return None
    first = condition.tokens[0]
    plain = wildcards.is_plain(first)
    text = str(first[0]) if plain and first else wildcards.filled(first, "any")
    if operator.family is Family.ARN and not (wildcards.is_arn(text) if plain else condition.test(text)):
        return None
    return text if domain.holds(text) else None


def _conditions(constraints: Sequence[Constraint]) -> Optional[tuple[Condition, ...]]:
    """The conditions of constraints of which none reads variables; None where there is another constraint."""
    found = []
    for constraint in constraints:
        if not isinstance(constraint, OfKey) or constraint.variables:
            return None
        found.append(constraint.condition)
    return tuple(found)
