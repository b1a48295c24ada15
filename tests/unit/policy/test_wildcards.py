"""Texts with wildcards and variables, beside regular expressions and every short text."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from kmspolicy.policy.operators import OPERATORS, matching_points, points_test
from kmspolicy.policy.wildcards import ONE, STAR, Glob, Variable, arn_test, automaton, expand, tokens_of
from tests.unit.short_texts import language, texts


def in_regex(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern."""
    return re.compile("".join({"*": ".*", "?": "."}.get(char, char) for char in pattern), re.DOTALL)


def test_a_pattern_matches_what_its_regular_expression_does_and_its_automaton() -> None:
    values = list(texts("ab", 5))
    for pattern in texts("ab*?", 4):
        tokens = tokens_of(pattern, True, False)
        wanted = {value for value in values if in_regex(pattern).fullmatch(value)}
        assert {value for value in values if Glob(tokens).matches(value)} == wanted
        assert language(automaton(tokens), "ab", 5) == wanted


def test_each_part_of_an_arn_matches_by_itself() -> None:
    values = [f"a:{middle}:a:a:a:a" for middle in texts("a:", 3)]
    for pattern in texts("a:*?", 3):
        matches = arn_test(tokens_of(f"a:{pattern}:a:a:a:a", True, False))
        parts = list(map(in_regex, f"a:{pattern}:a:a:a:a".split(":", 5)))
        for value in values:
            assert matches(value) == all(map(re.Pattern.fullmatch, parts, value.split(":", 5))), (pattern, value)


def test_without_case_both_cases_match() -> None:
    assert language(automaton(("aß",), True), "aAßS", 3) == {"aß", "Aß"}
    assert language(automaton(("K", STAR), True), "kK", 2) == {"k", "K", "kk", "kK", "Kk", "KK"}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a**b?", ("a", STAR, "b", ONE)),
        ("a${*}b${?}${$}*", ("a*b?$", STAR)),
        ("${A:b}${ c , 'd, e' }", (Variable("a:b", None), Variable("c", "d, e"))),
        ("${}", (Variable("", None),)),
        ("${a", ("${a",)),
        ("", ()),
    ],
)
def test_a_text_is_split_into_literal_text_wildcards_and_variables(text: str, tokens: tuple[object, ...]) -> None:
    assert tokens_of(text, True, True) == tokens


def test_what_replaces_a_variable_is_literal_and_joins_its_neighbours() -> None:
    tokens = tokens_of("*${a}b${c, 'x'}", True, True)
    assert expand(tokens, {"a": "*"}.get) == (STAR, "*bx")
    assert expand(tokens, {"a": ""}.get) == (STAR, "bx")
    assert expand(tokens, {"a": STAR, "c": "y"}.get) == (STAR, "by")
    assert expand(tokens, {"c": "y"}.get) is None


TYPED = {
    "bool": (("true", "TRUE"), ("false",), ("yes",)),
    "binaryequals": (("AA==",), ("AAA=",), ("AQ==",), ("",), ("AB==", "A")),
    "numericequals": (("1", "1.0", "1e0"), ("2",), ("x",)),
}


@pytest.mark.parametrize("name", TYPED)
def test_typed_values_match_those_that_are_the_same_value(name: str) -> None:
    """Each group but those of broken texts holds the spellings of one value."""
    operator = OPERATORS[name]

    def matches(value: str, listed: str) -> bool:
        return points_test(operator.family, matching_points(operator, [listed]))(value)

    for group in TYPED[name]:
        readable = matches(group[0], group[0])
        assert all(matches(left, right) == readable for left in group for right in group)
    for left, right in combinations(TYPED[name], 2):
        assert not any(matches(value, listed) for value in left for listed in right)
