"""The events that the suite sends, in sets: the sample story, and each case of the detections and of the SPL runner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dev.cloudtrail_files import EventFiles
from dev.dashboard.samples import sample_events
from dev.spl.values import Row
from dev.splunk.samples import SampleSet, sample_set
from tests.content.shipped import CASES, Case
from tests.spl.test_cases import CASES as SPL_CASES

SPL = Path(__file__).resolve().parents[1] / "spl"
STORY = "story"
PUBLISHED = "published_rule"


class Documented(NamedTuple):
    """A case of tests/spl/cases that any Splunk can run: without conf files or an index of its own, and not refused."""

    name: str
    spl: str
    rows: list[Row] | None
    source: str
    expected: list[Row]
    case: dict[str, Any]


def _documented() -> Iterator[Documented]:
    for number, param in enumerate(SPL_CASES):
        (case,) = param.values
        if {"conf", "error", "lookups"} & case.keys() or "index=" in case["spl"]:
            continue
        source = f"spl_{number}" if "events" in case else ""
        yield Documented(str(param.id), case["spl"], case.get("rows"), source, case["expected"], case)


DOCUMENTED = tuple(_documented())
DETECTIONS: dict[str, Case] = {f"case_{number}": case for number, case in enumerate(CASES)}


def _sets() -> Iterator[SampleSet]:
    yield sample_set(STORY, sample_events())
    yield sample_set(PUBLISHED, EventFiles([str(SPL / "open_key.jsonl")]))
    for source, case in DETECTIONS.items():
        yield sample_set(source, case.events, case.now, case.lookups)
    for one in DOCUMENTED:
        if one.source:
            yield sample_set(one.source, map(json.dumps, one.case["events"]), moved=False)


SETS = tuple(_sets())
