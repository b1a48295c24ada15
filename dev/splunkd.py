"""Plays splunkd for one custom search command: starts the real script and speaks search command protocol v2 with it.
What it sends is what Splunk 8.2.1 was recorded to send (see dev/scp.py for the form of chunks and rows).

    with Command(app_folder, ["mode=summary"]) as command:
        for row in command.stream(rows):
            ...
        print(command.messages)
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from dev.scp import ProtocolError, Row, encode_chunk, read_chunk, read_rows, split_rows, write_rows

_FAILURES = ("ERROR", "FATAL")


class Message(NamedTuple):
    """A command's message to the user of the search; level is DEBUG, INFO, WARN, ERROR or FATAL."""

    level: str
    text: str


class CommandError(Exception):
    """The command refused its arguments, broke the protocol, stopped or hung; the text says which."""


class Answer(NamedTuple):
    """Everything that one whole search got from the command."""

    getinfo: dict[str, Any]
    rows: list[Row]
    messages: list[Message]


def run(
    app: str | Path, rows: Iterable[Row], args: Sequence[str] = (), *, chunk_rows: int = 500, **options: Any
) -> Answer:
    """Sends `rows` through the command and collects the answer; `options` are those of Command. Raises CommandError."""
    with Command(app, args, **options) as command:
        out = list(command.stream(rows, chunk_rows))
    return Answer(command.getinfo, out, command.messages)


