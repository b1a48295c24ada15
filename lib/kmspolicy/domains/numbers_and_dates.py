"""Numbers and moments as patterns: what a text must look like to be less than another, equal to it, or greater.

Source: IAM User Guide, *Numeric condition operators*, *Date condition operators*. Spellings with an exponent or with an
offset from UTC are left out: each of them has another one.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Callable

from ..policy import typed_values
from ..policy.operators import Family, Operator
from ..regular.languages import ANYTHING, DIGIT, Element, Pattern, any_of, literal, one_of

Sides = tuple[bool, bool, bool]  # whether a text may be less, equal, greater

_DIGITS = "0123456789"
_D, _N, _POINT = Element(DIGIT), one_of("123456789"), literal(".")
_MORE, _ZEROS = any_of(DIGIT), any_of(one_of("0").chars)
_SIDES: dict[str, Sides] = {
    "LessThan": (True, False, False),
    "LessThanEquals": (True, True, False),
    "GreaterThan": (False, False, True),
    "GreaterThanEquals": (False, True, True),
}
_ANY: Sides = (True, True, True)


def rows(
    operator: Operator, values: Sequence[typed_values.Number], spend: Callable[[int], None], as_dates: bool = False
) -> list[Pattern]:
    """The numbers or moments that a comparison with these values matches, as it stands without its negation.

    as_dates: whether numbers are moments as well. Calls spend(steps): one for each place of a pattern.
    """
    if operator.order is not None:
        values = [operator.order.easiest(values)] if values else []
    sides = _SIDES.get(operator.name[len(operator.family.value) :], (False, True, False))
    of_type = moment_rows if as_dates or operator.family is Family.DATE else number_rows
    found = []
    for row in (row for value in values for row in of_type(value, sides)):
        spend(len(row))
        found.append(row)
    return found


# --- numbers -------------------------------------------------------------------------------------------------------


def number_rows(value: typed_values.Number, sides: Sides) -> Iterator[Pattern]:
    """Decimal numbers on these sides of a value."""
    whole, _, fraction = typed_values.number_text(value).lstrip("-").partition(".")
    below, equal, above = sides
    if value >= 0:
        for sign in ("", "+"):
            yield from (literal(sign) + row for row in _sizes(whole.lstrip("0"), fraction, sides))
        if value > 0 and below:
            yield from (literal("-") + row for row in _sizes("", "", _ANY))
        elif value == 0:
            # Of zero's two signs neither is less.
            yield from (literal("-") + row for row in _sizes("", "", (False, equal, below)))
    else:
        yield from (literal("-") + row for row in _sizes(whole.lstrip("0"), fraction, (above, equal, below)))
        if above:
            yield from (literal(sign) + row for sign in ("", "+") for row in _sizes("", "", _ANY))


def _sizes(whole: str, fraction: str, sides: Sides) -> Iterator[Pattern]:
    """Numbers without a sign on these sides of one; whole: without leading zeros."""
    less, _, greater = sides
    tails = ((), _POINT + _MORE)
    if greater:
        longer = _ZEROS + (_N,) + (_D,) * len(whole) + _MORE
        yield from (longer + tail for tail in tails)
    if less and whole:
        yield from _zero(tails[1])
        yield literal("0") + _ZEROS
    for length in range(1, len(whole)) if less else ():
        yield from (_ZEROS + (_N,) + (_D,) * (length - 1) + tail for tail in tails)
    for at, digit in enumerate(whole):
        for others in _others(digit, less, greater, lowest="1" if at == 0 else "0"):
            row = _ZEROS + literal(whole[:at]) + others + (_D,) * (len(whole) - at - 1)
            yield from (row + tail for tail in tails)
    if whole:
        ends = [_POINT + end for end in _fractions(fraction, sides)]
        yield from (_ZEROS + literal(whole) + end for end in (*ends, *((),) * _side_of_none(fraction, sides)))
    else:
        for end in _fractions(fraction, sides):
            yield from _zero(_POINT + end)
        if _side_of_none(fraction, sides):
            yield literal("0") + _ZEROS


def _zero(tail: Pattern) -> Iterator[Pattern]:
    """A number without a whole part, before a tail with its point: a digit must stand somewhere."""
    yield literal("0") + _ZEROS + tail
    digits = tail[1:]
    if not all(element.repeat for element in digits):
        yield tail
    else:
        yield from (_POINT + (element._replace(repeat=False), *digits[at:]) for at, element in enumerate(digits))


def _others(digit: str, less: bool, greater: bool, lowest: str = "0") -> Iterator[Pattern]:
    """One digit that is less or greater than this one."""
    chars = "".join(d for d in _DIGITS if (less and lowest <= d < digit) or (greater and d > digit))
    if chars:
        yield (one_of(chars),)


def _fractions(fraction: str, sides: Sides) -> Iterator[Pattern]:
    """Digits behind a point, on these sides of some that do not end in a zero."""
    less, equal, greater = sides
    for at, digit in enumerate(fraction):
        yield from (literal(fraction[:at]) + others + _MORE for others in _others(digit, less, greater))
        if less:
            yield literal(fraction[:at])
    if equal:
        yield literal(fraction) + _ZEROS
    if greater:
        yield literal(fraction) + _ZEROS + (_N,) + _MORE


def _side_of_none(fraction: str, sides: Sides) -> bool:
    """Whether no fraction at all is on one of these sides."""
    return sides[0] if fraction else sides[1]


# --- moments -------------------------------------------------------------------------------------------------------

_SHAPE = "dddd-dd-ddTdd:dd:dd"
_SIGNED = (*literal("+"), *literal("-"))
_LONGER_THAN_A_YEAR = 5
_PADS = {length: "0000-01-01T00:00:00"[length:] for length in (4, 7, 10)}  # a year, a month, a day are their start


def moment_rows(value: typed_values.Number, sides: Sides) -> Iterator[Pattern]:
    """Moments in UTC, as dates or as Unix seconds, on these sides of one; see calendar for which of them exist."""
    yield from chain.from_iterable(map(_seconds, number_rows(value, sides)))
    yield from _date_rows(value, sides)


def _seconds(row: Pattern) -> Iterator[Pattern]:
    """The numbers of a row that read as Unix seconds: four digits are a year, fewer are as good with more zeros."""
    if row[0] in _SIGNED:
        yield from () if row[0] == _SIGNED[0] else (row,)
        return
    repeats = [at for at, element in enumerate(row) if element.repeat]
    missing = _LONGER_THAN_A_YEAR - (len(row) - len(repeats))
    if _POINT[0] in row or missing <= 0:
        yield row
        return
    first, last = repeats[0], repeats[-1]
    for more in range(missing + 1) if last > first else (0,):
        zeros, digits = (row[first]._replace(repeat=False),) * (missing - more), (_D,) * more
        yield row[:first] + zeros + row[first:last] + digits + row[last:]


def _date_rows(value: typed_values.Number, sides: Sides) -> Iterator[Pattern]:
    if not typed_values.FIRST_MOMENT <= value < typed_values.LAST_MOMENT + 1:
        outside = sides[0] if value > 0 else sides[2]
        if outside:
            yield from INSTANTS
            yield from (_template(_SHAPE[:length]) for length in _PADS)
        return
    less, equal, greater = sides
    text, _, fraction = typed_values.moment_text(value).rstrip("Z").partition(".")
    for at, digit in enumerate(text):
        for others in _others(digit, less, greater) if digit.isdigit() else ():
            start = literal(text[:at]) + others
            yield from (start + _template(_SHAPE[at + 1 :]) + end for end in _ENDS)
            yield from (start + _template(_SHAPE[at + 1 : length]) for length in _PADS if at < length)
    for end in _fractions(fraction, sides):
        yield from (literal(text + ".") + row + literal("Z") for row in _not_empty(end))
    if _side_of_none(fraction, sides):
        yield literal(text + "Z")
    for length, pad in _PADS.items():
        if equal if text[length:] == pad and not fraction else less:
            yield literal(text[:length])


def _not_empty(row: Pattern) -> Iterator[Pattern]:
    if not all(element.repeat for element in row):
        yield row
    else:
        yield from ((element._replace(repeat=False), *row[at:]) for at, element in enumerate(row))


_SOME, _FRACTION = (_D,) + _MORE, _POINT + (_D,) + _MORE
_ENDS = (literal("Z"), _FRACTION + literal("Z"))
# Digits by the letter that stands for them in templates.
_CLASSES = {
    **{"d": _DIGITS, "n": "123456789", "e": "012345678", "m": "13456789", "l": "13578", "t": "012", "v": "02"},
    **{
        "f": "48",
        "g": "2468",
        "h": "048",
        "o": "13579",
        "p": "26",
        "q": "02468",
        "s": "01",
        "u": "012345",
        "w": "0123",
    },
}


def _template(text: str) -> Pattern:
    return tuple(one_of(_CLASSES.get(char, char)) for char in text)


INSTANTS = tuple(_template(_SHAPE) + end for end in _ENDS)
SECONDS = ((_D,) * 4 + _SOME, _SOME + _FRACTION, literal("-") + _SOME, literal("-") + _SOME + _FRACTION)
_DAYS = ("0n-0n", "0n-1d", "0n-2e", "1t-0n", "1t-1d", "1t-2e", "0m-29", "0m-30", "1t-29", "1t-30", "0l-31", "1v-31")
_LEAP_YEARS = ("dd0f", "ddgh", "ddop", "qh00", "op00")


@lru_cache(maxsize=1)
def calendar() -> Sequence[Sequence[Pattern]]:
    """Groups of patterns, of each of which every moment in UTC matches one: its day exists, its hour, its minute."""
    days = [*("dddd-" + day for day in _DAYS), *(year + "-02-29" for year in _LEAP_YEARS)]
    starts = [_template(day) for day in days]
    dates = [_template(text) for text in ("dddd", "dddd-0n", "dddd-1t")]
    return (
        [*SECONDS, *dates, *starts, *(start + literal("T") + ANYTHING for start in starts)],
        [
            *SECONDS,
            *(_template(_SHAPE[:length]) for length in _PADS),
            *(_template(f"dddd-dd-ddT{hour}:ud:ud") + ANYTHING for hour in ("sd", "2w")),
        ],
    )
