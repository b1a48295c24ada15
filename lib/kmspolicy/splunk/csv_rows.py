"""Splits the body of a chunk into rows as bytes, so that cells which are not needed are neither read nor written.

Source: custom search command protocol v2 as recorded from splunkd: CSV, a cell in quotes where it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

from .csv_cells import csv_line, encoded, read_rows

_PAIR, _HELD = b'""', b"\0\1"  # of one length, for which bytes.replace is twice as fast
_QUOTES, _SECOND = bytes.maketrans(b"\0", b'"'), b"\1"  # bytes.translate drops each second byte three times as fast
_CR = 13
_QUOTED = b'"'  # represents a cell in quotes
_BLOCK = 1 << 16  # bytes that are split at once: few enough for malloc to reuse the memory


class RawRow:
    """A row as it came, from `start` to `end` of a chunk's body, and its cells as bytes; a lone quote if in quotes.

    The texts in quotes are a list of their own, in order; those of this row begin at `used`. Rows with a NUL or an SOH
    are never raw, so that these two can represent a doubled quote.
    """

    __slots__ = ("_body", "_cells", "_end", "_inside", "_start", "_used", "width")

    def __init__(self, body: bytes, start: int, end: int, cells: list[bytes], inside: list[bytes], used: int) -> None:
        self.width = len(cells)
        self._body = body
        self._start = start
        self._end = end
        self._cells = cells
        self._inside = inside
        self._used = used

    @property
    def empty(self) -> bool:
        """Whether it is an empty line, which csv reads as a row of no cells."""
        return self._start == self._end

    def may_hold(self, asked: Callable[[bytes, int, int], bool]) -> bool:
        """False if no cell can hold what is asked for. asked: a function of events/prefilter.py."""
        return asked(self._body, self._start, self._end)

    def cells(self) -> list[str]:
        """The texts of all cells."""
        return _read(self._body[self._start : self._end])

    def cell(self, place: int) -> str:
        """The text of a cell."""
        cell = self._cells[place]
        if cell == _QUOTED:
            inside = self._inside[self._used + self._cells[:place].count(_QUOTED)]
            return inside.translate(_QUOTES, _SECOND).decode()
        if b"\0" in cell:  # nothing but doubled quotes, or such within plain text
            return _read(cell.replace(_HELD, _PAIR))[0]
        return cell.decode()

    def write(self, columns: Sequence[int] | None, blanked: Sequence[int] = ()) -> list[bytes | memoryview]:
        """The cells of some columns (None: all) as they came, in parts, without a copy.

        blanked: columns whose cells are written empty, in ascending order.
        """
        if columns is None:
            chunk, parts, at = memoryview(self._body), [], self._start
            for place in blanked:
                if self._cells[place]:
                    start, end = self._span(place)
                    if start > at:
                        parts.append(chunk[at:start])
                    at = end
            return [*parts, chunk[at : self._end]]
        inside = iter(self._inside[self._used :])
        cells = [_QUOTED + next(inside) + _QUOTED if cell == _QUOTED else cell for cell in self._cells]
        return [b",".join([b"" if place in blanked else cells[place] for place in columns]).replace(_HELD, _PAIR)]

    def _span(self, place: int) -> tuple[int, int]:
        """Where a cell's bytes begin and end: after the cells before it, with their commas and what is in quotes."""
        before = self._cells[:place]
        quoted = before.count(_QUOTED)
        first = self._used
        lengths = sum(map(len, before)) + sum(map(len, self._inside[first : first + quoted]))
        start = self._start + lengths + place + quoted
        cell = self._cells[place]
        return start, start + (len(self._inside[first + quoted]) + 2 if cell == _QUOTED else len(cell))


class ParsedRow:
    """A row as csv reads it. It answers like a RawRow, except that it may always hold what is asked for."""

    __slots__ = ("_cells", "empty", "width")

    def __init__(self, cells: list[str]) -> None:
        self.empty = not cells
        self.width = len(cells) or 1
        self._cells = cells or [""]

    def may_hold(self, asked: Callable[[bytes, int, int], bool]) -> bool:
        """True: the cells are read anyway."""
        return True

    def cells(self) -> list[str]:
        """The texts of all cells."""
        return self._cells

    def cell(self, place: int) -> str:
        """The text of a cell."""
        return self._cells[place]

    def write(self, columns: Sequence[int] | None, blanked: Sequence[int] = ()) -> list[bytes | memoryview]:
        """The cells of some columns (None: all), written anew; those of `blanked` empty."""
        places = range(len(self._cells)) if columns is None else columns
        return [encoded(csv_line(["" if place in blanked else self._cells[place] for place in places]))]


def with_width(row: RawRow | ParsedRow, width: int) -> ParsedRow:
    """The row with this number of cells: shortened, or with empty ones at the end."""
    cells = row.cells()
    return ParsedRow((cells + [""] * (width - len(cells)))[:width])


def rows_of(body: bytes) -> Iterator[RawRow | ParsedRow]:
    """The rows of a chunk's body, the header first."""
    first = body.find(b"\n")
    if first > 0 and body[first - 1] == _CR:
        yield from map(ParsedRow, read_rows(body.decode("utf-8", "replace"), "\r\n"))
        return
    rest = yield from _rows_as_written(body if body.endswith(b"\n") else body + b"\n")
    if rest < len(body):
        yield from map(ParsedRow, read_rows(body[rest:].decode("utf-8", "replace"), "\n"))


def _rows_as_written(body: bytes) -> Generator[RawRow | ParsedRow, None, int]:
    """The rows that have their quotes where a CSV writer puts them. Returns where the first other row begins.

    With doubled quotes out of the way, every quote opens or closes a cell. A break that is in no cell ends a row.
    """
    plain = body.isascii() and _is_plain_csv(body)
    start, size = 0, _BLOCK
    while start < len(body):
        begun, used = start, 0
        parts = body[start : start + size].replace(_PAIR, _HELD).split(b'"')
        inside = parts[1::2]
        for outline in b'"'.join(parts[::2]).split(b"\n")[:-1]:  # after the last break, no whole row is left
            cells = outline.split(b",")
            quoted = outline.count(_QUOTED)
            end = start + len(outline) + quoted + sum(map(len, inside[used : used + quoted]))
            if cells.count(_QUOTED) == quoted and (plain or _is_plain_csv(body[start:end])):
                yield RawRow(body, start, end, cells, inside, used)
            elif _ends_where_csv_ends_it(body[start:end], cells, quoted):
                yield ParsedRow(_read(body[start:end]))
            else:
                return start
            used += quoted
            start = end + 1
        if start > begun:
            size = _BLOCK
        elif start + size < len(body):
            size *= 2
        else:
            return start
    return start


def _ends_where_csv_ends_it(text: bytes, cells: list[bytes], quoted: int) -> bool:
    """Whether every quote that is not doubled opens or closes a cell: then all of them are next to commas.

    A cell that begins with a quote of its own opens with three: the first two of them were taken for a doubled one.
    """
    if cells.count(_QUOTED) == quoted:
        return True
    return b"\0" not in text and b"\1" not in text and sum(cell.lstrip(_HELD) == _QUOTED for cell in cells) == quoted


def _is_plain_csv(text: bytes) -> bool:
    """Whether a row goes back byte for byte: no NUL, SOH or CR (bare ones would break a reader), valid UTF-8."""
    if b"\0" in text or b"\1" in text or b"\r" in text:
        return False
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read(text: bytes) -> list[str]:
    return next(read_rows(text.decode("utf-8", "replace") + "\n", "\n"))
