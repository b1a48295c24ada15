"""One text for every combination of patterns that some text of a given shape satisfies: the product of their automata.
What makes the oracle's candidates exhaustive; written for clarity, and cached because policies repeat their patterns.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dev.reference.operators import Pattern

# every character that a candidate may hold, plain ones first: they represent the others
_PLAIN = string.ascii_lowercase + string.digits + string.ascii_uppercase
UNIVERSE = _PLAIN + "".join(c for c in map(chr, range(0x20, 0x80)) if c not in _PLAIN)
ANY = frozenset(UNIVERSE)
DIGITS = frozenset(string.digits)
NOT_COLON = ANY - {":"}

Element = tuple[frozenset[str], bool]  # the characters allowed, and whether any number of them


@dataclass(frozen=True)
class Glob:
    """A sequence of elements; with before and after, the texts that fit once put between some texts of these."""

    elements: tuple[Element, ...]
    before: tuple[Element, ...] = ()
    after: tuple[Element, ...] = ()


NOTHING = Glob(((frozenset(), False),))


@lru_cache(maxsize=1 << 16)
def literal(text: str) -> tuple[Element, ...]:
    """Exactly this text."""
    return tuple((frozenset([c]), False) for c in text)


def some(characters: Iterable[str], times: int = 1, more: bool = True) -> tuple[Element, ...]:
    """At least `times` of these characters; exactly so many with more=False."""
    allowed = frozenset(characters)
    return ((allowed, False),) * times + (((allowed, True),) if more else ())


def wildcards(pattern: Pattern, allowed: frozenset[str] = ANY) -> tuple[Element, ...]:
    """A pattern as StringLike reads it; `allowed` is what its wildcards span."""
    return tuple((allowed, c == "*") if not fixed and c in "*?" else (frozenset([c]), False) for c, fixed in pattern)


def of_operator(operator: str, pattern: Pattern) -> Glob:
    """The texts that a positive String or Arn operator matches."""
    text = "".join(c for c, _ in pattern)
    if operator == "stringequals":
        return Glob(literal(text))
    if operator == "stringequalsignorecase":
        return Glob(tuple((frozenset([c.lower(), c.upper()]), False) for c in text))
    if operator == "stringlike":
        return Glob(wildcards(pattern))
    parts: list[Pattern] = [[]]
    for character in pattern:
        if character[0] == ":" and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(character)
    if len(parts) < 6:
        return NOTHING
    elements: tuple[Element, ...] = ()
    for part in parts[:5]:
        elements += wildcards(part, NOT_COLON) + literal(":")
    return Glob(elements + wildcards(parts[5]))


class _State(dict[str, "_State"]):
    """A state of a Glob's automaton: the positions that are open there. state[character] is the one that follows."""

    def __init__(self, automaton: _Automaton, positions: frozenset[int]) -> None:
        super().__init__()
        self.automaton, self.positions = automaton, positions
        self.accepts = len(automaton.elements) in automaton.through(positions, automaton.after)
        # characters that are in the same ones of these sets lead to the same state
        self.sets = frozenset(automaton.elements[p][0] for p in positions if p < len(automaton.elements))

    def __missing__(self, character: str) -> _State:
        self[character] = self.automaton.state(self.automaton.onward(self.positions, frozenset(character)))
        return self[character]

    __eq__, __hash__ = object.__eq__, object.__hash__  # type: ignore[assignment]


class _Automaton:
    """The deterministic automaton of a Glob, built as far as it is walked."""

    def __init__(self, glob: Glob) -> None:
        self.elements, self.after = glob.elements, glob.after
        self.states: dict[frozenset[int], _State] = {}
        self.start = self.state(self.through(self.closure({0}), glob.before))

    def state(self, positions: frozenset[int]) -> _State:
        """The one state of a set of open positions."""
        if positions not in self.states:
            self.states[positions] = _State(self, positions)
        return self.states[positions]

    def closure(self, positions: set[int]) -> frozenset[int]:
        """The positions with those behind elements that may be skipped."""
        open_ = set(positions)
        for position in sorted(positions):
            while position < len(self.elements) and self.elements[position][1]:
                position += 1
                open_.add(position)
        return frozenset(open_)

    def onward(self, positions: frozenset[int], characters: frozenset[str]) -> frozenset[int]:
        """The positions open after one of some characters."""
        return self.closure(
            {
                p if self.elements[p][1] else p + 1
                for p in positions
                if p < len(self.elements) and not characters.isdisjoint(self.elements[p][0])
            }
        )

    def through(self, positions: frozenset[int], between: tuple[Element, ...]) -> frozenset[int]:
        """The positions that can be open after some text of other elements."""
        for characters, many in between:
            onward = self.onward(positions, characters)
            while many and not onward <= positions:
                positions |= onward
                onward = self.onward(positions, characters)
            positions = positions if many else onward
        return positions


_automaton = lru_cache(maxsize=1 << 14)(_Automaton)


@lru_cache(maxsize=1 << 16)
def texts(shapes: tuple[Glob, ...], tests: tuple[Glob, ...]) -> tuple[tuple[tuple[bool, ...], str], ...]:
    """For each combination of outcomes of `tests` that some text of the `shapes` has: (outcomes, a shortest text)."""
    forms = len(shapes)
    first = tuple(_automaton(g).start for g in shapes + tests)
    found: dict[tuple[bool, ...], str] = {}
    seen, layer = {first}, {first: ""}
    while layer:
        following: dict[tuple[_State, ...], str] = {}
        for states, text in layer.items():
            if any(state.accepts for state in states[:forms]):
                found.setdefault(tuple([state.accepts for state in states[forms:]]), text)
            for character in _representatives(frozenset().union(*[state.sets for state in states])):
                after = tuple([state[character] for state in states])
                if after not in seen:
                    seen.add(after)
                    if any(state.positions for state in after[:forms]):
                        following[after] = text + character
        layer = following
    return tuple(found.items())


@lru_cache(maxsize=1 << 16)
def _representatives(sets: frozenset[frozenset[str]]) -> str:
    """One character of each group that no element tells apart."""
    groups: dict[frozenset[frozenset[str]], str] = {}
    for character in UNIVERSE:
        groups.setdefault(frozenset(s for s in sets if character in s), character)
    return "".join(groups.values())
