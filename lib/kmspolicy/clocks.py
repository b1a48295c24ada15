"""The two clocks, `aws:CurrentTime` and `aws:EpochTime`: one moment, any from the event's time on.

Source: IAM User Guide, *AWS global condition context keys*, aws:CurrentTime and aws:EpochTime.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Optional

from . import automata, ordered, typed
from .budget import Budget
from .candidates import points
from .constraints import Constraint, OfKey
from .domains import Domain, Limits, Spend
from .groups import Assignment, Goals, Group
from .limits import limits, rows
from .operators import Family, policy_value
from .patterns import no_values
from .policy import Condition

CURRENT, EPOCH = CLOCKS = ("aws:currenttime", "aws:epochtime")
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
            return self._met(goals, at_moment(typed.moment(text)))

        groups, avoided = self._domains[clock].limits(self._budget.spend)
        text = automata.find([*groups, *required], [*avoided, *forbidden], self._budget.spend, good)
        return None if text is None else at_moment(typed.moment(text))

    def _rows(self, condition: Condition) -> list[automata.Pattern]:
        return rows(condition, no_values, self._budget, as_dates=True)


def _concerns(clock: str, condition: Condition) -> bool:
    return condition.key == clock or not condition.operator.takes_variables


def at_moment(moment: typed.Number) -> Assignment:
    """What the clocks show."""
    return {CURRENT: typed.moment_text(moment), EPOCH: typed.number_text(moment)}


def moments(constraints: Iterable[Constraint], start: Optional[float], budget: Budget) -> list[typed.Number]:
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
    first = earliest if start is not None else typed.moment("2026-01-01T00:00:00Z")
    known = [moment for moment in chain(dates, numbers, [first]) if moment is not None]
    return [first, *(m for m in points(known) if earliest <= m <= typed.LAST_MOMENT)]


def domains(start: Optional[float], seeds: Sequence[typed.Number]) -> dict[str, Domain]:
    """What each of the clocks can show; seeds: moments to try first."""
    earliest = _earliest(start)

    def since(text: str) -> bool:
        moment = typed.moment(text)
        return moment is not None and earliest <= moment <= typed.LAST_MOMENT

    def within(spend: Spend) -> Limits:
        return [*ordered.calendar(), list(ordered.moment_rows(earliest, _ENDLESS))], ()

    make = partial(Domain, optional=False, valid=since, within=within)
    return {
        CURRENT: make(ordered.INSTANTS, seeds=tuple(map(typed.moment_text, seeds))),
        EPOCH: make(ordered.SECONDS, seeds=tuple(map(typed.number_text, seeds))),
    }


def _earliest(start: Optional[float]) -> typed.Number:
    return typed.moment(f"{start:.3f}") if start is not None else typed.moment("0000-01-01T00:00:00Z")
