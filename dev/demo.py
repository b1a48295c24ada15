"""Shows what the app finds in CloudTrail files: the project's samples, or your own. No Splunk is needed.
Runs the shipped detections on all of the events, by the local search runner (dev/spl), with the real command in them.
"""

from __future__ import annotations

import argparse
import heapq
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from dev.cloudtrail_files import EventFiles, PolicyText
from dev.event_paths import ReadError
from dev.findings import FILE, STATEMENTS, STYLES, details, label, overview, rank
from dev.scp import Row
from dev.spl import SplError, run_saved, run_search
from dev.terminal import output, visible

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = [
    ROOT / "samples" / name for name in ("cloudtrail.jsonl", "records.json", "eventbridge.json", "security_lake.jsonl")
]
DETECTIONS = (
    "KMS - Key Policy Lets Everyone Encrypt - Rule",
    "KMS - Attempt To Open A Key Policy To Everyone - Rule",
    "KMS - Key Policy Opened To The Outside - Rule",
    "KMS - Key Policy Could Not Be Read - Rule",
)
"""Those that need only events. "Newly Open" is left out: it repeats the first one's findings for keys that the
inventory does not have as open."""

CHANGES = "KMS - Policy changes"
"""The report of every policy change, once; it has the few notable ones that are no detection's finding."""

DOCUMENTS = "Key policies outside of events"
"""Heading of the verdicts on policies that are in a file by themselves."""

EVENTS = "`kmspolicycheck_events`"
"""What all of these begin with: the events that may carry a key policy."""

DELIVERED = f"""{EVENTS} | kmspolicycheck mode=summary | where len(key_policy_audience)>0 OR len(key_policy_error)>0
| stats count"""
POLICIES = "| kmspolicycheck policy mode=summary"
OPEN_IN_POLICIES = """| kmspolicycheck policy show=flagged raw=f | where key_policy_flagged="true"
| table number key_policy_statements"""
OPEN_STATEMENTS = f"""{EVENTS} | kmspolicycheck show=flagged raw=f | where key_policy_flagged="true"
| `kmspolicycheck_fill` | dedup key_policy_event key_policy_statement_index
| table key_policy_event key_policy_statements"""

SAMPLES_NOTE = "Sample events (samples/): of a made-up company, not yours"
YOURS = r"""
Now yours, files or folders of CloudTrail or of policies: make demo EVENTS=<path>
Or straight from an account:
  aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=PutKeyPolicy \
    --output json | make demo EVENTS=-
  aws kms get-key-policy --key-id <id> --output json | make demo EVENTS=-"""
_SHOWN = 100  # findings; the worst
_PIPE_WIDTH = 120  # characters
_LONG = 4 << 20  # bytes of input from which a progress bar helps


@dataclass
class Found:
    """What the searches found: events read, rows of each search by its name, and policies by their label.

    documents: key policies that were in no event; copies: policy changes that another trail delivered, too; messages:
    the command's messages to the user.
    """

    events: int
    documents: int = 0
    rows: dict[str, list[Row]] = field(default_factory=dict)
    labels: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    messages: Sequence[str] = ()


def main() -> int:
    """Prints findings and a summary. Exit status: 0, or 1 where nothing could be read or a search failed."""
    parser = argparse.ArgumentParser(prog="make demo EVENTS=…", description=__doc__.splitlines()[0])
    parser.add_argument("events", nargs="*", help="files, folders, patterns; - for standard input")
    given = parser.parse_args().events
    errors = Console(stderr=True, highlight=False, markup=False, emoji=False)
    try:
        files = EventFiles(given or [os.path.relpath(path) for path in SAMPLES])
        found = search(files, errors)
    except (ReadError, SplError) as error:
        for line in str(error).splitlines():
            errors.print(Text(visible(line)), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    with output(None if os.environ.get("COLUMNS") else _PIPE_WIDTH) as console:
        if not given:
            console.print(SAMPLES_NOTE, soft_wrap=True)
        show(files, found, console)
        if not given:
            console.print(YOURS, soft_wrap=True)
    return 0 if found.events or found.documents else 1


def search(files: EventFiles, errors: Console) -> Found:
    """Reads the files once and runs the searches on the events among them that may carry a key policy."""
    long = errors.is_terminal and (files.total is None or files.total > _LONG)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not long) as progress:
        task = progress.add_task("reading", total=files.total)
        kept = run_search(EVENTS, _watched(files, progress, task))
        found, events = Found(kept.total), [str(row["_raw"]) for row in kept.rows]
        del kept
        if events:
            progress.reset(task, description=CHANGES, total=len(DETECTIONS) + 2)
            _judge_events(events, found, lambda name: progress.update(task, advance=1, description=name))
    if files.policies:
        _judge_documents(files.policies, found)
    return found


