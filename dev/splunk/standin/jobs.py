"""Runs a search for the stand-in, by the local runner, and keeps what a job tells: state, messages, search.log."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dev.spl import Event, Results, SplError, run_search
from dev.spl.runner import compile_search
from dev.spl.saved import Window

_TRANSFORMING = {"stats", "chart", "timechart", "dedup", "sort", "eventstats", "streamstats", "transpose", "append"}
"""Commands that splunkd runs on the search head alone, with all that follows (Search Reference, "Command types")."""

_LEVELS = {"ERROR": "error", "FATAL": "fatal", "WARN": "warn", "INFO": "info", "DEBUG": "debug"}


@dataclass
class Job:
    """One search that has ended."""

    sid: str
    search: str
    found: Results
    seconds: float
    failed: bool = False
    told: dict[str, list[str]] = field(default_factory=dict)
    log: str = ""
    remote: str = ""
    finalized: bool = False

    @classmethod
    def refused(cls, sid: str, search: str, text: str, seconds: float = 0, log: str = "") -> Job:
        """A job that failed, and why."""
        return cls(sid, search, Results([], (), (), 0, 0), seconds, True, {"fatal": [text]}, log)

    def content(self) -> dict[str, Any]:
        """The job's properties, as GET search/jobs/{sid} lists them."""
        return {
            "dispatchState": "FAILED" if self.failed else "DONE",
            "eventSearch": self.search,
            "isDone": True,
            "isFailed": self.failed,
            "isFinalized": self.finalized,
            "messages": self.told,
            "performance": {"dispatch.stream.local": {"duration_secs": f"{self.seconds:.6f}", "invocations": "1"}},
            "remoteSearch": self.remote,
            "resultCount": len(self.found.rows),
            "runDuration": f"{self.seconds:.6f}",
            "sid": self.sid,
        }


def run(
    sid: str,
    search: str,
    events: Sequence[Event],
    window: Window,
    app: Path,
    *,
    now: float,
    python: str = "python3",
) -> Job:
    """The job of a search over these events: what the local runner finds, or refuses."""
    started = time.monotonic()
    log = _log(app, python) if "kmspolicycheck" in search else ""
    try:
        bounds = vars(window)
        found = run_search(search, events, app=app, lookups=app / "lookups", now=now, **bounds)
    except SplError as error:
        return Job.refused(sid, search, str(error), time.monotonic() - started, log)
    told: dict[str, list[str]] = {}
    for message in found.messages:
        level, _, text = message.partition(": ")
        told.setdefault(_LEVELS.get(level, "info"), []).append(text)
    seconds = time.monotonic() - started
    return Job(sid, search, replace(found, messages=()), seconds, False, told, log, _remote(search, app))


def _remote(search: str, app: Path) -> str:
    """What splunkd would send to the search peers: the commands before the first that runs on the search head."""
    try:
        stages, _ = compile_search(search, app)
    except SplError:
        return ""  # `| savedsearch`
    streaming = []
    for stage in stages:
        if stage.command in _TRANSFORMING:
            break
        streaming.append(f"{stage.command} {stage.text}".strip())
    return " | ".join(["litsearch", *streaming])


def _log(app: Path, python: str) -> str:
    """The line of search.log that names the process, in the form that splunkd writes it."""
    stamp = time.strftime("%m-%d-%Y %H:%M:%S.000", time.gmtime())
    script = app / "bin" / "kmspolicycheck.py"
    return f"{stamp} INFO  ChunkedExternProcessor [1 searchOrchestrator] - Running process: {python} {script}\n"


def interpreter(settings: Mapping[str, str]) -> str:
    """The Python that commands.conf asks for, spelled as splunkd's own."""
    wanted = re.findall(r"\d+\.\d+", settings.get("python.required", ""))
    latest = max(wanted, key=lambda one: tuple(map(int, one.split("."))), default="")
    return f"/opt/splunk/bin/python{latest or f'{sys.version_info[0]}.{sys.version_info[1]}'}"
