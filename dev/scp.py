"""Search command protocol v2 on the wire: chunks, and results as CSV with `__mv_` columns. The form is the one that
Splunk 8.2.1 was recorded to send: chunked 1.0, LF, all `__mv_` columns after the plain ones.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Union

Row = dict[str, Union[str, list[str]]]
"""One search result: field name -> text, or a list of texts where the field is multivalue."""

_CELL_LIMIT = 1 << 30  # characters: the csv module stops at 131,072, less than one large event
_STAND_INS = [chr(code) for code in range(0xE000, 0xF900)]  # private use: some of them stand in no text
_MULTIVALUE = re.compile(r"(?:\$(?:[^$]|\$\$)*\$(?:;(?=\$)|\Z))+")
_VALUE = re.compile(r"\$((?:[^$]|\$\$)*)\$(?:;|\Z)")


class ProtocolError(Exception):
    """Bytes that are not a chunk; the text says what was found instead."""


def encode_chunk(metadata: dict[str, Any], body: str = "") -> bytes:
    """One chunk, header line included. Lone surrogates go out as bytes that are no UTF-8, as broken log data would."""
    head = json.dumps(metadata, separators=(",", ":")).encode()
    data = body.encode("utf-8", "surrogatepass")
    return b"chunked 1.0,%d,%d\n" % (len(head), len(data)) + head + data


def read_chunk(stream: BinaryIO) -> tuple[dict[str, Any], str]:
    """The next chunk as (metadata, body). Raises ProtocolError; EOFError where the stream ends between chunks."""
    header = stream.readline(200)
    if not header:
        raise EOFError
    match = re.fullmatch(rb"chunked 1\.0,(\d+),(\d+)\n", header)
    if not match:
        raise ProtocolError(f"not the header of a chunk: {header!r}")
    sizes = [int(size) for size in match.groups()]
    parts = [stream.read(size) for size in sizes]
    if [len(part) for part in parts] != sizes:
        raise ProtocolError("the stream ends inside a chunk")
    try:
        metadata = json.loads(parts[0])
        body = parts[1].decode("utf-8")
    except ValueError as error:
        raise ProtocolError(f"unreadable chunk: {error}") from None
    if not isinstance(metadata, dict):
        raise ProtocolError(f"metadata is no object: {parts[0][:200]!r}")
    return metadata, body


def write_rows(rows: Sequence[Row], fields: Sequence[str] | None = None) -> str:
    """Rows as CSV. fields: the columns; without them all fields of the rows, as met. No column at all is no text."""
    names = list(fields if fields is not None else dict.fromkeys(name for row in rows for name in row))
    if not names:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names + ["__mv_" + name for name in names])
    for row in rows:
        values = [row.get(name, "") for name in names]
        writer.writerow([v if isinstance(v, str) else "\n".join(v) for v in values] + [_encode(v) for v in values])
    return out.getvalue()


def read_rows(text: str) -> Iterator[Row]:
    """Rows of CSV; a field whose `__mv_` column is filled is a list. Raises ProtocolError on what is no such CSV."""
    csv.field_size_limit(_CELL_LIMIT)
    nul = next(c for c in _STAND_INS if c not in text) if "\0" in text else ""  # before 3.11, csv refuses NUL
    reader = csv.reader(io.StringIO(text.replace("\0", nul) if nul else text, newline=""))
    names = next(reader, [])
    places = {name: i for i, name in enumerate(names)}
    plain = [(name, i, places.get("__mv_" + name)) for name, i in places.items() if not name.startswith("__mv_")]
    for read in reader:
        if len(read) != len(names):
            raise ProtocolError(f"a row of {len(read)} cells under {len(names)} columns")
        cells = [cell.replace(nul, "\0") for cell in read] if nul else read
        yield {name: _decode(cells[mv]) if mv is not None and cells[mv] else cells[i] for name, i, mv in plain}


def split_rows(rows: Iterable[Row], most_rows: int, most_chars: int) -> Iterator[list[Row]]:
    """Rows in lists of at most `most_rows`; a list also ends with the row that brings its cells to `most_chars`."""
    chunk: list[Row] = []
    chars = 0
    for row in rows:
        chunk.append(row)
        chars += sum(len(v) if isinstance(v, str) else sum(map(len, v)) for v in row.values())
        if len(chunk) >= most_rows or chars >= most_chars:
            yield chunk
            chunk, chars = [], 0
    if chunk:
        yield chunk


def _encode(value: str | list[str]) -> str:
    """`$a$;$b$` for two values or more; one value or none is in the plain column alone."""
    if isinstance(value, str) or len(value) < 2:
        return ""
    return ";".join("$" + v.replace("$", "$$") + "$" for v in value)


def _decode(cell: str) -> list[str]:
    if not _MULTIVALUE.fullmatch(cell):
        raise ProtocolError(f"not multivalue text: {cell[:200]!r}")
    return [value.replace("$$", "$") for value in _VALUE.findall(cell)]
