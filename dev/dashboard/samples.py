"""Answers what a view asks of Splunk: its definition, and the rows of its searches, run by dev.spl on sample events.
A chain search runs on its parent's rows, as Splunk's post-process searches do; equal searches run once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dev.cloudtrail_files import EventFiles
from dev.dashboard.views import APP, View, read_views
from dev.spl import Results, SplError, run_saved, run_search
from dev.spl.events import make_events
from dev.spl.runner import RUN_AFTER

INVENTORY_SEARCH = "KMS - Update inventory"
SAMPLES = APP / "samples"
FILES = ("cloudtrail.jsonl", "records.json", "eventbridge.json", "security_lake.jsonl")


def sample_events() -> tuple[str, ...]:
    """The shipped sample events, as JSON texts."""
    return tuple(EventFiles([str(SAMPLES / name) for name in FILES]))


def time_after(events: Sequence[str]) -> float:
    """When the searches run: half an hour after the last event, as `make search` does. Unix seconds."""
    return max(float(str(event["_time"])) for event in make_events(events)) + RUN_AFTER


class SampleSplunk:
    """A Splunk that holds these events and this app, as far as the dashboards can tell.

    now: the time of all its searches, Unix seconds. asked: every search that a view asked for, in order.
    """

    def __init__(self, events: Sequence[str], now: float, views: Sequence[View] | None = None) -> None:
        self.events = events
        self.now = now
        self.theme = "light"
        self.asked: list[dict[str, Any]] = []
        self._views = {view.name: view for view in views or read_views()}
        self._results: dict[tuple[Any, ...], Results] = {}
        self._lookups = tempfile.TemporaryDirectory()
        self._options: dict[str, Any] = {"now": now, "lookups": self._lookups.name}

    def update_inventory(self) -> None:
        """Run the search that keeps the inventory, as its schedule would."""
        run_saved(INVENTORY_SEARCH, self.events, **self._options)
        self._results.clear()

    def upload(self, lookup: str, text: str) -> None:
        """Put a lookup file in the place of the app's own of this name, as an administrator would."""
        (Path(self._lookups.name) / lookup).write_text(text, "utf-8")
        self._results.clear()

    def report(self, name: str) -> Results:
        """What a shipped report shows here."""
        return self._run(name, "", "", "")

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to the page's {"view": name} or {"search": {parts, savedSearch, earliest, latest}}."""
        if "view" in question:
            return {"definition": self._views[question["view"]].definition, "theme": self.theme}
        search = question["search"]
        self.asked.append(search)
        try:
            found = self._run(
                search.get("savedSearch"), search.get("earliest", ""), search.get("latest", ""), *search["parts"]
            )
        except SplError as error:
            return {"error": str(error)}
        return {"fields": list(found.columns), "columns": [_column(found, name) for name in found.columns]}

    def _run(self, saved: str | None, earliest: str, latest: str, *parts: str) -> Results:
        key = (saved, earliest, latest, *parts)
        if key not in self._results:
            *parents, own = parts
            if parents:
                rows = self._run(saved, earliest, latest, *parents).rows
                found = run_search(own, rows=rows, earliest=earliest, latest=latest, **self._options)
            elif saved:
                found = run_saved(saved, self.events, **self._options)
            else:
                found = run_search(own, self.events, earliest=earliest, latest=latest, **self._options)
            self._results[key] = found
        return self._results[key]


def _column(found: Results, name: str) -> list[Any]:
    """A column as Splunk's REST API gives it: null where a row lacks the field, _time in ISO form."""
    values = [row.get(name) for row in found.rows]
    if name != "_time":
        return values
    return [
        value and datetime.fromtimestamp(float(str(value)), timezone.utc).isoformat(timespec="milliseconds")
        for value in values
    ]