class Command:
    """One process of a custom search command, from getinfo to its end.

    app: the app's folder; its bin/<name>.py is started. args: the arguments as splunkd hands them over, unquoted.
    python: the interpreter. searchinfo: values that replace recorded ones. timeout: seconds to wait for any one reply.
    Leaving the `with` block before the last chunk is what a cancelled search does: the pipes close.
    Read after the block: messages, status (the exit status), stderr (its text).
    """

    def __init__(
        self,
        app: str | Path,
        args: Sequence[str] = (),
        *,
        name: str = "kmspolicycheck",
        python: str | Path = sys.executable,
        searchinfo: dict[str, Any] | None = None,
        timeout: float = 300,
    ) -> None:
        script = Path(app).resolve() / "bin" / f"{name}.py"
        if not script.is_file():
            raise CommandError(f"no such command: {script}")
        self.getinfo: dict[str, Any] = {}
        self.messages: list[Message] = []
        self.status: int | None = None
        self.stderr = ""
        self._timeout = timeout
        self._dispatch = tempfile.TemporaryDirectory(prefix="dispatch-")
        dispatch = self._dispatch.name
        self._log = Path(dispatch, "search.log")  # where splunkd, too, writes what a command says on stderr
        self._searchinfo = {**_searchinfo(name, args, dispatch), **(searchinfo or {})}
        # An installed command finds its libraries by itself, so the developer's own paths must not help it.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    [str(python), str(script)],
                    cwd=dispatch,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                )
        except OSError as error:
            self._dispatch.cleanup()
            raise CommandError(f"cannot start {python}: {error.strerror}") from None
        assert self._process.stdin and self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def __enter__(self) -> Command:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stream(self, rows: Iterable[Row], chunk_rows: int = 500, chunk_chars: int = 8 << 20) -> Iterator[Row]:
        """The whole search: getinfo, chunks of `rows`, the end. Yields the command's rows; raises CommandError.

        A chunk ends at `chunk_rows` rows or where its cells pass `chunk_chars`; no more than one is held in memory.
        """
        self.start()
        for chunk in split_rows(rows, chunk_rows, chunk_chars):
            yield from self.execute(chunk)
        yield from self.execute([], finished=True)
        self.finish()

    def start(self) -> dict[str, Any]:
        """Asks getinfo and returns the reply; raises CommandError with the command's words where it refuses."""
        self.getinfo, _ = self._ask(
            {
                "action": "getinfo",
                "preview": False,
                "streaming_command_will_restart": False,
                "searchinfo": self._searchinfo,
            },
            "",
        )
        refusals = [message.text for message in self.messages if message.level in _FAILURES]
        if refusals:
            raise CommandError("\n".join(refusals))
        return self.getinfo

    def execute(self, rows: Sequence[Row], fields: Sequence[str] | None = None, finished: bool = False) -> list[Row]:
        """Sends one chunk and returns the rows of its reply. fields: the columns; without them those of the rows.

        No rows and no fields make a chunk without a body; no rows and some fields, one with a header alone.
        """
        _, body = self._ask({"action": "execute", "finished": finished}, write_rows(rows, fields))
        try:
            return list(read_rows(body))
        except ProtocolError as error:
            raise CommandError(f"the command's rows are broken: {error}") from None

    def finish(self) -> None:
        """Waits for the process to end by itself; output that nobody asked for and a bad exit status are errors."""
        surplus = self._guarded(self._read_to_the_end)
        self.close()
        if surplus:
            raise CommandError(f"the command sent more than one reply for one chunk: {surplus[:200]!r}")
        if self.status:
            raise self._failure("the command ended with an error")

    def close(self) -> None:
        """Closes the pipes and reaps the process, killing it if it does not stop; may be called again."""
        if self.status is not None:
            return
        for pipe in (self._stdin, self._stdout):
            with suppress(BrokenPipeError):  # what was still to be written has no reader any more
                pipe.close()
        try:
            self.status = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.status = self._process.wait()
        self.stderr = self._log.read_text("utf-8", "replace")
        self._dispatch.cleanup()

    def _ask(self, metadata: dict[str, Any], body: str) -> tuple[dict[str, Any], str]:
        """One request and its one reply. A thread writes, so that no two full pipes wait for each other."""
        request = encode_chunk(metadata, body)
        writer = threading.Thread(target=self._write, args=(request,), daemon=True)
        writer.start()
        reply, text = self._guarded(lambda: read_chunk(self._stdout))  # type: ignore[arg-type]
        writer.join()
        found = reply.get("inspector", {}).get("messages", [])
        self.messages += [Message(str(level), str(words)) for level, words in found]
        if "error" in reply:
            self.messages.append(Message("ERROR", str(reply["error"])))
        return reply, text

    def _write(self, request: bytes) -> None:
        try:
            self._stdin.write(request)
            self._stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # the process has gone: whoever reads its output finds that out

    def _read_to_the_end(self) -> bytes:
        self._stdin.close()
        return self._stdout.read()

    def _guarded(self, read: Any) -> Any:
        """The outcome of `read`, which is broken off by killing the process when it takes too long."""
        deadline = time.monotonic() + self._timeout
        timer = threading.Timer(self._timeout, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            return read()
        except (EOFError, ProtocolError) as error:
            hung = time.monotonic() >= deadline
            self._process.kill()
            self.close()
            what = f"no reply within {self._timeout:g} s" if hung else str(error) or "it stopped without a reply"
            raise self._failure(f"the command failed: {what}") from None
        except BaseException:
            self._process.kill()  # interrupted: close() must not wait for a request that is still being written
            raise
        finally:
            timer.cancel()

    def _failure(self, what: str) -> CommandError:
        told = [message.text for message in self.messages if message.level in _FAILURES]
        return CommandError("\n".join([f"{what} (exit status {self.status})", *told, *self.stderr.splitlines()[-5:]]))


def _searchinfo(name: str, args: Sequence[str], dispatch: str) -> dict[str, Any]:
    """The `searchinfo` of a getinfo request, each key as recorded."""
    raw_args = [re.sub(r'^(\w+=)?(.*[\s,|"].*)$', r'\1"\2"', arg, flags=re.S) for arg in args]
    sid = Path(dispatch).name
    search = "search index=aws | " + " ".join([name, *raw_args])
    return {
        "args": list(args),
        "raw_args": raw_args,
        "dispatch_dir": dispatch,
        "sid": sid,
        "app": "search",
        "owner": "admin",
        "username": "admin",
        "session_key": "",
        "splunkd_uri": "https://127.0.0.1:8089",
        "splunk_version": "10.0.2",
        "search": quote(search, safe=""),
        "command": name,
        "maxresultrows": 50000,
        "earliest_time": "0",
        "latest_time": "0",
    }
