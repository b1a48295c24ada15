"""One value under conditions of several kinds, against every value of a small universe."""

from __future__ import annotations

from random import Random

import pytest

from kmspolicy.budget import Undecided
from kmspolicy.domains.domain import ADDRESSES as ADDRESS_LINE
from kmspolicy.domains.domain import MOMENTS, NUMBERS, Domain, Finite, Points, Text
from kmspolicy.regular.intervals import between
from kmspolicy.solver.theories import solve
from kmspolicy.solver.theories.single import spelled_out
from tests.unit.short_texts import below
from tests.unit.solver.questions import (
    ADDRESSES,
    ARNS,
    DATES,
    NUMERIC,
    OTHERS,
    TEXTUAL,
    check_value,
    plenty,
    random_literal,
    values_of,
)

KEY = "aws:useragent"
VALUES = [
    *("a", "A", "a*", "?", "", "*", "true", "FALSE", "YQ=="),
    *("1", "2", "1970-01-01T00:00:01Z", "0.0.0.1", "0.0.0.0/30"),
]
UNIVERSE = [
    *("", "a", "A", "x", "any", "true", "True", "false", "FALSE", "YQ==", "ab"),
    *("0", "0.5", "1", "1.0", "1.5", "2", "3", "1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"),
    *("0.0.0.0", "0.0.0.1", "0.0.0.3", "0.0.0.9", "12", "1a", "0.0.0.10"),
]
OPERATORS = [*TEXTUAL, *ARNS, *NUMERIC, *DATES, *ADDRESSES, *OTHERS, *OTHERS, *OTHERS]


def random_finite(chance: Random) -> Finite:
    return Finite(tuple(chance.sample(UNIVERSE, chance.randrange(5))), chance.random() < 0.4)


@pytest.mark.parametrize("seed", range(3))
def test_of_a_few_values_one_is_found_or_there_is_none(seed: int) -> None:
    chance = Random(seed)
    solved = 0
    for _ in range(150):
        domain = random_finite(chance)
        literals = [random_literal(chance, KEY, OPERATORS, VALUES) for _ in range(chance.randint(1, 3))]
        solved += check_value(solve(KEY, domain, literals, plenty()), domain, values_of(domain, UNIVERSE), literals)
    assert 20 < solved < 140


DOMAINS: list[Domain] = [
    Text(),
    Text(optional=False),
    Text(below(["a", "1", "0.0.0."]), preferred=("a",), optional=False),
    Text(below(["12", "0.0.0.1", "tr", "YQ"]), optional=False),
    Text(below(["va", "x1"]), optional=False),
    Points(NUMBERS, between(0, 2), ("1",), False),
    Points(MOMENTS, between(0, 2), optional=False),
    Points(ADDRESS_LINE, between(0, 3), ("0.0.0.2",), False),
]


@pytest.mark.parametrize("domain", DOMAINS, ids=range(len(DOMAINS)))
def test_kinds_that_are_mixed_are_decided_rightly_or_not_at_all(domain: Domain) -> None:
    chance = Random(1)
    answers: list[bool | None] = []
    for _ in range(300):
        literals = [random_literal(chance, KEY, OPERATORS, VALUES) for _ in range(chance.randint(1, 3))]
        try:
            found = solve(KEY, domain, literals, plenty())
        except Undecided:
            answers.append(None)
            continue
        answers.append(check_value(found, domain, values_of(domain, UNIVERSE), literals))
    assert answers.count(True) > 50 and answers.count(False) > 10 and answers.count(None) < 60


def test_values_that_are_spelled_out_are_all_that_can_suit() -> None:
    chance = Random(2)
    for _ in range(300):
        literals = [random_literal(chance, KEY, [*TEXTUAL, "bool"], VALUES) for _ in range(2)]
        literals = [each for each in literals if each.condition.operator.name != "Null"]
        few = spelled_out(literals)
        suitable = {text for text in UNIVERSE if all(each.accepts_one(text) for each in literals)}
        assert few is None or suitable <= set(few), (few, suitable)
