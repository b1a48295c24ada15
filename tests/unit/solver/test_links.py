"""Keys that depend on one another, against every world that their link allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import combinations, product
from random import Random

import pytest

from kmspolicy.budget import Undecided
from kmspolicy.domains.domain import MOMENTS, NUMBERS, Points, Text
from kmspolicy.evaluation.request import Value
from kmspolicy.policy.typed_values import moment_text, number_text
from kmspolicy.regular.intervals import between, union
from kmspolicy.regular.patterns import ANYTHING, CharClass, literal, one_of
from kmspolicy.solver.derived import Derivation, Derived
from kmspolicy.solver.groups import Part
from kmspolicy.solver.links import Chain, Names, SamePoint
from kmspolicy.solver.literals import Conflict, Literal, Scope
from tests.unit.short_texts import union as all_of
from tests.unit.solver.questions import (
    ADDRESSES,
    DATES,
    NUMERIC,
    TEXTUAL,
    World,
    asked,
    check,
    plenty,
    present,
    random_literal,
    random_text,
)

SECOND = Scope("second ")


def in_second(part: Part) -> Part:
    """The part for the keys of another request."""
    return part.of(SECOND)


def tried(part: Part, universe: Sequence[World], literals: Sequence[Literal]) -> bool | None:
    """Checks what the part answers, under other names, too; whether it had a solution, None where it cannot tell."""
    by_key = {key: [each for each in literals if each.key == key] for key in part.domains}
    asked_by_key = {key: listed for key, listed in by_key.items() if listed}
    try:
        found = part.solve(asked_by_key, plenty())
    except Undecided:
        return None
    solved = check(found, universe, literals)
    assert not solved or present(found) in universe, found
    there = {SECOND.key(key): [each._replace(scope=SECOND) for each in listed] for key, listed in asked_by_key.items()}
    again = in_second(part).solve(there, plenty())
    keys = found.keys if isinstance(found, Conflict) else found
    renamed = again.keys if isinstance(again, Conflict) else again
    assert sorted(renamed) == [SECOND.key(key) for key in sorted(keys)] and isinstance(again, type(found))
    return solved


def random_literals(chance: Random, questions: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[Literal]:
    """Up to four literals. questions: keys, each with operators and values."""
    return [random_literal(chance, *chance.choice(questions)) for _ in range(chance.randint(1, 4))]


# --- a text, and keys that repeat a piece of it ---

HEAD, LETTER, SLASH = one_of("ab"), one_of("aAb"), one_of("/")
FORMS = ((HEAD, SLASH, LETTER), (HEAD, SLASH, LETTER, LETTER), (HEAD, SLASH, HEAD, SLASH, LETTER))
BASES = sorted(all_of(FORMS, "aAb/", 5))
_NOTHING = ((), ())


def last(text: str) -> str:
    """What stands behind the last slash."""
    return text.rpartition("/")[2]


AROUND_LAST = (((HEAD, SLASH), ()), ((HEAD, SLASH, HEAD, SLASH), ()))
NAME = Text(((LETTER,), (LETTER, LETTER)), optional=False)
DERIVED = {
    "name": Derivation(NAME, AROUND_LAST, LETTER.chars, last),
    "id": Derivation(Text(), AROUND_LAST, LETTER.chars, lambda text: "b:" + last(text), "b:"),
    "first": Derivation(Text(), (((), (SLASH, *ANYTHING)),), HEAD.chars, lambda text: text[0]),
    "short": Derivation(Text(NAME.languages, longest=1), AROUND_LAST, LETTER.chars, last),
    "whole": Derivation(Text(), (_NOTHING,), CharClass(frozenset("aAb/")), lambda text: text),
}


def random_derived(chance: Random) -> tuple[Derived, list[World]]:
    """A text and one or two keys derived from it, and all that they can be."""
    taken = tuple([literal(text) for text in chance.sample(BASES, chance.randrange(3))])
    derived = {name: DERIVED[name] for name in chance.sample(sorted(DERIVED), chance.randint(1, 2))}
    short = [text for text in BASES if "short" not in derived or len(last(text)) == 1]
    domain = Text(FORMS, taken, tuple(chance.sample(short, chance.randrange(2))), False)
    short = [text for text in short if domain.holds(text)]
    return Derived("base", domain, derived), [{"base": t, **{n: d.of(t) for n, d in derived.items()}} for t in short]


@pytest.mark.parametrize("seed", range(3))
def test_a_text_of_which_keys_repeat_a_piece_is_found_or_there_is_none(seed: int) -> None:
    chance = Random(seed)
    answers = []
    for _ in range(100):
        part, universe = random_derived(chance)
        values = [random_text(chance, "aAb*?/", 3) for _ in range(4)]
        names: Sequence[str] = [*part.domains, "base"]
        literals = random_literals(chance, [(name, [*TEXTUAL, "bool"], _values(name, values)) for name in names])
        answers.append(tried(part, universe, literals))
        assert part.sample() in [{}, *universe]
    assert answers.count(True) > 15 and answers.count(False) > 15 and answers.count(None) < 20


def _values(name: str, values: Iterable[str]) -> list[str]:
    return ["b:" + text if name == "id" else text for text in values]


def test_a_text_of_which_a_piece_is_too_long_is_no_solution() -> None:
    part = Derived("base", Text(FORMS, optional=False), {"short": DERIVED["short"]})
    found = part.solve({"base": [asked("base", "StringEquals", "a/aa", "a/b")]}, plenty())
    assert found == {"base": "a/b", "short": "b"}


# --- one point in several keys, and one that is not behind it ---

HALVES = [Decimal(half) / 2 for half in range(8)]
SECONDS = ["0", "1", "2", "3", "1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z"]


def random_points(chance: Random) -> Points:
    """Moments from one to another, now and then those of two such times."""
    ends = sorted(chance.sample(range(4), 4))
    parts = [((low, chance.randrange(2)), (high, 1)) for low, high in zip(ends[::2], ends[1::2])]
    return Points(MOMENTS, union(parts[: chance.randint(1, 2)]), optional=chance.random() < 0.6)


def worlds_of_points(within: Points, earlier: Points | None) -> list[World]:
    """The moment in both its writings, and each that is not behind it."""
    found = []
    for late in HALVES:
        early = [p for p in HALVES if earlier is not None and p <= late and p in earlier.within]
        others: list[Value] = [moment_text(point) for point in early]
        others += [None] if earlier is None or earlier.optional else []
        values = {"now": moment_text(late), "epoch": number_text(late)}
        found += [present({**values, "issued": other}) for other in others if late in within.within]
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("operators", [DATES, [*DATES, *NUMERIC, *ADDRESSES, "stringlike", "stringnotequals", "bool"]])
def test_moments_in_order_are_found_or_there_are_none(seed: int, operators: Sequence[str]) -> None:
    chance = Random(seed)
    answers = []
    for _ in range(200):
        within = random_points(chance)
        earlier = chance.choice([None, random_points(chance), random_points(chance)])
        part = SamePoint(
            within.within,
            {"now": moment_text, "epoch": number_text},
            {} if earlier is None else {"issued": earlier},
        )
        universe = worlds_of_points(within, earlier)
        names = ["now", "epoch"] if earlier is None else ["now", "epoch", "issued"]
        values = [*SECONDS, "x", "*"] if len(operators) > len(DATES) else SECONDS
        answers.append(tried(part, universe, random_literals(chance, [(name, operators, values) for name in names])))
        assert earlier is not None or part.sample() in universe
    assert answers.count(True) > 40 and answers.count(False) > 40
    assert answers.count(None) < (60 if len(operators) > len(DATES) else 1)


@pytest.mark.parametrize("operator, value", [("NumericLessThan", "9"), ("IpAddress", "0.0.0.0/0")])
def test_a_moment_is_no_number_and_no_address(operator: str, value: str) -> None:
    part = SamePoint(between(0, 3), {"now": moment_text, "epoch": number_text}, {})
    assert part.solve({"now": [asked("now", operator, value)]}, plenty()) == Conflict(frozenset({"now"}))
    assert part.solve({"now": [asked("now", operator, value, wanted=False)]}, plenty()) == part.sample()


# --- a list with its ends ---

LISTED = ["a", "A", "ab"]
LISTS: list[tuple[str, ...]] = [chosen for size in range(1, 5) for chosen in product(LISTED, repeat=size)]
ABSENT: World = {}
CHAINS: list[World] = [{"aws:calledvia": c, "first": c[0], "last": c[-1]} for c in LISTS]


def test_a_list_and_its_ends_are_found_or_there_is_none() -> None:
    chance = Random(1)
    operators = [prefix + name for prefix in ("ForAllValues:", "ForAnyValue:", "") for name in TEXTUAL]
    part = Chain("aws:calledvia", "first", "last", Text(tuple(map(literal, LISTED))))
    answers = []
    for _ in range(250):
        values = ["a", "A", "ab", "a*", "?", "x"]
        literals = random_literals(
            chance, [("aws:calledvia", operators, values), ("first", TEXTUAL, values), ("last", TEXTUAL, values)]
        )
        by_key = {key: [each for each in literals if each.key == key] for key in part.domains}
        found = part.solve({key: listed for key, listed in by_key.items() if listed}, plenty())
        answers.append(check(found, [ABSENT, *CHAINS], literals))
        if not isinstance(found, Conflict):
            there = {key: value for key, value in found.items() if value is not None}
            assert there in [ABSENT, *CHAINS], found
            listed = found["aws:calledvia"] or ()
            assert len(listed) != 2 or listed[0] != listed[1], "one value twice"
        tried_again = in_second(part).solve({}, plenty())
        assert tried_again == dict.fromkeys(map(SECOND.key, part.domains))
    assert answers.count(True) > 40 and answers.count(False) > 40
    assert part.sample() == ABSENT


# --- names of keys, and the key that lists them ---

PREFIX, LISTING = "kms:encryptioncontext:", "kms:encryptioncontextkeys"
SPELLINGS = ["a", "A", "b", "B", "x"]
VALUES: list[Value] = ["a", "b", "any"]


def worlds_of_names(names: Sequence[str]) -> list[World]:
    """Every list of names, with every value of the keys that they are of."""
    found: list[World] = []
    for size in range(1, len(SPELLINGS) + 1):
        for listed in combinations(sorted(SPELLINGS), size):
            there = [name for name in names if name in map(str.lower, listed)]
            keys = [PREFIX + name for name in there]
            chosen = product(VALUES, repeat=len(there))
            found += [present({LISTING: listed, **dict(zip(keys, values))}) for values in chosen]
    return found


@pytest.mark.parametrize("names", [("a",), ("a", "b")])
def test_names_and_values_that_agree_are_found_or_there_are_none(names: tuple[str, ...]) -> None:
    chance = Random(1)
    universe = worlds_of_names(names)
    operators = [prefix + name for prefix in ("ForAllValues:", "ForAnyValue:") for name in TEXTUAL]
    part = Names(PREFIX, LISTING, names)
    values = ["a", "A", "b", "B", "?", "x", "a*"]
    answers = []
    for _ in range(200):
        questions = [(LISTING, operators, values), *((PREFIX + name, TEXTUAL, values) for name in names)]
        literals = random_literals(chance, questions)
        by_key = {key: [each for each in literals if each.key == key] for key in part.domains}
        found = part.solve({key: listed for key, listed in by_key.items() if listed}, plenty())
        answers.append(check(found, universe, literals))
        if not isinstance(found, Conflict):
            listed = found[LISTING] or ()
            there = {name for name in names if found[PREFIX + name] is not None}
            assert there == {name.lower() for name in listed} & set(names), found
            assert listed
    assert answers.count(True) > 40 and answers.count(False) > 40
    assert part.sample() == {LISTING: ("any",)}
    renamed = in_second(part).solve({}, plenty())
    assert set(renamed) == set(map(SECOND.key, part.domains)) and not isinstance(renamed, Conflict)


def test_links_show_what_each_of_their_keys_can_hold() -> None:
    assert set(Chain("w", "f", "l", NAME).domains) == {"w", "f", "l"}
    assert Derived("base", Text(), {"name": DERIVED["name"]}).domains == {"base": Text(), "name": NAME}
    within = between(0, 1)
    clock = SamePoint(within, {"now": moment_text}, {"age": Points(NUMBERS, within)})
    assert clock.domains == {"now": Points(MOMENTS, within, optional=False), "age": Points(NUMBERS, within)}
