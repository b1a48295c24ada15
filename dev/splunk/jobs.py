"""Runs a search on Splunk and brings back what it gives: rows, messages, properties, search.log.
Rules: REST API Reference, search/jobs; Search Manual, "View search job properties".
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dev.spl.values import Row, pack, put, spell
from dev.splunk.target import ProofError
from splunklib import binding, client

PATIENCE = 600
"""Seconds until a search that does not end is given up."""


@dataclass(frozen=True)
class Found:
    """What a search gave. rows: as dev.spl has them, text or a list of texts, _time in Unix seconds; empty is null.

    failed: the search did not run to its end, or not at all; messages say why. job: None where it was refused at once.
    """

    rows: list[Row] = field(default_factory=list)
    messages: tuple[str, ...] = ()
    failed: bool = False
    seconds: float = 0.0
    content: Mapping[str, Any] = field(default_factory=dict)
    job: client.Job | None = None

    def log(self) -> str:
        """The text of search.log."""
        return "" if self.job is None else self.job.searchlog().read().decode("utf-8", "replace")


def run(service: client.Service, search: str, **settings: Any) -> Found:
    """Runs a search to its end. settings: those of POST search/jobs (earliest_time, now, …)."""
    try:
        job = start(service, search, **settings)
    except binding.HTTPError as error:
        return refused(error)
    return wait(job)


def start(service: client.Service, search: str, **settings: Any) -> client.Job:
    """A job that has begun. Raises binding.HTTPError where Splunk refuses the search."""
    text = search.strip()
    return service.jobs.create(
        text if text.startswith(("|", "search ")) else f"search {text}",
        **{name: value for name, value in settings.items() if value != ""},
    )


def wait(job: client.Job) -> Found:
    """What a job gave when it ended. Raises ProofError where it does not end."""
    give_up, pause = time.monotonic() + PATIENCE, 0.01
    while not job.is_done():
        if time.monotonic() > give_up:
            job.cancel()
            raise ProofError(f"the search {job.sid} did not end in {PATIENCE} s")
        time.sleep(pause)
        pause = min(1.0, pause * 2)
    content = job.content
    told = tuple(_texts(content.get("messages")))
    seconds = float(content.get("runDuration") or 0)
    if content["isFailed"] == "1":
        return Found([], told, True, seconds, content, job)
    answer = json.loads(job.results(output_mode="json", count=0).read())
    told += tuple(message["text"] for message in answer["messages"] if message["text"] not in told)
    return Found([row_of(one) for one in answer["results"]], told, False, seconds, content, job)


def refused(error: binding.HTTPError) -> Found:
    """What a search gave that Splunk would not even start."""
    return Found([], (str(error),), failed=True)


def row_of(answered: Mapping[str, Any]) -> Row:
    """A row of the results with output_mode=json: text, lists of texts, null, ISO 8601 in _time."""
    row: Row = {}
    for name, value in answered.items():
        values = (
            [str(one) for one in value] if isinstance(value, list) else [str(value)] if value not in ("", None) else []
        )
        if name == "_time" and "T" in "".join(values):
            values = [spell(datetime.fromisoformat(one.replace("Z", "+00:00")).timestamp()) for one in values]
        put(row, name, pack(values))
    return row


def _texts(told: Any) -> list[str]:
    """All texts of a job's messages: by level in Atom feeds, a list of type and text in JSON."""
    if isinstance(told, str):
        return [told]
    if isinstance(told, Mapping) and "text" in told:
        return [str(told["text"])]
    if isinstance(told, Mapping):
        return [text for one in told.values() for text in _texts(one)]
    return [text for one in told or () for text in _texts(one)]
