"""Builds the package that an administrator installs, dist/kmspolicycheck-<version>.tar.gz, the same bytes every time.
What goes in is CONTENTS; its form is what Splunk's *Package apps* page and AppInspect's packaging checks ask for.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import re
import sys
import tarfile
import zlib
from collections.abc import Collection
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from dev.help import REPOSITORY_ONLY, VIEW, help_view, linked
from dev.sbom import sbom
from dev.vendor import ROOT, pinned

CONTENTS = (
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    "README.md",
    "SECURITY.md",
    "app.manifest",
    "bin/kmspolicycheck.py",
    "default/*.conf",
    "default/data/ui/nav/*.xml",
    "default/data/ui/views/*.xml",
    "docs/bounds.md",
    "docs/command.md",
    "docs/comparison.md",
    "docs/detections.md",
    "docs/events.md",
    "docs/faults.md",
    "docs/hostile-input.md",
    "docs/sizing.md",
    "docs/threat-model.md",
    "docs/verification.md",
    "lib/kmspolicy/**/*.py",
    "lib/kmspolicy/py.typed",
    "lib/splunk_sdk-*.dist-info/METADATA",
    "lib/splunk_sdk-*.dist-info/licenses/LICENSE",
    "lib/splunklib/*.py",
    "lib/splunklib/searchcommands/*.py",
    "lookups/*_example.csv",  # under any other name an upgrade would replace what the customer made of it
    "metadata/default.meta",
    "static/appIcon*.png",
)

# Folders that hold nothing but the app: a file there that CONTENTS does not name was forgotten, so the build stops.
_WHOLE = ("appserver", "bin", "default", "lib/kmspolicy", "lookups", "metadata", "static")
_DAY = 24 * 60 * 60

_LINK = re.compile(r"\[([^\]]*)\]\((?!https?://|#)([^)]+)\)")


class Version(NamedTuple):
    """What app.manifest says of this release; build: the number by which Splunk Web distinguishes cached files of two
    releases.
    """

    name: str
    version: str
    build: int
    released: datetime


class PackageError(Exception):
    """The tree cannot be packaged; the text says what to change."""


def read_version(root: Path = ROOT) -> Version:
    """The release that `root` holds. Raises PackageError where its version is not MAJOR.MINOR.REVISION."""
    info = json.loads((root / "app.manifest").read_text("utf-8"))["info"]
    version = info["id"]["version"]
    match = re.fullmatch(r"(\d{1,3})\.(\d{1,2})\.(\d{1,2})", version)
    if not match:
        raise PackageError(f"app.manifest: the version {version!r} is not of the form 1.22.33")
    major, minor, revision = map(int, match.groups())
    released = datetime.strptime(info["releaseDate"], "%Y-%m-%d").replace(tzinfo=timezone.utc)
    return Version(info["id"]["name"], version, (major * 100 + minor) * 100 + revision, released)


def contents(root: Path, version: Version) -> dict[str, bytes]:
    """The package's files, path below the app's folder -> bytes. Raises PackageError for missing and forgotten ones."""
    named = {pattern: sorted(path for path in root.glob(pattern) if path.is_file()) for pattern in CONTENTS}
    missing = [pattern for pattern, paths in named.items() if not paths]
    if missing:
        raise PackageError(f"not there, but part of the package: {', '.join(missing)}")
    files = {path.relative_to(root).as_posix(): path for paths in named.values() for path in paths}
    present = {
        path.relative_to(root).as_posix()
        for folder in _WHOLE
        for path in (root / folder).rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    forgotten = sorted(present - files.keys())
    if forgotten:
        raise PackageError(f"neither in CONTENTS of dev/package.py nor wanted in an app: {', '.join(forgotten)}")
    read = {name: path.read_bytes() for name, path in files.items()}
    app_conf = read["default/app.conf"].decode("utf-8")
    app_conf = app_conf.replace("@version@", version.version).replace("@build@", str(version.build))
    pages = {
        name: _page(name, data.decode("utf-8"), read.keys()) for name, data in read.items() if name.endswith(".md")
    }
    return {**read, "default/app.conf": app_conf.encode("utf-8"), VIEW: help_view(root), **pages}


def _page(name: str, text: str, inside: Collection[str]) -> bytes:
    """A page as it stands in the package: of files that are not in there it says where they are, and links to none."""

    def link(found: re.Match[str]) -> str:
        label, target = found.groups()
        path = linked(name, target)
        return found[0] if path in inside else f"{label} ({path} in the project's repository)"

    return _LINK.sub(link, REPOSITORY_ONLY.sub("", text)).encode("utf-8")


def archive(files: dict[str, bytes], version: Version) -> bytes:
    """The tar.gz of these files and their folders: sorted, owned by root, executable in bin/ alone."""
    folders = {parent.as_posix() for name in files for parent in Path(name).parents} - {"."}
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as out:
        for name in ["", *sorted(folders | files.keys())]:
            entry = tarfile.TarInfo(f"{version.name}/{name}".rstrip("/"))
            entry.uname = entry.gname = "root"
            content = files.get(name)
            if content is None:
                entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, int(version.released.timestamp())
            else:
                # Python trusts a .pyc of the installed version while a file's size and time are the same, so the time
                # must differ where the content does: the content picks a second of the day before the release.
                entry.mtime = int(version.released.timestamp()) - zlib.crc32(content) % _DAY
                entry.size, entry.mode = len(content), 0o755 if name.startswith("bin/") else 0o644
            out.addfile(entry, io.BytesIO(content or b""))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as out_gzip:
        out_gzip.write(tar.getvalue())
    return packed.getvalue()


def build(dist: Path, root: Path = ROOT) -> Path:
    """Writes the package into `dist`, beside it the SBOM and the checksums of both; the package's path."""
    version = read_version(root)
    package = archive(contents(root, version), version)
    sha256 = hashlib.sha256(package).hexdigest()
    bill = sbom(version.name, version.version, version.released, sha256, pinned()).encode("utf-8")
    stem = f"{version.name}-{version.version}"
    written = {f"{stem}.tar.gz": package, f"{stem}.cdx.json": bill}
    written[f"{stem}.sha256"] = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in written.items()
    ).encode("utf-8")
    dist.mkdir(parents=True, exist_ok=True)
    for name, data in written.items():
        (dist / name).write_bytes(data)
    return dist / f"{stem}.tar.gz"


def main() -> None:
    """Builds the package and prints its path; an error ends it with one line."""
    parser = argparse.ArgumentParser(prog="python -m dev.package", description="Builds the app's package.")
    parser.add_argument("--dist", type=Path, default=Path("dist"), help="the folder to write into (default: dist)")
    try:
        print(build(parser.parse_args().dist))
    except PackageError as error:
        sys.exit(f"no package: {error}")


if __name__ == "__main__":
    main()
