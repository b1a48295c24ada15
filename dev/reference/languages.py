"""Sets of texts as small automata, and one text for every combination of them that some text of given shapes meets.
This makes the oracle's candidates exhaustive. Nothing of AWS is known here.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# every character that a candidate may hold, plain ones first: they represent the others
_PLAIN = string.ascii_lowercase + string.digits + string.ascii_uppercase
UNIVERSE = _PLAIN + "".join(c for c in map(chr, range(0x20, 0x80)) if c not in _PLAIN)
ANY = frozenset(UNIVERSE)

Chars = frozenset[str]
Edges = tuple[tuple[Chars, int], ...]


@dataclass(frozen=True)
class Language:
    """A nondeterministic automaton without empty moves. edges[state]: characters and the state that they lead to."""

    edges: tuple[Edges, ...]
    start: frozenset[int]
    accept: frozenset[int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.edges, self.start, self.accept)))

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined]

    def __add__(self, other: Language) -> Language:
        """The texts of this language, each followed by a text of the other."""
        return _joined(self, other)

    def __or__(self, other: Language) -> Language:
        """The texts of both."""
        return _either(self, other)

    def within(self, characters: Chars) -> Language:
        """Its texts that hold only these characters."""
        return Language(tuple(tuple((c & characters, t) for c, t in e) for e in self.edges), self.start, self.accept)

    def any_case(self) -> Language:
        """Its texts, spelled in any case."""
        edges = tuple(
            tuple((frozenset(d for x in c for d in (x.lower(), x.upper())), t) for c, t in e) for e in self.edges
        )
        return Language(edges, self.start, self.accept)

    def after(self, before: Language) -> Language:
        """What may follow some text of `before` in a text of this language."""
        reached = _together(before, self, {(b, s) for b in before.start for s in self.start})
        return Language(self.edges, frozenset(s for b, s in reached if b in before.accept), self.accept)

    def ahead(self, behind: Language) -> Language:
        """What may come first in a text of this language that ends in some text of `behind`."""
        accept = {
            state
            for state in range(len(self.edges))
            if any(
                b in behind.accept and s in self.accept
                for b, s in _together(behind, self, {(b, state) for b in behind.start})
            )
        }
        return Language(self.edges, self.start, frozenset(accept))

    def replacing(self, character: str, text: str) -> Language:
        """Its texts with a text in the place of a character."""
        edges = [list(e) for e in self.edges]
        for state in range(len(self.edges)):
            for characters, target in self.edges[state]:
                if character not in characters:
                    continue
                edges[state].remove((characters, target))
                edges[state].append((characters - {character}, target))
                at = state
                for i, c in enumerate(text):
                    onward = target if i == len(text) - 1 else len(edges)
                    if onward == len(edges):
                        edges.append([])
                    edges[at].append((frozenset(c), onward))
                    at = onward
        return Language(tuple(map(tuple, edges)), self.start, self.accept)

    def __contains__(self, text: str) -> bool:
        states = set(self.start)
        for c in text:
            states = {t for s in states for characters, t in self.edges[s] if c in characters}
        return bool(states & self.accept)


@lru_cache(maxsize=1 << 16)
def _joined(one: Language, other: Language) -> Language:
    far = _shifted(other, len(one.edges))
    first = tuple(edge for state in far.start for edge in far.edges[state - len(one.edges)])
    joined = tuple(e + first if i in one.accept else e for i, e in enumerate(one.edges))
    start = one.start | far.start if one.start & one.accept else one.start
    return Language(joined + far.edges, start, far.accept | (one.accept if far.start & far.accept else frozenset()))


@lru_cache(maxsize=1 << 16)
def _either(one: Language, other: Language) -> Language:
    far = _shifted(other, len(one.edges))
    return Language(one.edges + far.edges, one.start | far.start, one.accept | far.accept)


def _shifted(language: Language, by: int) -> Language:
    edges = tuple(tuple((c, t + by) for c, t in e) for e in language.edges)
    return Language(edges, frozenset(s + by for s in language.start), frozenset(s + by for s in language.accept))


def _together(a: Language, b: Language, pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The pairs of states that equal texts can reach from some pairs."""
    reached, fresh = set(pairs), set(pairs)
    while fresh:
        fresh = {
            (s, t) for p, q in fresh for c, s in a.edges[p] for d, t in b.edges[q] if not c.isdisjoint(d)
        } - reached
        reached |= fresh
    return reached


