"""Rows that go by as bytes and rows that csv reads are answered alike, whatever stands in them, however quoted.

Lines that end with CR LF are read by csv, lines that end with LF are not; splunkd writes the latter.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dev.pythons import SPLUNK_PYTHONS, find
from dev.scp import read_chunk
from tests.command.policies import BROKEN, CLOSED, EVENTS, MIXED, OPEN, OURS, THEIRS
from tests.command.session import APP, execute, getinfo

pytestmark = pytest.mark.slow

csv.field_size_limit(1 << 30)

ARGUMENTS = [
    (),
    ("mode=summary",),
    ("show=flagged",),
    ("raw=f",),
    ("p",),
    ("p", "raw=f"),
    ("account=owner", "show=flagged"),
    ("prefix=x_", "mode=summary"),
]
NAMES = [
    "_raw",
    "__mv__raw",
    "p",
    "__mv_p",
    "owner",
    "__mv_owner",
    "key_policy_hash",
    "__mv_key_policy_action",
    "x_key",
    "a",
    'b"',
    "c,d",
    "_chunked_idx",
]


class Command:
    """A running search: one chunk after the other goes in, and the body of its reply comes back."""

    def __init__(self, python: Path | str, args: tuple[str, ...]) -> None:
        self._process = subprocess.Popen(
            [str(python), str(APP / "bin" / "kmspolicycheck.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._send(getinfo(args))

    def answer(self, body: str) -> str:
        return self._send(execute(body))

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        assert self._process.wait(60) == 0
        self._process.stdout.close()

    def _send(self, chunk: bytes) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(chunk)
        self._process.stdin.flush()
        return read_chunk(self._process.stdout)[1]


def _commands(python: Path | str, argument_lists: list[tuple[str, ...]]) -> Iterator[list[Command]]:
    commands = [Command(python, args) for args in argument_lists]
    yield commands
    for command in commands:
        command.close()


@pytest.fixture(scope="module", params=SPLUNK_PYTHONS)
def searches(request: pytest.FixtureRequest) -> Iterator[list[Command]]:
    """A running search for each list of arguments."""
    python = find(request.param)
    if python is None:
        pytest.skip(f"the command was not tried under Python {request.param}: none is installed")
    yield from _commands(python, ARGUMENTS)


@pytest.fixture(scope="module")
def summary() -> Iterator[Command]:
    for commands in _commands(sys.executable, [("mode=summary",)]):
        yield commands[0]


def _hidden(text: str) -> str:
    """The letters of a few words as JSON escapes."""
    return text.replace("PutKeyPolicy", "\\u0050utKeyPolic\\u0079").replace("policy", "polic\\u0079")


TEXTS = [
    *EVENTS.values(),
    OPEN,
    CLOSED,
    MIXED,
    BROKEN,
    json.dumps(json.loads(MIXED), indent=2),
    _hidden(EVENTS["open"]),
    _hidden(EVENTS["mixed"]),
    OPEN.replace("Statement", "\\u0053tatement"),
    "PutKeyPolicy",
    'a "Statement" b',
    json.dumps({"Records": [json.loads(EVENTS["open"]), json.loads(EVENTS["mixed"])]}),
    json.dumps({"message": EVENTS["open"]}),
    OURS,
    THEIRS,
    '"',
    '""',
    '"a"',
    'a"',
    "a,b",
    ",",
    "\n",
    "a\nb",
    "\r",
    "a\r\nb",
    "\0",
    "\0\0",
    '\0"',
    '"\0"',
    "\1",
    "\0\1",
    '\0\1"',
    " ",
    "é\U0001f511",
    "\ufeff" + OPEN,
    "\\",
    "\\u00e9",
    "{",
    "$a$;$b$",
    "$a$",
    "$$",
]
CELLS = st.one_of(st.sampled_from(["", *TEXTS]), st.text('a",\n\r\0\1$;é {}', max_size=8))
MULTIVALUES = st.lists(st.sampled_from(TEXTS), min_size=2, max_size=3).map(
    lambda values: ";".join("$" + value.replace("$", "$$") + "$" for value in values)
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A header and rows of as many cells; cells of `__mv_` columns are mostly empty, as in a search."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    columns = [st.one_of(st.just(""), MULTIVALUES) if name.startswith("__mv_") else CELLS for name in names]
    return [names, *map(list, draw(st.lists(st.tuples(*columns), min_size=1, max_size=6)))]


def _written(table: list[list[str]], line_end: str) -> str:
    """CSV in which a cell is quoted where it must be; an empty line would be no row."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if set(text) & set('",\r\n') else text

    return "".join((",".join(map(cell, row)) or '""') + line_end for row in table)


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=tables(), every_cell_quoted=st.booleans())
def test_both_ways_of_reading_answer_the_same_bytes(
    searches: list[Command], table: list[list[str]], every_cell_quoted: bool
) -> None:
    body, read = _written(table, "\n"), _written(table, "\r\n")
    if every_cell_quoted:
        body = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in table)
    for args, search in zip(ARGUMENTS, searches):
        answer, expected = search.answer(body), search.answer(read)
        if every_cell_quoted or '""\n' in body:
            assert _rows(answer) == _rows(expected), args
        else:
            assert answer == expected, args


