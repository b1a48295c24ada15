"""What public linters find is mended or accepted with a reason; a reason for nothing is an error."""

from __future__ import annotations

import pytest

from dev.content.lint import Accepted, Finding, accepted_rows, expanded_searches, report

FINDING = Finding("splint", "SPL001", "savedsearches.conf [KMS - A - Rule]", "`index=*` uses a wildcard")
ROW = Accepted("splint", "SPL001", "*", "`index=*", "the reason")


def test_a_finding_with_a_row_is_accepted() -> None:
    assert report([FINDING], [ROW]) == []
    assert report([FINDING], [ROW._replace(where="savedsearches.conf [KMS - * - Rule]")]) == []


@pytest.mark.parametrize(
    "row",
    [
        ROW._replace(tool="ksconf"),
        ROW._replace(rule="SPL002"),
        ROW._replace(where="savedsearches.conf [KMS - B - Rule]"),
        ROW._replace(message="`index=main"),
    ],
)
def test_a_row_about_something_else_accepts_nothing_and_is_reported_too(row: Accepted) -> None:
    lines = report([FINDING], [row])
    assert lines[0] == "savedsearches.conf [KMS - A - Rule]: splint SPL001: `index=*` uses a wildcard"
    assert lines[1].startswith("accepted.json: remove the row of")


def test_every_accepted_row_has_a_reason() -> None:
    assert [row for row in accepted_rows() if len(row.reason) < 20] == []


def test_every_search_is_checked_under_a_name_of_its_own_and_without_macros() -> None:
    texts = expanded_searches()
    assert any(where.startswith("drilldown of [") for where in texts)
    assert [where for where, text in texts.items() if "`" in text] == []
