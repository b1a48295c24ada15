"""Patterns: rows of character classes, each once or repeated. What texts they match is asked in languages.py."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Optional, Union


class CharClass(NamedTuple):
    """A set of characters, or all but them."""

    chars: frozenset[str]
    negated: bool = False

    def has(self, char: str) -> bool:
        """Whether the character is in the set."""
        return (char in self.chars) != self.negated


class Element(NamedTuple):
    """One place of a pattern: a character of the class, or any number of them."""

    chars: CharClass
    repeat: bool = False


Pattern = tuple[Element, ...]


class Part(NamedTuple):
    """A stretch of the texts that a row matches, from a start place of the row to an end place; both lists ascend."""

    row: Pattern
    starts: Sequence[int]
    ends: Sequence[int]


Row = Union[Pattern, Part]
Spend = Callable[[int], None]  # takes steps; it may raise to end a search
_LOWER, _UPPER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
ANY = CharClass(frozenset(), True)
NO_COLON = CharClass(frozenset(":"), True)
DIGIT = CharClass(frozenset(_DIGITS))
HEX = CharClass(frozenset(_DIGITS + "abcdef"))
LOWER_ALNUM = CharClass(frozenset(_LOWER + _DIGITS))
UPPER_ALNUM = CharClass(frozenset(_UPPER + _DIGITS))
ID = CharClass(frozenset(_LOWER + _UPPER + _DIGITS + "-"))
LABEL = CharClass(frozenset(_LOWER + _DIGITS + "-"))
DOTTED = CharClass(LABEL.chars | {"."})
UPPER = CharClass(frozenset(_UPPER))
LETTERS = CharClass(frozenset(_LOWER + _UPPER))
UPPER_CODE = CharClass(frozenset(_UPPER + _DIGITS + "_"))
NAME = CharClass(frozenset(_LOWER + _UPPER + _DIGITS + "_+=,.@-"))
PATH = CharClass(frozenset(map(chr, range(0x21, 0x80))))


@lru_cache(maxsize=1024)
def one_of(chars: str) -> Element:
    """One of these characters."""
    return Element(CharClass(frozenset(chars)))


def literal(text: str) -> Pattern:
    """The pattern that matches this text alone."""
    return tuple(map(one_of, text))


def prefix(row: Row) -> str:
    """The longest text that every text of a pattern begins with, as far as it is spelled out; "" for a part of one."""
    found: list[str] = []
    for chars, repeat in () if isinstance(row, Part) else row:
        if repeat or chars.negated or len(chars.chars) != 1:
            break
        found += chars.chars
    return "".join(found)


def some(chars: CharClass) -> Pattern:
    """One or more characters of a class."""
    return (Element(chars), Element(chars, True))


def any_of(chars: CharClass) -> Pattern:
    """Any number of characters of a class."""
    return (Element(chars, True),)


ANYTHING, SOMETHING = any_of(ANY), some(ANY)


def both(left: CharClass, right: CharClass) -> CharClass:
    """The characters that are in two classes."""
    if left.negated and right.negated:
        return CharClass(left.chars | right.chars, True)
    if left.negated:
        return CharClass(right.chars - left.chars)
    return CharClass(left.chars - right.chars if right.negated else left.chars & right.chars)


def restricted(row: Pattern, chars: CharClass) -> Optional[Pattern]:
    """The pattern of those texts of another that are made of certain characters; None where there is none."""
    found = []
    for element in row:
        shared = both(element.chars, chars)
        if shared.chars or shared.negated:
            found.append(Element(shared, element.repeat))
        elif not element.repeat:
            return None
    return tuple(found)


def not_beginning(start: str, chars: CharClass) -> tuple[Pattern, ...]:
    """The texts of a class's characters that do not begin so, the empty one first; `start` is of such characters."""
    begun = [literal(start[:length]) for length in range(len(start))]
    others = [both(CharClass(frozenset(char), True), chars) for char in start]
    return (*begun, *((*row, Element(other), *any_of(chars)) for row, other in zip(begun, others)))


def matcher(patterns: Iterable[Pattern]) -> Callable[[str], bool]:
    """A function that says whether a text matches one of the patterns.

    The patterns should have few repeats: a regular expression may read the text once for each. What they begin with is
    looked up, as a policy can have thousands that differ in nothing else.
    """
    begun: dict[Pattern, set[str]] = {}
    for pattern in patterns:
        start = prefix(pattern)
        begun.setdefault(pattern[len(start) :], set()).add(start)
    alike: dict[frozenset[str], list[str]] = {}
    for rest, starts in begun.items():
        alike.setdefault(frozenset(starts), []).append("".join(map(_in_regex, rest)))
    parts = [
        (starts, sorted(set(map(len, starts))), re.compile(f"(?:{'|'.join(rests)})\\Z", re.DOTALL).match)
        for starts, rests in alike.items()
    ]
    return lambda text: any(
        text[:length] in starts and match(text, length) for starts, lengths, match in parts for length in lengths
    )


@lru_cache(maxsize=1024)
def _in_regex(element: Element) -> str:
    chars = element.chars
    if not chars.chars:
        one = "." if chars.negated else "(?!)"
    elif len(chars.chars) == 1 and not chars.negated:
        one = re.escape(*chars.chars)
    else:
        one = f"[{'^' if chars.negated else ''}{''.join(map(re.escape, sorted(chars.chars)))}]"
    return one + "*" if element.repeat else one


def covers(pattern: Pattern, row: Pattern, spend: Spend) -> bool:
    """Whether a pattern matches all that a row does, by one way through it for every text; False proves nothing.

    Calls spend(steps) for the moves that it took. Two patterns that are so long that it might take as long as a search
    are not compared.
    """
    if len(pattern) * len(row) > _MOST_COMPARED:
        return False
    places, moves = opened(pattern, (0,)), 0
    for chars, repeat in row:
        if not places:
            break
        moves += 1 + len(places)
        fitting = [place for place in places if place < len(pattern) and _includes(pattern[place].chars, chars)]
        if repeat:
            places = opened(pattern, [place for place in fitting if pattern[place].repeat])
        else:
            places = opened(pattern, [place if pattern[place].repeat else place + 1 for place in fitting])
    spend(1 + moves // _MOVES_OF_A_STEP)
    return len(pattern) in places


_MOST_COMPARED = 1 << 14  # places of one with places of the other
_MOVES_OF_A_STEP = 4


def opened(pattern: Pattern, places: Iterable[int]) -> set[int]:
    """These places of a pattern, and those after repeats that may be empty."""
    found = set[int]()
    for place in places:
        found.add(place)
        while place < len(pattern) and pattern[place].repeat:
            place += 1
            found.add(place)
    return found


def _includes(chars: CharClass, others: CharClass) -> bool:
    """Whether a class has all characters of another one."""
    if chars.negated:
        return chars.chars <= others.chars if others.negated else chars.chars.isdisjoint(others.chars)
    return not others.negated and others.chars <= chars.chars
