"""Sets of events for the suite, each under a `source` of its own, moved in time to where the searches look for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from dev.spl import Event
from dev.spl.addon import Setting
from dev.spl.events import make_event, moment
from dev.spl.runner import RUN_AFTER
from dev.spl.times import seconds
from dev.splunk.lookups import LookupRows

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=(?:\.\d+)?Z)")
_MILLISECONDS = re.compile(r'(?<="time": )\d{13}\b|(?<="time":)\d{13}\b')
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SECONDS = re.compile(r"\d{10}")


@dataclass(frozen=True)
class SampleSet:
    """Events that one test looks at. now: Unix seconds of its searches, None for half an hour after the last event.

    lookups: file name -> rows that are there before the search. moved: whether its times may be moved to today.
    """

    source: str
    events: tuple[Event, ...]
    now: float | None = None
    lookups: Mapping[str, LookupRows] = field(default_factory=dict)
    moved: bool = True

    def at(self, now: float) -> SampleSet:
        """The same set with every time moved by as much as lies between its own now and this one; whole seconds.

        In events that is every ISO time and OCSF's `time`, in lookups Unix seconds and, by whole days, dates.
        """
        if not self.moved:
            return self
        own = self._own_now()
        step = round(now - own)
        days = (_day(now) - _day(own)).days
        events = tuple(replace(event, raw=_move(_text(event), step), indextime=None) for event in self.events)
        lookups = {
            name: [{key: _move_cell(cell, step, days) for key, cell in row.items()} for row in rows]
            for name, rows in self.lookups.items()
        }
        return replace(self, events=events, now=own + step, lookups=lookups)

    def _own_now(self) -> float:
        if self.now is not None:
            return self.now
        rows = [make_event(event, Setting.filled, extract=False) for event in self.events]
        return max((moment(row) for row in rows), default=0) + RUN_AFTER


def sample_set(
    source: str,
    events: Iterable[Event | str | Mapping[str, object]],
    now: str | None = None,
    lookups: Mapping[str, LookupRows] | None = None,
    moved: bool = True,
) -> SampleSet:
    """A set of records or events; each event gets the sourcetype that the runner would give it."""
    made = []
    for record in events:
        event = record if isinstance(record, Event) else Event(record)
        row = make_event(event, Setting.filled, extract=False)
        made.append(replace(event, raw=_text(event), sourcetype=str(row["sourcetype"]), source=source))
    return SampleSet(source, tuple(made), None if now is None else seconds(now), lookups or {}, moved)


def _text(event: Event) -> str:
    return str(make_event(event, Setting.filled, extract=False)["_raw"])


def _move(raw: str, step: int) -> str:
    def iso(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) + timedelta(seconds=step)).isoformat(timespec="seconds")

    return _MILLISECONDS.sub(lambda found: str(int(found[0]) + step * 1000), _WRITTEN.sub(iso, raw))


def _move_cell(cell: str, step: int, days: int) -> str:
    if _SECONDS.fullmatch(cell):
        return str(int(cell) + step)
    if _DAY.fullmatch(cell):
        try:
            return (datetime.fromisoformat(cell) + timedelta(days=days)).strftime("%Y-%m-%d")
        except ValueError:
            return cell  # 2026-13-01: a date that is none is what such a case is about
    return cell


def _day(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
