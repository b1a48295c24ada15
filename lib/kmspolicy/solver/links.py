"""Parts of a group whose keys depend on one another: one moment in several keys, a list with its ends, names.

Nothing of IAM is known here; requesters/ declares which keys are so linked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Optional

from ..budget import Budget, Undecided
from ..domains.domain import LINES, Domain, Points, Text
from ..policy.operators import ORDERED, Family
from ..policy.wildcards import either_case
from ..regular.intervals import EVERYTHING, NOTHING, Intervals, Point, in_order, points
from ..regular.patterns import ANYTHING, literal
from .groups import ByKey, Part
from .literals import Assignment, Conflict, Literal, Scope, Solution, about_values, forbid_presence
from .theories import sets, solve, text
from .theories.intervals import allowed
from .theories.single import solve_single, spelled_out

_STEPS_OF_A_POINT = 32
_STEPS_OF_A_NAME = 6


class SamePoint:
    """Keys that show one point of a line, each in its own writing, and a key whose point is never after that."""

    def __init__(
        self, within: Intervals, writings: Mapping[str, Callable[[Point], str]], earlier: Mapping[str, Points]
    ) -> None:
        """writings: how each key shows the point; earlier: the key that is never after it, which may be absent."""
        self.within = within
        self.writings = writings
        self.earlier = earlier
        line = LINES[Family.DATE]
        self.domains: Mapping[str, Domain] = {
            **{name: Points(line, within, optional=False) for name in writings},
            **earlier,
        }

    def solve(self, literals: ByKey, budget: Budget) -> Solution:
        """See Part."""
        conflict = Conflict(frozenset(literals).intersection(self.domains))
        budget.spend(_STEPS_OF_A_POINT + sum(map(len, literals.values())))
        told = [each for name in self.writings for each in literals.get(name, ())]
        if forbid_presence(told) or not self.within.parts:
            return conflict
        asked = about_values(told)
        values = self.sample()
        typed, foreign = _typed(asked, values)
        if not all(each.accepts(values[each.key]) for each in foreign):
            return conflict
        fits = self.within & allowed(typed, budget)
        for name in self.writings:
            fits &= self._written(name, [each for each in asked if each.key == name], budget)
        point = fits.lowest(False)
        if point is None:
            return conflict
        values = self._shown(point)
        for name, domain in self.earlier.items():
            found = solve(name, domain, literals.get(name, ()), budget)
            if isinstance(found, Conflict):
                return found
            if isinstance(found, str):
                own = about_values(literals.get(name, ()))
                typed, _ = _typed(own, {name: domain.line.write(domain.line.read(found))})
                before = domain.within & allowed(typed, budget)
                early, point = in_order(before, fits)
                if point is None:
                    return conflict
                values = {**values, **self._shown(point)}
                found = domain.line.write(early)
                asked += own
            values[name] = found
        if not all(each.accepts(values[each.key]) for each in asked):
            raise Undecided  # patterns for a written moment
        return values

    def _written(self, name: str, literals: Sequence[Literal], budget: Budget) -> Intervals:
        """The points that a key may show where literals ask how it is written: more than those that make them true."""
        line = LINES[Family.DATE]
        if all(each.condition.operator.family in LINES for each in literals):
            return EVERYTHING
        if text.solve(Text(line.forms), literals, budget) is None:
            return NOTHING
        write, spelled = self.writings[name], spelled_out(literals)

        def written_as(texts: Iterable[str]) -> Intervals:
            read = [(line.read(value), value) for value in texts]
            return points([point for point, value in read if point is not None and write(point) == value])

        if spelled is not None:
            return written_as(value for value in spelled if all(each.accepts_one(value) for each in literals))
        ruled_out = [each.condition for each in literals if not each.is_positive]
        listed = [condition.values for condition in ruled_out if condition.operator.family is Family.STRING]
        return ~written_as(chain.from_iterable(listed))

    def _shown(self, point: Point) -> Assignment:
        return {name: write(point) for name, write in self.writings.items()}

    def sample(self) -> Assignment:
        """See Part."""
        return self._shown(self.within.lowest(False))

    def of(self, scope: Scope) -> Part:
        """See Part."""
        writings = {scope.key(name): write for name, write in self.writings.items()}
        return SamePoint(self.within, writings, {scope.key(name): domain for name, domain in self.earlier.items()})


def _typed(literals: Iterable[Literal], values: Assignment) -> tuple[list[Literal], list[Literal]]:
    """The literals on points that their keys show, and those on points of another line, which no key shows."""
    typed: list[Literal] = []
    foreign: list[Literal] = []
    for each in literals:
        shown, family = values[each.key], each.condition.operator.family
        if family in ORDERED and isinstance(shown, str):
            (foreign if LINES[family].read(shown) is None else typed).append(each)
    return typed, foreign


class Chain:
    """A list, its first and its last value: all there, or all absent."""

    def __init__(self, whole: str, first: str, last: str, domain: Text) -> None:
        self.whole, self.first, self.last = whole, first, last
        self.domain = domain
        self.domains: Mapping[str, Domain] = dict.fromkeys((whole, first, last), domain)

    def solve(self, literals: ByKey, budget: Budget) -> Solution:
        """See Part."""
        if all(each.accepts(None) for name in self.domains for each in literals.get(name, ())):
            return dict.fromkeys(self.domains)
        conflict = Conflict(frozenset(literals).intersection(self.domains))
        if any(forbid_presence(literals[key]) for key in conflict.keys):
            return conflict
        asked = {key: about_values(literals.get(key, ())) for key in self.domains}
        whole, find = asked[self.whole], partial(solve_single, self.domain, budget=budget)
        if whole and not asked[self.first] and not asked[self.last]:
            alone = sets.solve(whole, (), find)
            if alone:
                return {self.whole: alone, self.first: alone[0], self.last: alone[-1]}
        every, _ = sets.part(whole)
        ends: list[str] = []
        for name in (self.first, self.last):
            end = find([*every, *asked[name]])
            if end is None:
                return conflict
            ends.append(end)
        found = sets.solve(whole, ends, find)
        if found is None:
            return conflict
        middle = [value for value in found if value not in ends]
        listed = (ends[0],) if ends[0] == ends[1] and not middle else (ends[0], *middle, ends[1])
        return {self.whole: listed, self.first: ends[0], self.last: ends[1]}

    def sample(self) -> Assignment:
        """See Part."""
        return {}

    def of(self, scope: Scope) -> Part:
        """See Part."""
        return Chain(scope.key(self.whole), scope.key(self.first), scope.key(self.last), self.domain)


class Names:
    """Keys that share a prefix, of which one at least is there, and the key that lists the names of those that are.

    A name is case-insensitive in a key's name, case-sensitive in the list. Names that no literal tests may be there,
    too.
    """

    def __init__(self, prefix: str, listing: str, names: Sequence[str]) -> None:
        """names: in lower case, of the keys that literals test."""
        self.prefix = prefix
        self.listing = listing
        self.names = names
        self.domains: Mapping[str, Domain] = {
            listing: Text(),
            **{prefix + name: Text(preferred=("any",)) for name in names},
        }

    def solve(self, literals: ByKey, budget: Budget) -> Solution:
        """See Part."""
        conflict = Conflict(frozenset(literals).intersection(self.domains))
        budget.spend(_STEPS_OF_A_NAME * len(self.names))
        values: Assignment = {self.prefix + name: None for name in self.names}
        present: list[str] = []
        for name in [name for name in self.names if self.prefix + name in literals]:
            key = self.prefix + name
            value = solve(key, self.domains[key], literals[key], budget)
            if isinstance(value, Conflict):
                return value
            values[key] = value
            if value is not None:
                present.append(name)
        if forbid_presence(literals.get(self.listing, ())):
            return conflict
        asked = about_values(literals.get(self.listing, ()))
        every, _ = sets.part(asked)
        spelled = [self._spelling(name, every, budget) for name in present]
        listed = [spelling for spelling in spelled if spelling is not None]
        if len(listed) < len(present):
            return conflict
        found = sets.solve(asked, listed, lambda goal: self._more(goal, values, literals, budget))
        return conflict if found is None else {**values, self.listing: found}

    def _spelling(self, name: str, literals: Sequence[Literal], budget: Budget) -> Optional[str]:
        return solve_single(Text((either_case(literal(name)),), preferred=(name,)), literals, budget)

    def _more(self, literals: Sequence[Literal], values: Assignment, by_key: ByKey, budget: Budget) -> Optional[str]:
        """One more name: of no key that is tested, or of one that may be there, too."""
        tested = tuple(either_case(literal(name)) for name in self.names)
        text = solve_single(Text((ANYTHING,), (*tested, ()), ("any",)), literals, budget)
        if text is not None:
            return text
        for name in self.names:
            key = self.prefix + name
            text = self._spelling(name, literals, budget)
            if text is None:
                continue
            if values[key] is not None:
                return text
            there = by_key.get(key, ())
            value = solve_single(Text(preferred=("any",)), about_values(there), budget)
            if value is not None and not forbid_presence(there):
                values[key] = value
                return text
        return None

    def sample(self) -> Assignment:
        """See Part."""
        return {self.listing: ("any",)}

    def of(self, scope: Scope) -> Part:
        """See Part."""
        return Names(scope.key(self.prefix), scope.key(self.listing), self.names)
