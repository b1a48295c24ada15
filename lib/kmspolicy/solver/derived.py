"""A part of a group: a text, and keys that repeat a piece of it.

Nothing of IAM is known here; requesters/ declares which keys are so linked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ..budget import Budget, Undecided
from ..caching import lazy
from ..domains.domain import Domain, Text, example
from ..regular.patterns import CharClass, Pattern, restricted
from ..regular.quotients import behind
from .groups import ByKey, Part
from .literals import Assignment, Conflict, Literal, Scope, Solution, about_values, forbid_presence
from .theories.single import natural
from .theories.text import Limits, find_text, limits

_STEPS_OF_A_TEXT = 16


@dataclass(frozen=True)
class Derivation:
    """How a key's text follows from the base's: a piece of it, made of certain characters, after a fixed start.

    domain: what the key can hold, seen alone; around: what stands before and after the piece in the base; chars: of the
    piece; of: takes the base's text, and returns the key's; start: what the key has before the piece.
    """

    domain: Text
    around: tuple[tuple[Pattern, Pattern], ...]
    chars: CharClass
    of: Callable[[str], str]
    start: str = ""


class Derived:
    """A text, and keys that repeat a piece of it."""

    def __init__(self, base: str, domain: Text, derived: Mapping[str, Derivation]) -> None:
        self.base = base
        self.domain = domain
        self.derived = derived
        self.domains: Mapping[str, Domain] = {base: domain, **{name: how.domain for name, how in derived.items()}}

    def solve(self, literals: ByKey, budget: Budget) -> Solution:
        """See Part."""
        keys = frozenset(literals).intersection(self.domains)
        if any(forbid_presence(literals[key]) for key in keys):
            return Conflict(keys)
        asked = {key: about_values(literals.get(key, ())) for key in self.domains}
        own = asked[self.base]
        for text in chain(natural(self.domain, own), self._natural(asked)):
            if self._is_short(text) and self._suits(text, asked, budget):
                return self._values(text)
        for name, how in self.derived.items():
            if asked[name] and find_text(how.domain, limits(asked[name], budget), budget) is None:
                return Conflict(frozenset((name,)))
        required, forbidden = limits(own, budget)
        for name, how in self.derived.items():
            more_required, more_forbidden = self._moved(how, asked[name], budget)
            required += more_required
            forbidden += more_forbidden
        found = find_text(self.domain, (required, forbidden), budget, self._is_short if self._is_limited else None)
        if found is None:
            return Conflict(keys)
        if not self._suits(found, asked, budget):
            raise Undecided  # typed conditions on a text
        return self._values(found)

    def _natural(self, asked: ByKey) -> Iterator[str]:
        """Preferred texts of the base with what literals on derived keys spell out in place of their piece."""
        for name, how in self.derived.items():
            for text in self.domain.preferred if asked[name] else ():
                for piece in natural(how.domain, asked[name]):
                    changed = text.replace(how.of(text), piece)
                    if self.domain.holds(changed):
                        yield changed

    def sample(self) -> Assignment:
        """See Part."""
        text = example(self.domain)
        return {} if text is None else self._values(text)

    def of(self, scope: Scope) -> Part:
        """See Part."""
        return Derived(scope.key(self.base), self.domain, {scope.key(name): how for name, how in self.derived.items()})

    @lazy
    def _is_limited(self) -> bool:
        """Whether a piece must be shorter than a text of the base can make it."""
        return any(how.domain.longest is not None for how in self.derived.values())

    def _is_short(self, text: str) -> bool:
        return all(how.domain.is_short(how.of(text)) for how in self.derived.values())

    def _values(self, text: str) -> Assignment:
        return {self.base: text, **{name: how.of(text) for name, how in self.derived.items()}}

    def _suits(self, text: str, asked: ByKey, budget: Budget) -> bool:
        values = self._values(text)
        budget.spend(_STEPS_OF_A_TEXT)
        for each in chain.from_iterable(asked.values()):
            budget.spend(each.condition.effort)
            if not each.accepts(values[each.key]):
                return False
        return True

    def _moved(self, how: Derivation, literals: Sequence[Literal], budget: Budget) -> Limits:
        """What literals on a derived key ask of the base."""
        required, forbidden = limits(literals, budget)

        def moved(patterns: Sequence[Pattern]) -> list[Pattern]:
            pieces = (restricted(piece, how.chars) for row in patterns for piece in behind(row, how.start))
            return [before + piece + after for piece in pieces if piece is not None for before, after in how.around]

        return list(map(moved, required)), moved(forbidden)
