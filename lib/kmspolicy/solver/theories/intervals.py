"""Numbers, moments and addresses: a condition is a union of intervals, and a value a point in all of them."""

from collections.abc import Iterable, Sequence
from typing import Optional

from ...caching import cached_for_shared
from ...domains.domain import Points
from ...policy.condition import Condition
from ...policy.operators import matching_points
from ...regular.intervals import Intervals, together
from ..literals import Literal


def solve(domain: Points, literals: Sequence[Literal]) -> Optional[str]:
    """The text of a point of the domain with which each literal is true; None where there is none."""
    point = (domain.within & allowed(literals)).lowest(domain.line.whole)
    return None if point is None else domain.line.write(point)


def allowed(literals: Iterable[Literal]) -> Intervals:
    """The points with which each literal is true."""
    return together(map(_of_literal, literals))


def _of_literal(each: Literal) -> Intervals:
    found = _matching(each.condition)
    return found if each.is_positive else ~found


@cached_for_shared
def _matching(condition: Condition) -> Intervals:
    return matching_points(condition.operator, condition.values)
