"""The theory of texts, against every short text."""

from __future__ import annotations

from random import Random

import pytest

from kmspolicy.budget import Budget, OutOfSteps, Undecided
from kmspolicy.domains.domain import Text
from kmspolicy.regular.patterns import any_of, literal, some
from kmspolicy.solver.theories import solve
from kmspolicy.solver.theories.single import spelled_out
from tests.unit.short_texts import classes, random_rows, texts, union
from tests.unit.solver.questions import (
    ARNS,
    TEXTUAL,
    asked,
    check_value,
    plenty,
    random_literal,
    random_text,
    values_of,
)

KEY, LETTERS, LONGEST = "aws:useragent", "aAb", 3
TEXTS = list(texts(LETTERS, LONGEST))
LETTER, ONLY_B = classes(LETTERS, "b")
LANGUAGES = [
    (any_of(LETTER),),
    (some(LETTER),),
    (literal("a") + any_of(LETTER),),
    (literal("ab"), any_of(ONLY_B)),
]


@pytest.mark.parametrize("seed", range(3))
def test_a_text_of_the_domain_is_found_or_there_is_none(seed: int) -> None:
    chance = Random(seed)
    solved = 0
    for _ in range(120):
        languages = chance.choice(LANGUAGES)
        known = sorted(union(languages, LETTERS, LONGEST))
        preferred = tuple(chance.sample(known, chance.randrange(2)))
        excluded = tuple(random_rows(chance, classes("a", "b", "^b"), 2, 0, 2))
        domain = Text(languages, excluded, preferred, chance.random() < 0.4, LONGEST)
        values = [random_text(chance, "aAb*?", 3) for _ in range(4)]
        literals = [random_literal(chance, KEY, TEXTUAL, values) for _ in range(chance.randint(1, 4))]
        solved += check_value(solve(KEY, domain, literals, plenty()), domain, values_of(domain, TEXTS), literals)
    assert 20 < solved < 110


def test_where_every_text_is_possible_an_empty_one_comes_last() -> None:
    chance = Random(1)
    empty = 0
    for _ in range(200):
        values = [random_text(chance, "aAb*?", 2) for _ in range(4)]
        literals = [random_literal(chance, KEY, TEXTUAL, values) for _ in range(chance.randint(1, 4))]
        domain = Text(optional=False)
        possible = list(texts("aAbx", 3))
        found = solve(KEY, domain, literals, plenty())
        check_value(found, domain, possible, literals)
        if found == "" and spelled_out(literals) is None:
            assert not any(all(each.accepts(text) for each in literals) for text in possible[1:])
            empty += 1
    assert empty


# --- ARNs: the parts of a text at colons ---

START = "a:a:a:a"
ARN_TEXTS = [START + text for text in texts("ab:", 4)]


@pytest.mark.parametrize("seed", range(2))
def test_an_arn_is_found_or_there_is_none(seed: int) -> None:
    chance = Random(seed)
    solved = 0
    for _ in range(100):
        end = classes("ab:")[0]
        domain = Text((literal(START) + any_of(end),), (), (), chance.random() < 0.4, len(START) + 4)
        values = [_random_arn(chance) for _ in range(4)]
        literals = [random_literal(chance, KEY, [*ARNS, "stringlike"], values) for _ in range(chance.randint(1, 4))]
        solved += check_value(solve(KEY, domain, literals, plenty()), domain, values_of(domain, ARN_TEXTS), literals)
    assert 20 < solved < 90


def _random_arn(chance: Random) -> str:
    parts = [chance.choice(["a", "a", "*", "?", "a*", "", "b"]) for _ in range(3)]
    return ":".join(("a", *parts, *(random_text(chance, "aab:*?", 2) for _ in range(chance.randrange(4)))))


# --- bounds ---


def test_two_that_contradict_each_other_are_found_where_all_together_take_too_long() -> None:
    patterns = ["*a?????????????????*b*", "*b?????????????????*a*", "*a????*", "a*", "b*"]
    hard = [asked(KEY, "StringLike", pattern) for pattern in patterns[:3]]
    hard += [asked(KEY, "StringNotLike", f"*{letter}") for letter in "abcdefgh"]
    with pytest.raises(Undecided):
        solve(KEY, Text(), [*hard, asked(KEY, "StringNotLike", "*a*")][:3] * 3, Budget(500))
    budget = plenty()
    opposite = [asked(KEY, "StringLike", "*c?*d"), asked(KEY, "StringNotLike", "*d")]
    check_value(solve(KEY, Text(), [*opposite, *hard], budget), Text(), (), [*opposite, *hard])


def test_no_theory_decides_without_steps() -> None:
    with pytest.raises(OutOfSteps):
        solve(KEY, Text(), [asked(KEY, "StringLike", "a*")], Budget(3))
