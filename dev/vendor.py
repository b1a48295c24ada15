"""Fills lib/ with the third party that the app ships: splunk-sdk, as lib/requirements.txt pins it by hash.
Only what a streaming search command imports is taken, unchanged, from the source distribution itself.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LIB = ROOT / "lib"
_PIN = re.compile(r"^([\w.-]+)==(\S+)\s+\\\s+--hash=sha256:([0-9a-f]{64})$", re.MULTILINE)

# splunklib.searchcommands and what it imports. Left out: modularinput, results (which needs the package `deprecation`)
# and six, which nothing here imports.
WANTED = (
    "splunklib/__init__.py",
    "splunklib/binding.py",
    "splunklib/client.py",
    "splunklib/data.py",
    "splunklib/utils.py",
    "splunklib/searchcommands/*.py",
)


class Pin(NamedTuple):
    """A third party as lib/requirements.txt names it; sha256 is that of its source distribution."""

    name: str
    version: str
    sha256: str


def pinned() -> Pin:
    """The one third party. Raises ValueError where lib/requirements.txt pins another number of them."""
    (pin,) = _PIN.findall((LIB / "requirements.txt").read_text("utf-8"))
    return Pin(*pin)


def download(folder: Path) -> Path:
    """The pinned source distribution, checked against its hash by pip. Raises CalledProcessError."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-qq",
            "--disable-pip-version-check",
            "--no-deps",
            "--no-binary",
            ":all:",
            "--no-build-isolation",
            "--require-hashes",
            "--dest",
            str(folder),
            "--requirement",
            str(LIB / "requirements.txt"),
        ],
        check=True,
    )
    (archive,) = folder.glob("*.tar.gz")
    return archive


def unpack(archive: Path, pin: Pin, target: Path) -> None:
    """Writes the wanted files of a source distribution below `target`, replacing those of another version."""
    top = f"{pin.name}-{pin.version}"
    package = pin.name.replace("-", "_")
    for stale in [target / "splunklib", *target.glob(f"{package}-*.dist-info")]:
        shutil.rmtree(stale, ignore_errors=True)
    # where pip and SBOM scanners look for a package's name, version and licence
    info = target / f"{package}-{pin.version}.dist-info"
    with tarfile.open(archive) as sources:
        for member in sources:
            name = member.name[len(top) + 1 :]
            if any(fnmatchcase(name, pattern) for pattern in WANTED):
                _write(target / name, sources, member)
            elif name == "PKG-INFO":
                _write(info / "METADATA", sources, member)
    # The distribution names its licence, Apache-2.0, and does not hold the text; it is the text of our own.
    (info / "licenses").mkdir()
    shutil.copyfile(ROOT / "LICENSE", info / "licenses" / "LICENSE")


def _write(path: Path, sources: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    content = sources.extractfile(member)
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read())


def main() -> None:
    """Downloads splunk-sdk and writes what is wanted of it into lib/."""
    with tempfile.TemporaryDirectory() as folder:
        unpack(download(Path(folder)), pinned(), LIB)


if __name__ == "__main__":
    main()
