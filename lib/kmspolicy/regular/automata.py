"""Automata of patterns: every set of positions in the patterns is held in one integer."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from string import ascii_lowercase, ascii_uppercase, digits

from .patterns import ANYTHING, CharClass, Part, Row

_STEP_OF_BITS = 12  # each 4,096 bits of an integer make a step as long again
_FEW = 2  # characters of a class that spells one letter, in either case

# The order in which characters are tried, so that a witness reads naturally.
_PREFERRED = f"x0X{ascii_lowercase}{digits}{ascii_uppercase}-_/.:@+=, {''.join(map(chr, range(0x21, 0x80)))}é"

Classes = tuple[CharClass, ...]


def effort(patterns: Sequence[Row]) -> int:
    """The steps that it takes to move the automaton of these patterns by one character."""
    return 1 + (sum(map(length, patterns)) + len(patterns) >> _STEP_OF_BITS)


def length(row: Row) -> int:
    """The places of a row."""
    return len(row.row) if isinstance(row, Part) else len(row)


class Automaton:
    """Several patterns as one automaton, whose state is one integer: a bit for every position of every pattern."""

    def __init__(self, patterns: Sequence[Row]) -> None:
        of_class: dict[CharClass, tuple[list[int], list[int]]] = {}
        starts: list[int] = []
        ends: list[int] = []
        skipped: list[int] = []
        sure: list[int] = []
        offset = 0
        for pattern in patterns:
            base = offset
            whole = not isinstance(pattern, Part)
            row, begins, stops = pattern if isinstance(pattern, Part) else (pattern, (0,), (len(pattern),))
            starts += [base + place for place in begins]
            ends += [base + place for place in stops]
            for element in row:
                of_class.setdefault(element.chars, ([], []))[element.repeat].append(offset)
                if element.repeat:
                    skipped.append(offset)
                offset += 1
            if whole and row and row[-1] == ANYTHING[0]:
                sure.append(offset - 1)
            offset += 1
        self.by_class = {chars: (_bits(ones), _bits(repeats)) for chars, (ones, repeats) in of_class.items()}
        self.final = _bits(ends)
        self.skip = _bits(skipped)
        self._sure = _bits(sure)  # a `*` that ends its pattern: once there, every text matches
        self.cost = effort(patterns)
        self.start = self._close(_bits(starts))
        self._steps: dict[str, tuple[int, int]] = {}
        self._classes: dict[int, Classes] = {}

    def _close(self, state: int) -> int:
        """Adds the positions after repeats that may be empty."""
        new = state
        while True:
            new = ((new & self.skip) << 1) & ~state
            if not new:
                break
            state |= new
        return self._sure_state if state & self._sure else state

    @property
    def _sure_state(self) -> int:
        first = self._sure & -self._sure
        return first | first << 1

    def is_sure(self, state: int) -> bool:
        """Whether every text that goes on from this state matches."""
        return bool(state & self._sure)

    def step(self, state: int, char: str) -> int:
        """The state after one more character; 0 when no pattern can match any more."""
        masks = self._steps.get(char)
        if masks is None:
            once = repeat = 0
            for chars, (ones, repeats) in self.by_class.items():
                if chars.has(char):
                    once |= ones
                    repeat |= repeats
            masks = self._steps[char] = (once, repeat)
        return self._close(((state & masks[0]) << 1) | (state & masks[1]))

    def classes_at(self, state: int) -> Classes:
        """The classes of the characters that go on from a state."""
        found = self._classes.get(state)
        if found is None:
            every = self.by_class.items()
            found = self._classes[state] = tuple([chars for chars, (once, more) in every if state & (once | more)])
        return found


def _bits(places: list[int]) -> int:
    """The integer with a bit at each of these places, which rise: in one go, as adding bits one by one is quadratic."""
    held = bytearray((places[-1] >> 3) + 1 if places else 0)
    for place in places:
        held[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(held, "little")


def choices(needed: tuple[Classes, ...], others: Classes) -> Sequence[str]:
    """One character for every way in which classes tell characters apart.

    needed: the character is in one class at least of each of these.
    """
    few = sum(map(len, needed), len(others)) <= _MOST_KEPT
    return _known_choices(needed, others) if few else _choices(needed, others)


def _choices(needed: tuple[Classes, ...], others: Classes) -> Sequence[str]:
    classes = dict.fromkeys(chain(*needed, others))
    found = sorted({char for chars in classes if _is_spelled(chars) for char in chars.chars})
    if not any(all(map(_is_spelled, each)) for each in needed):
        wide = [chars for chars in classes if not _is_spelled(chars)]
        more: dict[tuple[bool, ...], str] = {}
        for char in _PREFERRED:
            if char not in found:
                more.setdefault(tuple([(char in chars) != negated for chars, negated in wide]), char)
        found += more.values()
    return [char for char in found if all(any(chars.has(char) for chars in each) for each in needed)]


_MOST_KEPT = 32  # classes: so that what is kept takes little memory
_known_choices = lru_cache(maxsize=4096)(_choices)


def _is_spelled(chars: CharClass) -> bool:
    return not chars.negated and len(chars.chars) <= _FEW
