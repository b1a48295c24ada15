"""The endpoints that the suite uses, as Splunk's REST API Reference describes them, each with what it does."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from dev.spl.saved import Window
from dev.splunk.standin import answers
from dev.splunk.standin.answers import Answer, Entry
from dev.splunk.standin.machine import Machine, RefusedError, User


class Request(NamedTuple):
    """One request: who, in which app, what the path holds, form or query fields, the body as text, and the path of the
    collection.
    """

    user: str
    app: str
    given: Mapping[str, str]
    fields: Mapping[str, str]
    body: str
    path: str


Handler = Callable[[Machine, Request], Answer]
ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Registers a handler for a method and a path below /services, in which {name} is one part."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def register(handler: Handler) -> Handler:
        ROUTES.append((method, pattern, handler))
        return handler

    return register


@route("GET", "server/info")
def _info(machine: Machine, request: Request) -> Answer:
    return answers.feed("server-info", request.path, [machine.info()])


@route("GET", "messages")
@route("GET", "search/distributed/peers")
def _none(machine: Machine, request: Request) -> Answer:
    return answers.feed(request.path, request.path, [])


@route("POST", "messages")
def _message(machine: Machine, request: Request) -> Answer:
    return answers.feed("messages", request.path, [Entry(request.fields["name"], {})])


@route("POST", "server/control/restart")
def _restart(machine: Machine, request: Request) -> Answer:
    return answers.messages(200, "INFO", "Restarting the server.")


@route("GET", "apps/local")
@route("GET", "apps/local/{name}")
def _apps(machine: Machine, request: Request) -> Answer:
    names = [request.given["name"]] if request.given else sorted(path.name for path in machine.apps.iterdir())
    shown = [Entry(name, {"label": name, **machine.conf(name, "app").get("launcher", {})}) for name in names]
    return answers.feed("localapps", request.path, shown)


@route("POST", "apps/local")
def _install(machine: Machine, request: Request) -> Answer:
    return answers.feed("localapps", request.path, [Entry(machine.install(request.fields["name"]), {})])


@route("DELETE", "apps/local/{name}")
def _uninstall(machine: Machine, request: Request) -> Answer:
    shutil.rmtree(machine.app(request.given["name"]))
    return answers.feed("localapps", request.path, [])


@route("GET", "data/indexes/{name}")
def _index(machine: Machine, request: Request) -> Answer:
    if request.given["name"] not in machine.indexes:
        raise RefusedError(404, "Could not find object")
    return answers.feed("indexes", request.path, [Entry(request.given["name"], {})])


@route("POST", "data/indexes")
def _create_index(machine: Machine, request: Request) -> Answer:
    machine.indexes.setdefault(request.fields["name"], [])
    return answers.feed("indexes", request.path, [Entry(request.fields["name"], {})])


@route("DELETE", "data/indexes/{name}")
def _delete_index(machine: Machine, request: Request) -> Answer:
    machine.indexes.pop(request.given["name"], None)
    return answers.feed("indexes", request.path, [])


@route("POST", "receivers/simple")
def _submit(machine: Machine, request: Request) -> Answer:
    machine.submit(request.fields["index"], request.body, request.fields)
    return answers.told("results", "")


@route("GET", "configs/conf-{file}/{stanza}")
def _stanza(machine: Machine, request: Request) -> Answer:
    conf, stanza = machine.conf(request.app, request.given["file"]), request.given["stanza"]
    if stanza not in conf:
        raise RefusedError(404, f"Could not find object id={stanza}")
    return answers.feed(f"conf-{request.given['file']}", request.path, [Entry(stanza, conf[stanza])])


@route("POST", "configs/conf-{file}")
@route("POST", "configs/conf-{file}/{stanza}")
def _configure(machine: Machine, request: Request) -> Answer:
    settings = dict(request.fields)
    stanza = request.given.get("stanza") or settings.pop("name")
    machine.configure(request.app, request.given["file"], stanza, settings)
    return answers.feed(f"conf-{request.given['file']}", request.path, [Entry(stanza, settings)])


@route("DELETE", "data/lookup-table-files/{name}")
def _delete_lookup(machine: Machine, request: Request) -> Answer:
    path = machine.app(request.app) / "lookups" / Path(request.given["name"]).name
    if not path.is_file():
        raise RefusedError(404, "Could not find object")
    path.unlink()
    return answers.feed("lookup-table-files", request.path, [])


@route("GET", "data/ui/views/{name}")
def _view(machine: Machine, request: Request) -> Answer:
    name = Path(request.given["name"]).name
    path = machine.app(request.app) / "default" / "data" / "ui" / "views" / f"{name}.xml"
    if not path.is_file():
        raise RefusedError(404, "Could not find object")
    return answers.feed("views", request.path, [Entry(name, {"eai:data": path.read_text("utf-8")})])


@route("GET", "search/parser")
@route("POST", "search/parser")
def _parse(machine: Machine, request: Request) -> Answer:
    commands = machine.parse(request.fields["q"], request.app)
    body = json.dumps({"normalizedSearch": request.fields["q"], "commands": [{"command": one} for one in commands]})
    return Answer(200, body.encode("utf-8"), "application/json; charset=UTF-8")


@route("POST", "search/jobs")
def _start(machine: Machine, request: Request) -> Answer:
    fields = request.fields
    bounds = ("earliest_time", "latest_time", "index_earliest", "index_latest")
    window = Window(*(fields.get(name, "") for name in bounds))
    sid = machine.start(fields["search"], request.app, request.user, window, _now(fields.get("now")))
    return answers.told("sid", sid, 201)


@route("GET", "search/jobs/{sid}")
def _job(machine: Machine, request: Request) -> Answer:
    job = machine.job(request.given["sid"])
    return answers.entry("/services/search/jobs", Entry(job.search, job.content()))


@route("GET", "search/jobs/{sid}/results")
@route("POST", "search/jobs/{sid}/results")
def _results(machine: Machine, request: Request) -> Answer:
    return answers.results(machine.job(request.given["sid"]).found)


@route("GET", "search/jobs/{sid}/search.log")
def _log(machine: Machine, request: Request) -> Answer:
    return Answer(200, machine.job(request.given["sid"]).log.encode("utf-8"), "text/plain")


@route("POST", "search/jobs/{sid}/control")
def _control(machine: Machine, request: Request) -> Answer:
    machine.job(request.given["sid"]).finalized = True
    return answers.messages(200, "INFO", f"Search job {request.fields['action']}d.")


@route("GET", "saved/searches/{name}")
@route("POST", "saved/searches/{name}/{action}")
def _saved(machine: Machine, request: Request) -> Answer:
    name, action = request.given["name"], request.given.get("action")
    conf = machine.conf(request.app, "savedsearches")
    if name not in conf:
        raise RefusedError(404, f"Could not find object id={name}")
    if action == "dispatch":
        return _dispatch(machine, request, conf[name])
    if action:
        machine.configure(request.app, "savedsearches", name, {"disabled": "0" if action == "enable" else "1"})
    return answers.feed("savedsearch", request.path, [Entry(name, conf[name])])


def _dispatch(machine: Machine, request: Request, settings: Mapping[str, str]) -> Answer:
    if settings.get("disabled", "0") in {"1", "true"}:
        raise RefusedError(400, "The saved search is disabled.")
    bounds = ("earliest_time", "latest_time", "index_earliest", "index_latest")
    window = Window(*(settings.get(f"dispatch.{name}", "") for name in bounds))
    now = _now(request.fields.get("dispatch.now"))
    return answers.told("sid", machine.start(settings["search"], request.app, request.user, window, now), 201)


@route("POST", "authorization/roles")
def _role(machine: Machine, request: Request) -> Answer:
    name = request.fields["name"]
    machine.roles[name] = frozenset(request.fields.get("capabilities", "").split("\n"))
    return answers.feed("roles", request.path, [Entry(name, {})])


@route("GET", "authorization/roles/{name}")
def _read_role(machine: Machine, request: Request) -> Answer:
    name = request.given["name"]
    return answers.feed("roles", request.path, [Entry(name, {"capabilities": sorted(machine.roles[name] or ())})])


@route("POST", "authentication/users")
def _user(machine: Machine, request: Request) -> Answer:
    name = request.fields["name"]
    machine.users[name] = User(request.fields["password"], tuple(request.fields["roles"].split("\n")))
    return answers.feed("users", request.path, [Entry(name, {"tz": request.fields.get("tz", "")})])


@route("GET", "authentication/users/{name}")
def _read_user(machine: Machine, request: Request) -> Answer:
    name = request.given["name"]
    return answers.feed("users", request.path, [Entry(name, {"roles": list(machine.users[name].roles)})])


@route("DELETE", "authentication/users/{name}")
def _delete_user(machine: Machine, request: Request) -> Answer:
    machine.users.pop(request.given["name"], None)
    return answers.feed("users", request.path, [])


@route("DELETE", "authorization/roles/{name}")
def _delete_role(machine: Machine, request: Request) -> Answer:
    machine.roles.pop(request.given["name"], None)
    return answers.feed("roles", request.path, [])


def _now(text: str | None) -> float | None:
    return float(text) if text else None
