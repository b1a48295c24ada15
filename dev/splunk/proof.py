"""One stay on a Splunk: the app installed, an index with the sample events, searches as Splunk and the local runner run
them; at the end everything that it made is removed. Rules: REST API Reference, the endpoints named below.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import NamedTuple

from dev.package import read_version
from dev.spl import Event, Results, SplError, run_saved, run_search
from dev.spl.conf import read_conf
from dev.spl.saved import Window
from dev.spl.times import seconds
from dev.spl.values import Row
from dev.splunk import jobs, lookups
from dev.splunk.delivery import clock, read_back, send
from dev.splunk.differences import Difference, differences
from dev.splunk.jobs import Found
from dev.splunk.lookups import LookupRows
from dev.splunk.samples import SampleSet
from dev.splunk.target import ProofError, Target, connect
from dev.vendor import ROOT
from splunklib import binding, client

APP = "kmspolicycheck"
ADDON = "Splunk_TA_aws"
RUN_AFTER = 20 * 60
"""Seconds between sending the events and the time that the searches are told it is: the detections look at what was
indexed 10 to 70 minutes before.
"""

_PROPS = Path(__file__).with_name("addon_props.conf")
_WHERE = ("kmspolicycheck_index", "cloudtrail", "amazon_security_lake")
"""The macros that say where events are: those of our searches, those of the published rules."""


class Both(NamedTuple):
    """One search as Splunk ran it and as the local runner did."""

    splunk: Found
    local: Results
    differences: list[Difference]


class Proof:
    """Leaving the `with` block removes the app, the index and the users that it made.

    target: which Splunk. package: the built app, here. sets: the events to send. sent: when that was by Splunk's clock,
    in Unix seconds. now: the time that searches are told it is. service: a session as the target's user; searcher: one
    in the app, as a user whose time zone is UTC. has_addon: whether the Splunk Add-on for AWS is there. times: seconds
    that a test has measured, by what.
    """

    def __init__(self, target: Target, package: Path, sets: Iterable[SampleSet]) -> None:
        self.target, self.package = target, package
        self.service = connect(target)
        self.searcher = self.service
        self.version = read_version()
        self.index = f"kmspolicycheck_proof_{secrets.token_hex(4)}"
        self.now = self.sent = 0.0
        self.sets = {one.source: one for one in sets}
        self._arrived: dict[str, list[Event]] = {}
        self._macros: dict[str, str] = {}
        self._written: dict[str, LookupRows] = {}
        self._saved = self.service
        self._undo = ExitStack()
        self.times: dict[str, float] = {}
        self.has_addon = False

    def __enter__(self) -> Proof:
        try:
            self._prepare()
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._undo.close()

    # What a test asks

    def search(
        self, text: str, source: str = "", window: Window | None = None, now: float | str | None = None
    ) -> Found:
        """Runs a search in the app, on one set of events, within a window that depends on `now` (seconds or ISO)."""
        self._look_at(source)
        self._note_written(text)
        bounds = window or Window()
        return jobs.run(
            self.searcher,
            text,
            now=str(int(self.now if now is None else seconds(now))),
            earliest_time=bounds.earliest or "0",
            latest_time=bounds.latest,
            index_earliest=bounds.index_earliest,
            index_latest=bounds.index_latest,
        )

    def compare(self, text: str, source: str = "", window: Window | None = None, now: float | None = None) -> Both:
        """Runs a search here and there, over the same events, lookups and times."""
        before = dict(self._written)
        return self._both(self.search(text, source, window, now), before, text, source, window, now)

    def compare_saved(self, name: str, settings: Mapping[str, str], source: str) -> Both:
        """Lets Splunk run a saved search by its name, and runs it here."""
        before = dict(self._written)
        (found,) = self.run_saved([name], source)
        bounds = ("earliest_time", "latest_time", "index_earliest", "index_latest")
        window = Window(*(settings.get(f"dispatch.{bound}", "") for bound in bounds))
        return self._both(found, before, settings["search"], source, window)

    def run_saved(self, names: Sequence[str], source: str) -> list[Found]:
        """Lets Splunk run saved searches by name, all begun before the first ends, on one set of events, at `now`.

        One that is disabled is enabled for that time. A name may be given more than once.
        """
        self._look_at(source)
        saved = {name: self._saved.saved_searches[name] for name in names}
        disabled = [one for one in saved.values() if one.content["disabled"] not in {"0", "false"}]
        for one in disabled:
            one.enable()
        try:
            started = [saved[name].dispatch(**{"dispatch.now": str(int(self.now))}) for name in names]
            return [jobs.wait(job) for job in started]
        except binding.HTTPError as error:
            return [jobs.refused(error)]
        finally:
            for one in saved.values():
                self._note_written(one.content["search"])
            for one in disabled:
                one.disable()

    def place(self, source: str = "") -> str:
        """The terms of a search that find one set of events, or all that was sent."""
        return f"index={self.index}" + (f' source="{source}"' if source else "")

    def set_lookups(self, wanted: Mapping[str, LookupRows]) -> None:
        """Makes the app's lookup files hold these rows, and others that were changed what the package brings."""
        for name in sorted({*wanted, *self._written}):
            rows = wanted.get(name) or lookups.shipped_rows(name)
            if rows == self._written.get(name):
                continue
            if rows:
                lookups.write(self.searcher, name, rows)
            else:
                lookups.forget(self.service, name)
            self._written[name] = rows

    def written_here(self, name: str, source: str, lookup: str) -> list[Row]:
        """The rows that a saved search leaves in a lookup file when the local runner runs it on one set of events."""
        with TemporaryDirectory() as folder:
            run_saved(name, self._arrived[source], now=self.now, lookups=folder, macros=self._macros)
            return [{key: cell for key, cell in row.items() if cell} for row in lookups.read(Path(folder) / lookup)]

    def lookup(self, name: str) -> list[Row]:
        """The rows of a lookup file as they are now; of one that does not exist, none."""
        return jobs.run(self.searcher, f"| inputlookup {name}").rows

    def app_service(self, user: str = "", password: str = "") -> client.Service:
        """A session whose requests are about the app; as another user, where one is named."""
        service = connect(self.target, user, password)
        service.namespace.update(owner=user or "nobody", app=APP, sharing="user" if user else "app")
        return service

    def add_user(self, roles: list[str], **settings: str) -> client.Service:
        """A session in the app as a user made for it, who is removed at the end."""
        name, password = f"{self.index}_{len(self._arrived)}{secrets.token_hex(2)}", secrets.token_urlsafe(18)
        self.service.users.create(name, password, roles, **settings)
        self._undo.callback(self.service.users.delete, name)
        return self.app_service(name, password)

    def add_role(self, name: str, capabilities: Sequence[str]) -> None:
        """A role with these capabilities alone, removed at the end."""
        self.service.roles.create(name, capabilities=list(capabilities))
        self._undo.callback(self.service.roles.delete, name)

    def configure(self, conf: str, stanza: str, **settings: str) -> None:
        """Changes settings in the app's local/ folder."""
        self.service.post(f"configs/conf-{conf}/{stanza}", owner="nobody", app=APP, **settings)

    def install(self) -> None:
        """Installs the package, or the package once more. Raises ProofError where Splunk refuses it."""
        path = self.target.package or str(self.package)
        try:
            self.service.post("apps/local", name=path, filename="true", update="true")
        except binding.HTTPError as error:
            raise ProofError(
                f"{self.target.url} cannot install {path}: {error}; copy the package to that machine and set "
                "SPLUNK_PACKAGE to its path there, or install it in Splunk Web and set SPLUNK_INSTALLED=yes"
            ) from None

    # Before and after

    def _prepare(self) -> None:
        self._put_app()
        self.has_addon = ADDON in self.service.apps
        if not self.has_addon:
            for stanza, settings in read_conf(_PROPS).items():
                self.service.post("configs/conf-props", owner="nobody", app=APP, name=stanza, **settings)
        self.service.indexes.create(self.index)
        self._undo.callback(self.service.indexes.delete, self.index)
        if self.target.peer:
            self._add_peer()
        self.service.restart(timeout=600)
        self.searcher = self.add_user(["admin"], tz="UTC")
        self._saved = self.app_service()
        self.sent = clock(self.searcher)
        self.now = self.sent + RUN_AFTER
        self.sets = {source: one.at(self.now) for source, one in self.sets.items()}
        send(self.service, self.index, self.sets.values())
        self._arrived = read_back(self.searcher, self.index, self.sets.values())

    def _put_app(self) -> None:
        if APP not in self.service.apps:
            self.install()
        elif not self.target.installed:
            raise ProofError(
                f"{APP} is installed on {self.target.url}: this suite changes its macros and lookups and removes it at "
                "the end; SPLUNK_INSTALLED=yes allows that"
            )
        self._undo.callback(self.service.apps.delete, APP)
        there = self.service.apps[APP]["version"]
        if there != self.version.version:
            raise ProofError(
                f"{self.target.url} has {APP} {there}, and the package built here is {self.version.version}"
            )

    def _add_peer(self) -> None:
        """A search peer with the same user and password. REST API Reference: search/distributed/peers."""
        self.service.post(
            "search/distributed/peers",
            name=self.target.peer,
            remoteUsername=self.target.user,
            remotePassword=self.target.password,
        )

    # How

    def _both(
        self,
        found: Found,
        before: Mapping[str, LookupRows],
        text: str,
        source: str,
        window: Window | None,
        now: float | None = None,
    ) -> Both:
        with TemporaryDirectory() as folder:
            for name, rows in before.items():
                if rows:
                    lookups.save(Path(folder) / name, rows)
            try:
                local = run_search(
                    text,
                    self._arrived.get(source, []),
                    now=self.now if now is None else now,
                    lookups=folder,
                    macros=self._macros,
                    **vars(window or Window("0")),
                )
            except SplError as error:
                local = Results([], (), (f"FATAL: {error}",), 0, 0)
        return Both(found, local, differences(local.rows, found.rows))

    def _note_written(self, search: str) -> None:
        """Remembers which lookup files a search writes, so that set_lookups puts them right."""
        self._written.update({name: [{"": "unknown"}] for name in lookups.written_by(search)})

    def _look_at(self, source: str) -> None:
        """Lets the app's searches look at one set of events, as a customer does: by the macros made for that."""
        place = self.place(source)
        shipped = read_conf(ROOT / "default" / "macros.conf")
        wanted = dict.fromkeys(_WHERE[:1], place)
        wanted |= {name: f"{place} {shipped[name]['definition']}" for name in _WHERE[1:] if name in shipped}
        if wanted == self._macros:
            return
        for name, definition in wanted.items():
            self.configure("macros", name, definition=definition)
        self._macros = wanted
