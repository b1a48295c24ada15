"""What patterns begin with, against every short text."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from kmspolicy.regular.patterns import ANY, ANYTHING, Part, Row, literal, prefix
from kmspolicy.regular.prefixes import useful
from tests.unit.short_texts import classes, language, random_row, texts, union

LETTERS, LONGEST = "abx", 5  # x stands for every character that no class names
CLASSES = [*classes("a", "b", "a", "b", "ab", "^a"), ANY]
ALL = frozenset(texts(LETTERS, LONGEST))


def random_pattern(chance: Random) -> Row:
    """A pattern that often begins with some letters, now and then what stands in a part of one."""
    start = literal("".join(chance.choices("ab", k=chance.randrange(4))))
    row = start + (ANYTHING if chance.random() < 0.4 else random_row(chance, CLASSES, 2))
    return row if chance.random() < 0.9 else Part(row, (0, len(row) // 2), (len(row),))


def answers(required: Sequence[Sequence[Row]], forbidden: Sequence[Row]) -> frozenset[str]:
    """Every short text that matches one pattern of each group, and none that is forbidden."""
    return ALL.intersection(*(union(group, LETTERS, LONGEST) for group in required)) - union(
        forbidden, LETTERS, LONGEST
    )


def test_every_text_of_a_pattern_begins_with_its_prefix() -> None:
    chance, told = Random(3), 0
    for _ in range(300):
        row = random_pattern(chance)
        start = prefix(row)
        told += len(start) > 1
        assert all(text.startswith(start) for text in language(row, LETTERS, LONGEST)), row
    assert told > 80


@pytest.mark.parametrize("seed", range(4))
def test_patterns_that_are_left_out_change_no_answer(seed: int) -> None:
    chance = Random(seed)
    left_out = [0, 0]
    for _ in range(150):
        required = [[random_pattern(chance) for _ in range(chance.randint(1, 3))] for _ in range(chance.randint(1, 3))]
        forbidden = [random_pattern(chance) for _ in range(chance.randrange(4))]
        found, shunned = useful(required, forbidden)
        assert answers(found, shunned) == answers(required, forbidden), (required, forbidden)
        left_out[0] += sum(map(len, required)) - sum(map(len, found))
        left_out[1] += len(forbidden) - len(shunned)
    assert min(left_out) > 100


def test_what_can_be_of_use_is_kept() -> None:
    both = [[literal("aa"), literal("b")], [literal("a") + ANYTHING]]
    assert useful(both, [literal("ab"), literal("b") + ANYTHING]) == ([[literal("aa")], both[1]], [])
    assert useful([[literal("aab")]], [literal("aa") + ANYTHING])[0] == [[]]
    assert useful([[literal("a")]], [literal("aa") + ANYTHING])[0] == [[literal("a")]]
