"""Makes search-time events out of CloudTrail and Security Lake records: _raw, _time, the default fields, those of the
JSON and those of the add-on. Rules: Splunk Add-on for AWS, props.conf (KV_MODE=json, TIME_PREFIX); dev.spl.addon.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Union

from dev.spl.addon import Setting, addon_fields
from dev.spl.jsonfields import AUTOMATIC_LIMIT, all_fields
from dev.spl.times import LATEST, seconds
from dev.spl.values import Row, spell, texts

INDEXED_AFTER = 300
"""Seconds from an event's time to its index time, unless an Event says otherwise (assumed: CloudTrail's usual)."""

DEFAULT_FIELDS = frozenset(("_raw", "_time", "_indextime", "index", "sourcetype", "source", "host", "splunk_server"))
"""What every event has without looking into its text."""

_CLOUDTRAIL_TIME = re.compile(r'"eventTime"\s*:\s*"([^"]*)"')


@dataclass(frozen=True)
class Event:
    """A record with what the index adds. raw: its JSON text, or what that holds; indextime: seconds or ISO text."""

    raw: str | Mapping[str, Any]
    index: str = "main"
    sourcetype: str | None = None
    source: str = "aws_cloudtrail"
    host: str = "localhost"
    splunk_server: str = "localhost"
    indextime: float | str | None = None


Raw = Union[str, Mapping[str, Any], Event]


def make_events(records: Iterable[Raw], setting: Setting = Setting.filled, extract: bool = True) -> Iterator[Row]:
    """The events of these records, one at a time and in their order. extract: whether with more than DEFAULT_FIELDS."""
    for record in records:
        yield make_event(record if isinstance(record, Event) else Event(record), setting, extract)


def moment(event: Row, field: str = "_time") -> float:
    """Unix seconds of an event's time, or of its index time (`_indextime`)."""
    return float("".join(texts(event, field)))


def make_event(event: Event, setting: Setting, extract: bool = True) -> Row:
    """One event's fields, or just the default ones.

    A record without a readable time gets its index time, or 0: Splunk, too, falls back.
    """
    raw = event.raw if isinstance(event.raw, str) else json.dumps(event.raw)
    record = _record(raw)
    sourcetype = event.sourcetype or ("aws:asl" if "class_uid" in record else "aws:cloudtrail")
    indexed = None if event.indextime is None else seconds(event.indextime)
    time = _time(raw, record)
    if time is None:
        time = indexed or 0.0
    row: Row = {
        "_raw": raw,
        "_time": spell(time),
        "_indextime": spell(time + INDEXED_AFTER if indexed is None else indexed),
        "index": event.index,
        "sourcetype": sourcetype,
        "source": event.source,
        "host": event.host,
        "splunk_server": event.splunk_server,
    }
    if not extract:
        return row
    found = all_fields(raw, AUTOMATIC_LIMIT)
    return {**found, **addon_fields(found, sourcetype, setting), **row}


def _record(raw: str) -> dict[str, Any]:
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _time(raw: str, record: Mapping[str, Any]) -> float | None:
    """The first eventTime in the text, whatever wraps the event, or OCSF's `time` in milliseconds."""
    written = _CLOUDTRAIL_TIME.search(raw)
    try:
        time = seconds(written[1]) if written else float(record["time"]) / 1000
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return time if 0 <= time < LATEST else None
