"""Each detection, as shipped, finds what its true-positive cases hold and is silent on its true negatives."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from dev.spl import run_saved, run_search
from tests.content.shipped import APP, CASES, OURS, SEARCHES, Case, conf, fill, findings, name_of, write_lookups

pytestmark = pytest.mark.slow

POSITIVE = [case for case in CASES if case.expect]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case(case: Case) -> None:
    left = list(findings(case).rows)
    for wanted in case.expect:
        found = next((row for row in left if all(row.get(field) == value for field, value in wanted.items())), None)
        assert found is not None, (wanted, [{field: row.get(field) for field in wanted} for row in left])
        left.remove(found)
    assert left == []


SEVERAL = [case for case in CASES if len(case.events) > 1]


@pytest.mark.parametrize("case", SEVERAL, ids=name_of)
def test_the_order_in_which_events_arrive_changes_no_finding(case: Case) -> None:
    found, backwards = (findings(replace(case, events=events)).rows for events in (case.events, case.events[::-1]))
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, backwards))


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


USES = next(case for case in CASES if "Used" in case.detection and case.name == "known_open")
CALLS = re.findall(
    r"\|?(\w+)(?=[|)])", conf("macros")["kmspolicycheck_caller"]["definition"].split('"^(')[1].split("$")[0]
)


def test_the_calls_that_use_keys_are_searched_for_and_known_as_such() -> None:
    terms = conf("macros")["kmspolicycheck_use_terms"]["definition"]
    assert len(CALLS) == 10 and terms.split("(")[1] == " OR ".join(CALLS) + ")"


@pytest.mark.parametrize("name", CALLS)
def test_each_call_that_uses_an_open_key_is_reported(name: str) -> None:
    event = USES.events[0]
    assert isinstance(event.raw, dict)
    used = replace(USES, events=(replace(event, raw={**event.raw, "eventName": name}),))
    assert [row["key_policy_operation"] for row in findings(used).rows] == [name]


WITHOUT = {
    "Open Key Used": {"View all policy changes of this key in the last 30 days"},
    "Key Granted": {
        "View all policy changes of this key in the last 30 days",
        "View uses of this key by other accounts",
    },
    "Key Policy": {"View uses of this key by other accounts", "View grants on this key"},
}
"""Part of a detection's name -> drilldowns that find nothing in its cases: test_analyst_searches.py runs all."""


@pytest.mark.parametrize("detection", OURS)
def test_the_drilldowns_of_a_finding_find_something(detection: str, tmp_path: Path) -> None:
    drilldowns = json.loads(SEARCHES[detection]["action.notable.param.drilldown_searches"])
    silent = {drilldown["name"] for drilldown in drilldowns if "from datamodel" not in drilldown["search"]}
    silent -= next(names for part, names in WITHOUT.items() if part in detection)
    for case in POSITIVE:
        if case.detection != detection or not silent:
            continue
        write_lookups(tmp_path, case.lookups)
        for row in findings(case).rows:
            tokens = {**row, "info_min_time": "", "info_max_time": ""}
            for drilldown in drilldowns:
                if (
                    drilldown["name"] in silent
                    and run_search(fill(drilldown["search"], tokens), case.events, now=case.now, lookups=tmp_path).rows
                ):
                    silent.remove(drilldown["name"])
    assert silent == set()
