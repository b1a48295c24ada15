"""Finds the Python interpreters that Splunk brings, on this machine: 3.9 (Splunk 9.3 to 10.x) and 3.13 (since 10.2)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SPLUNK_PYTHONS = ("3.9", "3.13")


def find(version: str) -> Path | None:
    """An interpreter of that minor version ("3.9"): this one, one on PATH or one of pyenv's; None without any."""
    for candidate in _candidates(version):
        asked = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            check=False,
            capture_output=True,
            text=True,
        )
        if asked.stdout.strip() == version:
            return Path(candidate)
    return None


def _candidates(version: str) -> Iterator[str]:
    for name in (sys.executable, shutil.which(f"python{version}")):
        if name:
            yield name
    if shutil.which("pyenv"):
        installed = subprocess.run(
            ["pyenv", "versions", "--bare"], check=False, capture_output=True, text=True
        ).stdout.split()
        for name in installed:
            if name.startswith(f"{version}."):
                prefix = subprocess.run(
                    ["pyenv", "prefix", name], check=False, capture_output=True, text=True
                ).stdout.strip()
                yield f"{prefix}/bin/python"
