"""Prints what a search found: a table, or one block a row where a table would not fit; JSON lines for machines.
Text from events cannot act on the terminal: dev.terminal.visible escapes what it would obey.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from dev.spl.runner import Results
from dev.spl.times import LATEST, format_time
from dev.spl.values import Row, number, texts
from dev.terminal import visible

_DATE = "%Y-%m-%d %H:%M:%S UTC"
_READABLE = 24  # characters that a column needs at most; where the columns need more than there is, rows become blocks


def show(found: Results, console: Console) -> None:
    """Prints rows: as a table where the console is wide enough, else one block a row."""
    columns = [column for column in found.columns if not column.startswith("_") or column == "_time"]
    if not found.rows or not columns:
        return
    if sum(_needs(found, column) for column in columns) <= console.width:
        console.print(_table(found, columns, console.is_terminal), crop=False)
        return
    for row in found.rows:
        console.print(_block(row, columns))


def json_lines(found: Results) -> Iterator[str]:
    """One JSON object for each row, its fields in the order of the columns."""
    for row in found.rows:
        yield json.dumps({column: row[column] for column in found.columns if column in row}, ensure_ascii=True)


def _needs(found: Results, column: str) -> int:
    longest = max((len(text) for row in found.rows for text in _shown(row, column)), default=0)
    return max(len(column), min(longest, _READABLE)) + 3


def _table(found: Results, columns: list[str], terminal: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD if terminal else None, pad_edge=False)
    for column in columns:
        table.add_column(Text(visible(column)), overflow="fold")
    for row in found.rows:
        table.add_row(*(_cell(row, column, "\n" if terminal else " | ") for column in columns))
    return table


def _block(row: Row, columns: list[str]) -> RenderableType:
    table = Table(box=box.HORIZONTALS, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for column in columns:
        if column in row:
            table.add_row(Text(visible(column)), _cell(row, column, "\n"))
    return table


def _cell(row: Row, column: str, separator: str) -> Text:
    return Text(separator.join(visible(text) for text in _shown(row, column)))


def _shown(row: Row, column: str) -> list[str]:
    """A field's values; `_time` as a date, which is what Splunk Web shows of it."""
    return [_date(text) for text in texts(row, column)] if column == "_time" else texts(row, column)


def _date(text: str) -> str:
    moment = number(text)
    return text if moment is None or not 0 <= moment < LATEST else format_time(moment, _DATE)
