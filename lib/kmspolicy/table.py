"""Reads and writes the rows of one chunk as CSV, so that every cell that is not ours comes back as it came.

Source: custom search command protocol v2 as recorded from splunkd: a header, plain columns, `__mv_` columns.
"""
import csv
import io
import re
from collections.abc import Iterator, Sequence

_LARGEST_CELL = 2**31 - 1  # splunklib sets 10 MB, and one larger cell would end the search
# csv stops at NUL before Python 3.11 and at a bare CR. Lone surrogates never come out of UTF-8, so they can stand in.
_NUL, _CR = "\ud800", "\ud801"
_BARE_CR = re.compile(r"\r(?!\n)")
_MULTIVALUE = re.compile(r"\$((?:[^$]|\$\$)*)\$(?:;|\Z)")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_rows(body: str) -> Iterator[list[str]]:
    """The rows of a chunk's body, the header first."""
    csv.field_size_limit(_LARGEST_CELL)
    if "\0" not in body and "\r" not in body:
        return csv.reader(io.StringIO(body))
    lines_end_with_cr = body.partition("\n")[0].endswith("\r")
    body = body.replace("\0", _NUL)
    body = _BARE_CR.sub(_CR, body) if lines_end_with_cr else body.replace("\r", _CR)
    return ([cell.replace(_NUL, "\0").replace(_CR, "\r") for cell in row] for row in csv.reader(io.StringIO(body)))


def values_of(plain: str, multivalue: str) -> list[str]:
    """The values of a field, from its plain cell and its `__mv_` cell: `$a$;$b$`, `$$` for a dollar."""
    return [value.replace("$$", "$") for value in _MULTIVALUE.findall(multivalue)] or [plain]


def plain_cell(values: Sequence[str]) -> str:
    """The plain cell of a multivalue field."""
    return printable("\n".join(values))


def multivalue_cell(values: Sequence[str]) -> str:
    """The `__mv_` cell of a multivalue field: empty where the plain cell tells it all."""
    if len(values) < 2:
        return ""
    return printable(";".join("$" + value.replace("$", "$$") + "$" for value in values))


def printable(text: str) -> str:
    """Lone surrogates, which JSON may escape and UTF-8 cannot hold, as JSON escapes them."""
    return text if text.isascii() else _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
