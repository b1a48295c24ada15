"""Splits the body of a chunk into rows as bytes, so that cells which nobody asks for are neither read nor written.

Source: custom search command protocol v2 as recorded from splunkd: CSV, a cell in quotes where it must be.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence

from .prefilter import row_may_hold_policy
from .table import csv_line, read_rows

_PAIR, _HELD = b'""', b"\0\0"  # of one length, for which bytes.replace is twice as fast
_CR = 13
_QUOTED = b'"'  # stands in a row's outline for a cell in quotes


class RawRow:
    """A row as it came, and its outline: the cells as bytes, those in quotes as a lone quote.

    What stands in quotes is kept apart, in order. Rows with a NUL are never raw, so that NULs can stand for quotes.
    """

    __slots__ = ("_inside", "cells", "text")

    def __init__(self, text: bytes, cells: list[bytes], inside: list[bytes]) -> None:
        self.text = text
        self.cells = cells
        self._inside = inside

    @property
    def empty(self) -> bool:
        """Whether it is an empty line, which csv reads as a row of no cells."""
        return not self.text

    def may_hold_policy(self) -> bool:
        """False where provably no cell holds a policy that nobody named."""
        return row_may_hold_policy(self.text)

    def cell(self, place: int) -> str:
        """The text of a cell."""
        cell = self.cells[place]
        if cell == _QUOTED:
            return self._inside[self.cells[:place].count(_QUOTED)].replace(_HELD, b'"').decode()
        if b"\0" in cell:  # nothing but doubled quotes, or such within plain text
            return _read(cell.replace(_HELD, _PAIR))[0]
        return cell.decode()

    def line(self, kept: Sequence[int] | None, blank: Sequence[int] = ()) -> bytes:
        """The kept cells (None: all) as they came, those in `blank`, which ascend, empty."""
        if kept is None:
            line = self.text
            for place in reversed(blank):
                if self.cells[place]:
                    start, end = self._span(place)
                    line = line[:start] + line[end:]
            return line
        inside = iter(self._inside)
        cells = [_QUOTED + next(inside) + _QUOTED if cell == _QUOTED else cell for cell in self.cells]
        return b",".join([b"" if place in blank else cells[place] for place in kept]).replace(_HELD, _PAIR)

    def fitted(self, width: int) -> ReadRow:
        """The row with so many cells."""
        return ReadRow(_read(self.text)).fitted(width)

    def _span(self, place: int) -> tuple[int, int]:
        """Where a cell's bytes begin and end: behind the cells before it, with their commas and what is in quotes."""
        before = self.cells[:place]
        quoted = before.count(_QUOTED)
        start = sum(map(len, before)) + place + sum(map(len, self._inside[:quoted])) + quoted
        cell = self.cells[place]
        return start, start + (len(self._inside[quoted]) + 2 if cell == _QUOTED else len(cell))


class ReadRow:
    """A row as csv reads it. It answers like a RawRow, except that it always may hold a policy."""

    __slots__ = ("cells", "empty")

    def __init__(self, cells: list[str]) -> None:
        self.cells = cells or [""]
        self.empty = not cells

    def may_hold_policy(self) -> bool:
        return True

    def cell(self, place: int) -> str:
        return self.cells[place]

    def line(self, kept: Sequence[int] | None, blank: Sequence[int] = ()) -> bytes:
        places = range(len(self.cells)) if kept is None else kept
        return csv_line("" if place in blank else self.cells[place] for place in places)

    def fitted(self, width: int) -> ReadRow:
        return ReadRow((self.cells + [""] * (width - len(self.cells)))[:width])


def rows_of(body: bytes) -> Iterator[RawRow | ReadRow]:
    """The rows of a chunk's body, the header first."""
    first = body.find(b"\n")
    if first > 0 and body[first - 1] == _CR:
        yield from map(ReadRow, read_rows(body.decode("utf-8", "replace"), "\r\n"))
        return
    unusual = b"\0" in body or b"\r" in body or not body.isascii()
    lines = body if body.endswith(b"\n") else body + b"\n"
    start = 0
    while start < len(lines):
        end = _end_of_row(lines, start)
        row = _row(lines[start:end], unusual) if end >= 0 else None
        if row is None:  # from here on only csv knows where a row ends
            yield from map(ReadRow, read_rows(body[start:].decode("utf-8", "replace"), "\n"))
            return
        yield row
        start = end + 1


def _end_of_row(lines: bytes, start: int) -> int:
    """Where the row's line break stands; -1 where its quotes do not pair. A break behind an odd quote is in a cell."""
    end = lines.find(b"\n", start)
    odd = lines.count(b'"', start, end) & 1
    while odd and end >= 0:
        line, end = end + 1, lines.find(b"\n", end + 1)
        odd ^= lines.count(b'"', line, max(end, line)) & 1
    return end


def _row(text: bytes, unusual: bool) -> RawRow | ReadRow | None:
    """A row with its quotes where a CSV writer puts them, at both ends of a cell and doubled in it; else None.

    With doubled quotes out of the way, every quote left opens or closes a cell; then all of them must stand between
    commas. unusual: the chunk has bytes that a raw row may not have.
    """
    parts = text.replace(_PAIR, _HELD).split(b'"')
    cells = b'"'.join(parts[::2]).split(b",")
    quoted = len(parts) // 2
    if cells.count(_QUOTED) == quoted:
        return ReadRow(_read(text)) if unusual and not _usual(text) else RawRow(text, cells, parts[1::2])
    # A cell that begins with a quote of its own opens with three: the first two of them were taken for a doubled one.
    if b"\0" not in text and sum(cell.lstrip(b"\0") == _QUOTED for cell in cells) == quoted:
        return ReadRow(_read(text))
    return None


def _usual(text: bytes) -> bool:
    """Whether a row goes back byte for byte: no NUL, no CR (bare ones would break a reader), valid UTF-8."""
    if b"\0" in text or b"\r" in text:
        return False
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read(text: bytes) -> list[str]:
    return next(read_rows(text.decode("utf-8", "replace") + "\n", "\n"))
