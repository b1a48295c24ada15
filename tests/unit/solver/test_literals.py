"""Literals: whose key they are about, their opposite, and the values of other keys in them."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from kmspolicy.solver.literals import ONLY_REQUEST, Literal, Scope, fewer, keys_of
from tests.unit.short_texts import texts
from tests.unit.solver.questions import TEXTUAL, asked, holds_in, worlds

SECOND = Scope("second ", frozenset(("q",)))
OPERATORS = [*TEXTUAL, "ForAllValues:StringLike", "ForAnyValue:StringNotLike", "null"]
UNKNOWN = "\0"  # which no value has
VALUES = ["a", "${q}", "a${q}", "*${q}", "${q,'b'}", "${q}${r}"]


def test_a_literal_is_about_the_keys_of_its_request() -> None:
    for scope in (ONLY_REQUEST, SECOND):
        own = asked("p", "StringLike", "${q}${r}${aws:tagkeys}", scope=scope)
        prefix = scope.prefix
        assert (own.key, own.variables) == (prefix + "p", ("q", prefix + "r"))
        assert keys_of([own, asked("q", "StringLike", "a", scope=scope)]) == {prefix + "p", "q", prefix + "r"}


def test_of_a_literal_and_its_opposite_one_is_true() -> None:
    universe = worlds({key: [*texts("ab", 1), None] for key in ("p", "q")})
    for operator, value, world in product(OPERATORS, VALUES[:5], universe):
        for key in ("p", "aws:tagkeys"):
            literal = asked(key, operator, value if operator != "null" else "true")
            assert literal.negation.negation == literal
            assert holds_in(world, [literal]) != holds_in(world, [literal.negation])


@pytest.mark.parametrize("scope", [ONLY_REQUEST, SECOND], ids=["first", "second"])
def test_given_the_values_of_other_keys_a_literal_has_no_variables_and_means_the_same(scope: Scope) -> None:
    key, read, also = map(scope.key, ("p", "q", "r"))
    others = {other: ["x"] for other in {"p", "r"} - {key, also}}  # of the first request, which no literal is about
    universe = worlds({**others, key: [*texts("ab", 2), None], read: ["a", "", None], also: ["b", None]})
    met = 0
    for operator, value, world in product(TEXTUAL, VALUES, universe):
        literal = asked("p", operator, value, scope=scope)
        given = literal.given(world)
        assert not given.variables and given.key == literal.key
        replaced = value.replace("${r}", str(world.get(also, UNKNOWN))).replace("${q,'b'}", str(world.get(read, "b")))
        plain = asked("p", operator, replaced.replace("${q}", str(world.get(read, UNKNOWN))), scope=scope)
        assert given.accepts(world.get(key)) == literal.is_met(world) == plain.is_met(world), (value, world)
        met += literal.is_met(world)
    assert met


def test_a_variable_that_no_request_can_fill_is_its_default_at_once() -> None:
    literal = asked("p", "StringEquals", "${aws:tagkeys,'a'}")
    assert literal.variables == () and literal.accepts("a") and not literal.accepts("b")
    assert not any(asked("p", "StringEquals", "${aws:tagkeys}").accepts(text) for text in ("", "a", "${aws:tagkeys}"))


@pytest.mark.parametrize("seed", range(3))
def test_fewer_clauses_are_true_where_all_of_them_are(seed: int) -> None:
    chance, left_out = Random(seed), 0
    operators = ["StringLike", "StringNotEquals", "ForAllValues:StringLike", "ForAnyValue:StringLike"]
    values = ["a", "b", "a*", "${q}", "${aws:tagkeys,'a'}"]
    sets = [None, (), ("a",), ("b",), ("a", "c"), ("a", "b")]
    universe = worlds({"p": ["a", "b", "ab", "c", None], "q": ["a", "b", None], "aws:tagkeys": sets})

    def random_clause(key: str, operator: str) -> tuple[Literal, ...]:
        how = {"if_exists": chance.random() < 0.2, "allow": chance.random() < 0.2}
        listed = chance.sample(values, chance.choice((1, 1, 2)))
        only = asked(key, operator, *listed, wanted=chance.random() < 0.2, **how)
        return chance.choice([(only,)] * 20 + [(), (only, asked("q", "StringEquals", "a"))])

    for _ in range(500):
        key, some = chance.choice(["p", "aws:tagkeys"]), chance.sample(operators, 2)
        clauses = [random_clause(key, chance.choice(some)) for _ in range(3)]
        few = fewer(clauses)
        assert all(holds_in(world, (), few) == holds_in(world, (), clauses) for world in universe)
        left_out += len(clauses) - len(few)
    assert left_out > 10


def test_texts_that_one_key_must_not_have_become_one_clause() -> None:
    clauses = [(asked("p", "StringLike", f"a{number}*", wanted=False),) for number in range(50)]
    other = (asked("q", "StringLike", "a", wanted=False),)
    (one, others) = fewer([*clauses, other])
    assert [len(each.condition.values) for each in (*one, *others)] == [50, 1]
