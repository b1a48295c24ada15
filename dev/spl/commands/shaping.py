"""eval, fields, table, rename, fillnull, convert, sort, mvexpand: commands that change rows, their fields or order."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from dev.spl import tree
from dev.spl.commands.arguments import options, read, renames, text, whole
from dev.spl.errors import SplError
from dev.spl.expressions import Scope, check
from dev.spl.results import storable
from dev.spl.table import CompileStages, Context, Run, Table, each_row
from dev.spl.times import format_time
from dev.spl.values import Row, matching, number, pack, put, sort_key, texts

_SORT_LIMIT = 10000
_CTIME = "%m/%d/%Y %H:%M:%S"


def evaluate(stage: tree.Stage, _: CompileStages) -> Run:
    """Sets fields, one after the other; null removes one."""
    assignments: tuple[tree.Assignment, ...] = stage.arguments  # type: ignore[assignment]
    for assignment in assignments:
        check(assignment.expression)

    def change(row: Row, context: Context) -> Row:
        new = dict(row)
        for assignment in assignments:
            try:
                put(new, assignment.field, storable(Scope(new, context.now).evaluate(assignment.expression)))
            except SplError as error:
                raise error.at(assignment.position) from None
        return new

    return each_row(change)


def fields(stage: tree.Stage, _: CompileStages) -> Run:
    """Keeps the named fields and the internal ones (`_…`), or with `-` drops the named ones; wildcards allowed."""
    given = [word.text for word in read(stage, least=1)[0]]
    drop = given[0] == "-"
    names = given[1:] if given[0] in ("+", "-") else given

    def run(table: Table, context: Context) -> Table:
        named = [column for name in names for column in matching(table.columns, name)]
        internal = [column for column in table.columns if column.startswith("_")]
        kept = [column for column in table.columns if column not in named] if drop else [*named, *internal]
        return _select(table, kept)

    return run


def table(stage: tree.Stage, _: CompileStages) -> Run:
    """Keeps just the named fields, in this order; wildcards allowed."""
    names = [word.text for word in read(stage, least=1)[0]]
    return lambda rows, context: _select(
        rows, [column for name in names for column in (matching(rows.columns, name) if "*" in name else [name])]
    )


def _select(rows: Table, columns: list[str]) -> Table:
    wanted = tuple(dict.fromkeys(columns))
    return Table([{column: row[column] for column in wanted if column in row} for row in rows.rows], wanted)


def rename(stage: tree.Stage, _: CompileStages) -> Run:
    """Gives fields new names, wildcards included. A field renamed to an existing one takes its place, null included."""
    pairs = [(old.text, new) for old, new in renames(read(stage, least=3)[0])]
    for old, new in pairs:
        if old.count("*") != new.count("*"):
            raise SplError(f"rename: {old} and {new} have different numbers of wildcards", stage.position)

    def run(rows: Table, context: Context) -> Table:
        for old, new in pairs:
            rows = _rename(rows, _new_names(rows.columns, old, new))
        return rows

    return run


def _new_names(columns: tuple[str, ...], old: str, new: str) -> dict[str, str]:
    if "*" not in old:
        return {old: new}
    capture = re.compile(re.escape(old).replace(r"\*", "(.*)"), re.DOTALL)
    names = {}
    for column in columns:
        if match := capture.fullmatch(column):
            literals = new.split("*")
            names[column] = "".join(part for pair in zip(literals, [*match.groups(), ""]) for part in pair)
    return names


def _rename(rows: Table, names: dict[str, str]) -> Table:
    taken = set(names.values())
    columns = [names.get(column, column) for column in rows.columns if column in names or column not in taken]
    renamed = [
        {names.get(key, key): value for key, value in row.items() if key in names or key not in taken}
        for row in rows.rows
    ]
    return Table(renamed, tuple(columns))


def fillnull(stage: tree.Stage, _: CompileStages) -> Run:
    """Gives null fields a value, 0 unless told: the named ones, or every field that has a value in some row."""
    given, chosen = read(stage, {"value": text})
    names, value = [word.text for word in given], chosen.get("value", "0")

    def run(rows: Table, context: Context) -> Table:
        filled = names or [column for column in rows.columns if any(column in row for row in rows.rows)]
        return rows.having({**dict.fromkeys(filled, value), **row} for row in rows.rows)

    return run


def convert(stage: tree.Stage, _: CompileStages) -> Run:
    """ctime(field): Unix seconds as text in `timeformat`; what is no number stays."""
    items: Any = stage.arguments
    form = options("convert", items, {"timeformat": text}).get("timeformat", _CTIME)
    targets: list[tuple[str, str]] = []
    rest = [item for item in items if not isinstance(item, tree.Option)]
    while rest:
        call = rest.pop(0)
        if not isinstance(call, tree.Call) or call.name.lower() != "ctime":
            raise SplError("the local runner only knows ctime(field) of convert", call.position)
        alias = call.argument.text
        if len(rest) >= 2 and isinstance(rest[0], tree.Word) and rest[0].text.lower() == "as":
            alias, rest = rest[1].text, rest[2:]
        targets.append((call.argument.text, alias))

    def change(row: Row, context: Context) -> Row:
        new = dict(row)
        for source, target in targets:
            if source in row:
                put(new, target, pack(_ctime(value, form) for value in texts(row, source)))
        return new

    return each_row(change)


def _ctime(value: str, form: str) -> str:
    when = number(value)
    return value if when is None else format_time(when, form)


def sort(stage: tree.Stage, _: CompileStages) -> Run:
    """Orders rows: numbers by value, texts by code point, `-` descending; rows without the field come last (assumed).

    At most 10,000 rows, unless the first argument is a number: 0 means all. Splunk promises no order of equals: here
    they come shuffled, alike in each run, so that nothing relies on the order in which rows arrived.
    """
    given, _options = read(stage, least=1)
    limit = _SORT_LIMIT
    if given[0].text.isdigit():
        limit = whole(given.pop(0))
    keys: list[tuple[str, bool]] = []
    sign = ""
    for word in given:
        if word.text in ("-", "+"):
            sign = word.text
            continue
        sign = sign or (word.text[0] if word.text[0] in "+-" and not word.quoted else "")
        keys.append((word.text.lstrip("+-"), sign == "-"))
        sign = ""

    def run(rows: Table, context: Context) -> Table:
        ordered = list(rows.rows)
        Random(len(ordered)).shuffle(ordered)
        for field, descending in reversed(keys):
            having = [row for row in ordered if field in row]
            having.sort(key=lambda row: [sort_key(value) for value in texts(row, field)], reverse=descending)
            ordered = having + [row for row in ordered if field not in row]
        return rows.having(ordered[:limit] if limit else ordered)

    return run


def mvexpand(stage: tree.Stage, _: CompileStages) -> Run:
    """One row for each value of a field; a row without the field stays as it is (assumed)."""
    field = read(stage, least=1)[0][0].text

    def run(rows: Table, context: Context) -> Table:
        expanded = []
        for row in rows.rows:
            expanded += [{**row, field: value} for value in texts(row, field)] or [row]
        return rows.having(expanded)

    return run
