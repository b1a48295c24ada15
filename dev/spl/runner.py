"""Runs a search, or a saved search of the app, over events: macros, parser and commands put together.
Rules: Search Reference, "search" (the implied first command) and "Time modifiers".
"""

from __future__ import annotations

import tempfile
import time
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from dev.spl import tree
from dev.spl.addon import Setting
from dev.spl.commands import COMMANDS, ELSEWHERE
from dev.spl.conf import app_conf
from dev.spl.errors import SplError
from dev.spl.events import Raw, make_events, moment
from dev.spl.lookups import Lookups
from dev.spl.macros import expand, macro_table
from dev.spl.parser import parse
from dev.spl.reach import reach
from dev.spl.saved import APP, Window, called, saved_search
from dev.spl.table import Context, Run, Table
from dev.spl.times import apply_modifier, between, seconds
from dev.spl.values import Row

if TYPE_CHECKING:
    from typing_extensions import Unpack  # in typing since Python 3.11

RUN_AFTER = 1800
"""Seconds between the last event and the time a search runs at, unless told otherwise; where no event has a time it is
now.
"""

_SYNTAXES = {name: command.syntax for name, command in COMMANDS.items()}


@dataclass(frozen=True)
class Results:
    """What a search found: rows, columns in Splunk's order, and what its commands told the user.

    rows: field -> text, or a list of texts where the field is multivalue; a null field has no key.
    seen and total: events within the search's time range, and events given.
    """

    rows: list[Row]
    columns: tuple[str, ...]
    messages: tuple[str, ...]
    seen: int
    total: int


class Options(TypedDict, total=False):
    """What both ways of running take, too: see dev/spl/README.md."""

    now: float | str | None
    addon: str | Setting
    lookups: str | Path | None
    macros: Mapping[str, str] | None


def run_search(
    spl: str,
    events: Iterable[Raw] = (),
    *,
    rows: Sequence[Row] | None = None,
    earliest: str = "",
    latest: str = "",
    index_earliest: str = "",
    index_latest: str = "",
    app: str | Path = APP,
    **options: Unpack[Options],
) -> Results:
    """Runs a search over these events, or with `rows` a post-process search over the rows of another one.

    events: CloudTrail or Security Lake records, each a dict, its JSON text or an Event; they are gone through once, and
    those that no pipeline of the search begins with are not kept. Raises SplError.
    """
    saved = called(spl, Path(app))
    given = Window(earliest, latest, index_earliest, index_latest)
    window = given if saved is None or given != Window() else saved.window
    return _run(spl, events, rows, window, Path(app), **options)


def run_saved(
    name: str, events: Iterable[Raw] = (), *, all_time: bool = False, app: str | Path = APP, **options: Unpack[Options]
) -> Results:
    """Runs a saved search of the app over these events, within its own time range or over all time. Raises SplError."""
    saved = saved_search(name, Path(app))
    return _run(saved.text, events, None, Window() if all_time else saved.window, Path(app), **options)


def compile_search(
    spl: str, app: Path = APP, macros: Mapping[str, str] | None = None, chained: bool = False
) -> tuple[tuple[tree.Stage, ...], Run]:
    """The stages of a search, its macros expanded, and what runs them. SplError for all that cannot be run.

    chained: it goes on with the rows of another search, so that any command may begin it.
    """
    saved = called(spl, app)
    search = saved.text if saved else "| " + spl if chained and not spl.lstrip().startswith("|") else spl
    text = expand(search, macro_table(app_conf(app, "macros"), macros))
    if text.lstrip().startswith("|") and not search.lstrip().startswith("|"):
        raise SplError("a macro that starts a search must not start with a pipe: Splunk puts `search` before it")
    return _compile_text(text, chained)


@lru_cache(maxsize=256)
def _compile_text(text: str, chained: bool) -> tuple[tuple[tree.Stage, ...], Run]:
    try:
        stages = parse(text, _SYNTAXES, ELSEWHERE)
        compiled = _compile(stages, chained)
    except SplError as error:
        raise error.within(text) from None

    def run(table: Table, context: Context) -> Table:
        try:
            return compiled(table, context)
        except SplError as error:
            raise error.within(text) from None

    return stages, run


def _compile(stages: Sequence[tree.Stage], chained: bool = False) -> Run:
    steps = [(stage, _located(stage, COMMANDS[stage.command].compile, stage, _compile)) for stage in stages]
    first = stages[0]
    if not chained and first.command != "search" and not COMMANDS[first.command].generating:
        raise SplError(f"a search cannot begin with {first.command}", first.position)

    def run(table: Table, context: Context) -> Table:
        if not chained and first.command == "search":
            table = Table(list(context.events))
        for stage, step in steps:
            table = _located(stage, step, table, context)
        return table

    return run


def _located(stage: tree.Stage, step: Callable[..., Any], *arguments: Any) -> Any:
    """What the step returns; its error gets the stage's place if it has none of its own."""
    try:
        return step(*arguments)
    except SplError as error:
        raise error.at(stage.position) from None


def _run(
    spl: str,
    events: Iterable[Raw],
    rows: Sequence[Row] | None,
    window: Window,
    app: Path,
    *,
    now: float | str | None = None,
    addon: str | Setting = Setting.filled,
    lookups: str | Path | None = None,
    macros: Mapping[str, str] | None = None,
) -> Results:
    stages, run = compile_search(spl, app, macros, chained=rows is not None)
    reached, made = reach(stages), list[Row]()
    times, index_times = array("d"), array("d")
    for event in make_events(events, Setting(addon), reached.extracts):
        times.append(moment(event))
        index_times.append(moment(event, "_indextime"))
        if reached.sees(event):
            made.append(reached.trim(event))
    at = _moment(now, times)
    earliest, latest, index_earliest, index_latest = (
        apply_modifier(bound, at)
        for bound in (window.earliest, window.latest, window.index_earliest, window.index_latest)
    )

    def within(time: float, index_time: float) -> bool:
        return between(time, earliest, latest) and between(index_time, index_earliest, index_latest)

    found = [event for event in made if within(moment(event), moment(event, "_indextime"))]
    found.sort(key=moment, reverse=True)  # as Splunk returns events
    with tempfile.TemporaryDirectory() as scratch:
        written = Path(lookups or scratch)
        written.mkdir(parents=True, exist_ok=True)
        tables = Lookups(app_conf(app, "transforms"), [written, app / "lookups"])
        context = Context(app, at, earliest, latest, found, tables)
        table = run(Table(list(rows or ())), context)
    return Results(table.rows, table.columns, tuple(context.messages), sum(map(within, times, index_times)), len(times))


def _moment(now: float | str | None, times: Sequence[float]) -> float:
    if now is not None:
        return seconds(now)
    last = max(times, default=0)
    return last + RUN_AFTER if last else time.time()
