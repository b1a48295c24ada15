"""Sets of points on a line as unions of intervals: numbers, moments, addresses.

An interval runs from one cut to another; a cut lies just before or just after a point, so that open and closed ends,
complements and intersections need no special cases.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Optional

Point = Any  # Decimal or int; of one line all of one type
Cut = tuple[Point, int]  # a point, and 0 for just before it or 1 for just after it
Interval = tuple[Cut, Cut]

_START: Cut = (float("-inf"), 0)
_END: Cut = (float("inf"), 1)


@dataclass(frozen=True)
class Intervals:
    """A union of intervals, ascending and apart from one another."""

    parts: tuple[Interval, ...] = ()

    def __contains__(self, point: Point) -> bool:
        at = bisect_right(self.parts, ((point, 0), _END)) - 1
        return at >= 0 and (point, 1) <= self.parts[at][1]

    def __and__(self, other: "Intervals") -> "Intervals":
        found: list[Interval] = []
        left, right = 0, 0
        while left < len(self.parts) and right < len(other.parts):
            (low, high), (other_low, other_high) = self.parts[left], other.parts[right]
            start, end = max(low, other_low), min(high, other_high)
            if start < end:
                found.append((start, end))
            if high <= other_high:
                left += 1
            else:
                right += 1
        return Intervals(tuple(found))

    def __invert__(self) -> "Intervals":
        cuts = [_START, *(cut for part in self.parts for cut in part), _END]
        pairs = zip(cuts[::2], cuts[1::2])
        return Intervals(tuple([(low, high) for low, high in pairs if low < high]))

    def lowest(self, whole: bool) -> Optional[Point]:
        """A low point of the set; None where it is empty. whole: whether points are whole numbers."""
        for (low, after), (high, upto) in self.parts:
            if (low, after) == _START:
                return 0 if (high, upto) == _END else high if upto else high - 1
            if not after:
                return low
            if not whole:
                return low + 1 if (high, upto) == _END or low + 1 < high else _middle(low, high)
            if (low + 1, 1) <= (high, upto):
                return low + 1
        return None


def union(parts: Iterable[Interval]) -> Intervals:
    """The union of intervals in any order; empty ones are left out."""
    found: list[Interval] = []
    for low, high in sorted(parts):
        if not low < high:
            continue
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return Intervals(tuple(found))


def together(sets: Iterable[Intervals]) -> Intervals:
    """What all of the sets have in common."""
    return ~union(part for each in sets for part in (~each).parts)  # one pass over many sets, each of many parts


EVERYTHING = Intervals(((_START, _END),))
NOTHING = Intervals()


def points(listed: Iterable[Point]) -> Intervals:
    """The set of these points."""
    return union(((point, 0), (point, 1)) for point in listed)


def between(low: Optional[Point], high: Optional[Point]) -> Intervals:
    """Everything from one point to another, both included; None: without end."""
    return union([(_START if low is None else (low, 0), _END if high is None else (high, 1))])


def below(point: Point, included: bool) -> Intervals:
    """Everything below a point."""
    return Intervals(((_START, (point, int(included))),))


def above(point: Point, included: bool) -> Intervals:
    """Everything above a point."""
    return Intervals((((point, int(not included)), _END),))


def in_order(before: Intervals, after: Intervals) -> tuple[Optional[Point], Optional[Point]]:
    """A point of each set, the first one not after the second; None for both where there are none."""
    if not before.parts:
        return None, None
    start, _ = before.parts[0]
    late = (after & Intervals(((start, _END),))).lowest(False)
    if late is None:
        return None, None
    return (late if late in before else (before & between(None, late)).lowest(False)), late


def _middle(low: Point, high: Point) -> Point:
    """The exact middle of two numbers: they may have a thousand digits."""
    from decimal import Context

    context = Context(prec=4000)
    return context.divide(context.add(low, high), 2)
