"""What public linters find is mended or listed with a reason; a reason for nothing is an error."""

from __future__ import annotations

import pytest

from dev.content.lint import ACCEPTED, Finding, expanded_searches
from dev.content.listed import Row, read_rows, report

FINDING = Finding("splint", "SPL001", "savedsearches.conf [KMS - A - Rule]", "`index=*` uses a wildcard")
PATTERNS = {"tool": "splint", "rule": "SPL001", "where": "*", "message": "`index=*"}


@pytest.mark.parametrize("where", ["*", "savedsearches.conf [KMS - * - Rule]", "savedsearches.conf [KMS - A - Rule]"])
def test_a_finding_with_a_row_stays(where: str) -> None:
    assert report([FINDING], [Row({**PATTERNS, "where": where}, "the reason")]) == []


@pytest.mark.parametrize(
    "other",
    [
        {"tool": "ksconf"},
        {"rule": "SPL002"},
        {"where": "savedsearches.conf [KMS - B - Rule]"},
        {"message": "`index=main*"},
    ],
)
def test_a_row_about_something_else_covers_nothing_and_is_reported_too(other: dict[str, str]) -> None:
    finding, row = report([FINDING], [Row({**PATTERNS, **other}, "the reason")])
    assert finding == "savedsearches.conf [KMS - A - Rule]: splint SPL001: `index=*` uses a wildcard"
    assert row.startswith("remove this row, it covers nothing: ")


def test_every_accepted_row_has_a_reason() -> None:
    assert [row for row in read_rows(ACCEPTED) if len(row.reason) < 20] == []


def test_every_search_is_checked_under_a_name_of_its_own_and_without_macros() -> None:
    texts = expanded_searches()
    assert any(where.startswith("drilldown of [") for where in texts)
    assert [where for where, text in texts.items() if "`" in text] == []
