"""What a key can hold, against every short text and every small point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from kmspolicy.domains.domain import (
    ABSENT,
    ADDRESSES,
    MOMENTS,
    NUMBERS,
    Domain,
    Finite,
    Line,
    Points,
    Text,
    example,
    excluding,
    fixed,
    free,
    sample,
)
from kmspolicy.policy.context_keys import Bound, Kind, context_key, keys_bound_to
from kmspolicy.policy.typed_values import FIRST_MOMENT, LAST_MOMENT
from kmspolicy.regular.intervals import union
from kmspolicy.regular.patterns import ANY
from tests.unit.short_texts import below, classes, random_rows, texts
from tests.unit.short_texts import union as all_of

LETTERS, LONGEST = "ab\n", 3
CLASSES = [*classes("a", "b", "ab", "^a", "\n"), ANY]
TEXTS = list(texts(LETTERS, LONGEST))


def random_texts(chance: Random) -> tuple[Text, frozenset[str]]:
    """A domain of texts, and its short texts."""
    languages = random_rows(chance, CLASSES, 3, 1, 2)
    excluded = random_rows(chance, CLASSES, 2, 0, 2)
    longest = chance.choice([None, None, 1, 2])
    known = all_of(languages, LETTERS, LONGEST)
    held = {text for text in known - all_of(excluded, LETTERS, LONGEST) if longest is None or len(text) <= longest}
    preferred = tuple(chance.sample(sorted(known), min(2, len(known))))
    domain = Text(tuple(languages), tuple(excluded), preferred, chance.random() < 0.5, longest)
    return domain, frozenset(held)


@pytest.mark.parametrize("seed", range(3))
def test_texts_are_held_as_languages_exclusions_and_length_say(seed: int) -> None:
    chance = Random(seed)
    for _ in range(60):
        domain, held = random_texts(chance)
        assert {text for text in TEXTS if domain.holds(text)} == held, domain
        known = all_of(domain.languages, LETTERS, LONGEST)
        assert {text for text in known if domain.allows(text)} == held, domain
        preferred = [text for text in domain.preferred if text in held]
        assert example(domain) == (preferred[0] if preferred else None)
        without = set(chance.sample(TEXTS, 5))
        assert {text for text in TEXTS if excluding(domain, without).holds(text)} == held - without


def test_any_text_is_held_by_a_domain_that_asks_nothing() -> None:
    assert Text().is_anything and all(map(Text().holds, TEXTS))
    assert not replace(Text(), languages=below("a")).is_anything


def points(line: Line) -> list[tuple[str, int | Decimal]]:
    """Texts of small points of a line."""
    if line is ADDRESSES:
        return [(f"0.0.0.{point}", point) for point in range(6)]
    halves = [Decimal(half) / 2 for half in range(-2, 10)]
    if line is MOMENTS:
        whole = [(f"1970-01-01T00:00:0{point}Z", Decimal(point)) for point in range(5)]
        return [*whole, *((str(point), point) for point in halves)]
    return [*((str(point), point) for point in halves), ("1.00", Decimal(1)), ("1e0", Decimal(1))]


@pytest.mark.parametrize("line", [NUMBERS, MOMENTS, ADDRESSES], ids=["numbers", "moments", "addresses"])
def test_points_are_held_as_their_intervals_say(line: Line) -> None:
    chance = Random(1)
    for _ in range(60):
        ends = sorted(chance.sample(range(5), 4))
        parts = [((low, chance.randrange(2)), (high, chance.randrange(2))) for low, high in zip(ends[::2], ends[1::2])]
        domain = Points(line, union(parts), tuple(chance.sample([text for text, _ in points(line)], 3)))
        held = [text for text, point in points(line) if any(low < (point, 0.5) < high for low, high in parts)]
        assert [text for text, _ in points(line) if domain.holds(text)] == held
        assert not any(map(domain.holds, ("", "a", "1 ", "0.0.0", "true")))
        assert example(domain) == next((text for text in domain.preferred if text in held), None)


@pytest.mark.parametrize("line", [NUMBERS, MOMENTS, ADDRESSES], ids=["numbers", "moments", "addresses"])
def test_a_point_is_read_as_it_is_written(line: Line) -> None:
    edges = {
        NUMBERS.family: [Decimal("1e-30"), Decimal("-7.50"), Decimal("1e30"), Decimal("-0")],
        MOMENTS.family: [Decimal(FIRST_MOMENT), Decimal("-0.001"), Decimal("951782400.25"), Decimal(LAST_MOMENT)],
        ADDRESSES.family: [(1 << 32) - 1, 1 << 32, (1 << 32) + (1 << 64) + 7, (1 << 32) + (1 << 128) - 1],
    }[line.family]
    for point in [*(point for _, point in points(line)), *edges]:
        assert line.read(line.write(point)) == point


def test_a_few_values_are_held_and_no_others() -> None:
    domain = Finite(("a", "ab"))
    assert [text for text in TEXTS if domain.holds(text)] == ["a", "ab"]
    assert (example(domain), example(ABSENT)) == ("a", None)


def domains() -> Iterator[tuple[Domain, bool]]:
    """Domains of each kind, and whether requests can lack the key."""
    line = Points(NUMBERS, union([((0, 0), (1, 1))]), ("1",))
    for optional in (True, False):
        for domain in (Finite(("a", "b")), Finite(("a",)), Text(preferred=("a",)), Text(), line):
            yield replace(domain, optional=optional), optional


def test_a_key_of_which_nothing_is_asked_is_absent_where_it_can_be() -> None:
    for domain, optional in domains():
        assert sample(domain) == (None if optional else example(domain))
    assert (ABSENT.holds("a"), sample(ABSENT), sample(fixed("a"))) == (False, None, "a")


# --- what a requester can choose ---

EVERY_KEY = [*sorted(keys_bound_to(*Bound)), "kms:encryptioncontext:x", "aws:requesttag/x", "no:suchkey"]


def test_a_free_key_can_hold_what_its_row_says() -> None:
    lines = {Kind.NUMBER: (NUMBERS, "-1.5"), Kind.MOMENT: (MOMENTS, "1999-12-31"), Kind.ADDRESS: (ADDRESSES, "::1")}
    kinds = set()
    for name in EVERY_KEY:
        row = context_key(name)
        domain = free(row)
        assert domain.optional != row.always
        if row.values:
            assert isinstance(domain, Finite) and domain.values == row.values
        elif row.kind in lines:
            line, text = lines[row.kind]
            assert isinstance(domain, Points) and domain.line is line and domain.holds(text)
            assert domain.holds(example(domain) or "")
        else:
            assert isinstance(domain, Text) and domain.languages == row.forms and not domain.excluded
        kinds.add((type(domain), domain.optional))
    assert kinds >= {(Finite, True), (Points, True), (Text, True)}
