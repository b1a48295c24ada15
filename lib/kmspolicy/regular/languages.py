"""Finds one text that matches some patterns and avoids others, or proves that there is none.

A pattern is a row of character classes, each once or repeated; the search walks the product of their automata,
shortest text first, with every set of positions held in one integer.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Callable, NamedTuple, Optional, Union


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
    """What stands in a text that a row matches: from one of these places of the row to one of those; both rise."""

    row: Pattern
    starts: Sequence[int]
    ends: Sequence[int]


Row = Union[Pattern, Part]
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
LETTERS = CharClass(frozenset(_LOWER + _UPPER))
UPPER_CODE = CharClass(frozenset(_UPPER + _DIGITS + "_"))
NAME = CharClass(frozenset(_LOWER + _UPPER + _DIGITS + "_+=,.@-"))
PATH = CharClass(frozenset(map(chr, range(0x21, 0x80))))

_STEP_OF_BITS = 12  # each 4,096 bits of an integer make a step as long again

_CLASSES_OF_A_STEP = 4  # that are looked through for a state
_MOVES_OF_A_STEP = 3  # of automata that all move at once
_MOST_LOOKED_AT = 8  # patterns of a group, for a quick contradiction
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


def only_text(pattern: Pattern) -> Optional[str]:
    """The only text that a pattern matches; None where there are others, or it is not written as one."""
    chars = [next(iter(one.chars)) for one, repeat in pattern if not repeat and not one.negated and len(one.chars) == 1]
    return "".join(chars) if len(chars) == len(pattern) else None


def some(chars: CharClass) -> Pattern:
    """One or more characters of a class."""
    return (Element(chars), Element(chars, True))


def any_of(chars: CharClass) -> Pattern:
    """Any number of characters of a class."""
    return (Element(chars, True),)


ANYTHING = any_of(ANY)


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


def as_regex(patterns: Sequence[Pattern]) -> "re.Pattern[str]":
    """A regular expression that matches what one of the patterns does; for patterns with few repeats, since a regular
    expression may look at a text once for each of them."""
    return re.compile("(?:" + "|".join(["".join(map(_in_regex, row)) for row in patterns]) + r")\Z", re.DOTALL)


def _in_regex(element: Element) -> str:
    chars = element.chars
    if not chars.chars:
        one = "." if chars.negated else "(?!)"
    elif len(chars.chars) == 1 and not chars.negated:
        one = re.escape(*chars.chars)
    else:
        one = f"[{'^' if chars.negated else ''}{''.join(map(re.escape, sorted(chars.chars)))}]"
    return one + "*" if element.repeat else one


def effort(patterns: Sequence[Row]) -> int:
    """The steps that it takes to move the automaton of these patterns by one character."""
    return 1 + (sum(map(_places, patterns)) + len(patterns) >> _STEP_OF_BITS)


def _places(row: Row) -> int:
    return len(row.row) if isinstance(row, Part) else len(row)


class Automaton:
    """Several patterns as one automaton, whose state is one integer: a bit for every position of every pattern."""

    def __init__(self, patterns: Sequence[Row]) -> None:
        of_class: dict[CharClass, tuple[list[int], list[int]]] = {}
        starts: list[int] = []
        ends: list[int] = []
        skipped: list[int] = []
        sure: list[int] = []
        self._begun: dict[int, int] = {}  # by the place of a `*`: the first place of its pattern
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
                    if whole and element.chars == ANY and offset > base:
                        self._begun[offset] = base
                offset += 1
            if whole and row and row[-1] == ANYTHING[0]:
                sure.append(offset - 1)
            offset += 1
        self.by_class = {chars: (_bits(ones), _bits(repeats)) for chars, (ones, repeats) in of_class.items()}
        self.final = _bits(ends)
        self.skip = _bits(skipped)
        self._stars = _bits(list(self._begun))
        self._sure = _bits(sure)  # a `*` that ends its pattern: once there, every text matches
        self._many = 0  # places where many characters go on
        for chars, (ones, repeats) in self.by_class.items():
            if chars.negated or len(chars.chars) > _FEW:
                self._many |= ones | repeats
        self.cost = effort(patterns)
        self.start = self._close(_bits(starts), 0)
        self._steps: dict[str, tuple[int, int]] = {}

    def _close(self, state: int, before: int) -> int:
        """Adds the positions behind repeats that may be empty; drops those that a later `*` makes needless."""
        new = state
        while True:
            new = ((new & self.skip) << 1) & ~state
            if not new:
                break
            state |= new
        if state & self._sure:
            return self._sure_state
        reached = state & self._stars & ~before
        while reached:
            place = reached.bit_length() - 1
            bit = 1 << place
            needless = bit - (1 << self._begun[place])
            state &= ~needless
            reached &= ~(needless | bit)
        return state

    @property
    def _sure_state(self) -> int:
        first = self._sure & -self._sure
        return first | first << 1

    def is_sure(self, state: int) -> bool:
        """Whether every text that goes on from this state matches."""
        return bool(state & self._sure)

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
        return self._close(((state & masks[0]) << 1) | (state & masks[1]), state)

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
        if state & self._many:
            return None
        wanted: frozenset[str] = frozenset()
        for chars, (ones, repeats) in self.by_class.items():
            if state & (ones | repeats):
                wanted |= chars.chars
        return wanted


def _bits(places: list[int]) -> int:
    """The integer with a bit at each of these places, which rise: in one go, as adding bits one by one is quadratic."""
    held = bytearray((places[-1] >> 3) + 1 if places else 0)
    for place in places:
        held[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(held, "little")


def alphabet(unions: Iterable[Automaton]) -> tuple[str, ...]:
    """One character for every combination of the character classes in use."""
    classes = {chars for union in unions for chars in union.by_class}
    spelled = sorted({char for chars in classes if len(chars.chars) <= _FEW for char in chars.chars})
    wide = [chars for chars in classes if chars.negated or len(chars.chars) > _FEW]
    others: dict[tuple[bool, ...], str] = {}
    for char in _PREFERRED:
        if char not in spelled:
            others.setdefault(tuple([(char in chars) != negated for chars, negated in wide]), char)
    return (*spelled, *others.values())


def _clash(groups: Iterable[Sequence[Pattern]]) -> bool:
    """Whether groups, of each of which one pattern must match, ask for different characters in the same place."""
    asked: list[frozenset[str]] = []
    for group in groups:
        for at, elements in enumerate(zip(*group)):
            if any(element.repeat or element.chars.negated for element in elements):
                break
            chars = frozenset[str]().union(*[element.chars.chars for element in elements])
            if at == len(asked):
                asked.append(chars)
            asked[at] &= chars
            if not asked[at]:
                return True
    return False


def covers(pattern: Pattern, row: Pattern) -> bool:
    """Whether a pattern matches all that a row does, by one way through it for every text; False proves nothing."""
    places = _passed(pattern, (0,))
    for chars, repeat in row:
        fitting = [place for place in places if place < len(pattern) and _includes(pattern[place].chars, chars)]
        if repeat:
            places = _passed(pattern, [place for place in fitting if pattern[place].repeat])
        else:
            places = _passed(pattern, [place if pattern[place].repeat else place + 1 for place in fitting])
    return len(pattern) in places


def _passed(pattern: Pattern, places: Iterable[int]) -> set[int]:
    """These places of a pattern, and those behind them that are reached by repeating nothing."""
    found = set(places)
    for place in places:
        while place < len(pattern) and pattern[place].repeat:
            place += 1
            found.add(place)
    return found


def _includes(chars: CharClass, others: CharClass) -> bool:
    """Whether a class has all characters of another one."""
    if chars.negated:
        return chars.chars <= others.chars if others.negated else chars.chars.isdisjoint(others.chars)
    return not others.negated and others.chars <= chars.chars


def _is_shunned(required: Iterable[Sequence[Pattern]], forbidden: Sequence[Pattern]) -> bool:
    """Whether each pattern of a required group is covered by one that is forbidden."""
    return any(group and all(any(covers(shun, row) for shun in forbidden) for row in group) for group in required)


def _plain(group: Sequence[Row]) -> list[Pattern]:
    """The patterns of a small group of whole ones; none of another, of which no quick contradiction is looked for."""
    found = [row for row in group if not isinstance(row, Part)]
    return found if len(found) == len(group) <= _MOST_LOOKED_AT else []


def find(
    required: Sequence[Sequence[Row]],
    forbidden: Sequence[Row],
    spend: Callable[[int], None],
    good: Callable[[str], bool] = lambda text: True,
) -> Optional[str]:
    """A shortest text that matches one pattern of each required group, none of the forbidden, and is good.

    Calls spend(steps) before every state: one for each automaton and character; it may raise to end the search. None
    proves that there is no such text as far as the patterns go; `good` is asked once for every accepting state.
    """
    whole = [_plain(group) for group in required]
    if (
        _clash(whole)
        or _clash([[row[::-1] for row in group] for group in whole])
        or _is_shunned(whole, _plain(forbidden))
    ):
        return None
    spend(sum(map(_places, chain(forbidden, *required))))
    groups = [Automaton(group) for group in required]
    avoid = Automaton(forbidden)
    if avoid.is_sure(avoid.start):
        return None
    chars = alphabet([*groups, avoid])
    cost = sum(union.cost for union in (*groups, avoid))
    classes = 1 + sum(len(group.by_class) for group in groups) // _CLASSES_OF_A_STEP
    start = (tuple(group.start for group in groups), avoid.start)
    seen = {start}
    level: list[tuple[tuple[tuple[int, ...], int], str]] = [(start, "")]
    while level:
        following: list[tuple[tuple[tuple[int, ...], int], str]] = []
        for (states, shun), text in level:
            spend(classes)
            if not shun & avoid.final and all(s & g.final for s, g in zip(states, groups)) and good(text):
                return text
            choices: Sequence[str] = chars
            for state, group in zip(states, groups):
                wanted = group.forced(state)
                if wanted is not None and len(wanted) < len(choices):
                    choices = sorted(wanted)
            spend(len(choices) * cost)
            for char in choices:
                after_shun = avoid.step(shun, char)
                if avoid.is_sure(after_shun):
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


def cells(
    language: Pattern, prefix: str, groups: Sequence[Sequence[Pattern]], whole: bool, spend: Callable[[int], None]
) -> Iterator[str]:
    """Texts of the language, one for every way in which the groups of patterns can stand after prefix + text.

    whole: the texts end there, so that only which groups match is told apart; else also how texts can go on.
    """
    spend(sum(map(len, chain(*groups))))
    base, unions = Automaton((language,)), [Automaton(group) for group in groups]
    standing = [union.start for union in unions]
    for char in prefix:
        standing = [union.step(state, char) for union, state in zip(unions, standing)]
    chars = alphabet((base, *unions))
    cost = 1 + base.cost + len(chars) * sum(union.cost for union in unions) // _MOVES_OF_A_STEP
    start = (base.start, tuple(standing))
    seen = {start}
    told: set[tuple[int, ...]] = set()
    stack = [(start, "")]
    while stack:
        (at, states), text = stack.pop()
        spend(cost)
        if at & base.final:
            way = tuple(bool(s & u.final) for s, u in zip(states, unions)) if whole else states
            if way not in told:
                told.add(way)
                yield text
        for char in reversed(chars):
            moved = base.step(at, char)
            if moved:
                following = (moved, tuple([union.step(state, char) for union, state in zip(unions, states)]))
                if following not in seen:
                    seen.add(following)
                    stack.append((following, text + char))