@lru_cache(maxsize=1 << 16)
def literal(text: str) -> Language:
    """Exactly this text."""
    return sequence(tuple((frozenset(c), False) for c in text))


def some(characters: Iterable[str], least: int = 1, most: int | None = None) -> Language:
    """From `least` to `most` of these characters; any number from `least` on without `most`."""
    allowed = frozenset(characters)
    if most is None:
        return sequence(((allowed, False),) * least + ((allowed, True),))
    exact = sequence(((allowed, False),) * most)
    return Language(exact.edges, exact.start, frozenset(range(least, most + 1)))


def one_of(texts: Iterable[str]) -> Language:
    """Any of these texts."""
    found = Language((), frozenset(), frozenset())
    for text in sorted(set(texts)):
        found |= literal(text)
    return found


@lru_cache(maxsize=1 << 16)
def sequence(elements: tuple[tuple[Chars, bool], ...]) -> Language:
    """Characters one after the other; True: any number of them."""
    last = len(elements)
    edges: list[Edges] = []
    ends: list[int] = []
    for position in range(last + 1):
        here: list[tuple[Chars, int]] = []
        while position < last and elements[position][1]:
            here.append((elements[position][0], position))
            position += 1
        if position < last:
            here.append((elements[position][0], position + 1))
        else:
            ends.append(len(edges))
        edges.append(tuple(here))
    return Language(tuple(edges), frozenset([0]), frozenset(ends))


ANYTHING = sequence(((ANY, True),))
NOTHING = Language((), frozenset(), frozenset())


class _State(dict[str, "_State"]):
    """A state of the deterministic automaton, built as far as it is walked. state[character] is the next one."""

    def __init__(self, walk: _Walk, states: frozenset[int]) -> None:
        super().__init__()
        self.walk, self.states = walk, states
        edges = walk.language.edges
        self.accepts = not states.isdisjoint(walk.language.accept)
        self.sets = frozenset(c for s in states for c, _ in edges[s])

    def __missing__(self, character: str) -> _State:
        edges = self.walk.language.edges
        after = frozenset(t for s in self.states for c, t in edges[s] if character in c)
        self[character] = self.walk.state(after)
        return self[character]

    __eq__, __hash__ = object.__eq__, object.__hash__  # type: ignore[assignment]


class _Walk:
    def __init__(self, language: Language) -> None:
        self.language = language
        self.states: dict[frozenset[int], _State] = {}

    def state(self, states: frozenset[int]) -> _State:
        if states not in self.states:
            self.states[states] = _State(self, states)
        return self.states[states]


_walk = lru_cache(maxsize=1 << 13)(_Walk)


@lru_cache(maxsize=1 << 15)
def texts(shape: Language, tests: tuple[Language, ...]) -> tuple[str, ...]:
    """A shortest text of the shape for each combination of tests that some text of the shape meets and misses."""
    first = tuple(w.state(w.language.start) for w in map(_walk, (shape, *dict.fromkeys(tests))))
    found: dict[tuple[bool, ...], str] = {}
    seen, layer = {first}, {first: ""}
    while layer:
        following: dict[tuple[_State, ...], str] = {}
        for states, text in layer.items():
            if states[0].accepts:
                found.setdefault(tuple([s.accepts for s in states[1:]]), text)
            for character in _representatives(frozenset().union(*[s.sets for s in states])):
                after = tuple([s[character] for s in states])
                if after not in seen:
                    seen.add(after)
                    if after[0].states:
                        following[after] = text + character
        layer = following
    return tuple(found.values())


@lru_cache(maxsize=1 << 15)
def _representatives(sets: frozenset[Chars]) -> str:
    """One character of each group that no set tells apart."""
    groups: dict[frozenset[Chars], str] = {}
    for character in UNIVERSE:
        groups.setdefault(frozenset(s for s in sets if character in s), character)
    return "".join(groups.values())


def spellings(text: str) -> Language:
    """A text in any case."""
    return sequence(tuple((frozenset([c.lower(), c.upper()]), False) for c in text))
