"""What a context key can hold in a request: the texts of a language, or a few values, or nothing at all.

Source: IAM User Guide, *AWS global condition context keys*; KMS Developer Guide, *AWS KMS condition keys*.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Callable, Optional

from ..caching import cached_for_small, lazy, short_together
from ..policy import typed_values
from ..policy.cidr import Block
from ..policy.context_keys import ContextKey, Kind
from ..regular.languages import ANYTHING, DIGIT, Pattern, Union, effort, literal, some
from . import numbers_and_dates

_PLACES_OF_A_STEP = 2  # of patterns
_LONGEST_SHARED = 512  # characters of what a fact is about
Limits = tuple[Sequence[Sequence[Pattern]], Sequence[Pattern]]  # as languages.find takes them
Spend = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Domain:
    """The values of one key, for one kind of requester.

    values: all of them, where they are few; else languages less excluded, with seeds to try first.
    optional: whether the key can be absent. valid: a last check of a text, where a language is too wide;
    within: what it lets through, as further limits, where patterns can say so.
    member: of a key with several values, the one that is always among them. address_in: its lowest value in a cell.
    """

    languages: tuple[Pattern, ...] = (ANYTHING,)
    excluded: tuple[Pattern, ...] = ()
    values: Optional[tuple[str, ...]] = None
    seeds: tuple[str, ...] = ()
    optional: bool = True
    valid: Optional[Callable[[str], bool]] = None
    within: Callable[[Spend], Limits] = lambda spend: ((), ())
    member: Optional[str] = None
    address_in: Optional[Callable[[Block], Optional[int]]] = None

    def limits(self, spend: Spend) -> Limits:
        """Groups of patterns, of each of which every text of the domain matches one, and those that none matches.

        spend: takes the steps of making them.
        """
        required, forbidden = self.within(spend)
        return [self.languages, *required], [*self.excluded, *forbidden]

    @property
    def is_single(self) -> bool:
        """Whether the key has one value only, or is always absent."""
        return self.values is not None and len(self.values) + self.optional == 1

    @property
    def single(self) -> Optional[str]:
        """That value; None for absence."""
        return self.values[0] if self.values else None

    def allows(self, text: str) -> bool:
        """Whether nothing speaks against a text of the languages."""
        excluded = bool(self.excluded) and self._exclusion.accepts(text)
        return not excluded and (self.valid is None or self.valid(text))

    def sample(self) -> Optional[str]:
        """A value for a request that asks nothing of the key; None where it is rather absent."""
        return None if self.optional else next(filter(self.allows, self.values or self.seeds), None)

    def holds(self, text: str) -> bool:
        """Whether the key can have this value."""
        if self.values is not None:
            return text in self.values
        return (self.languages == (ANYTHING,) or self._language.accepts(text)) and self.allows(text)

    @lazy
    def size(self) -> int:
        """The steps that it takes to make it."""
        return len(self.values or ()) + sum(map(len, (*self.languages, *self.excluded))) // _PLACES_OF_A_STEP

    def effort(self, length: int) -> int:
        """The steps that it takes to ask for a text of so many characters."""
        return length * self._effort_of_a_character

    @lazy
    def _effort_of_a_character(self) -> int:
        walked = self.languages if self.values is None and self.languages != (ANYTHING,) else ()
        return sum(effort(patterns) for patterns in (walked, self.excluded) if patterns)

    @lazy
    def _language(self) -> Union:
        return Union(self.languages)

    @lazy
    def _exclusion(self) -> Union:
        return Union(self.excluded)


class Fact:
    """What a bound key can hold: a domain that is made when a condition asks for the key.

    Facts of one kind about the same things are one object, so that answers that depend on them can be remembered.
    """

    def __init__(self, make: Callable[..., Domain], about: tuple[Any, ...]) -> None:
        self._make = make
        self._about = about
        self.shared = short_together(about, _LONGEST_SHARED)  # whether it is the only one of all that are alike

    @lazy
    def domain(self) -> Domain:
        return self._make(*self._about)


Facts = dict[str, Fact]  # by key


def fact(make: Callable[..., Domain]) -> Callable[..., Fact]:
    """A kind of facts: of a function that makes domains, one that takes its arguments (texts, tuples of texts)."""

    def fact_about(*about: Any) -> Fact:
        return Fact(make, about)

    return cached_for_small(_LONGEST_SHARED, 1024)(wraps(make)(fact_about))


_ABSENT = Domain(values=())


@fact
def absent() -> Domain:
    """A key that no request of the requester carries."""
    return _ABSENT


def absent_all(keys: Iterable[str]) -> Facts:
    """Several keys that no request of the requester carries."""
    return dict.fromkeys(keys, absent())


@fact
def fixed(value: str) -> Domain:
    """A key that is always present with one value."""
    return Domain(values=(value,), optional=False)


_DIGITS = some(DIGIT)
_NUMBERS = tuple(sign + row for sign in ((), literal("-")) for row in (_DIGITS, _DIGITS + literal(".") + _DIGITS))
_MOMENTS = (*numbers_and_dates.INSTANTS, *numbers_and_dates.SECONDS)


def _is_moment(text: str) -> bool:
    return typed_values.moment(text) is not None


def _calendar(spend: Spend) -> Limits:
    return numbers_and_dates.calendar(), ()


def free_domain(row: ContextKey, action: str) -> Domain:
    """What the requester can choose for a key that no fact binds; nothing where the action's requests lack the key."""
    if row.actions is not None and action not in row.actions:
        return _ABSENT
    if row.values:
        return Domain(values=row.values, optional=not row.always)
    if row.kind is Kind.MOMENT:
        return Domain(
            _MOMENTS,
            seeds=("2026-01-01T00:00:00Z",),
            optional=not row.always,
            valid=_is_moment,
            within=_calendar,
        )
    if row.kind is Kind.NUMBER:
        return Domain(_NUMBERS, seeds=("60",), optional=not row.always)
    return Domain(optional=not row.always)
