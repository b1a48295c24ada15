"""Keeps the README's example output true: runs each `$ make demo EVENTS=…` that it shows and puts the output below it.
`python -m dev.readme` rewrites the README; a test fails while there is something to rewrite.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

from dev.vendor import ROOT

README = ROOT / "README.md"
_EXAMPLE = re.compile(r"^(```text\n\$ make demo EVENTS=(\S+)\n)(.*?)^```$", re.MULTILINE | re.DOTALL)


def refresh(text: str) -> str:
    """The text with the present output in each example. Raises CalledProcessError where the demo fails."""
    return _EXAMPLE.sub(lambda example: f"{example[1]}{_demo(example[2])}```", text)


def _demo(events: str) -> str:
    printed = subprocess.run(
        [sys.executable, "-m", "dev.demo", events],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "120"},
        check=True,
    ).stdout
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


if __name__ == "__main__":
    README.write_text(refresh(README.read_text("utf-8")), "utf-8")
