"""Reads the typed values of conditions: numbers, moments, Booleans and binary.

Source: IAM User Guide, *IAM JSON policy elements: Condition operators*. A text that is not of its type reads as None.
"""

import re
from functools import lru_cache
from math import floor
from typing import Any, Optional

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\Z")
_SECONDS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?\Z"
)
_LONGEST = 1000
FIRST_MOMENT, LAST_MOMENT = -62135596800, 253402300799  # 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z

# decimal and datetime are imported by the first policy that has a number or a date: start-up counts on every indexer.
Number = Any


def number(text: str) -> Optional[Number]:
    """A number as an exact Decimal."""
    if len(text) > _LONGEST or not _NUMBER.match(text):
        return None
    from decimal import Decimal

    return Decimal(text)


def number_text(value: Number) -> str:
    """A number as plain decimal text."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def boolean(text: str) -> Optional[bool]:
    """true or false, without case."""
    return {"true": True, "false": False}.get(text.lower())


def binary(text: str) -> Optional[int]:
    """The bytes of a base64 text, after a one, as a number."""
    import base64

    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    # Pythons differ on padding that is not needed; only the one canonical spelling is read.
    return int.from_bytes(b"\1" + value, "big") if base64.b64encode(value).decode("ascii") == text else None


def moment(text: str) -> Optional[Number]:
    """A moment in Unix seconds, from `YYYY[-MM[-DD[Thh:mm[:ss[.f]]TZD]]]` or from Unix seconds.

    Source: IAM User Guide, *Date condition operators* (W3C implementation of the ISO 8601 date formats).
    """
    if len(text) > _LONGEST:
        return None
    date = _DATE.match(text)
    if not date:
        return number(text) if _SECONDS.match(text) else None
    days = _day_number(int(date[1]), int(date[2] or 1), int(date[3] or 1))
    hour, minute, second = int(date[4] or 0), int(date[5] or 0), int(date[6] or 0)
    if days is None or hour > 23 or minute > 59 or second > 59:
        return None
    offset = 0
    if date[8] and date[8] != "Z":
        hours, minutes = int(date[8][1:3]), int(date[8][4:])
        if hours > 23 or minutes > 59:
            return None
        offset = (hours * 60 + minutes) * 60 * (-1 if date[8][0] == "-" else 1)
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    from decimal import Decimal

    return Decimal(seconds) + Decimal("0." + date[7]) if date[7] else Decimal(seconds)


def moment_text(value: Number) -> str:
    """A moment as ISO 8601 in UTC; in Unix seconds, where no date of four digits says it."""
    if not FIRST_MOMENT <= value <= LAST_MOMENT:
        return number_text(value)
    whole = floor(value)
    fraction = number_text(value - whole)[1:] if value != whole else ""
    days, seconds = divmod(whole, 86400)
    from datetime import date

    day = date.fromordinal(days + _EPOCH).isoformat()
    return f"{day}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}Z"


_EPOCH = 719163  # 1970-01-01, as date counts days
_CYCLE = 146097  # days of the 400 years after which the calendar repeats


@lru_cache(maxsize=64)
def _day_number(year: int, month: int, day: int) -> Optional[int]:
    """Days since 1970-01-01; None where there is no such day. Year 0, which date does not know, is read as a year 400
    years later."""
    from datetime import date

    cycles, of_cycle = divmod(year, 400)
    try:
        return date(400 + of_cycle, month, day).toordinal() + (cycles - 1) * _CYCLE - _EPOCH
    except ValueError:
        return None
