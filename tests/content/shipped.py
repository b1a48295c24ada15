"""The shipped content as data: conf files, the detections by name, and the case files of samples/detections."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dev.spl import Event, Results, run_saved
from dev.spl.conf import Conf, read_conf

APP = Path(__file__).resolve().parents[2]
SAMPLES = APP / "samples" / "detections"
ALLOWLIST = "kmspolicycheck_allowlist_example.csv"
INVENTORY = "kmspolicycheck_inventory.csv"
OWN_ACCOUNTS = "kmspolicycheck_own_accounts_example.csv"


def conf(name: str) -> Conf:
    """Stanza -> setting -> value of default/<name>.conf."""
    return read_conf(APP / "default" / f"{name}.conf")


SEARCHES = conf("savedsearches")
DETECTIONS = [name for name in SEARCHES if name.endswith(" - Rule")]
PUBLISHED = [name for name in DETECTIONS if "AWS Detect Users" in name]
OURS = [name for name in DETECTIONS if name not in PUBLISHED]
SCHEDULED = [name for name, settings in SEARCHES.items() if settings["enableSched"] == "1"]
REPORTS = [name for name in SEARCHES if name not in SCHEDULED]


def slug(name: str) -> str:
    """KMS - Some Detection - Rule -> some_detection: the name of its folder of cases and of its filter macro."""
    return re.sub(r"\W+", "_", name.removeprefix("KMS - ").removesuffix(" - Rule")).lower()


@dataclass(frozen=True, eq=False)
class Case:
    """One file of samples/detections: events that arrive, the lookups they meet, and the findings there must be.

    expect: for each finding, in any order, fields and their values; an empty list for a true negative.
    """

    detection: str
    name: str
    events: tuple[Event, ...]
    expect: tuple[Mapping[str, Any], ...]
    lookups: Mapping[str, Sequence[Mapping[str, str]]]
    now: str | None


def _event(written: Mapping[str, Any]) -> Event:
    """An event by itself, or with what the index adds: {"event", "index", "indexed"} or {"raw", "time"}."""
    if "raw" in written:
        return Event(written["raw"], sourcetype="aws:cloudtrail", indextime=written["time"])
    if "event" in written:
        return Event(written["event"], index=written.get("index", "main"), indextime=written.get("indexed"))
    return Event(written)


def read_case(path: Path) -> Case:
    """Reads one case file."""
    written = json.loads(path.read_text(encoding="utf-8"))
    detection = next(name for name in OURS if slug(name) == path.parent.name)
    files = {"allowlist": ALLOWLIST, "inventory": INVENTORY, "own_accounts": OWN_ACCOUNTS}
    lookups = {file: written[name] for name, file in files.items() if name in written}
    return Case(
        detection,
        path.stem,
        tuple(map(_event, written["events"])),
        tuple(written["expect"]),
        lookups,
        written.get("now"),
    )


CASES = [read_case(path) for path in sorted(SAMPLES.glob("*/*.json"))]


def name_of(case: Case) -> str:
    """What pytest calls a case."""
    return f"{case.detection}: {case.name}"


@cache
def findings(case: Case) -> Results:
    """What the detection of a case finds in it; the search runs once, however many tests look at what it found."""
    with TemporaryDirectory() as folder:
        write_lookups(Path(folder), case.lookups)
        return run_saved(case.detection, case.events, lookups=folder, now=case.now)


def fill(text: str, row: Mapping[str, Any]) -> str:
    """A text with the values of a finding in the place of its tokens."""
    return re.sub(r"\$(\w+)\$", lambda token: str(row[token[1]]), text)


def write_lookups(folder: Path, lookups: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    """Puts lookup files, name -> rows, where a search will find them."""
    for name, rows in lookups.items():
        columns: list[str] = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)


def read_lookup(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a lookup file that a search wrote."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
