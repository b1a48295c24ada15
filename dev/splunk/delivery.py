"""Sends events into an index and reads back how they arrived. Rules: REST API Reference, receivers/simple."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection

from dev.spl import Event
from dev.splunk import jobs
from dev.splunk.samples import SampleSet
from dev.splunk.target import ProofError
from splunklib import client

HOST = "proof"
_PATIENCE = 180
_FIELDS = ("raw", "indexed", "index", "sourcetype", "source", "host", "splunk_server")


def clock(service: client.Service) -> float:
    """The time that it is on that Splunk, in Unix seconds: events are dated by its clock, not by this machine's."""
    (row,) = jobs.run(service, "| makeresults | eval at=now() | table at").rows
    return float(str(row["at"]))


def send(service: client.Service, index: str, sets: Collection[SampleSet]) -> None:
    """Sends every event of these sets, under the source of its set."""
    place = service.indexes[index]
    for one in sets:
        for event in one.events:
            place.submit(str(event.raw).encode("utf-8"), host=HOST, source=one.source, sourcetype=event.sourcetype)


def read_back(service: client.Service, index: str, sets: Collection[SampleSet]) -> dict[str, list[Event]]:
    """What the index holds, by source, newest first, once all that was sent is there. Raises ProofError if not."""
    sent = {one.source: len(one.events) for one in sets if one.events}
    give_up = time.monotonic() + _PATIENCE
    while (found := _counted(service, index)) != sent:
        if time.monotonic() > give_up:
            missing = sorted(source for source in sent if found[source] != sent[source])
            raise ProofError(f"after {_PATIENCE} s the index does not hold what was sent as {', '.join(missing[:3])}")
        time.sleep(1)
    search = f"search index={index} | eval raw=_raw, indexed=_indextime | table {' '.join(_FIELDS)}"
    arrived: dict[str, list[Event]] = {}
    for row in jobs.run(service, search).rows:
        told = {name: str(row[name]) for name in _FIELDS}
        event = Event(told.pop("raw"), indextime=told.pop("indexed"), **told)
        arrived.setdefault(event.source, []).append(event)
    return arrived


def _counted(service: client.Service, index: str) -> Counter[str]:
    rows = jobs.run(service, f"search index={index} | stats count by source").rows
    return Counter({str(row["source"]): int(str(row["count"])) for row in rows})
