"""makeresults, rest, lookup, inputlookup, outputlookup, append, transpose: bring in, write away or turn around rows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from dev.spl import tree
from dev.spl.commands.arguments import boolean, read, renames, text, whole
from dev.spl.conf import read_conf
from dev.spl.errors import SplError
from dev.spl.lookups import matcher
from dev.spl.table import CompileStages, Context, Run, Table
from dev.spl.values import Row, pack, put, spell, texts


def makeresults(stage: tree.Stage, _: CompileStages) -> Run:
    """One row that holds nothing but the time of the search."""
    given, _options = read(stage)
    if given:
        raise SplError(f"the local runner does not know {given[0].text} of makeresults", given[0].position)
    return lambda table, context: Table([{"_time": spell(context.now)}])


def rest(stage: tree.Stage, _: CompileStages) -> Run:
    """The saved searches of the app as they ship: title, and disabled as 1 or 0. No other endpoint is known."""
    given, _options = read(stage, {"splunk_server": text, "count": whole}, least=1)
    if not given[0].text.endswith("/saved/searches"):
        raise SplError(f"the local runner does not know the endpoint {given[0].text}", given[0].position)

    def run(table: Table, context: Context) -> Table:
        saved = read_conf(context.app / "default" / "savedsearches.conf")
        off = {"1", "true"}
        return Table(
            [
                {"title": title, "disabled": "1" if settings.get("disabled", "0").lower() in off else "0"}
                for title, settings in saved.items()
            ]
        )

    return run


def lookup(stage: tree.Stage, _: CompileStages) -> Run:
    """Matches each row against a lookup and sets the OUTPUT fields to the cells of the matching rows, null for none.

    A row in which a matched field is null or multivalue matches nothing (assumed for multivalue).
    """
    given, _options = read(stage, least=4)
    split = next((place for place, word in enumerate(given) if word.text.upper() == "OUTPUT"), None)
    if split is None:
        raise SplError("the local runner only knows lookup with OUTPUT", stage.position)
    name = given[0].text
    inputs = {column.text: field for column, field in renames(given[1:split])}
    outputs = {column.text: field for column, field in renames(given[split + 1 :])}

    def run(table: Table, context: Context) -> Table:
        definition, content = context.lookups.definition(name), context.lookups.read(name)
        missing = [column for column in (*inputs, *outputs) if content.columns and column not in content.columns]
        if missing:
            raise SplError(f"the lookup {name} has no column {missing[0]}", stage.position)

        def change(row: Row) -> Row:
            keys = {column: texts(row, field) for column, field in inputs.items()}
            found: list[Mapping[str, str]] = []
            if all(len(values) == 1 for values in keys.values()):
                matches = matcher(definition, {column: values[0] for column, values in keys.items()})
                found = list(islice(filter(matches, content.rows), definition.max_matches))
            new = dict(row)
            for column, field in outputs.items():
                put(new, field, pack(match[column] for match in found if column in match))
            return new

        return Table([change(row) for row in table.rows], (*table.columns, *outputs.values()))

    return run


def inputlookup(stage: tree.Stage, _: CompileStages) -> Run:
    """The rows of a lookup, with append=t behind those that are there; strict=t takes a missing file for an error."""
    given, chosen = read(stage, {"append": boolean, "strict": boolean}, least=1)
    name, append_rows = given[0].text, chosen.get("append", False)

    def run(table: Table, context: Context) -> Table:
        content = context.lookups.read(name)
        if chosen.get("strict") and not content.columns:
            raise SplError(f"the lookup {name} has no file", stage.position)
        rows: list[Row] = [dict(row) for row in content.rows]
        kept = table if append_rows else Table([])
        return Table([*kept.rows, *rows], (*kept.columns, *content.columns))

    return run


def outputlookup(stage: tree.Stage, _: CompileStages) -> Run:
    """Replaces a lookup by the rows, which go on; with override_if_empty=false no rows leave it as it is."""
    given, chosen = read(stage, {"override_if_empty": boolean}, least=1)
    name, override = given[0].text, chosen.get("override_if_empty", True)

    def run(table: Table, context: Context) -> Table:
        if table.rows or override:
            context.lookups.write(name, table.columns, table.rows)
        return table

    return run


def append(stage: tree.Stage, compile_stages: CompileStages) -> Run:
    """The rows of a subsearch, which runs over the same events and time, behind those that are there."""
    items: Any = stage.arguments
    if len(items) != 1 or not isinstance(items[0], tree.Subsearch):
        raise SplError("append takes a search in brackets", stage.position)
    subsearch = compile_stages(items[0].stages)

    def run(table: Table, context: Context) -> Table:
        added = subsearch(Table([]), context)
        return Table([*table.rows, *added.rows], (*table.columns, *added.columns))

    return run


def transpose(stage: tree.Stage, _: CompileStages) -> Run:
    """Rows become columns (`row 1`, …), five unless told, all with 0; internal fields (`_…`) are left out (assumed)."""
    given, chosen = read(stage, {"column_name": text})
    heading = chosen.get("column_name", "column")
    limit = whole(given[0]) if given else 5

    def run(table: Table, context: Context) -> Table:
        rows = table.rows[:limit] if limit else table.rows
        names = [f"row {number}" for number in range(1, len(rows) + 1)]
        turned: list[Row] = []
        for column in table.columns:
            if not column.startswith("_"):
                cells = {name: row[column] for name, row in zip(names, rows) if column in row}
                turned.append({heading: column, **cells})
        return Table(turned, (heading, *names))

    return run
