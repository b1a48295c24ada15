"""The theory of numbers, moments and addresses, against every point that conditions tell apart."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from kmspolicy.domains.domain import ADDRESSES, MOMENTS, NUMBERS, Line, Points, Text
from kmspolicy.regular.intervals import union
from kmspolicy.solver.theories import solve
from tests.unit.solver import questions
from tests.unit.solver.questions import check_value, plenty, random_literal, values_of

KEY = "aws:multifactorauthage"
_HALVES = [Decimal(half) / 2 for half in range(-1, 8)]  # conditions and domains end at whole numbers, 0 to 3
POINTS: dict[Line, list[Any]] = {NUMBERS: _HALVES, MOMENTS: _HALVES, ADDRESSES: list(range(8))}
OPERATORS = {NUMBERS: questions.NUMERIC, MOMENTS: questions.DATES, ADDRESSES: questions.ADDRESSES}
VALUES = {
    NUMBERS: ["0", "1", "2.0", "3", "+1e0", "x"],
    MOMENTS: ["1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z", "2", "1970-01-01T01:00:03+01:00", "x"],
    ADDRESSES: ["0.0.0.0/30", "0.0.0.2/31", "0.0.0.3", "0.0.0.7/32", "0.0.0.0/29", "0.0.0.4/30", "x", "::/0"],
}
every_line = pytest.mark.parametrize("line", POINTS, ids=["numbers", "moments", "addresses"])


def random_points(chance: Random, line: Line) -> Points:
    """A domain with one or two intervals, now and then with points to prefer."""
    ends = sorted(chance.sample(range(8 if line.whole else 4), 4))
    parts = [((low, chance.randrange(2)), (high, chance.randrange(2))) for low, high in zip(ends[::2], ends[1::2])]
    preferred = [line.write(point) for point in chance.sample(POINTS[line], chance.randrange(3))]
    return Points(line, union(parts), tuple(preferred), chance.random() < 0.4)


@every_line
@pytest.mark.parametrize("seed", range(2))
def test_a_point_of_the_domain_is_found_or_there_is_none(line: Line, seed: int) -> None:
    chance = Random(seed)
    solved = 0
    universe = [line.write(point) for point in POINTS[line]]
    for _ in range(120):
        domain = random_points(chance, line)
        literals = [random_literal(chance, KEY, OPERATORS[line], VALUES[line]) for _ in range(chance.randint(1, 4))]
        solved += check_value(solve(KEY, domain, literals, plenty()), domain, values_of(domain, universe), literals)
    assert 20 < solved < 110


@every_line
def test_a_text_that_is_no_point_serves_where_only_negations_are_asked(line: Line) -> None:
    chance = Random(3)
    universe = [*(line.write(point) for point in POINTS[line]), "any", ""]
    unread = 0
    for _ in range(120):
        literals = [random_literal(chance, KEY, OPERATORS[line], VALUES[line]) for _ in range(chance.randint(1, 3))]
        domain = Text(optional=False)
        found = solve(KEY, domain, literals, plenty())
        check_value(found, domain, universe, literals)
        unread += isinstance(found, str) and line.read(found) is None
    assert unread
