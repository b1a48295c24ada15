"""kmspolicycheck: the app's own command, run as the real process that Splunk would start."""
from __future__ import annotations

import shlex

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.table import CompileStages, Context, Run, Table
from dev.spl.values import Row, pack
from dev.splunkd import Command as Process
from dev.splunkd import CommandError


def kmspolicycheck(stage: tree.Stage, _: CompileStages) -> Run:
    """Sends every row through bin/kmspolicycheck.py; what it refuses is an error, what it warns of a message."""
    lexer = shlex.shlex(stage.text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.quotes, lexer.commenters = True, '"', ""
    arguments = list(lexer)

    def run(table: Table, context: Context) -> Table:
        rows = []
        try:
            with Process(context.app, arguments, name=stage.command) as process:
                for found in process.stream(table.rows):
                    rows.append(_packed(found))
                context.messages += [f"{level}: {text}" for level, text in process.messages]
        except CommandError as error:
            raise SplError(f"{stage.command}: {error}", stage.position) from None
        return table.having(rows)
    return run


def _packed(found: Row) -> Row:
    return {field: value for field, texts in found.items()
            if (value := pack(texts if isinstance(texts, list) else [texts])) is not None}
