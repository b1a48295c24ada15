"""Each detection, as shipped, finds what its true-positive cases hold and is silent on its true negatives."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dev.spl import run_saved, run_search
from tests.content.shipped import APP, CASES, OURS, SEARCHES, Case, write_lookups

pytestmark = pytest.mark.slow

POSITIVE = [case for case in CASES if case.expect]


def findings(case: Case, folder: Path) -> list[Mapping[str, Any]]:
    write_lookups(folder, case.lookups)
    return run_saved(case.detection, case.events, lookups=folder, now=case.now).rows


def in_order(rows: Any) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: [str(row.get(field, "")) for field in ("user", "key_policy_operation")])


def name_of(case: Case) -> str:
    return f"{case.detection}: {case.name}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case(case: Case, tmp_path: Path) -> None:
    rows, expected = in_order(findings(case, tmp_path)), in_order(case.expect)
    assert len(rows) == len(expected)
    shown = [{field: row.get(field) for field in wanted} for row, wanted in zip(rows, expected)]
    assert shown == [dict(wanted) for wanted in expected]


@pytest.mark.parametrize("addon", ["filled", "field"])
def test_each_call_that_opens_a_key_is_one_finding_whatever_fields_the_add_on_fills(addon: str) -> None:
    """A CreateKey and a PutKeyPolicy of one key by one actor, by themselves, together, and each delivered twice."""
    events = (APP / "tests" / "spl" / "open_key.jsonl").read_text(encoding="utf-8").splitlines()
    for given, expected in (
        (events[:1], ["CreateKey"]),
        (events[1:], ["PutKeyPolicy"]),
        (events * 2, ["CreateKey", "PutKeyPolicy"]),
    ):
        rows = run_saved(OURS[0], given, addon=addon, all_time=True).rows
        assert sorted(row["key_policy_operation"] for row in rows) == expected


@pytest.mark.parametrize("detection", OURS)
def test_each_detection_has_cases_of_both_sources_that_fire_and_that_stay_silent(detection: str) -> None:
    kinds = {(bool(case.expect), "class_uid" in case.events[0].raw) for case in CASES if case.detection == detection}
    assert kinds == {(True, True), (True, False), (False, True), (False, False)}


@pytest.mark.parametrize("case", POSITIVE, ids=name_of)
def test_every_token_of_a_finding_is_filled(case: Case, tmp_path: Path) -> None:
    """Titles, messages, drilldowns, risk objects and throttling use only fields that each finding has."""
    settings = SEARCHES[case.detection]
    texts = " ".join(value for key, value in settings.items() if key != "search")
    fields = set(re.findall(r"\$(\w+)\$", texts)) | set(settings["alert.suppress.fields"].split(","))
    for key in ("action.risk.param._risk", "action.notable.param._entities"):
        entries = json.loads(settings[key])
        fields |= {value for entry in entries for name, value in entry.items() if name.endswith("_field")}
    for row in findings(case, tmp_path):
        assert [field for field in sorted(fields) if not row.get(field)] == []


@pytest.mark.parametrize("case", POSITIVE, ids=name_of)
def test_the_drilldowns_of_a_finding_find_something(case: Case, tmp_path: Path) -> None:
    drilldowns = json.loads(SEARCHES[case.detection]["action.notable.param.drilldown_searches"])
    for row in findings(case, tmp_path):
        for drilldown in drilldowns:
            if "from datamodel" in drilldown["search"]:  # only Enterprise Security has the data model
                continue
            if "kmspolicycheck_calls" in drilldown["search"] and "unknown" in (row["user"], row["src"]):
                continue
            spl, earliest, latest = (
                fill(drilldown[key], row) for key in ("search", "earliest_offset", "latest_offset")
            )
            if not earliest.isdigit():  # days before the finding
                earliest, latest = f"-{earliest}", ""
            assert run_search(spl, case.events, now=case.now, earliest=earliest, latest=latest).rows


def fill(text: str, row: Mapping[str, Any]) -> str:
    """A text with the values of a finding in the place of its tokens."""
    return re.sub(r"\$(\w+)\$", lambda token: str(row[token[1]]), text)
