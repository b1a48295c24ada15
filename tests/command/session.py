"""Talks to the command as bytes: what splunkd writes goes in, what the process answers comes out, broken or not."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dev.scp import encode_chunk, read_chunk

APP = Path(__file__).resolve().parents[2]


class Reply(NamedTuple):
    """One chunk that the command wrote."""

    metadata: dict[str, Any]
    body: str


class Session(NamedTuple):
    """How a process of the command ended, and all it wrote."""

    replies: list[Reply]
    status: int
    stderr: str

    @property
    def messages(self) -> list[list[str]]:
        told = [reply.metadata.get("inspector", {}).get("messages", []) for reply in self.replies]
        return [message for messages in told for message in messages]


def getinfo(args: Sequence[str] = (), dispatch: str = ".") -> bytes:
    """The request that every session begins with."""
    return encode_chunk(
        {
            "action": "getinfo",
            "preview": False,
            "streaming_command_will_restart": False,
            "searchinfo": {
                "args": list(args),
                "raw_args": list(args),
                "dispatch_dir": dispatch,
                "sid": "1773044047.1",
                "app": "search",
                "owner": "admin",
                "username": "admin",
                "session_key": "",
                "splunkd_uri": "https://127.0.0.1:8089",
                "splunk_version": "10.0.2",
                "search": "search%20x",
                "command": "kmspolicycheck",
                "maxresultrows": 50000,
                "earliest_time": "0",
                "latest_time": "0",
            },
        }
    )


def execute(body: str = "", finished: bool = False) -> bytes:
    """One chunk of rows, as CSV text."""
    return encode_chunk({"action": "execute", "finished": finished}, body)


def talk(
    sent: bytes,
    *,
    python: str | Path = sys.executable,
    app: Path = APP,
    argv: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    **process: Any,
) -> Session:
    """Sends all of it, closes the pipe and reads every reply. process: what else subprocess.Popen shall know."""
    done = subprocess.run(
        [str(python), str(app / "bin" / "kmspolicycheck.py"), *argv],
        input=sent,
        capture_output=True,
        timeout=120,
        env={**os.environ, **(environment or {})},
        **process,
    )
    return Session(_replies(done.stdout), done.returncode, done.stderr.decode(errors="replace"))


def start(*, app: Path = APP, **pipes: Any) -> subprocess.Popen[bytes]:
    """A running command, with pipes for all that is not said otherwise."""
    return subprocess.Popen(
        [sys.executable, str(app / "bin" / "kmspolicycheck.py")],
        **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes},
    )


def _replies(written: bytes) -> list[Reply]:
    stream, replies = io.BytesIO(written), []
    while stream.tell() < len(written):
        replies.append(Reply(*read_chunk(stream)))
    return replies
