"""kmspolicycheck: the app's own command, run as the real process that Splunk would start."""

from __future__ import annotations

import shlex

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.table import CompileStages, Context, Run, Table
from dev.splunkd import Command as Process
from dev.splunkd import CommandError


def kmspolicycheck(stage: tree.Stage, _: CompileStages) -> Run:
    """Sends every row through bin/kmspolicycheck.py; what it refuses is an error, what it warns of a message.

    Rows travel as CSV, where an empty cell is null (assumed, as in lookups: CSV cannot tell it from an empty text).
    """
    lexer = shlex.shlex(stage.text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.quotes, lexer.commenters = True, '"', ""
    arguments = list(lexer)

    def run(table: Table, context: Context) -> Table:
        columns, rows = dict.fromkeys(table.columns), []
        try:
            with Process(context.app, arguments, name=stage.command) as process:
                for row in process.stream(table.rows):
                    columns.update(dict.fromkeys(row))
                    rows.append({field: value for field, value in row.items() if value})
            context.messages += [f"{level}: {text}" for level, text in process.messages]
        except CommandError as error:
            raise SplError(f"{stage.command}: {error}", stage.position) from None
        return Table(rows, tuple(columns))

    return run
