"""Groups of keys, against every world that their cases allow."""

from __future__ import annotations

from random import Random

import pytest

from kmspolicy.solver.groups import Group, solve_apart
from kmspolicy.solver.literals import Conflict, Literal
from tests.unit.solver.facts import TEXTS, random_group, worlds_of, worlds_together
from tests.unit.solver.questions import TEXTUAL, check, plenty, present, random_literal

NAMES = ("p", "q", "aws:tagkeys")
OPERATORS = [*TEXTUAL, "ForAllValues:StringLike", "ForAnyValue:StringEquals"]
VALUES = [*TEXTS, "a*", "?", "x"]


def random_literals(chance: Random, names: tuple[str, ...], most: int) -> list[Literal]:
    """Literals on these keys."""
    return [random_literal(chance, chance.choice(names), OPERATORS, VALUES) for _ in range(chance.randint(1, most))]


@pytest.mark.parametrize("seed", range(3))
def test_a_world_of_some_case_is_found_or_no_case_has_one(seed: int) -> None:
    chance = Random(seed)
    solved = 0
    for _ in range(150):
        group = random_group(chance, NAMES, NAMES[2:])
        literals = random_literals(chance, NAMES, 4)
        by_key = {key: [each for each in literals if each.key == key] for key in {each.key for each in literals}}
        found, universe = group.solve(by_key, plenty()), list(worlds_of(group))
        solved += check(found, universe, literals)
        assert isinstance(found, Conflict) or present(found) in universe, (found, group.cases)
    assert 30 < solved < 140


def test_a_fact_that_cannot_be_has_no_world() -> None:
    (asked,) = random_literals(Random(1), NAMES[:1], 1)
    assert Group().solve({"p": [asked]}, plenty()) == Conflict(frozenset("p"))


@pytest.mark.parametrize("seed", range(2))
def test_groups_that_have_nothing_in_common_are_solved_side_by_side(seed: int) -> None:
    chance = Random(seed)
    solved = 0
    for _ in range(100):
        groups = [random_group(chance, NAMES[:2]), random_group(chance, ("r",)), random_group(chance, ("s",))]
        group_of = {"p": groups[0], "q": groups[0], "r": groups[1], "s": groups[2]}
        literals = random_literals(chance, ("p", "q", "r", "s"), 4)
        found, universe = solve_apart(group_of, literals, plenty()), worlds_together(groups)
        solved += check(found, universe, literals)
        assert isinstance(found, Conflict) or present(found) in universe, found
    assert 20 < solved < 90
