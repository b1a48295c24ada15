"""The search for a text and the automaton under it, against every short text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import chain
from random import Random

import pytest

from kmspolicy.regular.automata import Automaton, choices
from kmspolicy.regular.languages import cells, find
from kmspolicy.regular.patterns import (
    ANY,
    ANYTHING,
    CharClass,
    Part,
    Pattern,
    Row,
    any_of,
    both,
    covers,
    literal,
    matcher,
    restricted,
    some,
)
from tests.unit.short_texts import classes, language, random_row, random_rows, texts, union

LETTERS, LONGEST = "aAbx", 4  # x stands for every character that no class names
CLASSES = [*classes("a", "b", "aA", "aAb", "^a", "^aA", "^aAb"), ANY, ANY]
ALL = frozenset(texts(LETTERS, LONGEST))


def random_part(chance: Random) -> Row:
    """A pattern, now and then what stands in a part of it."""
    row = random_row(chance, CLASSES, 4)
    if chance.random() < 0.6:
        return row
    places = range(len(row) + 1)
    starts, ends = (sorted(chance.sample(places, chance.randint(1, len(places)))) for _ in range(2))
    return Part(row, starts, ends)


def random_question(chance: Random) -> tuple[list[list[Row]], list[Row]]:
    """Groups of which a text must match one pattern each, and what it must not match."""
    required = [[random_part(chance) for _ in range(chance.randint(1, 2))] for _ in range(chance.randint(1, 3))]
    return required, [random_part(chance) for _ in range(chance.randrange(3))]


def answers(required: Sequence[Sequence[Row]], forbidden: Sequence[Row]) -> frozenset[str]:
    """Every short text that suits."""
    found = ALL.intersection(*(union(group, LETTERS, LONGEST) for group in required))
    return found - union(forbidden, LETTERS, LONGEST)


def suits(text: str, required: Sequence[Sequence[Row]], forbidden: Sequence[Row]) -> bool:
    """Whether one text, which may be longer, suits."""
    letters = "".join(sorted(set(text)))
    matched = [any(text in language(row, letters, len(text)) for row in group) for group in required]
    return all(matched) and text not in union(forbidden, letters, len(text))


@pytest.mark.parametrize("seed", range(4))
def test_a_shortest_text_is_found_or_there_is_none(seed: int) -> None:
    chance = Random(seed)
    found_any = 0
    for _ in range(100):
        required, forbidden = random_question(chance)
        found, expected = find(required, forbidden, lambda steps: None), answers(required, forbidden)
        if expected:
            assert found in expected and len(found) == min(map(len, expected)), (required, forbidden)
        elif found is not None:
            assert len(found) > LONGEST and suits(found, required, forbidden), (required, forbidden)
        found_any += bool(expected)
    assert 20 < found_any < 90


@pytest.mark.parametrize("longest", [0, 1, 2])
def test_a_text_that_is_short_enough_is_found_or_there_is_none(longest: int) -> None:
    chance = Random(longest)
    for _ in range(100):
        required, forbidden = random_question(chance)
        found = find(required, forbidden, lambda steps: None, lambda text: len(text) <= longest)
        expected = [text for text in answers(required, forbidden) if len(text) <= longest]
        assert (found in expected) if expected else found is None, (required, forbidden)


def test_whoever_counts_the_steps_can_end_the_search() -> None:
    spent: list[int] = []

    def spend(steps: int) -> None:
        spent.append(steps)
        if len(spent) == 5:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        find([[literal("aaaaaaaa"), ANYTHING + literal("b")]], [ANYTHING], spend)
        find([[literal("aaaaaaaa")]], [], spend)
    assert min(spent) > 0


def test_the_automaton_accepts_what_its_patterns_match() -> None:
    chance = Random(1)
    for _ in range(150):
        rows = [random_part(chance) for _ in range(chance.randrange(4))]
        automaton = Automaton(rows)
        accepted = {text for text in ALL if reduce(automaton.step, text, automaton.start) & automaton.final}
        assert accepted == union(rows, LETTERS, LONGEST), rows


def test_what_the_automaton_says_of_a_state_is_true_of_every_text_that_goes_on() -> None:
    chance = Random(2)
    said: set[bool] = set()
    for _ in range(60):
        rows = [random_part(chance) for _ in range(chance.randint(1, 3))]
        automaton, matched = Automaton(rows), union(rows, LETTERS, LONGEST)
        for text in texts(LETTERS, 2):
            state = automaton.start
            for char in text:
                state = automaton.step(state, char)
            after = [text + more in matched for more in texts(LETTERS, 2)]
            assert all(after) or not automaton.is_sure(state), (rows, text)
            going = automaton.classes_at(state)
            lost = [char for char in LETTERS if not any(chars.has(char) for chars in going)]
            assert not any(text + char + more in matched for char in lost for more in texts(LETTERS, 1)), (rows, text)
            said |= {automaton.is_sure(state), bool(lost)}
    assert said == {True, False}


def test_there_is_one_character_for_every_way_in_which_classes_tell_characters_apart() -> None:
    chance, several = Random(5), 0
    for _ in range(300):
        *needed, others = [tuple(chance.sample(CLASSES, chance.randrange(4))) for _ in range(chance.randint(1, 4))]
        found, every = choices(tuple(needed), others), [*chain(*needed), *others]
        going = {char for char in LETTERS if all(any(chars.has(char) for chars in listed) for listed in needed)}
        ways = {char: tuple([chars.has(char) for chars in every]) for char in (*LETTERS, *found)}
        assert all(any(chars.has(char) for chars in listed) for char in found for listed in needed)
        assert {ways[char] for char in going} <= {ways[char] for char in found}, (needed, others)
        several += len(found) > 1
    assert several > 30


# --- cells ---


def ways(text: str, groups: Sequence[Sequence[Pattern]], whole: bool) -> tuple[bool, ...]:
    """Which groups match a text, and the texts that begin with it, unless it is whole."""
    ends = [""] if whole else list(texts("abx", 2))
    longest = max(5, len(text) + len(ends[-1]))
    return tuple([text + end in union(group, "abx", longest) for end in ends for group in groups])


@pytest.mark.parametrize("whole", [True, False])
def test_there_is_one_text_for_every_way_in_which_patterns_can_see_it(whole: bool) -> None:
    chance = Random(3)
    known = [*classes("a", "b", "ab", "^a", "^ab"), ANY]
    several = 0
    for _ in range(60):
        row = random_row(chance, known, 3)
        groups = [random_rows(chance, known, 3, 1, 2) for _ in range(chance.randrange(3))]
        prefix = chance.choice(["", "a", "b"])
        found = list(cells(row, [(prefix, group) for group in groups], whole, lambda steps: None))
        assert all(suits(text, [[row]], []) for text in found), row
        seen = [ways(prefix + text, groups, whole) for text in found]
        assert {ways(prefix + text, groups, whole) for text in language(row, "abx", 3)} <= set(seen), (row, groups)
        assert not whole or len(set(seen)) == len(seen), (row, groups)
        several += len(set(seen)) > 1
    assert several > 10


# --- rows ---


def test_a_class_of_two_has_what_both_have() -> None:
    for left in CLASSES:
        for right in CLASSES:
            shared = both(left, right)
            assert [shared.has(char) for char in LETTERS] == [left.has(c) and right.has(c) for c in LETTERS]


def test_a_restricted_row_matches_what_is_made_of_the_characters() -> None:
    chance = Random(4)
    for _ in range(100):
        row, chars = random_row(chance, CLASSES, 4), chance.choice([*CLASSES, CharClass(frozenset())])
        expected = {text for text in language(row, LETTERS, LONGEST) if all(map(chars.has, text))}
        found = restricted(row, chars)
        assert (set() if found is None else language(found, LETTERS, LONGEST)) == expected, (row, chars)


def free(steps: int) -> None:
    """Takes steps that nobody counts."""


def test_a_pattern_that_covers_a_row_matches_all_that_it_does() -> None:
    chance, covered = Random(6), 0
    for _ in range(600):
        pattern, row = random_row(chance, CLASSES, 3), random_row(chance, CLASSES, 3)
        if covers(pattern, row, free):
            covered += 1
            assert language(row, LETTERS, LONGEST) <= language(pattern, LETTERS, LONGEST), (pattern, row)
        assert covers(row, row, free) and covers(ANYTHING, row, free)
    assert 20 < covered < 580


def test_a_matcher_matches_what_its_rows_do() -> None:
    chance = Random(5)
    letters = "a]^\n"
    known = [*classes("a", "]", "^^", "^a", "]\n", "^]\n"), CharClass(frozenset("^")), CharClass(frozenset()), ANY]
    for _ in range(100):
        rows = [
            literal("".join(chance.choices(letters, k=chance.randrange(3)))) + row
            for row in random_rows(chance, known, 3, 1, 4)
        ]
        assert set(filter(matcher(rows), texts(letters, 3))) == union(rows, letters, 3), rows


def test_rows_are_built_as_their_names_say() -> None:
    (chars,) = classes("ab")
    assert language(literal("aab"), "ab", 4) == {"aab"}
    assert language(any_of(chars), "abx", 3) == set(texts("ab", 3))
    assert language(some(chars), "abx", 3) == set(texts("ab", 3)) - {""}
    assert language(ANYTHING, "ab\n", 3) == set(texts("ab\n", 3))
