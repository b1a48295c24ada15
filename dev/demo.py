"""Shows what kmspolicycheck finds in CloudTrail files: the project's samples, or your own. No Splunk is needed.
Runs the real command over the real protocol, as splunkd does (`… | kmspolicycheck mode=summary`).
"""
from __future__ import annotations

import argparse
import heapq
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from dev.cloudtrail_files import EventFiles, ReadError
from dev.findings import STYLES, details, label, overview, rank, visible
from dev.scp import Row
from dev.splunkd import Command, CommandError

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = [ROOT / "samples" / name
           for name in ("cloudtrail.jsonl", "records.json", "eventbridge.json", "security_lake.jsonl")]
YOURS = r"""Now yours: make demo EVENTS=<CloudTrail file or folder>
Or straight from an account:
  aws cloudtrail lookup-events --output json \
    --lookup-attributes AttributeKey=EventName,AttributeValue=PutKeyPolicy |
    make demo EVENTS=-"""
_SHOWN = 100  # findings; the worst
_LONG = 4 << 20  # bytes of input from which a progress bar helps
_TIME = re.compile(r'"eventTime"\s*:\s*"([^"]+)"|"time"\s*:\s*(\d{10})\d{3}\b')  # CloudTrail; OCSF, in milliseconds


class Tally:
    """Counts what comes back while it streams past, and lets through the rows that an analyst should see."""

    def __init__(self) -> None:
        self.policies = 0
        self.notable = 0
        self.copies = 0
        self.labels: Counter[str] = Counter()
        self._seen: set[tuple[str, ...]] = set()

    def sift(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Rows of policies that let someone in from outside or cannot be read, each policy change once."""
        for row in rows:
            if not (row["key_policy_hash"] or row["key_policy_error"]):
                continue
            change = tuple(str(row["key_policy_" + field]) for field in ("event", "key", "hash"))
            if row["key_policy_event"] and change in self._seen:
                self.copies += 1
                continue
            self._seen.add(change)
            self.policies += 1
            self.labels[label(row)] += 1
            if label(row) != "informational":
                self.notable += 1
                yield row


def main() -> int:
    """Prints findings and a summary. Exit status: 0, or 1 where nothing could be read or the command failed."""
    parser = argparse.ArgumentParser(prog="make demo EVENTS=…", description=__doc__.splitlines()[0])
    parser.add_argument("events", nargs="*", help="CloudTrail files or folders, also gzipped; - for stdin")
    paths = parser.parse_args().events
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else 120
    console = Console(width=width, highlight=False, markup=False, emoji=False)
    errors = Console(stderr=True, highlight=False, markup=False, emoji=False)
    try:
        files = EventFiles(paths or [os.path.relpath(path) for path in SAMPLES])
        show(files, console, errors)
    except (ReadError, CommandError) as error:
        for line in str(error).splitlines():
            errors.print(Text(visible(line)), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    if not paths:
        console.print(YOURS, soft_wrap=True)
    return 0


def show(files: EventFiles, console: Console, errors: Console) -> None:
    """Sends the events through the command and prints the worst findings, then the summary."""
    tally, read = Tally(), 0
    long = errors.is_terminal and (files.total is None or files.total > _LONG)
    columns = (TextColumn("{task.fields[events]:,} events"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not long) as progress:
        task = progress.add_task("", total=files.total, events=0)

        def rows() -> Iterator[Row]:
            nonlocal read
            for text in files:
                read += 1
                if read % 500 == 0:
                    progress.update(task, completed=files.done, events=read)
                yield {"_raw": text, "_time": event_time(text)}

        with Command(ROOT, ["mode=summary"]) as command:
            worst = heapq.nsmallest(_SHOWN, tally.sift(command.stream(rows())), rank)
    if worst:
        console.print(details(worst))
    if len(worst) > 1:
        console.print(overview(worst))
    for line in summary(files, tally, read, len(worst)):
        console.print(line)
    for message in command.messages:
        console.print(Text(visible(f"{message.level}: {message.text}"), "yellow"))


def summary(files: EventFiles, tally: Tally, read: int, shown: int) -> Iterator[Text]:
    """How much was read, what it came to, and what was passed over."""
    found = [Text.assemble((f"{tally.labels[name]:,} {name}", STYLES[name])) for name in STYLES if tally.labels[name]]
    yield Text.assemble(f"{_count(read, 'event')}, {_count(tally.policies, 'key policy', 'key policies')}",
                        ": " if found else "", Text(", ").join(found))
    if not found:
        yield Text("Key policies are in the events CreateKey (where it sets one), PutKeyPolicy and ReplicateKey.")
    if tally.notable > shown:
        yield Text(f"The {shown} worst are shown, {tally.notable - shown:,} more are not.")
    if tally.copies:
        yield Text(f"{_count(tally.copies, 'copy', 'copies')} left out: more than one trail delivered the same event.")
    if files.others:
        yield Text(f"{_count(files.others, 'file')} left out: not named like a log file.")
    if files.skipped:
        yield Text(f"{_count(files.skipped, 'line or file', 'lines or files')} skipped:")
        yield from (Text(visible(f"  {problem.place}: {problem.why}")) for problem in files.problems)
        if files.skipped > len(files.problems):
            yield Text(f"  and {files.skipped - len(files.problems):,} more")


def event_time(text: str) -> str:
    """Seconds since 1970 of an event, as Splunk's _time; empty where it has none."""
    match = _TIME.search(text)
    if not match:
        return ""
    try:
        return match[2] or str(int(datetime.fromisoformat(match[1].replace("Z", "+00:00")).timestamp()))
    except (ValueError, OverflowError):
        return ""


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


if __name__ == "__main__":
    sys.exit(main())
