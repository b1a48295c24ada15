"""Shows views in headless Chromium: starts browser/session.mjs and speaks its protocol, one JSON object a line.
Needs Node.js, npm and Debian's Chromium; `missing()` says which of them are not there.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable

FOLDER = Path(__file__).resolve().parent
LOCKFILE = FOLDER / "package-lock.json"
STAMP = FOLDER / "node_modules" / ".installed-lockfile"

Question = dict[str, Any]


def chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def missing() -> str:
    """What drawing needs and this machine lacks, as a phrase for a message; empty when all is there."""
    absent = [program for program in ("node", "npm") if not shutil.which(program)]
    if not chromium():
        absent.append("chromium (Debian: apt-get install --no-install-recommends chromium)")
    return ", ".join(absent)


def install_packages() -> None:
    """Install the Node packages that the lockfile pins, unless exactly these are installed already.

    Tests run in several processes: the first one installs, the others wait for it.
    """
    wanted = hashlib.sha256(LOCKFILE.read_bytes()).hexdigest()
    with LOCKFILE.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if STAMP.exists() and STAMP.read_text() == wanted:
            return
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        if not os.access(Path.home(), os.W_OK):  # where npm would keep what it loads
            command += ["--cache", str(FOLDER.parents[1] / "build" / "npm")]
        subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
        STAMP.write_text(wanted)


class Browser:
    """A Chromium that shows one view at a time.

    `answer` is asked what Splunk would be asked: {"view": name} for a definition and its theme, {"search": …} for rows.
    """

    def __init__(self, answer: Callable[[Question], Any]) -> None:
        install_packages()
        self.answer = answer
        self.calls = 0
        self.node = subprocess.Popen(
            ["node", str(FOLDER / "browser" / "session.mjs"), str(chromium())],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        ready = self._read()
        if "ready" not in ready:
            raise RuntimeError(ready["error"])

    def call(self, action: str, **args: Any) -> Any:
        """Run an action of browser/actions.mjs and return its value; RuntimeError says why it failed."""
        self.calls += 1
        self._write({"id": self.calls, "call": action, "args": args})
        while True:
            message = self._read()
            if "ask" in message:
                self._write({"answer": message["ask"], "value": self.answer(message["question"])})
            elif "error" in message:
                raise RuntimeError(f"{action}: {message['error']}")
            else:
                return message["value"]

    def close(self) -> None:
        """End the browser; asked for nothing more, it leaves by itself."""
        assert self.node.stdin
        self.node.stdin.close()
        self.node.wait(timeout=180)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, message: dict[str, Any]) -> None:
        assert self.node.stdin
        self.node.stdin.write(json.dumps(message) + "\n")
        self.node.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self.node.stdout
        line = self.node.stdout.readline()
        if not line:
            raise RuntimeError("the browser session ended; its messages are on stderr")
        message: dict[str, Any] = json.loads(line)
        return message
