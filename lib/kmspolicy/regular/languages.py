"""Finds one text that matches some patterns and avoids others, or proves that there is none.

The search walks the product of the patterns' automata, shortest text first.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain
from typing import Callable, Optional

from .automata import Automaton, choices, length
from .patterns import Part, Pattern, Row, Spend, covers
from .prefixes import useful

Groups = Sequence[Sequence[Row]]  # of each of which a text must match one pattern
Check = Callable[[str], bool]  # of a text that the patterns allow
_CLASSES_OF_A_STEP = 12  # that are looked through for a state
_MOVES_OF_A_STEP = 2  # of automata that all move at once
_LOOKS_OF_A_STEP = 4  # at classes and moves, for cells
_ROWS_OF_A_STEP = 4  # that are compared with a group
_PLACES_OF_A_STEP = 16  # of patterns that are looked at for a quick contradiction
_BUILT_IN_A_STEP = 4  # places of automata
_MOST_LOOKED_AT = 8  # patterns of a group, for a quick contradiction


def _is_shunned(required: Iterable[Sequence[Pattern]], forbidden: Sequence[Pattern], spend: Spend) -> bool:
    """Whether each pattern of a required group is covered by one that is forbidden."""

    def is_shunned(row: Pattern) -> bool:
        return any(covers(shun, row, spend) for shun in forbidden)

    return any(group and all(map(is_shunned, group)) for group in required)


def _plain(group: Sequence[Row]) -> list[Pattern]:
    """The patterns of a small group of whole ones; none of another, of which no quick contradiction is looked for."""
    found = [row for row in group if not isinstance(row, Part)]
    return found if len(found) == len(group) <= _MOST_LOOKED_AT else []


def _places(required: Iterable[Sequence[Row]], forbidden: Sequence[Row]) -> int:
    return sum(map(length, chain(forbidden, *required)))


def find(required: Groups, forbidden: Sequence[Row], spend: Spend, good: Check = lambda text: True) -> Optional[str]:
    """A shortest text that matches one pattern of each required group, none of the forbidden, and is good.

    Calls spend(steps) before every state: one for each automaton and character; it may raise to end the search. None
    proves that there is no such text as far as the patterns go; `good` is asked once for every accepting state.
    """
    rows = len(forbidden) + sum(map(len, required))
    spend(1 + _places(required, forbidden) // _PLACES_OF_A_STEP + rows * len(required) // _ROWS_OF_A_STEP)
    required, forbidden = useful(required, forbidden)
    if not all(required) or _is_shunned(map(_plain, required), _plain(forbidden), spend):
        return None
    spend(_places(required, forbidden) // _BUILT_IN_A_STEP)
    groups = [Automaton(group) for group in required]
    avoid = Automaton(forbidden)
    if avoid.is_sure(avoid.start):
        return None
    cost = sum(union.cost for union in (*groups, avoid))
    looks = 1 + sum(len(each.by_class) for each in (*groups, avoid)) // _CLASSES_OF_A_STEP
    start = (tuple(group.start for group in groups), avoid.start)
    seen = {start}
    level: list[tuple[tuple[tuple[int, ...], int], str]] = [(start, "")]
    while level:
        following: list[tuple[tuple[tuple[int, ...], int], str]] = []
        for (states, shun), text in level:
            spend(looks)
            if not shun & avoid.final and all(s & g.final for s, g in zip(states, groups)) and good(text):
                return text
            needed = tuple([group.classes_at(state) for group, state in zip(groups, states)])
            chars = choices(needed, avoid.classes_at(shun))
            spend(len(chars) * cost // _MOVES_OF_A_STEP)
            for char in chars:
                after_shun = avoid.step(shun, char)
                if avoid.is_sure(after_shun):
                    continue
                key = (tuple([group.step(state, char) for group, state in zip(groups, states)]), after_shun)
                if key not in seen:
                    seen.add(key)
                    following.append((key, text + char))
        level = following
    return None


def cells(
    language: Pattern, groups: Sequence[tuple[str, Sequence[Pattern]]], whole: bool, spend: Spend
) -> Iterator[str]:
    """Texts of the language, one for every combination of states in which groups of patterns can be after them.

    groups: each with what stands before the text; whole: the texts end there, so that only which groups match is told
    apart; else also how texts can go on.
    """
    spend(sum(map(len, chain(*[patterns for _, patterns in groups]))) // _BUILT_IN_A_STEP)
    base, unions = Automaton((language,)), [Automaton(patterns) for _, patterns in groups]
    standing = [reduce(union.step, prefix, union.start) for union, (prefix, _) in zip(unions, groups)]
    cost = sum(union.cost for union in unions)
    looks = 1 + base.cost + sum(len(each.by_class) for each in (base, *unions)) // _CLASSES_OF_A_STEP
    start = (base.start, tuple(standing))
    seen = {start}
    told: set[tuple[int, ...]] = set()
    stack = [(start, "")]
    while stack:
        (at, states), text = stack.pop()
        seen_by = chain.from_iterable([union.classes_at(state) for union, state in zip(unions, states)])
        chars = choices((base.classes_at(at),), tuple(seen_by))
        spend((looks + len(chars) * cost) // _LOOKS_OF_A_STEP)
        if at & base.final:
            way = tuple(bool(s & u.final) for s, u in zip(states, unions)) if whole else states
            if way not in told:
                told.add(way)
                yield text
        for char in reversed(chars):
            following = (base.step(at, char), tuple([union.step(state, char) for union, state in zip(unions, states)]))
            if following not in seen:
                seen.add(following)
                stack.append((following, text + char))