def _watched(files: EventFiles, progress: Progress, task: TaskID) -> Iterator[str]:
    for number, text in enumerate(files, 1):
        if number % 500 == 0:
            progress.update(task, completed=files.done, description=f"{number:,} events")
        yield text


def _judge_events(events: Sequence[str], found: Found, searching: Callable[[str], None]) -> None:
    """Adds what the detections find in these events, and the notable changes that are no detection's matter."""
    changes = run_saved(CHANGES, events, all_time=True)
    found.labels.update(map(label, changes.rows))
    found.messages = changes.messages
    found.copies = int(str(run_search(DELIVERED, events).rows[0]["count"])) - len(changes.rows)
    for name in DETECTIONS:
        searching(name)
        found.rows[name] = run_saved(name, events, all_time=True).rows
    found.rows[CHANGES] = list(filter(_unreported, changes.rows))
    searching("statements")
    opened = run_search(OPEN_STATEMENTS, events).rows
    for rows in found.rows.values():
        _add_statements(rows, opened, "key_policy_event")


def _judge_documents(policies: Sequence[PolicyText], found: Found) -> None:
    """Adds the verdicts on policies that are in no event. Each is shown, since the user asked about it."""
    rows: list[Row] = [{"policy": text, FILE: place, "number": str(n)} for n, (place, text) in enumerate(policies)]
    judged = found.rows[DOCUMENTS] = run_search(POLICIES, rows=rows).rows
    _add_statements(judged, run_search(OPEN_IN_POLICIES, rows=rows).rows, "number")
    found.documents = len(judged)
    found.labels.update(map(label, judged))


def _unreported(change: Row) -> bool:
    """Whether a change is notable, but no detection's matter: the call failed and its policy is not open."""
    return (
        label(change) != "informational"
        and change.get("key_policy_flagged") != "true"
        and change["key_policy_call"] == "failure"
    )


def _add_statements(rows: Iterable[Row], opened: Iterable[Row], field: str) -> None:
    """Gives each row the texts of the statements by which everyone gets in; rows that belong together share a field."""
    statements: dict[str, list[str]] = {}
    for row in opened:
        statements.setdefault(str(row[field]), []).append(str(row["key_policy_statements"]))
    for row in rows:
        row[STATEMENTS] = statements.get(str(row[field]), [])


def show(files: EventFiles, found: Found, console: Console) -> None:
    """Prints the worst findings in one table, then each with its details, by detection; then the summary."""
    every = [(name, row) for name, rows in found.rows.items() for row in rows]
    worst = heapq.nsmallest(_SHOWN, every, key=lambda one: rank(one[1]))
    shown = {name: [row for owner, row in worst if owner == name] for name in found.rows}
    if worst:
        console.print(overview([row for rows in shown.values() for row in rows]))
    number = 0
    for name, rows in shown.items():
        if rows:
            console.print(Text(_heading(name, len(found.rows[name])), "bold"), Text(), sep="\n", soft_wrap=True)
        for row in rows:
            number += 1
            console.print(*details(number, row, console.width), Text(), sep="\n", soft_wrap=True)
    for line in summary(files, found, len(every) - len(worst)):
        console.print(line, soft_wrap=True)


def _heading(name: str, count: int) -> str:
    if name == DOCUMENTS:
        return f"{name}: {count:,}"
    if name == CHANGES:
        return f"No finding, but in the report {name}: {_count(count, 'change')}"
    return f"{name}: {_count(count, 'finding')}"


def summary(files: EventFiles, found: Found, hidden: int) -> Iterator[Text]:
    """How much was read, how it was judged, and what was passed over."""
    labels = [Text.assemble((f"{found.labels[name]:,} {name}", STYLES[name])) for name in STYLES if found.labels[name]]
    policies = _count(sum(found.labels.values()), "key policy", "key policies")
    yield Text.assemble(f"{_count(found.events, 'event')}, {policies}", ": " if labels else "", Text(", ").join(labels))
    if found.labels and not any(found.rows.values()):
        yield Text("No detection has a finding.")
    if not labels:
        yield Text("Key policies are in the events CreateKey (where it sets one), PutKeyPolicy and ReplicateKey.")
    if found.documents:
        yield Text(
            "A policy by itself does not say whose key it is for: "
            "every account that it names counts as an outside account."
        )
    if hidden:
        yield Text(f"The {_SHOWN} worst are shown, {hidden:,} more are not.")
    if found.copies:
        yield Text(f"{_count(found.copies, 'copy', 'copies')} left out: the same event was delivered more than once.")
    yield from (Text(visible(f"Skipped: {line}")) for line in files.passed.lines())
    yield from (Text(visible(message), "yellow") for message in found.messages)
    yield Text("Run without Splunk, by an approximation of its search language: dev/spl/README.md", "dim")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


if __name__ == "__main__":
    sys.exit(main())
