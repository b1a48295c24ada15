"""The command line of the search runner: `python -m dev.spl`, which `make search` calls.
What is typed after `make search` arrives in environment variables (see the Makefile).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from dev.cloudtrail_files import EventFiles
from dev.event_paths import ReadError
from dev.spl.addon import Setting
from dev.spl.display import json_lines, show
from dev.spl.errors import SplError
from dev.spl.runner import Options, Results, run_saved, run_search
from dev.spl.saved import saved_searches
from dev.terminal import output, visible

NOTE = "A local approximation of Splunk: see dev/spl/README.md for what it knows and assumes."

_ANY_WIDTH = 1 << 20  # characters: in a pipe every row of a table is one line


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one search and prints its rows. Exit status: 0; 1 where the search or the events are wrong; 2 for usage."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if bool(given.spl) == bool(given.name):
        parser.error("give either a search or --name; saved searches:\n  " + "\n  ".join(saved_searches()))
    notes = Console(stderr=True)
    try:
        files = EventFiles(given.events) if given.events else None
        found = _run(given, files or ())
    except (SplError, ReadError, ValueError) as error:
        _note(notes, str(error), "red")
        return 1
    with output(_ANY_WIDTH) as console:
        if given.json:
            for line in json_lines(found):
                console.out(line)
        else:
            show(found, console)
    for line in files.passed.lines() if files else ():
        _note(notes, f"passed over: {line}")
    for line in (*found.messages, _summary(found, given), NOTE):
        _note(notes, line, "dim")
    return 0


def _note(notes: Console, text: str, style: str = "") -> None:
    """Files' names and what a search names cannot act on the terminal either."""
    for line in text.split("\n"):
        notes.print(visible(line), style=style, markup=False, highlight=False, soft_wrap=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dev.spl", description="Runs a search of this app without Splunk.")
    parser.add_argument("spl", nargs="?", default=os.environ.get("KPC_SPL"), help="a search")
    parser.add_argument("--name", default=os.environ.get("KPC_NAME"), help="a saved search of the app instead")
    parser.add_argument("--events", action="append", metavar="PATH", help="CloudTrail or Security Lake file or folder")
    parser.add_argument(
        "--addon",
        choices=[setting.value for setting in Setting],
        default=Setting.filled.value,
        help="fields as the Splunk Add-on for AWS fills them, or leaves them empty in the field",
    )
    parser.add_argument(
        "--now",
        default=os.environ.get("KPC_NOW"),
        help="run at this time, Unix seconds or ISO 8601: "
        "a saved search within its own time range; without it all events are searched",
    )
    parser.add_argument("--earliest", default="", help="Splunk time modifier; saved searches have their own")
    parser.add_argument("--latest", default="", help="Splunk time modifier")
    parser.add_argument(
        "--lookups",
        type=Path,
        metavar="FOLDER",
        help="keeps what outputlookup writes; its CSV files stand in for the app's",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(events=[os.environ["KPC_EVENTS"]] if "KPC_EVENTS" in os.environ else [])
    return parser


def _run(given: argparse.Namespace, events: Iterable[str]) -> Results:
    options: Options = {"addon": given.addon, "now": given.now, "lookups": given.lookups}
    if given.name:
        return run_saved(given.name, events, all_time=given.now is None, **options)
    return run_search(given.spl, events, earliest=given.earliest, latest=given.latest, **options)


def _summary(found: Results, given: argparse.Namespace) -> str:
    line = f"{len(found.rows)} row{'s' * (len(found.rows) != 1)} from {found.seen} of {found.total} events"
    if found.seen < found.total:
        return line + "; the others are outside the time range"
    return line + ("; --now runs it within its own time range" if given.name and given.now is None else "")
