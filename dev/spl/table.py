"""What flows between commands, what a command may ask for while it runs, and what a command is to the runner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from dev.spl import tree
from dev.spl.lookups import Lookups
from dev.spl.values import Row


@dataclass(frozen=True)
class Table:
    """Rows under columns in Splunk's order; a column may have no value in any row."""

    rows: list[Row]
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        columns = dict.fromkeys(self.columns)
        for row in self.rows:
            columns.update(dict.fromkeys(row))
        object.__setattr__(self, "columns", tuple(columns))

    def having(self, rows: Iterable[Row]) -> Table:
        """Other rows; columns stay, new ones come last."""
        return Table(list(rows), self.columns)


@dataclass
class Context:
    """The search that is running: its app, its time and time range in Unix seconds (None: no bound), its events
    and lookups, and what it told the user.
    """

    app: Path
    now: float
    earliest: float | None
    latest: float | None
    events: Sequence[Row]
    lookups: Lookups
    messages: list[str] = field(default_factory=list)


Run = Callable[[Table, Context], Table]
CompileStages = Callable[[Sequence[tree.Stage]], Run]


@dataclass(frozen=True)
class Command:
    """One command: the page that documents it, the grammar rule of its arguments, and its compiler.

    `compile` checks the arguments (SplError) and returns what to do with rows. generating: it makes rows out of nothing
    and therefore stands first.
    """

    page: str
    syntax: str
    compile: Callable[[tree.Stage, CompileStages], Run]
    generating: bool = False


def each_row(change: Callable[[Row, Context], Row]) -> Run:
    """A command that treats each row for itself."""
    return lambda table, context: table.having(change(row, context) for row in table.rows)
