"""Finds one text that matches some patterns and avoids others, or proves that there is none.

A pattern is a row of character classes, each once or repeated; the search walks the product of their automata,
shortest text first, with every set of positions held in one integer.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Callable, NamedTuple, Optional


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

_LOWER, _UPPER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
ANY = CharClass(frozenset(), True)
NO_COLON = CharClass(frozenset(":"), True)
DIGIT = CharClass(frozenset(_DIGITS))
HEX = CharClass(frozenset(_DIGITS + "abcdef"))
LOWER_ALNUM = CharClass(frozenset(_LOWER + _DIGITS))
UPPER_ALNUM = CharClass(frozenset(_UPPER + _DIGITS))
LABEL = CharClass(frozenset(_LOWER + _DIGITS + "-"))
NAME = CharClass(frozenset(_LOWER + _UPPER + _DIGITS + "_+=,.@-"))
PATH = CharClass(frozenset(map(chr, range(0x21, 0x80))))

# Integers of so many bits are as quick as small ones.
_WIDTH_OF_A_STEP = 512

_FEW = 2  # characters of a class that spells one letter, in either case

# The order in which characters are tried, so that a witness reads naturally.
_PREFERRED = "x0X" + _LOWER + _DIGITS + _UPPER + "-_/.:@+=, " + "".join(map(chr, range(0x21, 0x80))) + "é"


@lru_cache(maxsize=1024)
def one_of(chars: str) -> Element:
    """One of these characters."""
    return Element(CharClass(frozenset(chars)))


def literal(text: str) -> Pattern:
    """The pattern that matches this text alone."""
    return tuple(map(one_of, text))


def some(chars: CharClass) -> Pattern:
    """One or more characters of a class."""
    return (Element(chars), Element(chars, True))


def any_of(chars: CharClass) -> Pattern:
    """Any number of characters of a class."""
    return (Element(chars, True),)


ANYTHING = any_of(ANY)


class Union:
    """Several patterns as one automaton, whose state is one integer: a bit for every position of every pattern."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.by_class: dict[CharClass, list[int]] = {}
        self.start = self.final = self.skip = 0
        self.endless: list[tuple[int, int]] = []  # (bit of a `*`, the bits of its pattern before it)
        self.sure = 0  # a `*` that ends its pattern: once there, every text matches
        offset = 0
        for pattern in patterns:
            base = offset
            self.start |= 1 << base
            for element in pattern:
                bit = 1 << offset
                masks = self.by_class.setdefault(element.chars, [0, 0])
                masks[element.repeat] |= bit
                if element.repeat:
                    self.skip |= bit
                    if element.chars == ANY:
                        self.endless.append((bit, bit - (1 << base)))
                offset += 1
            self.final |= 1 << offset
            if pattern and pattern[-1] == ANYTHING[0]:
                self.sure |= 1 << (offset - 1)
            offset += 1
        self.width = offset
        self.endless.reverse()
        self.start = self._close(self.start)
        self._steps: dict[str, tuple[int, int]] = {}

    def _close(self, state: int) -> int:
        """Adds the positions behind repeats that may be empty; drops those that a later `*` makes needless."""
        new = state
        while True:
            new = ((new & self.skip) << 1) & ~state
            if not new:
                break
            state |= new
        for bit, before in self.endless:
            if state & bit:
                state &= ~before
        return state

    def step(self, state: int, char: str) -> int:
        """The state behind one more character; 0 when no pattern can match any more."""
        masks = self._steps.get(char)
        if masks is None:
            once = repeat = 0
            for chars, (ones, repeats) in self.by_class.items():
                if chars.has(char):
                    once |= ones
                    repeat |= repeats
            masks = self._steps[char] = (once, repeat)
        return self._close(((state & masks[0]) << 1) | (state & masks[1]))

    def accepts(self, text: str) -> bool:
        """Whether one of the patterns matches the whole text."""
        state = self.start
        for char in text:
            state = self.step(state, char)
            if not state:
                return False
        return bool(state & self.final)

    def forced(self, state: int) -> Optional[frozenset[str]]:
        """The few characters that keep this state alive, or None when there are many."""
        wanted: frozenset[str] = frozenset()
        for chars, (ones, repeats) in self.by_class.items():
            if state & (ones | repeats):
                if chars.negated or len(chars.chars) > _FEW:
                    return None
                wanted |= chars.chars
        return wanted


