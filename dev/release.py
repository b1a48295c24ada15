"""Checks that a tag, app.manifest and CHANGELOG.md name the same release, and prints its part of the changelog.
`python -m dev.release v1.2.3`. How a release is made: CONTRIBUTING.md.
"""

from __future__ import annotations

import argparse
import re
import sys

from dev.package import Version, read_version
from dev.vendor import ROOT

CHANGELOG = ROOT / "CHANGELOG.md"
_SECTION = re.compile(r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\S+))?\n(?P<text>.*?)(?=^## |\Z)", re.M | re.S)


class ReleaseError(Exception):
    """The release does not fit together; the text says what to change."""


def notes(tag: str, version: Version, changelog: str) -> str:
    """What the changelog says of a release. Raises ReleaseError where the three do not agree on version and date."""
    if tag != f"v{version.version}":
        raise ReleaseError(f"the tag {tag} is not v{version.version}, as app.manifest has it")
    sections = {section["version"]: section for section in _SECTION.finditer(changelog)}
    section = sections.get(version.version)
    if section is None:
        raise ReleaseError(f"CHANGELOG.md has no section [{version.version}]")
    released = version.released.date().isoformat()
    if section["date"] != released:
        raise ReleaseError(f"CHANGELOG.md dates {version.version} {section['date']}, app.manifest {released}")
    unreleased = sections.get("Unreleased")
    if unreleased and re.search(r"^- ", unreleased["text"], re.M):
        raise ReleaseError(f"CHANGELOG.md still has entries under [Unreleased]: move them to [{version.version}]")
    return section["text"].strip() + "\n"


def main() -> None:
    """Prints the release's notes in Markdown; an error ends it with one line."""
    parser = argparse.ArgumentParser(prog="python -m dev.release", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tag", help="the tag of the release, such as v1.2.3")
    try:
        print(notes(parser.parse_args().tag, read_version(), CHANGELOG.read_text("utf-8")), end="")
    except ReleaseError as error:
        sys.exit(f"no release: {error}")


if __name__ == "__main__":
    main()
