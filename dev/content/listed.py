"""Findings that stay as they are, each for a reason: rows of a JSON table. A row has a pattern (as of file names) for
each field of a finding, and the reason; a row that covers no finding is out of date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One row: field of a finding -> pattern, and why such findings stay."""

    patterns: Mapping[str, str]
    reason: str

    def covers(self, finding: object) -> bool:
        """Whether the finding, an object with these fields as texts, is one of those."""
        return all(
            fnmatchcase(getattr(finding, field), pattern.replace("[", "[[]"))
            for field, pattern in self.patterns.items()
        )


def read_rows(path: Path) -> list[Row]:
    """The rows of a table."""
    return [Row(row, row.pop("reason")) for row in json.loads(path.read_text(encoding="utf-8"))]


def report(findings: Iterable[object], rows: Sequence[Row]) -> list[str]:
    """What to look at: each finding that no row covers, as text, and each row that covers no finding."""
    found = list(findings)
    unlisted = [str(finding) for finding in found if not any(row.covers(finding) for row in rows)]
    stale = [row for row in rows if not any(map(row.covers, found))]
    return unlisted + [f"remove this row, it covers nothing: {' '.join(row.patterns.values())}" for row in stale]
