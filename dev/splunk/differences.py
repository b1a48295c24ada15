"""Compares the rows of two search runs field by field, and shows what differs as a table."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from dev.spl.values import Row, Value
from dev.terminal import visible

SPLUNKS_OWN = re.compile(
    r"_(?!time$|raw$).*|linecount|punct|timestartpos|timeendpos|eventtype|splunk_server_group|date_\w+|tag(?:::.*)?"
)
"""Fields that Splunk adds to events: the local runner does not make them, and no shipped search uses them."""

_WIDTH = 60


class Difference(NamedTuple):
    """One field of one row; "" where there is no value. row: how to find the row."""

    row: str
    field: str
    local: str
    splunk: str


def differences(local: Sequence[Row], splunk: Sequence[Row]) -> list[Difference]:
    """What differs between two results whose rows may come in any order, [] if nothing does.

    Rows that are equal are taken away; of the others each is paired with the most similar one.
    """
    ours, theirs = [told(row) for row in local], [told(row) for row in splunk]
    for row in list(ours):
        if row in theirs:
            ours.remove(row)
            theirs.remove(row)
    found = []
    for row in ours:
        other = max(theirs, key=lambda one: _alike(row, one), default=None)
        if other is None or not _alike(row, other):
            found.append(Difference(_name(row), "(row)", "there", "missing"))
            continue
        theirs.remove(other)
        names = [name for name in {**row, **other} if row.get(name) != other.get(name)]
        found += [Difference(_name(row, names), name, *_cells(row.get(name), other.get(name))) for name in names]
    return found + [Difference(_name(row), "(row)", "missing", "there") for row in theirs]


def table(found: Sequence[Difference]) -> str:
    """The differences as lines of text, under one heading."""
    lines = [("row", "field", "local runner", "Splunk"), *found]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    return "\n".join([shown[0], "-" * len(shown[0]), *shown[1:]])


def told(row: Row) -> Row:
    """The row with what both sides can have: no empty value, no field of Splunk's own."""
    return {name: value for name, value in row.items() if value and not SPLUNKS_OWN.fullmatch(name)}


def _alike(row: Row, other: Row) -> int:
    return sum(other.get(name) == value for name, value in row.items())


def _name(row: Row, without: Collection[str] = ()) -> str:
    """The first fields of a row, enough to find it."""
    shown = [f"{name}={_text(value)}" for name, value in row.items() if name not in {*without, "_raw"}]
    return _cut(" ".join(shown[:3])) or "(all of it)"


def _cells(local: Value | None, splunk: Value | None) -> tuple[str, str]:
    """Both values, from a little before the place where they part."""
    ours, theirs = _text(local), _text(splunk)
    same = next((at for at, (one, two) in enumerate(zip(ours, theirs)) if one != two), min(len(ours), len(theirs)))
    start = max(0, same - _WIDTH // 2) if max(len(ours), len(theirs)) > _WIDTH else 0
    return _cut(ours, start), _cut(theirs, start)


def _text(value: Value | None) -> str:
    return "" if value is None else visible(" | ".join(value) if isinstance(value, list) else value)


def _cut(text: str, start: int = 0) -> str:
    shown = ("…" if start else "") + text[start : start + _WIDTH]
    return shown + ("…" if start + _WIDTH < len(text) else "")
