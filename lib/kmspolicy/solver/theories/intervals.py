"""Numbers, moments and addresses: a condition is a union of intervals, and a value a point in all of them."""

from collections.abc import Sequence
from typing import Optional

from ...budget import Budget
from ...domains.domain import Points
from ...regular.intervals import Intervals, Point, together
from ..literals import Literal


def solve(domain: Points, literals: Sequence[Literal], budget: Budget) -> Optional[str]:
    """The text of a point of the domain with which each literal is true; None where there is none."""
    point = budget.known.answer((domain, *literals), lambda: _lowest(domain, literals, budget))
    return None if point is None else domain.line.write(point)


def _lowest(domain: Points, literals: Sequence[Literal], budget: Budget) -> Optional[Point]:
    return (domain.within & allowed(literals, budget)).lowest(domain.line.whole)


def allowed(literals: Sequence[Literal], budget: Budget) -> Intervals:
    """The points with which each literal is true. It takes a step for each value."""
    budget.spend(sum([len(each.condition.values) for each in literals]))
    return together(map(_of_literal, literals))


def _of_literal(each: Literal) -> Intervals:
    found = each.condition.points
    return found if each.is_positive else ~found
