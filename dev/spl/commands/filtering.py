"""search, where, regex, dedup, head: commands that keep some rows and drop the others."""

from __future__ import annotations

from typing import Any

from dev.spl import tree
from dev.spl.commands.arguments import read, whole
from dev.spl.errors import SplError
from dev.spl.events import moment
from dev.spl.expressions import Scope, check
from dev.spl.filters import compile_filter, split_times
from dev.spl.regexes import compile_regex
from dev.spl.table import CompileStages, Context, Run, Table
from dev.spl.times import apply_modifier, between
from dev.spl.values import Row, texts


def search(stage: tree.Stage, _: CompileStages) -> Run:
    """Keeps what the filter matches, with earliest= and latest= within the time range that the search has already."""
    times, rest = split_times(stage.arguments)  # type: ignore[arg-type]
    keep = compile_filter(rest)

    def run(table: Table, context: Context) -> Table:
        first, last = (apply_modifier(times.get(name, ""), context.now) for name in ("earliest", "latest"))
        timed = [row for row in table.rows if between(moment(row), first, last)] if times else table.rows
        return table.having(row for row in timed if keep(row))

    return run


def where(stage: tree.Stage, _: CompileStages) -> Run:
    """Keeps the rows for which the expression is true; null is not true."""
    condition: Any = stage.arguments
    check(condition)
    return lambda table, context: table.having(row for row in table.rows if Scope(row, context.now).holds(condition))


def regex(stage: tree.Stage, _: CompileStages) -> Run:
    """Keeps the rows in whose field the expression is found (`=`) or not found (`!=`)."""
    items: Any = stage.arguments
    if len(items) != 1 or not isinstance(items[0], tree.Option):
        raise SplError("the local runner only knows regex with field=… or field!=…", stage.position)
    field, wanted = items[0].name, items[0].operator == "="
    pattern = compile_regex(items[0].value.text)

    def keeps(row: Row) -> bool:
        return any(pattern.search(text) for text in texts(row, field)) == wanted

    return lambda table, context: table.having(row for row in table.rows if keeps(row))


def dedup(stage: tree.Stage, _: CompileStages) -> Run:
    """Keeps the first row of each combination of values; rows where one of the fields is null go."""
    fields = [word.text for word in read(stage, least=1)[0]]

    def run(table: Table, context: Context) -> Table:
        seen: set[Any] = set()
        kept: list[Row] = []
        for row in table.rows:
            key = tuple(tuple(texts(row, field)) for field in fields)
            if () not in key and key not in seen:
                seen.add(key)
                kept.append(row)
        return table.having(kept)

    return run


def head(stage: tree.Stage, _: CompileStages) -> Run:
    """Keeps the first rows, ten without a number."""
    given, _options = read(stage)
    count = whole(given[0]) if given else 10
    return lambda table, context: table.having(table.rows[:count])