def test_every_text_is_answered_alike_when_it_stands_alone(searches: list[Command]) -> None:
    for args, search in zip(ARGUMENTS, searches):
        for text in TEXTS:
            table = [["_raw", "p", "a"], [text, "", ""], ["", text, ""], ["", "", text]]
            assert search.answer(_written(table, "\n")) == search.answer(_written(table, "\r\n")), (args, text)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=tables())
def test_cells_that_are_not_the_commands_own_come_back_in_order(summary: Command, table: list[list[str]]) -> None:
    table = [["n", *table[0]], *([str(n), *row] for n, row in enumerate(table[1:]))]
    kept = [i for i, name in enumerate(table[0]) if not name.removeprefix("__mv_").startswith("key_policy_")]
    came: dict[str, list[str]] = {}
    for row in _rows(summary.answer(_written(table, "\n"))):
        assert came.setdefault(row[0], row[: len(kept)]) == row[: len(kept)]
    assert list(came.values()) == [[row[i] for i in kept] for row in table]


FRAGMENTS = [
    "a",
    ",",
    '"',
    '""',
    "\n",
    "é",
    "\0",
    "\1",
    '"' + OPEN.replace('"', '""') + '"',
    OPEN,
    OPEN.replace('"', '""'),
]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
@example('\0"a\nb"').via("a NUL, which stands for a quote in a row that goes by as bytes")
@example('\1"a\nb"').via("an SOH, which stands for the second of two quotes there")
@example('"Put"KeyPolicy\n').via("text behind a closing quote belongs to the cell")
def test_quotes_in_odd_places_are_read_as_csv_reads_them(summary: Command, text: str) -> None:
    """No writer of CSV puts them there. A row that ends where it should not would hide the policy of the next."""
    answered = list(csv.DictReader(io.StringIO(summary.answer("_raw,b\n" + text), newline="")))
    cells = [(row + ["", ""])[:2] for row in csv.reader(io.StringIO(text)) if row]
    expected = [row for row in cells for _ in range(_policies_first_in(row[0]) or 1)]
    assert [[row["_raw"], row["b"]] for row in answered] == expected
    flagged = [_policies_first_in(row[0]) > 0 for row in expected]
    assert [row["key_policy_flagged"] == "true" for row in answered] == flagged


def _policies_first_in(text: str) -> int:
    """How many policies a text begins with, one behind the other."""
    count, rest = 0, text.lstrip(", \n")
    while rest.startswith(OPEN):
        count, rest = count + 1, rest[len(OPEN) :].lstrip(", \n")
    return count


@pytest.mark.parametrize("size", [100, 60_000, 70_000, 140_000, 1_000_000])
def test_rows_of_any_length_are_split_alike(summary: Command, size: int) -> None:
    """Chunks are split in blocks: a row may end at any place of one, or not in it at all."""
    texts = [cell * (size // len(cell)) for cell in ("a", '"', "a\nb,", "é", '",\n')] + [OPEN]
    table = [["_raw", "a"], *([text, str(n)] for n, text in enumerate(texts * 3))]
    answer = _rows(summary.answer(_written(table, "\n")))
    assert [row[:2] for row in answer] == table
    assert answer == _rows(summary.answer(_written(table, "\r\n")))
