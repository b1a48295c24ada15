"""Every short text, and every short text that a pattern matches: what clever code is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from random import Random

from kmspolicy.regular.patterns import ANY, ANYTHING, CharClass, Element, Part, Pattern, Row, literal


def texts(letters: str, longest: int) -> Iterator[str]:
    """Every text of so many letters at most, the shortest first."""
    for length in range(longest + 1):
        yield from map("".join, product(letters, repeat=length))


@lru_cache(maxsize=4096)
def _language(row: Pattern, letters: str, longest: int) -> frozenset[str]:
    found = {""}
    for chars, repeat in row:
        known = [char for char in letters if char in chars.chars] if not chars.negated else []
        known += [char for char in letters if char not in chars.chars] if chars.negated else []
        pieces = list(texts("".join(known), longest)) if repeat else known
        found = {text + piece for text in found for piece in pieces if len(text) + len(piece) <= longest}
    return frozenset(found)


def language(row: Row, letters: str, longest: int) -> frozenset[str]:
    """Every text of these letters, so many at most, that a row matches: put together element by element."""
    if not isinstance(row, Part):
        return _language(row, letters, longest)
    places = [(start, end) for start in row.starts for end in row.ends if start <= end]
    pieces = [row.row[start:end] + _repeat_at(row.row, end) for start, end in places]
    return frozenset().union(*(_language(piece, letters, longest) for piece in pieces))


def _repeat_at(row: Pattern, place: int) -> Pattern:
    """The element at a place where a text may stay: a repeat."""
    return tuple([element for element in row[place : place + 1] if element.repeat])


def union(rows: Iterable[Row], letters: str, longest: int) -> frozenset[str]:
    """Every such text that one of the rows matches."""
    return frozenset().union(*(language(row, letters, longest) for row in rows))


def classes(*listed: str) -> list[CharClass]:
    """The class of each of these characters, and of all but each of those behind a `^`; `^` alone is any."""
    return [CharClass(frozenset(text.lstrip("^")), text.startswith("^")) for text in listed]


def random_row(chance: Random, known: list[CharClass], longest: int) -> Pattern:
    """A pattern of so many elements at most; every third element is repeated, more often where it is any character."""
    chosen = [chance.choice(known) for _ in range(chance.randrange(longest + 1))]
    return tuple([Element(chars, chance.random() < (0.6 if chars == ANY else 0.3)) for chars in chosen])


def random_rows(chance: Random, known: list[CharClass], longest: int, least: int, most: int) -> list[Pattern]:
    """So many such patterns."""
    return [random_row(chance, known, longest) for _ in range(chance.randint(least, most))]


def below(starts: Iterable[str]) -> tuple[Pattern, ...]:
    """The language of texts that begin with one of these."""
    return tuple(literal(start) + ANYTHING for start in starts)
