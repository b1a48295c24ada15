"""The HTTP side of the stand-in: who asks, and which endpoint answers."""

from __future__ import annotations

import re
import secrets
import tempfile
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from dev.splunk.standin import answers
from dev.splunk.standin.answers import Answer
from dev.splunk.standin.machine import Machine, RefusedError, User
from dev.splunk.standin.routes import ROUTES, Request

USER = "admin"
_NAMESPACE = re.compile(r"/services(?:NS/(?P<user>[^/]+)/(?P<app>[^/]+))?/(?P<path>.*)")


class StandIn:
    """The running stand-in. Leaving the `with` block stops it and removes what it kept.

    url, user, password: how to reach it.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="stand-in-")
        self.user, self.password = USER, secrets.token_urlsafe(12)
        apps = Path(self._folder.name, "etc", "apps")
        apps.mkdir(parents=True)
        self.machine = Machine(apps)
        self.machine.users[self.user] = User(self.password)
        self._sessions: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> StandIn:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    def answer(self, method: str, target: str, body: str, token: str) -> Answer:
        """What the stand-in answers to one request."""
        try:
            return self._answer(method, target, body, token)
        except RefusedError as refusal:
            return answers.messages(refusal.status, refusal.kind, refusal.text)

    def _answer(self, method: str, target: str, body: str, token: str) -> Answer:
        place = urlsplit(target)
        match = _NAMESPACE.fullmatch(place.path)
        if match is None:
            raise RefusedError(404, "Not Found")
        simple = match["path"] == "receivers/simple"
        fields = _fields(place.query) if simple else {**_fields(place.query), **_fields(body)}
        if match["path"] == "auth/login":
            return self._login(fields)
        user = self._sessions.get(token.removeprefix("Splunk "))
        if user is None:
            raise RefusedError(401, "call not properly authenticated", "WARN")
        path = match["path"].replace("search/v2/", "search/").rstrip("/")
        for wanted, pattern, handler in ROUTES:
            found = pattern.fullmatch(path)
            if wanted == method and found:
                given = {name: unquote_plus(part) for name, part in found.groupdict().items()}
                app = unquote_plus(match["app"] or "kmspolicycheck")
                return handler(self.machine, Request(user, app, given, fields, body, _collection(place.path, found)))
        raise RefusedError(404, f"The stand-in does not know {method} {path}")

    def _login(self, fields: Mapping[str, str]) -> Answer:
        user = self.machine.users.get(fields.get("username", ""))
        if user is None or not secrets.compare_digest(user.password, fields.get("password", "")):
            raise RefusedError(401, "Login failed", "WARN")
        session = secrets.token_urlsafe(12)
        self._sessions[session] = fields["username"]
        return answers.told("sessionKey", session)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        standin = self

        class _Requests(BaseHTTPRequestHandler):
            def _reply(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode("utf-8")
                token = self.headers.get("Authorization") or ""
                answer = standin.answer(self.command, self.path, body, token)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = do_DELETE = _reply  # noqa: N815 http.server's names

            def log_message(self, *_: Any) -> None:
                """Nothing: the suite prints for itself."""

        return _Requests


def _collection(path: str, found: re.Match[str]) -> str:
    """The path of the collection that a request is about: without the name of one object and what follows it."""
    names = found.groupdict().keys() & {"name", "stanza", "sid"}
    behind = sum(len(found.string) - found.start(name) for name in names if found[name])
    return path.rstrip("/")[: -behind or None].rstrip("/")


def _fields(text: str) -> dict[str, str]:
    """Form fields; the values of one that is repeated are joined by line feeds."""
    return {name: "\n".join(values) for name, values in parse_qs(text, keep_blank_values=True).items()}
