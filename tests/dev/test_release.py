"""A release's tag, manifest and changelog agree, or it is not made."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from dev.package import Version, read_version
from dev.release import CHANGELOG, ReleaseError, notes

NEXT = Version("kmspolicycheck", "1.2.0", 10200, datetime(2027, 1, 31, tzinfo=timezone.utc))
PAGE = """# Changelog

## [Unreleased]

### Added

## [1.2.0] - 2027-01-31

### Fixed
- One thing.

## [1.1.0] - 2026-12-01
- Another.
"""


def test_the_notes_are_the_section_of_the_version() -> None:
    assert notes("v1.2.0", NEXT, PAGE) == "### Fixed\n- One thing.\n"
    assert notes("v1.2.0", NEXT, PAGE.split("## [1.1.0]", maxsplit=1)[0]) == "### Fixed\n- One thing.\n"


@pytest.mark.parametrize(
    ("tag", "page", "why"),
    [
        ("v1.2", PAGE, "the tag v1.2 is not v1.2.0, as app.manifest has it"),
        ("v1.2.0", PAGE.replace("[1.2.0]", "[1.3.0]"), "CHANGELOG.md has no section [1.2.0]"),
        (
            "v1.2.0",
            PAGE.replace("2027-01-31", "2027-02-01"),
            "CHANGELOG.md dates 1.2.0 2027-02-01, app.manifest 2027-01-31",
        ),
        (
            "v1.2.0",
            PAGE.replace("### Added\n", "### Added\n- Left behind.\n"),
            "CHANGELOG.md still has entries under [Unreleased]: move them to [1.2.0]",
        ),
    ],
    ids=["tag", "section", "date", "unreleased"],
)
def test_what_does_not_agree_is_named(tag: str, page: str, why: str) -> None:
    with pytest.raises(ReleaseError) as refused:
        notes(tag, NEXT, page)
    assert str(refused.value) == why


def test_the_changelog_knows_the_version_of_the_manifest() -> None:
    version = read_version()
    assert f"## [{version.version}] - {version.released.date().isoformat()}\n" in CHANGELOG.read_text("utf-8")
