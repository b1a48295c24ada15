"""spath: reads fields out of JSON in a field. addinfo: adds the search's own times."""

from __future__ import annotations

from dev.spl import tree
from dev.spl.commands.arguments import read, text
from dev.spl.errors import SplError
from dev.spl.jsonfields import all_fields, at_path
from dev.spl.table import CompileStages, Context, Run, each_row
from dev.spl.values import Row, pack, spell, texts


def spath(stage: tree.Stage, _: CompileStages) -> Run:
    """With a path its values, into `output`; without one every field of the first 5,000 bytes. No value: no change."""
    unnamed, given = read(stage, {"input": text, "output": text, "path": text})
    if unnamed:
        raise SplError("the local runner only knows spath with path=…", unnamed[0].position)
    source, path = given.get("input", "_raw"), given.get("path")
    output = given.get("output", path)

    def change(row: Row, context: Context) -> Row:
        if path is None:
            return {**row, **{key: value for one in texts(row, source) for key, value in all_fields(one).items()}}
        found = pack(value for one in texts(row, source) for value in at_path(one, path))
        return row if found is None else {**row, str(output): found}

    return each_row(change)


def addinfo(stage: tree.Stage, _: CompileStages) -> Run:
    """info_min_time, info_max_time, info_search_time and info_sid on every row; all time is 0 to +Infinity."""

    def change(row: Row, context: Context) -> Row:
        latest = "+Infinity" if context.latest is None else spell(context.latest)
        return {
            **row,
            "info_min_time": spell(context.earliest or 0),
            "info_max_time": latest,
            "info_search_time": spell(context.now),
            "info_sid": "local",
        }

    return each_row(change)
