"""Reads rows of CSV whatever is in their cells, and writes cells and the values of multivalue fields.

Source: custom search command protocol v2 as recorded from splunkd: a header, plain columns, `__mv_` columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from ..caching import Recent

LINE_END = b"\r\n"  # as splunklib writes it
Cells = tuple[bytes, ...]  # the command's own cells in a row, from the comma before them to the end of the line

csv.field_size_limit(2**31 - 1)  # splunklib, which is imported first, sets 10 MB: a larger cell would end the search

# csv stops at a bare CR and, before Python 3.11, at NUL. Lone surrogates represent both: UTF-8 never yields one.
_NUL, _CR = "\ud800", "\ud801"
_BARE_CR = re.compile(r"\r(?!\n)")
_MULTIVALUE = re.compile(r"\$((?:[^$]|\$\$)*)\$(?:;|\Z)")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_rows(text: str, line_end: str) -> Iterator[list[str]]:
    """Rows of CSV. line_end: CR LF; or LF, where every CR is part of a cell."""
    if "\0" not in text and "\r" not in text:
        return csv.reader(io.StringIO(text))
    text = text.replace("\0", _NUL)
    text = _BARE_CR.sub(_CR, text) if line_end == "\r\n" else text.replace("\r", _CR)
    return ([cell.replace(_NUL, "\0").replace(_CR, "\r") for cell in row] for row in csv.reader(io.StringIO(text)))


def cell(text: str) -> str:
    """A cell of CSV; quoted where it must be."""
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if "," in text or "\n" in text or "\r" in text else text


def multivalue_cells(values: Sequence[str]) -> tuple[str, str]:
    """A multivalue field's plain cell and its `__mv_` cell, which is empty for a single value."""
    if len(values) < 2:
        return cell(values[0]) if values else "", ""
    plain = "\n".join(values)
    if "$" in plain:
        values = [value.replace("$", "$$") for value in values]
    return cell(plain), cell("$" + "$;$".join(values) + "$")


def cached_multivalue_cells(values: tuple[str, ...]) -> tuple[str, str]:
    """The same cells, for values that many rows share."""
    known = _CELLS_OF_VALUES.get(values)
    if known is None:
        known = multivalue_cells(values)
        if sum(map(len, values)) + len(values) <= _LONGEST_CACHED:
            _CELLS_OF_VALUES.keep(values, known)
    return known


_LONGEST_CACHED = 512
_CELLS_OF_VALUES: Recent[tuple[str, str]] = Recent(512)


def csv_line(cells: Sequence[str]) -> str:
    """Texts as a line of CSV without its end."""
    line = ",".join(cells)
    if '"' in line or "\n" in line or "\r" in line or line.count(",") >= len(cells):  # some cell must be quoted
        line = ",".join(map(cell, cells))
    return line


def encoded(line: str) -> bytes:
    """CSV as UTF-8. Lone surrogates, which JSON may escape and UTF-8 cannot hold, go out as JSON escapes them."""
    text = line if line.isascii() else _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    return text.encode()


def values_of(plain: str, multivalue: str) -> list[str]:
    """The values of a field, from its plain cell and its `__mv_` cell: `$a$;$b$`, `$$` for a dollar."""
    return [value.replace("$$", "$") for value in _MULTIVALUE.findall(multivalue)] or [plain]
