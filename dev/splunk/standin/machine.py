"""The stand-in's state and what changes it: apps as folders, events in indexes, users, jobs."""

from __future__ import annotations

import itertools
import tarfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev.spl import Event, SplError
from dev.spl.conf import Conf, app_conf
from dev.spl.runner import compile_search
from dev.spl.saved import Window, called
from dev.splunk.standin.answers import Entry
from dev.splunk.standin.jobs import Job, interpreter, run

HOST = "stand-in"


class RefusedError(Exception):
    """A request that is refused: HTTP status, and the text of its message."""

    def __init__(self, status: int, text: str, kind: str = "ERROR") -> None:
        super().__init__(text)
        self.status, self.text, self.kind = status, text, kind


@dataclass
class User:
    """Who may log in, and with which capabilities (None: all)."""

    password: str
    roles: tuple[str, ...] = ("admin",)


@dataclass
class Machine:
    """One stand-in. apps: the folder that apps are installed into."""

    apps: Path
    version: str = "10.2.0"
    users: dict[str, User] = field(default_factory=dict)
    roles: dict[str, frozenset[str] | None] = field(default_factory=lambda: {"admin": None})
    indexes: dict[str, list[Event]] = field(default_factory=lambda: {"main": []})
    jobs: dict[str, Job] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def app(self, name: str) -> Path:
        """The folder of an installed app."""
        if name in {".", ".."} or "/" in name or not (self.apps / name).is_dir():
            raise RefusedError(404, f"Could not find object id={name}")
        return self.apps / name

    def install(self, package: str) -> str:
        """Unpacks a package over what is there, as an upgrade does; the app's name."""
        try:
            with tarfile.open(package) as archive:
                name = archive.getnames()[0].partition("/")[0]
                archive.extractall(self.apps)
        except (OSError, tarfile.TarError) as error:
            raise RefusedError(400, f"Could not install {package}: {error}") from None
        return name

    def submit(self, index: str, raw: str, settings: Mapping[str, str]) -> None:
        """One event, indexed now."""
        if index not in self.indexes:
            raise RefusedError(400, f"supplied index '{index}' missing")
        event = Event(
            raw,
            index=index,
            sourcetype=settings.get("sourcetype"),
            source=settings.get("source", "http-simple"),
            host=settings.get("host", HOST),
            splunk_server=HOST,
            indextime=int(time.time()),
        )
        self.indexes[index].append(event)

    def conf(self, app: str, name: str) -> Conf:
        """A conf file of an app as it takes effect."""
        return app_conf(self.app(app), name)

    def configure(self, app: str, name: str, stanza: str, settings: Mapping[str, str]) -> None:
        """Sets settings in the app's local/ folder."""
        path = self.app(app) / "local" / f"{name}.conf"
        path.parent.mkdir(exist_ok=True)
        text = "".join(f"{key} = {value.replace(chr(10), chr(92) + chr(10))}\n" for key, value in settings.items())
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n[{stanza}]\n{text}")

    def capable(self, user: str) -> bool:
        """Whether this user may run a custom search command."""
        held = [self.roles.get(role, frozenset()) for role in self.users[user].roles]
        return any(one is None or "run_custom_command" in one for one in held)

    def parse(self, search: str, app: str) -> list[str]:
        """The commands of a search. RefusedError, as splunkd's parser says it, for one that cannot be run."""
        folder = self.app(app)
        try:
            saved = called(search, folder)
            stages, _ = compile_search(saved.text if saved else search, folder)
        except SplError as error:
            raise RefusedError(400, f"Error in 'SearchParser': {error}", "FATAL") from None
        return [stage.command for stage in stages]

    def start(self, search: str, app: str, user: str, window: Window, now: float | None) -> str:
        """Runs a search to its end; its sid."""
        self.parse(search, app)
        sid = f"{int(time.time())}.{next(self._numbers)}"
        folder = self.app(app)
        if "kmspolicycheck" in search and not self.capable(user):
            self.jobs[sid] = Job.refused(sid, search, "You need the capability run_custom_command for kmspolicycheck.")
            return sid
        events = [event for index in self.indexes.values() for event in index]
        python = interpreter(self.conf(app, "commands").get("kmspolicycheck", {}))
        with self._one_at_a_time:  # two runs that write one lookup file would meet in the middle of it
            self.jobs[sid] = run(
                sid,
                search,
                events,
                window,
                folder,
                now=time.time() if now is None else now,
                python=python,
            )
        return sid

    def job(self, sid: str) -> Job:
        """A job by its sid."""
        if sid not in self.jobs:
            raise RefusedError(404, "Unknown sid.", "FATAL")
        return self.jobs[sid]

    def info(self) -> Entry:
        """What GET server/info lists."""
        return Entry("server-info", {"version": self.version, "serverName": HOST, "os_name": "none", "isFree": False})
