"""stats, eventstats, streamstats, chart, timechart: commands that count and sum over rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dev.spl import tree
from dev.spl.aggregates import check_aggregates, compute, groups, output_name
from dev.spl.commands.arguments import Convert, boolean, options, text
from dev.spl.errors import SplError
from dev.spl.table import CompileStages, Context, Run, Table
from dev.spl.times import apply_modifier
from dev.spl.values import Row, put, sort_key, spell, texts

_SERIES = 10
"""chart and timechart show so many series and sum the others up as OTHER."""


def _read(stage: tree.Stage, known: dict[str, Convert]) -> tuple[tree.Aggregation, list[str], dict[str, object]]:
    given: tree.Aggregation = stage.arguments  # type: ignore[assignment]
    check_aggregates(given.aggregates)
    by = [word.text for word in given.by]
    if given.over and stage.command != "chart":
        raise SplError(f"{stage.command} does not take OVER", given.over.position)
    return given, by, options(stage.command, given.options, known)


def _fill(row: Row, aggregates: Sequence[tree.Aggregate], rows: Sequence[Row], now: float) -> Row:
    for aggregate in aggregates:
        put(row, output_name(aggregate), compute(aggregate, rows, now))
    return row


def stats(stage: tree.Stage, _: CompileStages) -> Run:
    """One row for each combination of the BY fields' values, in their order; without BY one row, even for no rows."""
    given, by, _options = _read(stage, {})

    def run(table: Table, context: Context) -> Table:
        found = groups(table.rows, by)
        if not by:
            found.setdefault((), [])
        rows = [
            _fill(dict(zip(by, key)), given.aggregates, found[key], context.now)
            for key in sorted(found, key=lambda key: [sort_key(value) for value in key])
        ]
        return Table(rows, (*by, *map(output_name, given.aggregates)))

    return run


def eventstats(stage: tree.Stage, _: CompileStages) -> Run:
    """Every row gets the statistics of its group; a row where a BY field is null stays as it is."""
    given, by, _options = _read(stage, {})

    def run(table: Table, context: Context) -> Table:
        found = {key: _fill({}, given.aggregates, rows, context.now) for key, rows in groups(table.rows, by).items()}
        names = map(output_name, given.aggregates)
        keyed = ((row, _group_of(stage, row, by)) for row in table.rows)
        rows = [{**row, **found[key]} if key is not None else row for row, key in keyed]
        return Table(rows, (*table.columns, *names))

    return run


def streamstats(stage: tree.Stage, _: CompileStages) -> Run:
    """Every row gets the statistics of its group up to itself, or with current=f up to the row before."""
    given, by, chosen = _read(stage, {"current": boolean})
    current = chosen.get("current", True)

    def run(table: Table, context: Context) -> Table:
        earlier: dict[object, list[Row]] = {}
        rows = []
        for row in table.rows:
            key = _group_of(stage, row, by)
            seen = earlier.setdefault(key, [])
            counted = [*seen, row] if current else seen
            rows.append(row if key is None else _fill(dict(row), given.aggregates, counted, context.now))
            seen.append(row)
        return Table(rows, (*table.columns, *map(output_name, given.aggregates)))

    return run


def _group_of(stage: tree.Stage, row: Row, by: Sequence[str]) -> tuple[str, ...] | None:
    keys = list(groups([row], by))
    if len(keys) > 1:
        raise SplError(f"{stage.command} by a multivalue field is not documented", stage.position)
    return keys[0] if keys else None


def chart(stage: tree.Stage, _: CompileStages) -> Run:
    """One row for each value of the first field, one column for each value of the second, or for each aggregate."""
    given, by, _options = _read(stage, {})
    fields = [*([given.over.text] if given.over else []), *by]
    if not 1 <= len(fields) <= 2 or (len(fields) == 2 and len(given.aggregates) > 1):
        raise SplError("chart takes a field, and with one aggregate a second one", stage.position)

    def run(table: Table, context: Context) -> Table:
        found = groups(table.rows, fields[:1])
        keys = sorted(found, key=lambda key: sort_key(key[0]))
        return _pivot(fields[0], [(key[0], found[key]) for key in keys], given, fields[1:], table, context)

    return run


def timechart(stage: tree.Stage, _: CompileStages) -> Run:
    """One row for each span of time, empty ones included, over the search's time range, else that of the events."""
    given, by, chosen = _read(stage, {"span": text})
    span = str(chosen.get("span", ""))
    if not span[:1].isdigit() or len(by) > 1 or (by and len(given.aggregates) > 1):
        raise SplError("timechart takes a span, such as span=1d, and at most one BY field", stage.position)

    def run(table: Table, context: Context) -> Table:
        times = sorted(float(value) for row in table.rows for value in texts(row, "_time"))
        starts = _starts(span, times, context)
        slots: dict[float, list[Row]] = {start: [] for start in starts}
        for row in table.rows:
            for value in texts(row, "_time"):
                slots[max(start for start in starts if start <= float(value))].append(row)
        return _pivot("_time", [(spell(start), rows) for start, rows in slots.items()], given, by, table, context)

    return run


def _starts(span: str, times: Sequence[float], context: Context) -> list[float]:
    """The beginning of each span between the first and the last time there is, in the data or in the time range."""
    first = min([*times[:1], *([context.earliest] if context.earliest else [])], default=None)
    if first is None:
        return []
    start = apply_modifier("@" + span.lstrip("0123456789"), first)
    starts: list[float] = []
    while start is not None and (start <= (times or [start - 1])[-1] or start < (context.latest or 0)):
        starts.append(start)
        start = apply_modifier(f"+{span}", start)
    return starts


def _pivot(
    field: str,
    slots: Sequence[tuple[str, list[Row]]],
    given: tree.Aggregation,
    by: Sequence[str],
    table: Table,
    context: Context,
) -> Table:
    if not by:
        rows = [_fill({field: key}, given.aggregates, rows, context.now) for key, rows in slots]
        return Table(rows, (field, *map(output_name, given.aggregates)))
    split = by[0]
    sizes = Counter(value for row in table.rows for value in texts(row, split) or ["NULL"])
    shown = {name for name, _ in sizes.most_common(_SERIES)}
    names = sorted(shown) + (["OTHER"] if len(sizes) > len(shown) else [])

    def series(row: Row) -> list[str]:
        return [value if value in shown else "OTHER" for value in texts(row, split) or ["NULL"]]

    rows = []
    for key, members in slots:
        new: Row = {field: key}
        for name in names:
            put(new, name, compute(given.aggregates[0], [row for row in members if name in series(row)], context.now))
        rows.append(new)
    return Table(rows, (field, *names))
