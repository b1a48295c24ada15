"""Unions of intervals, against membership: every set that three points tell apart, and every two of them."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, permutations

import pytest

from kmspolicy.regular.intervals import (
    EVERYTHING,
    NOTHING,
    Interval,
    Intervals,
    above,
    below,
    between,
    in_order,
    points,
    together,
    union,
)

ENDS = [Decimal(point) for point in range(3)]
_CUTS = [(Decimal("-inf"), 0), *((point, after) for point in ENDS for after in (0, 1)), (Decimal("inf"), 1)]
PIECES: list[Interval] = list(zip(_CUTS, _CUTS[1:]))  # of the line: each lies in a set or out of it
PROBES = [Decimal(half) / 2 for half in range(-1, 6)]  # one point in each piece
SETS = [chosen for size in range(len(PIECES) + 1) for chosen in combinations(range(len(PIECES)), size)]
BUILT = {frozenset(chosen): union([PIECES[at] for at in chosen]) for chosen in SETS}
EVERY = frozenset(range(len(PIECES)))


def members(found: Intervals) -> frozenset[int]:
    """The pieces whose probe is in a set."""
    return frozenset(at for at, point in enumerate(PROBES) if point in found)


def test_a_union_has_the_points_of_its_parts_in_whatever_order() -> None:
    for chosen, built in BUILT.items():
        assert members(built) == chosen
        assert union([PIECES[at] for at in sorted(chosen, reverse=True)]) == built
        assert all(high < low for (_, high), (low, _) in zip(built.parts, built.parts[1:])), "they lie apart"


def test_parts_that_overlap_or_are_empty_make_the_same_union() -> None:
    spans = [(low, high) for low in _CUTS for high in _CUTS]
    for first, second in permutations(spans[::3], 2):
        expected = {at for at, (low, high) in enumerate(PIECES) for a, b in (first, second) if a <= low and high <= b}
        assert union([first, second]) == BUILT[frozenset(expected)]


def test_complements_and_intersections_of_all_sets() -> None:
    for chosen, built in BUILT.items():
        assert ~built == BUILT[EVERY - chosen]
        for other, also in BUILT.items():
            assert built & also == BUILT[chosen & other]


def test_what_three_sets_have_in_common() -> None:
    for three in combinations(list(BUILT)[::9], 3):
        assert together([BUILT[chosen] for chosen in three]) == BUILT[three[0] & three[1] & three[2]]
    assert together([]) == EVERYTHING == ~NOTHING


@pytest.mark.parametrize("whole", [True, False])
def test_a_low_point_is_in_the_set_and_in_none_only_of_an_empty_one(whole: bool) -> None:
    for chosen, of_decimals in BUILT.items():
        of_integers = Intervals(tuple([(_whole(low), _whole(high)) for low, high in of_decimals.parts]))
        built = of_integers if whole else of_decimals
        inside = {point for point in range(-3, 6) if point in built} if whole else set(chosen)
        found = built.lowest(whole)
        assert (found is None) == (not inside), built
        assert found is None or (found in built and (not whole or found == int(found))), built
        if found is not None and 0 not in chosen and whole:
            assert found == min(inside)
        if found is not None and chosen and min(chosen) % 2:
            assert found == built.parts[0][0][0], "the first point of the set, where it has one"


def test_two_points_in_order_are_found_wherever_there_are_such() -> None:
    for before, first in BUILT.items():
        for after, second in BUILT.items():
            early, late = in_order(first, second)
            assert (early is None) == (late is None) == (not any(at <= to for at in before for to in after))
            assert early is None or (early in first and late in second and early <= late), (first, second)


def _whole(cut: tuple[Decimal, int]) -> tuple[int | float, int]:
    point, after = cut
    return (int(point) if point.is_finite() else float(point)), after


def test_a_point_between_two_that_differ_in_the_last_of_many_digits() -> None:
    low = Decimal("1." + "1" * 900)
    high = Decimal("1." + "1" * 899 + "2")
    found = (above(low, False) & below(high, False)).lowest(False)
    assert low < found < high


def test_intervals_are_made_as_their_names_say() -> None:
    for point in ENDS:
        for included in (True, False):
            for probe in PROBES:
                assert (probe in below(point, included)) == (probe < point or (included and probe == point))
                assert (probe in above(point, included)) == (probe > point or (included and probe == point))
    for low in (None, *ENDS):
        for high in (None, *ENDS):
            expected = [(low is None or low <= probe) and (high is None or probe <= high) for probe in PROBES]
            assert [probe in between(low, high) for probe in PROBES] == expected
    for chosen in combinations(ENDS, 2):
        assert [probe in points(chosen) for probe in PROBES] == [probe in chosen for probe in PROBES]
