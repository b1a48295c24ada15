"""Rows and the values in them, as they pass between commands: text, or several texts where a field is multivalue.
Number formats follow Splunk's eval, wildcards its `search` command (Search Manual, "Wildcards").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import Pattern
from typing import Union

from dev.scp import Row as Row

Value = Union[str, list[str]]
"""Text, or a list of two or more texts where a field of a Row is multivalue; a field without a key is null."""

Number = Union[int, float]
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")
_MOST_EXACT = 1 << 53  # beyond it a double no longer holds every whole number


def texts(row: Row, field: str) -> list[str]:
    """All values of a field, none where it is null."""
    value = row.get(field)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def pack(values: Iterable[str]) -> Value | None:
    """The value of a field that holds these texts: null for none, plain text for one."""
    found = list(values)
    if not found:
        return None
    return found if len(found) > 1 else found[0]


def put(row: Row, field: str, value: Value | None) -> None:
    """Sets a field; null removes it."""
    if value is None:
        row.pop(field, None)
    else:
        row[field] = value


def number(text: str) -> Number | None:
    """The number that a text spells, None if it spells none."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < _MOST_EXACT else value


def spell(value: Number) -> str:
    """A number as text: whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST_EXACT:
        value = int(value)
    return str(value)


def sort_key(text: str) -> tuple[int, Number, str]:
    """Orders numbers by value and before other texts, which are ordered by code point (Search Reference, "sort")."""
    value = number(text)
    return (1, 0, text) if value is None else (0, value, text)


@lru_cache(maxsize=1024)
def wildcard(pattern: str, ignore_case: bool = True) -> Pattern[str]:
    """A pattern in which `*` stands for any text, as a regular expression to `fullmatch`."""
    body = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.compile(body, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def matching(fields: Iterable[str], pattern: str) -> list[str]:
    """The field names that a name with wildcards covers; names are case-sensitive."""
    return [field for field in fields if wildcard(pattern, False).fullmatch(field)]
