"""What can stand in one place of a text, against the definition: every short text with everything around it."""

from __future__ import annotations

from random import Random

import pytest

from kmspolicy.regular.patterns import ANY, Element, literal
from kmspolicy.regular.quotients import behind, between
from tests.unit.short_texts import classes, language, random_row, union

LETTERS, LONGEST = "ab", 2
CLASSES = [*classes("a", "b", "a", "b"), ANY]
# A shortest text around moves on in the row or in a pattern around it with every letter.
OF_THE_ROW, AROUND = 3, 2
WHOLE = OF_THE_ROW + 2 * AROUND + LONGEST


@pytest.mark.parametrize("seed", range(3))
def test_between_is_what_the_row_leaves_between(seed: int) -> None:
    chance = Random(seed)
    found_any = 0
    for _ in range(60):
        row = random_row(chance, CLASSES, OF_THE_ROW)
        before, after = random_row(chance, CLASSES, AROUND), random_row(chance, CLASSES, AROUND)
        starts, ends = language(before, LETTERS, WHOLE), language(after, LETTERS, WHOLE)
        expected = {
            text[start:end]
            for text in language(row, LETTERS, WHOLE)
            for start in range(len(text) + 1)
            if text[:start] in starts
            for end in range(start, min(start + LONGEST, len(text)) + 1)
            if text[end:] in ends
        }
        found = between(row, before, after, lambda steps: None)
        assert (set() if found is None else language(found, LETTERS, LONGEST)) == expected, (row, before, after)
        found_any += bool(expected)
    assert 10 < found_any < 55


def test_a_repeat_that_is_left_before_the_text_is_not_there_behind_it() -> None:
    row = tuple(Element(chars, True) for chars in classes("b", "a"))
    found = between(row, literal("a"), literal("b"), lambda steps: None)
    assert found is None or not language(found, LETTERS, LONGEST)


@pytest.mark.parametrize("start", ["", "a", "b", "ab", "aab"])
def test_behind_is_what_the_row_leaves_behind_a_start(start: str) -> None:
    chance = Random(start)
    for _ in range(60):
        row = random_row(chance, CLASSES, 4)
        whole = language(row, LETTERS, len(start) + 3)
        expected = {text[len(start) :] for text in whole if text.startswith(start)}
        assert union(behind(row, start), LETTERS, 3) == expected, row
