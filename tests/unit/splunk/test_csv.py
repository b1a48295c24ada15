"""CSV as the command splits, reads and writes it, against the csv module on every short text."""

from __future__ import annotations

import csv
import io
from itertools import product

import pytest

from kmspolicy.splunk.csv_cells import csv_line, encoded, multivalue_cells, read_rows, values_of
from kmspolicy.splunk.csv_rows import ParsedRow, RawRow, rows_of
from tests.unit.short_texts import texts


def rows(body: bytes) -> list[RawRow | ParsedRow]:
    return [row for row in rows_of(body) if not row.empty]


def expected(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text)) if row]


@pytest.mark.parametrize("letters", ['a,"\n', 'é,"\n', '",\n'])
def test_a_body_is_split_as_csv_reads_it(letters: str) -> None:
    for text in texts(letters, 6):
        body = "h,i\n" + text
        found = rows(body.encode())
        assert [row.cells() for row in found] == expected(body), repr(text)
        assert [[row.cell(place) for place in range(row.width)] for row in found] == expected(body), repr(text)


def test_a_row_is_written_so_that_csv_reads_the_same_cells() -> None:
    for text in texts('a,"\n', 6):
        for row in rows(("h,i\n" + text).encode()):
            cells, last = row.cells(), row.width - 1
            assert _read_back(row.write(None)) == cells
            assert _read_back(row.write((last, 0))) == [cells[last], cells[0]]
            assert _read_back(row.write(None, (last,)), row.width) == [*cells[:last], ""]


def _read_back(parts: list[bytes | memoryview], width: int = 0) -> list[str]:
    (read,) = csv.reader(io.StringIO(b"".join(parts).decode())) if b"".join(parts) else [[""] * (width or 1)]
    return read


def test_cells_of_any_texts_are_read_back() -> None:
    for cells in product(texts('a,"\n\r$', 2), repeat=2):
        line = encoded(csv_line(cells)).decode()
        assert list(read_rows(line + "\n", "\n")) == [list(cells)]


def test_values_of_a_multivalue_field_are_read_back() -> None:
    for values in product([text for text in texts("a$;", 3) if text], repeat=2):
        plain, multivalue = (_unquoted(cell) for cell in multivalue_cells(values))
        assert values_of(plain, multivalue) == list(values)


def test_a_single_value_needs_no_second_cell() -> None:
    assert multivalue_cells(["$a$;$b$"]) == ("$a$;$b$", "")
    assert values_of("$a$;$b$", "") == ["$a$;$b$"]


def _unquoted(cell: str) -> str:
    read = next(csv.reader(io.StringIO(cell)), [""])
    return read[0]
