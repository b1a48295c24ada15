"""Keys that hold several values, against every set of a small universe."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest

from kmspolicy.domains.domain import Domain, Finite, Text
from kmspolicy.evaluation.request import Value
from kmspolicy.regular.patterns import literal, one_of
from kmspolicy.solver.literals import Conflict
from kmspolicy.solver.theories import solve
from tests.unit.solver.questions import TEXTUAL, asked, check_value, plenty, random_literal

KEY = "aws:tagkeys"
TEXTS = ["a", "A", "b", "aA"]
OPERATORS = [prefix + name for prefix in ("ForAllValues:", "ForAnyValue:", "") for name in TEXTUAL]
DOMAINS: list[Domain] = [Finite(tuple(TEXTS)), Text(((one_of("aAb"),), literal("aA")))]
EVERY_SET: list[Value] = [chosen for size in range(1, 5) for chosen in combinations(TEXTS, size)]


@pytest.mark.parametrize("domain", DOMAINS, ids=["finite", "text"])
@pytest.mark.parametrize("members", [(), ("a",), ("b", "aA")])
def test_a_set_of_values_is_found_or_there_is_none(domain: Domain, members: tuple[str, ...]) -> None:
    chance = Random(1)
    solved = 0
    for _ in range(200):
        own = replace(domain, optional=not members and chance.random() < 0.4)
        literals = [
            random_literal(chance, KEY, OPERATORS, ["a", "A", "b", "a*", "?", "?A", "x"])
            for _ in range(chance.randint(1, 4))
        ]
        found = solve(KEY, own, literals, plenty(), True, members)
        universe = [value for value in EVERY_SET if set(members) <= set(value or ())]
        solved += check_value(found, own, [*universe, None] if own.optional else universe, literals)
        assert isinstance(found, Conflict) or set(members) <= set(found or ())
    assert 30 < solved < 190


@pytest.mark.parametrize("pattern, size", [("a*", 1), ("b*", 2)])
def test_one_value_serves_all_that_ask_for_one_like_it(pattern: str, size: int) -> None:
    literals = [asked(KEY, "ForAnyValue:StringEquals", "ab"), asked(KEY, "ForAnyValue:StringLike", pattern)]
    found = solve(KEY, Text(), literals, plenty(), True)
    assert not isinstance(found, Conflict) and len(found or ()) == size
