"""Makes search-time events out of CloudTrail and Security Lake records: _raw, _time, the default fields, those of the
JSON and those of the add-on. Rules: Splunk Add-on for AWS, props.conf (KV_MODE=json, TIME_PREFIX); dev.spl.addon.
"""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from dev.spl.addon import Setting, addon_fields
from dev.spl.jsonfields import AUTOMATIC_LIMIT, all_fields
from dev.spl.times import seconds
from dev.spl.values import Row, spell, texts

INDEXED_AFTER = 300
"""Seconds from an event's time to its index time, unless an Event says otherwise (assumed: CloudTrail's usual)."""


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


def make_events(records: Sequence[Raw], setting: Setting = Setting.filled) -> list[Row]:
    """The events of a search, newest first as Splunk returns them."""
    rows = [make_event(record if isinstance(record, Event) else Event(record), setting) for record in records]
    return sorted(rows, key=lambda row: float("".join(texts(row, "_time"))), reverse=True)


def make_event(event: Event, setting: Setting) -> Row:
    """One event's fields. A record without a readable time gets its index time, or 0: Splunk, too, falls back."""
    raw = event.raw if isinstance(event.raw, str) else json.dumps(event.raw)
    record = _record(raw)
    sourcetype = event.sourcetype or ("aws:asl" if "class_uid" in record else "aws:cloudtrail")
    indexed = None if event.indextime is None else seconds(event.indextime)
    time = _time(record)
    if time is None:
        time = indexed or 0.0
    row: Row = {"_raw": raw, "_time": spell(time),
                "_indextime": spell(time + INDEXED_AFTER if indexed is None else indexed),
                "index": event.index, "sourcetype": sourcetype, "source": event.source, "host": event.host,
                "splunk_server": event.splunk_server}
    found = all_fields(raw, AUTOMATIC_LIMIT)
    return {**found, **addon_fields(found, sourcetype, setting), **row}


def _record(raw: str) -> dict[str, Any]:
    try:
        record = json.loads(raw)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _time(record: Mapping[str, Any]) -> float | None:
    """eventTime, or OCSF's `time` in milliseconds."""
    try:
        return seconds(str(record["eventTime"])) if "eventTime" in record else float(record["time"]) / 1000
    except (KeyError, TypeError, ValueError):
        return None
