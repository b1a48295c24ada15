"""Reads rows of CSV whatever stands in their cells, and writes cells and the values of multivalue fields.

Source: custom search command protocol v2 as recorded from splunkd: a header, plain columns, `__mv_` columns.
"""
from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

LINE_END = b"\r\n"  # as splunklib writes it

_LARGEST_CELL = 2**31 - 1  # splunklib sets 10 MB, and one larger cell would end the search
# csv stops at NUL before Python 3.11 and at a bare CR. Lone surrogates never come out of UTF-8, so they can stand in.
_NUL, _CR = "\ud800", "\ud801"
_BARE_CR = re.compile(r"\r(?!\n)")
_MULTIVALUE = re.compile(r"\$((?:[^$]|\$\$)*)\$(?:;|\Z)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEEDS_QUOTES = re.compile('[",\r\n]')


def read_rows(text: str, line_end: str) -> Iterator[list[str]]:
    """Rows of CSV. line_end: LF, behind which a CR belongs to the cell, or CR LF."""
    csv.field_size_limit(_LARGEST_CELL)
    if "\0" not in text and "\r" not in text:
        return csv.reader(io.StringIO(text))
    text = text.replace("\0", _NUL)
    text = _BARE_CR.sub(_CR, text) if line_end == "\r\n" else text.replace("\r", _CR)
    return ([cell.replace(_NUL, "\0").replace(_CR, "\r") for cell in row] for row in csv.reader(io.StringIO(text)))


def cell(text: str) -> str:
    """A cell of CSV; quoted where it must be."""
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def multivalue_cells(values: Sequence[str]) -> tuple[str, str]:
    """A multivalue field's plain cell and its `__mv_` cell, which is empty where the plain cell tells it all."""
    if len(values) < 2:
        return cell(values[0]) if values else "", ""
    return cell("\n".join(values)), cell(";".join(["$" + value.replace("$", "$$") + "$" for value in values]))


def csv_line(cells: Iterable[str]) -> bytes:
    """Texts as a line of CSV without its end."""
    return encoded(",".join(map(cell, cells)))


def encoded(line: str) -> bytes:
    """CSV as UTF-8. Lone surrogates, which JSON may escape and UTF-8 cannot hold, go out as JSON escapes them."""
    text = line if line.isascii() else _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    return text.encode()


def values_of(plain: str, multivalue: str) -> list[str]:
    """The values of a field, from its plain cell and its `__mv_` cell: `$a$;$b$`, `$$` for a dollar."""
    return [value.replace("$$", "$") for value in _MULTIVALUE.findall(multivalue)] or [plain]
