"""Keys that policy variables link, against every assignment of short texts."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from random import Random

import pytest

from kmspolicy.budget import Budget, OutOfSteps, Undecided
from kmspolicy.domains.domain import NUMBERS, Domain, Points, Text
from kmspolicy.regular.intervals import between
from kmspolicy.regular.patterns import literal, one_of
from kmspolicy.solver.groups import Group, Key
from kmspolicy.solver.literals import ONLY_REQUEST, Conflict, Literal, Scope
from kmspolicy.solver.variables import solve_linked
from tests.unit.short_texts import texts
from tests.unit.solver.facts import random_group, worlds_together
from tests.unit.solver.questions import (
    ARNS,
    NUMERIC,
    TEXTUAL,
    World,
    asked,
    check,
    holds_in,
    plenty,
    present,
    random_literal,
    shown,
    values_of,
    worlds,
)

NAMES = ("p", "q", "r")
PLAIN = ["a", "A", "b", "ab", "ba", "a*", "?", "*b", "x"]
AROUND = ["{}", "{}", "a{}", "{}b", "*{}", "{}*", "?{}", "{}{}", "a{}b", "{}*{}"]
LETTER, COLON = one_of("aAb"), one_of(":")


def random_linked(chance: Random, names: Sequence[str], scope: Scope = ONLY_REQUEST) -> Literal:
    """A literal on a key whose values read one or two keys before it, now and then with a default or IfExists."""
    at = chance.randrange(1, len(names))
    value = chance.choice(AROUND)
    while "{}" in value:
        default = chance.choice(["", "", "", ",'a'"])
        value = value.replace("{}", "${" + chance.choice(names[:at]) + default + "}", 1)
    values = [value] if chance.random() < 0.8 else [value, chance.choice(PLAIN)]
    wanted, if_exists = chance.random() < 0.7, chance.random() < 0.2
    return asked(names[at], chance.choice(TEXTUAL), *values, wanted=wanted, scope=scope, if_exists=if_exists)


def random_literals(chance: Random) -> list[Literal]:
    """One to three literals with variables, of which none reads itself by way of others, and others."""
    names = chance.sample(NAMES, len(NAMES))
    linked = [random_linked(chance, names) for _ in range(chance.randint(1, 3))]
    plain = [random_literal(chance, chance.choice(names), TEXTUAL, PLAIN) for _ in range(chance.randrange(3))]
    return [*linked, *plain]


def decided(
    group_of: dict[str, Group], literals: list[Literal], universe: list[World], whole: bool = False
) -> bool | None:
    """Whether there is a solution, as check says; None where that is not decided.

    whole: whether the universe has every world that the groups allow.
    """
    try:
        found = solve_linked(group_of, literals, plenty())
    except Undecided:
        return None
    if whole:
        assert isinstance(found, Conflict) or present(found) in universe, (found, shown(literals))
    return check(found, universe, literals)


@pytest.mark.parametrize("seed", range(10))
def test_keys_of_a_few_values_are_solved_or_cannot_be(seed: int) -> None:
    chance = Random(seed)
    answers = []
    for _ in range(120):
        group_of = {name: random_group(chance, (name,)) for name in NAMES}
        literals = random_literals(chance)
        universe = worlds_together(list(group_of.values()))
        answers.append(decided(group_of, literals, universe, whole=True))
    assert answers.count(True) > 20 and answers.count(False) > 20 and answers.count(None) < 3


@pytest.mark.parametrize("seed", range(6))
def test_keys_of_one_fact_are_solved_together(seed: int) -> None:
    chance = Random(seed)
    answers = []
    for _ in range(100):
        groups = [random_group(chance, NAMES[:2]), random_group(chance, NAMES[2:])]
        literals = random_literals(chance)
        universe = worlds_together(groups)
        answers.append(decided(dict(zip(NAMES, (groups[0], *groups))), literals, universe, whole=True))
    assert answers.count(True) > 15 and answers.count(False) > 15 and answers.count(None) < 3


SHORT = list(texts("aAb", 2))
TWO = Text(((), (LETTER,), (LETTER, LETTER)))
SOME = Text(((LETTER,), (LETTER, LETTER)), ((one_of("a"), LETTER),), ("b",), False)


@pytest.mark.parametrize("domain", [TWO, SOME, Text()], ids=["short", "always there", "any"])
def test_keys_of_short_texts_are_solved_or_cannot_be(domain: Domain) -> None:
    chance = Random(1)
    answers = []
    universe = worlds(dict.fromkeys(NAMES, values_of(domain, SHORT)))
    for _ in range(50):
        group_of = {name: Group((Key(name, domain),)) for name in NAMES}
        literals = random_literals(chance)
        answers.append(decided(group_of, literals, universe))
    assert answers.count(True) > 15 and answers.count(None) < 5


@pytest.mark.parametrize(
    "world, texts_of",
    [
        ({"q": "bbb", "r": "abbbc"}, {"r": "a${q}c"}),
        ({"p": "", "q": "", "r": "a"}, {"r": "${q}*${p}", "p": "${q}${q}"}),
        ({"p": "a", "r": "a"}, {"r": "${q,'a'}", "p": "${r}"}),
        ({"p": "ab", "q": "b", "r": ""}, {"p": "?${q}", "q": "*b"}),
    ],
    ids=["inside another text", "empty text", "default", "text that reads another"],
)
def test_a_world_that_is_easily_missed_is_found(world: World, texts_of: dict[str, str]) -> None:
    group_of = {name: Group((Key(name, Text()),)) for name in NAMES}
    literals = [asked(key, "StringLike", text) for key, text in texts_of.items()]
    literals += [asked(key, "Null", "false" if key in world else "true") for key in NAMES]
    literals += [asked("r", "StringEquals", str(world["r"])), asked("r", "StringNotEquals", "x${p}")]
    assert holds_in(world, literals)
    assert check(solve_linked(group_of, literals, plenty()), [world], literals)


def test_a_key_that_may_be_absent_need_not_equal_another() -> None:
    group_of = {name: Group((Key(name, Text()),)) for name in NAMES}
    literals = [asked("p", "StringEquals", "${q}", if_exists=True), asked("p", "Null", "true")]
    literals += [asked("q", "Null", "false"), asked("r", "StringNotEquals", "${p}")]
    assert check(solve_linked(group_of, literals, plenty()), [{"q": "a"}], literals)


def test_keys_that_must_be_equal_may_be_in_one_case_only() -> None:
    cases = [(Key("r", Text((literal(text),), optional=False)),) for text in ("b", "a")]
    group_of = {"q": Group((Key("q", Text((literal("a"), literal("x")))),)), "r": Group(*cases)}
    literals = [asked("r", "StringEquals", "${q}")]
    assert check(solve_linked(group_of, literals, plenty()), [{"q": "a", "r": "a"}], literals)


def test_a_text_that_is_ruled_out_is_not_the_only_one() -> None:
    group_of = {name: Group((Key(name, Text()),)) for name in NAMES[:2]}
    literals = [asked("q", "StringEquals", "x"), asked("q", "StringNotEquals", "${p}"), asked("p", "StringLike", "x*")]
    assert check(solve_linked(group_of, literals, plenty()), [{"p": "xx", "q": "x"}], literals)


def test_texts_that_differ_in_case_are_not_one() -> None:
    group_of = {name: Group((Key(name, Text()),)) for name in NAMES[:2]}
    literals = [asked("p", "StringEqualsIgnoreCase", "${q}")]
    literals += [asked("p", "StringEquals", "aA"), asked("q", "StringLike", "A?")]
    found = solve_linked(group_of, literals, plenty())
    assert found in ({"p": "aA", "q": "AA"}, {"p": "aA", "q": "Aa"})


def test_texts_that_read_one_another_are_solved_or_not_decided() -> None:
    group_of = {name: Group((Key(name, Text()),)) for name in NAMES[:2]}
    literals = [asked("p", "StringNotEquals", "${q}"), asked("q", "StringEquals", "${p}${p}")]
    with contextlib.suppress(Undecided):
        check(solve_linked(group_of, literals, plenty()), [{"p": "a", "q": "aa"}], literals)


def test_a_number_that_is_read_is_tried_and_never_ruled_out() -> None:
    chance = Random(2)
    number = Points(NUMBERS, between(0, 2), optional=False)
    answers = []
    for _ in range(60):
        group_of = {"p": Group((Key("p", number),)), "q": Group((Key("q", Text()),))}
        literals = [asked("q", "StringLike", chance.choice(AROUND).replace("{}", "${p}"), wanted=chance.random() < 0.8)]
        literals += [random_literal(chance, "p", NUMERIC, ["0", "1", "2"]) for _ in range(chance.randrange(3))]
        literals += [random_literal(chance, "q", TEXTUAL, ["0", "1", "a1", "1b", "?", "a*"])]
        universe = worlds({"p": ["0", "0.5", "1", "1.5", "2"], "q": [*texts("ab12", 2), None]})
        answers.append(decided(group_of, literals, universe))
    assert answers.count(True) > 4 and answers.count(False) > 2


def test_a_number_of_which_only_some_are_tried_is_not_decided() -> None:
    number = Points(NUMBERS, between(0, 2), optional=False)
    group_of = {"p": Group((Key("p", number),)), "q": Group((Key("q", Text()),))}
    literals = [asked("q", "StringLike", "*${p}*"), asked("q", "StringEquals", "75 1.25")]
    literals.append(asked("p", "NumericGreaterThan", "1.2"))
    assert holds_in({"p": "1.25", "q": "75 1.25"}, literals)
    with pytest.raises(Undecided):
        solve_linked(group_of, literals, plenty())


START = "a:a:a:a:"


def test_parts_of_arns_are_solved_or_cannot_be() -> None:
    chance = Random(3)
    arn = Text(tuple([literal(START) + row for row in ((LETTER, COLON, LETTER), (LETTER, COLON, LETTER, LETTER))]))
    universe = worlds({"p": values_of(arn, map((START + "{}").format, _ENDS)), "q": values_of(TWO, SHORT)})
    answers = []
    for _ in range(60):
        group_of = {"p": Group((Key("p", arn),)), "q": Group((Key("q", TWO),))}
        values = [START + end for end in ("${q}:*", "a:${q}", "*:?${q}", "${q}:${q}", "?:${q}b", "${q,'b'}:a")]
        linked = random_literal(chance, "p", [*ARNS, "stringlike"], values)
        literals = [linked, random_literal(chance, "q", TEXTUAL, PLAIN)]
        literals += [random_literal(chance, "p", ARNS, [START + "b:*", START + "a:a", START + "*:*b"])]
        if any(each.variables for each in literals):
            answers.append(decided(group_of, literals, universe))
    assert answers.count(True) > 15 and answers.count(False) > 5 and answers.count(None) < 5


_ENDS = [f"{first}:{rest}" for first in "aAb" for rest in texts("aAb", 2) if rest]


def test_a_second_request_has_keys_of_its_own_and_shares_some() -> None:
    chance = Random(4)
    scope = Scope("second ", frozenset("q"))
    names = ["p", "q", "second p"]
    answers = []
    for _ in range(100):
        group_of = {name: random_group(chance, (name,)) for name in names}
        literals = [random_linked(chance, ("p", "q")), random_linked(chance, ("p", "q"), scope)]
        literals.append(random_literal(chance, chance.choice(["p", "q"]), TEXTUAL, PLAIN))
        found = solve_linked(group_of, literals, plenty())
        answers.append(check(found, worlds_together(list(group_of.values())), literals))
    assert answers.count(True) > 15 and answers.count(False) > 15


def test_too_many_variables_are_not_decided() -> None:
    names = [f"aws:principaltag/{number}" for number in range(61)]
    literals = [asked("p", "StringLike", f"*${{{name}}}*") for name in names]
    with pytest.raises(Undecided):
        solve_linked({name: Group((Key(name, TWO),)) for name in ("p", *names)}, literals, plenty())
    with pytest.raises(OutOfSteps):
        solve_linked({name: Group((Key(name, TWO),)) for name in ("p", *names)}, literals[:3], Budget(20))
