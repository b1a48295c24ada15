"""Lays out what is measured, away from the working tree: the app as its package holds it, and the two yardsticks.
A copy cannot change while the bench runs, and its byte code can be there or not as a measurement asks.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dev.package import contents, read_version
from dev.vendor import ROOT

_BUNDLED = ("bin", "default", "lib", "metadata")
_YARDSTICKS = Path(__file__).with_name("noop_app") / "bin"


@dataclass(frozen=True)
class Apps:
    """The scripts that are measured."""

    ours: Path
    noop: Path
    limit: Path

    @property
    def library(self) -> Path:
        """The folder in which kmspolicy lies."""
        return self.ours.parents[1] / "lib"


def lay_out(folder: Path) -> Apps:
    """Writes the apps below `folder`, without byte code."""
    app = folder / "kmspolicycheck"
    for name, content in contents(ROOT, read_version(ROOT)).items():
        path = app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    noop = folder / "noop_app"
    shutil.copytree(_YARDSTICKS, noop / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(app / "lib" / "splunklib", noop / "lib" / "splunklib")
    return Apps(app / "bin" / "kmspolicycheck.py", noop / "bin" / "noop.py", noop / "bin" / "limit.py")


def bundle() -> dict[str, bytes]:
    """The app's files that the knowledge bundle takes to every indexer, as default/distsearch.conf asks."""
    files = contents(ROOT, read_version(ROOT))
    return {name: content for name, content in files.items() if name.split("/")[0] in _BUNDLED}


def compile_all(apps: Apps, python: Path) -> None:
    """Writes byte code for that interpreter."""
    for script in (apps.ours, apps.noop):
        subprocess.run([python, "-m", "compileall", "-q", script.parents[1] / "lib"], check=True)


def drop_byte_code(apps: Apps) -> None:
    """Removes every .pyc."""
    for script in (apps.ours, apps.noop):
        for cache in list((script.parents[1]).rglob("__pycache__")):
            shutil.rmtree(cache)
