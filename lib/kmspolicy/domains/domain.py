"""What a context key can hold in a request: a few values, texts of a language, or points on a line.

Source: IAM User Guide, *AWS global condition context keys*; KMS Developer Guide, *AWS KMS condition keys*.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Optional, Union

from ..caching import lazy
from ..policy import cidr, typed_values
from ..policy.context_keys import ContextKey, Kind
from ..policy.operators import Family
from ..regular.intervals import Intervals, between
from ..regular.patterns import ANYTHING, DIGIT, CharClass, Element, Pattern, any_of, literal, matcher, one_of, some


@dataclass(frozen=True)
class Finite:
    """A few values. optional: whether requests can lack the key."""

    values: tuple[str, ...] = ()
    optional: bool = True

    def holds(self, text: str) -> bool:
        """Whether the key can have this value."""
        return text in self.values


@dataclass(frozen=True)
class Text:
    """The texts of one of the languages, but those that an excluded pattern matches.

    preferred: texts of the languages to try first, so that an example reads naturally; longest: in characters.
    """

    languages: tuple[Pattern, ...] = (ANYTHING,)
    excluded: tuple[Pattern, ...] = ()
    preferred: tuple[str, ...] = ()
    optional: bool = True
    longest: Optional[int] = None

    def holds(self, text: str) -> bool:
        """Whether the key can have this value."""
        return (self.is_anything or self._is_in_languages(text)) and self.allows(text)

    def allows(self, text: str) -> bool:
        """Whether a text of the languages is in the domain."""
        return self.is_short(text) and not (self.excluded and self._is_excluded(text))

    @property
    def is_anything(self) -> bool:
        """Whether every text is in its languages."""
        return self.languages == (ANYTHING,)

    def is_short(self, text: str) -> bool:
        """Whether a text is no longer than the key's can be."""
        return self.longest is None or len(text) <= self.longest

    @lazy
    def _is_in_languages(self) -> Callable[[str], bool]:
        return matcher(self.languages)

    @lazy
    def _is_excluded(self) -> Callable[[str], bool]:
        return matcher(self.excluded)


@dataclass(frozen=True)
class Line:
    """How points of a line are written.

    family: the operators that compare them; forms: languages with every text that reads as a point, and others; whole:
    whether they are integers.
    """

    family: Family
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    forms: tuple[Pattern, ...]
    whole: bool = False


_DIGITS, _POINT = some(DIGIT), literal(".")
_UNSIGNED = (_DIGITS, _DIGITS + _POINT + any_of(DIGIT), _POINT + _DIGITS)
_PLAIN = (*_UNSIGNED, *[(one_of("+-"), *number) for number in _UNSIGNED])
_WITH_POWER = tuple([number + (one_of("eE"),) + any_of(CharClass(frozenset("+-"))) + _DIGITS for number in _PLAIN])
_IPV6 = any_of(CharClass(frozenset("0123456789abcdefABCDEF:.")))
_MONTH = (*[Element(DIGIT)] * 4, *literal("-"), *[Element(DIGIT)] * 2)
_DAY = (*_MONTH, *literal("-"), *[Element(DIGIT)] * 2)
_TIME = (*_DAY, *literal("T"), *any_of(CharClass(DIGIT.chars | frozenset(":.+-Z"))))
NUMBERS = Line(Family.NUMERIC, typed_values.number, typed_values.number_text, (*_PLAIN, *_WITH_POWER))
MOMENTS = Line(Family.DATE, typed_values.moment, typed_values.moment_text, (*_PLAIN, _MONTH, _DAY, _TIME))
ADDRESSES = Line(
    Family.ADDRESS,
    cidr.position,
    cidr.address_at,
    (_DIGITS + (_POINT + _DIGITS) * 3, _IPV6 + literal(":") + _IPV6 + literal(":") + _IPV6),
    whole=True,
)
LINES = {line.family: line for line in (NUMBERS, MOMENTS, ADDRESSES)}


@dataclass(frozen=True)
class Points:
    """Points on a line. preferred: texts of points to try first."""

    line: Line
    within: Intervals
    preferred: tuple[str, ...] = ()
    optional: bool = True

    def holds(self, text: str) -> bool:
        """Whether the key can have this value."""
        point = self.line.read(text)
        return point is not None and point in self.within


Domain = Union[Finite, Text, Points]
ABSENT = Finite()
ANY_TIME = between(typed_values.FIRST_MOMENT, typed_values.LAST_MOMENT)


def fixed(value: str) -> Finite:
    """A key that is always there, with one value."""
    return Finite((value,), optional=False)


def sample(domain: Domain) -> Optional[str]:
    """A value for a request that asks nothing of a key; None where the request should lack it."""
    return None if domain.optional else example(domain)


def example(domain: Domain) -> Optional[str]:
    """A value that reads naturally; None where none is known."""
    if isinstance(domain, Finite):
        return domain.values[0] if domain.values else None
    return next(filter(domain.allows if isinstance(domain, Text) else domain.holds, domain.preferred), None)


def free(row: ContextKey) -> Domain:
    """What a requester can choose for a key that nothing binds, where requests carry it."""
    optional = not row.always
    if row.values:
        return Finite(row.values, optional)
    if row.kind is Kind.NUMBER:
        return Points(NUMBERS, between(None, None), ("60",), optional)
    if row.kind is Kind.MOMENT:
        return Points(MOMENTS, ANY_TIME, ("2026-01-01T00:00:00Z",), optional)
    if row.kind is Kind.ADDRESS:
        return Points(ADDRESSES, cidr.ALL_ADDRESSES, (cidr.example_of("10.0.0.0/8"),), optional)
    return Text(row.forms, (), tuple(filter(matcher(row.forms), ("any",))), optional)


def excluding(domain: Text, texts: Iterable[str]) -> Text:
    """The domain without these texts."""
    return replace(domain, excluded=(*domain.excluded, *map(literal, texts)))
