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
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FIRST_MOMENT, LAST_MOMENT = -62135596800, 253402300799  # 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z

# decimal is imported by the first policy that has a number: start-up counts on every indexer.
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


def binary(text: str) -> Optional[bytes]:
    """The bytes of a base64 text."""
    import base64

    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    # Pythons differ on padding that is not needed; only the one canonical spelling is read.
    return value if base64.b64encode(value).decode("ascii") == text else None


def moment(text: str) -> Optional[Number]:
    """A moment in Unix seconds, from `YYYY[-MM[-DD[Thh:mm[:ss[.f]]TZD]]]` or from Unix seconds.

    Source: IAM User Guide, *Date condition operators* (W3C implementation of the ISO 8601 date formats).
    """
    if len(text) > _LONGEST:
        return None
    date = _DATE.match(text)
    if not date:
        return number(text) if _SECONDS.match(text) else None
    year, month, day = int(date[1]), int(date[2] or 1), int(date[3] or 1)
    hour, minute, second = int(date[4] or 0), int(date[5] or 0), int(date[6] or 0)
    if not (1 <= month <= 12 and 1 <= day <= _days(year, month) and hour < 24 and minute < 60 and second < 60):
        return None
    offset = 0
    if date[8] and date[8] != "Z":
        hours, minutes = int(date[8][1:3]), int(date[8][4:])
        if hours > 23 or minutes > 59:
            return None
        offset = (hours * 60 + minutes) * 60 * (-1 if date[8][0] == "-" else 1)
    seconds = _day_number(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
    from decimal import Decimal

    return Decimal(seconds) + Decimal("0." + date[7]) if date[7] else Decimal(seconds)


def moment_text(value: Number) -> str:
    """A moment as ISO 8601 in UTC."""
    whole = floor(value)
    fraction = number_text(value - whole)[1:] if value != whole else ""
    days, seconds = divmod(whole, 86400)
    year, month, day = _date_of(days)
    return (
        f"{year:04d}-{month:02d}-{day:02d}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}Z"
    )


def _days(year: int, month: int) -> int:
    leap = month == 2 and ((year % 4 == 0 and year % 100 != 0) or year % 400 == 0)
    return _MONTH_DAYS[month - 1] + leap


@lru_cache(maxsize=64)
def _day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar, year 0 included."""
    shifted = year - (month <= 2)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def _date_of(days: int) -> tuple[int, int, int]:
    """The inverse of _day_number."""
    era, of_era = divmod(days + 719468, 146097)
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    part = (5 * of_year + 2) // 153
    month = part + 3 if part < 10 else part - 9
    return year + era * 400 + (month <= 2), month, of_year - (153 * part + 2) // 5 + 1