def alphabet(unions: Iterable[Union]) -> tuple[str, ...]:
    """One character for every combination of the character classes in use."""
    classes = {chars for union in unions for chars in union.by_class}
    spelled = sorted({char for chars in classes if len(chars.chars) <= _FEW for char in chars.chars})
    wide = [chars for chars in classes if chars.negated or len(chars.chars) > _FEW]
    others: dict[tuple[bool, ...], str] = {}
    for char in _PREFERRED:
        if char not in spelled:
            others.setdefault(tuple([(char in chars) != negated for chars, negated in wide]), char)
    return (*spelled, *others.values())


def _clash(rows: Iterable[Pattern]) -> bool:
    """Whether patterns that must all match ask for different characters in the same place, before any repeat."""
    asked: list[frozenset[str]] = []
    for row in rows:
        for at, (chars, repeat) in enumerate(row):
            if repeat or chars.negated:
                break
            if at == len(asked):
                asked.append(chars.chars)
            asked[at] &= chars.chars
            if not asked[at]:
                return True
    return False


def find(
    required: Sequence[Sequence[Pattern]],
    forbidden: Sequence[Pattern],
    spend: Callable[[int], None],
    good: Callable[[str], bool] = lambda text: True,
) -> Optional[str]:
    """A shortest text that matches one pattern of each required group, none of the forbidden, and is good.

    Calls spend(steps) for every state visited, more for wide patterns; it may raise to end the search. None proves that
    there is no such text as far as the patterns go; `good` is asked once for every accepting state.
    """
    alone = [group[0] for group in required if len(group) == 1]
    if _clash(alone) or _clash([row[::-1] for row in alone]):
        return None
    groups = [Union(group) for group in required]
    avoid = Union(forbidden)
    chars = alphabet([*groups, avoid])
    cost = 1 + sum(union.width for union in (*groups, avoid)) // _WIDTH_OF_A_STEP
    start = (tuple(group.start for group in groups), avoid.start)
    seen = {start}
    level: list[tuple[tuple[tuple[int, ...], int], str]] = [(start, "")]
    while level:
        following: list[tuple[tuple[tuple[int, ...], int], str]] = []
        for (states, shun), text in level:
            spend(cost)
            if not shun & avoid.final and all(s & g.final for s, g in zip(states, groups)) and good(text):
                return text
            choices: Sequence[str] = chars
            for state, group in zip(states, groups):
                wanted = group.forced(state)
                if wanted is not None and len(wanted) < len(choices):
                    choices = sorted(wanted)
            for char in choices:
                after_shun = avoid.step(shun, char)
                if after_shun & avoid.sure:
                    continue
                after = []
                for state, group in zip(states, groups):
                    moved = group.step(state, char)
                    if not moved:
                        break
                    after.append(moved)
                else:
                    key = (tuple(after), after_shun)
                    if key not in seen:
                        seen.add(key)
                        following.append((key, text + char))
        level = following
    return None


def cells(language: Pattern, prefix: str, patterns: Sequence[Pattern], spend: Callable[[int], None]) -> Iterator[str]:
    """Texts of the language, one for every way in which the patterns can stand after prefix + text."""
    base, union = Union((language,)), Union(patterns)
    standing = union.start
    for char in prefix:
        standing = union.step(standing, char)
    chars = alphabet((base, union))
    cost = 1 + (base.width + union.width) // _WIDTH_OF_A_STEP
    seen = {(base.start, standing)}
    told = set()
    level = [(base.start, standing, "")]
    while level:
        following = []
        for at, state, text in level:
            spend(cost)
            if at & base.final and state not in told:
                told.add(state)
                yield text
            for char in chars:
                moved = base.step(at, char)
                if moved:
                    key = (moved, union.step(state, char))
                    if key not in seen:
                        seen.add(key)
                        following.append((*key, text + char))
        level = following
