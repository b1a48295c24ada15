"""The two clocks, `aws:CurrentTime` and `aws:EpochTime`: one moment, any from the event's time on.

Source: IAM User Guide, *AWS global condition context keys*, aws:CurrentTime and aws:EpochTime.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Optional

from ..budget import Budget
from ..domains import numbers_and_dates
from ..domains.conditions import limits, rows
from ..domains.domain import Domain, Limits, Spend
from ..policy import typed_values
from ..policy.context_keys import CLOCKS, CURRENT_TIME, EPOCH_TIME
from ..policy.model import Condition
from ..policy.operators import Family, policy_value
from ..policy.wildcards import no_values
from ..regular import languages
from .key_groups import Assignment, Goals, Group
from .key_values import points
from .literals import Constraint, OfKey

_STEPS_OF_A_MOMENT = 12  # to read it, or to write it
_ENDLESS = (False, True, True)  # the event's time and all that follow


class Clocks(Group):
    """The moments under which conditions on the two clocks come out as asked."""

    def __init__(self, constraints: Mapping[int, Constraint], start: Optional[float], budget: Budget) -> None:
        super().__init__(constraints, budget)
        self._moments = moments(constraints.values(), start, budget)
        self._domains = domains(start, self._moments)

    def _solve(self, goals: Goals) -> Optional[Assignment]:
        asked = sorted(goals)
        for moment in self._moments:
            self._budget.spend(_STEPS_OF_A_MOMENT)
            context = at_moment(moment)
            if self._met(asked, context):
                return context
        for clock in CLOCKS:
            found = self._spelled(clock, asked)
            if found is not None:
                return found
        return None

    def _spelled(self, clock: str, goals: Sequence[tuple[int, bool]]) -> Optional[Assignment]:
        """A moment whose text on one of the clocks suits the patterns for it and what is asked of both as moments."""
        asked = [(self.constraints[number], wanted) for number, wanted in goals]
        about = [(c.condition, wanted) for c, wanted in asked if isinstance(c, OfKey) and _concerns(clock, c.condition)]
        if not any(condition.operator.takes_variables for condition, _ in about):
            return None
        required, forbidden = limits(about, self._rows)

        def good(text: str) -> bool:
            return self._met(goals, at_moment(typed_values.moment(text)))

        groups, avoided = self._domains[clock].limits(self._budget.spend)
        text = languages.find([*groups, *required], [*avoided, *forbidden], self._budget.spend, good)
        return None if text is None else at_moment(typed_values.moment(text))

    def _rows(self, condition: Condition) -> list[languages.Pattern]:
        return rows(condition, no_values, self._budget, as_dates=True)


def _concerns(clock: str, condition: Condition) -> bool:
    return condition.key == clock or not condition.operator.takes_variables


def at_moment(moment: typed_values.Number) -> Assignment:
    """What the clocks show."""
    return {CURRENT_TIME: typed_values.moment_text(moment), EPOCH_TIME: typed_values.number_text(moment)}


def moments(constraints: Iterable[Constraint], start: Optional[float], budget: Budget) -> list[typed_values.Number]:
    """The moments that comparisons on the clocks can tell apart, from the event's time on; first an everyday one."""
    conditions = [c.condition for c in constraints if isinstance(c, OfKey) and c.key in CLOCKS]
    budget.spend(_STEPS_OF_A_MOMENT * sum(len(c.values) for c in conditions))
    dates = [policy_value(text, Family.DATE) for condition in conditions for text in condition.values]
    numbers = [
        policy_value(text, Family.NUMERIC)
        for condition in conditions
        if condition.operator.family is Family.NUMERIC
        for text in condition.values
    ]
    earliest = _earliest(start)
    first = earliest if start is not None else typed_values.moment("2026-01-01T00:00:00Z")
    known = [moment for moment in chain(dates, numbers, [first]) if moment is not None]
    return [first, *(m for m in points(known) if earliest <= m <= typed_values.LAST_MOMENT)]


def domains(start: Optional[float], seeds: Sequence[typed_values.Number]) -> dict[str, Domain]:
    """What each of the clocks can show; seeds: moments to try first."""
    earliest = _earliest(start)

    def since(text: str) -> bool:
        moment = typed_values.moment(text)
        return moment is not None and earliest <= moment <= typed_values.LAST_MOMENT

    def within(spend: Spend) -> Limits:
        return [*numbers_and_dates.calendar(), list(numbers_and_dates.moment_rows(earliest, _ENDLESS))], ()

    make = partial(Domain, optional=False, valid=since, within=within)
    return {
        CURRENT_TIME: make(numbers_and_dates.INSTANTS, seeds=tuple(map(typed_values.moment_text, seeds))),
        EPOCH_TIME: make(numbers_and_dates.SECONDS, seeds=tuple(map(typed_values.number_text, seeds))),
    }


def _earliest(start: Optional[float]) -> typed_values.Number:
    return typed_values.moment(f"{start:.3f}") if start is not None else typed_values.moment("0000-01-01T00:00:00Z")
