"""What the publisher's builder refuses, what it writes for a detection, and how that is compared with what ships.
The builder itself runs in .github/workflows/content.yml.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dev.content.builder import form, search_text
from dev.content.builder_rules import folder_problems, problems
from dev.content.compare import Difference, differences
from dev.content.detection import Detection, Drilldown, Entity, Schedule, ThreatObject

USER = Entity("user", "user", 50, "$user$ did it.")
VALID = Detection(
    name="Something Happened",
    id="7d8c95b0-6abb-45f0-934b-4d4afd3a6b01",
    version="1",
    modified=date(2026, 1, 31),
    type="TTP",
    stories=("A Story",),
    data_sources=("AWS CloudTrail CreateKey",),
    techniques=("T1486",),
    asset_type="AWS Account",
    security_domain="threat",
    description="What it finds. References: https://a.example/b, https://c.example/",
    how_to_implement="How.",
    known_false_positives="None.",
    search="`cloudtrail` a=1\n| table user key src\n| `kmspolicycheck_something_happened_filter`",
    schedule=Schedule("0 * * * *", "auto", "-24h@h", "now"),
    title="$user$ did something",
    finding=(Entity("key", "other", 70),),
    entities=(USER,),
    threat_objects=(ThreatObject("src", "ip_address"),),
    drilldowns=(Drilldown("Look", '| savedsearch "KMS - Something Happened - Rule"', "7d", "0"),),
)
ANOMALY = replace(VALID, type="Anomaly", finding=(), title="")


@pytest.mark.parametrize("detection", [VALID, ANOMALY], ids=lambda one: one.type)
def test_the_builder_refuses_nothing_in_a_valid_detection(detection: Detection) -> None:
    assert problems(detection) == []


@pytest.mark.parametrize(
    "detection, problem",
    [
        (replace(VALID, name="x" * 69, search="`x`"), "the stanza's name has 82 characters, more than 81"),
        (replace(VALID, id="7d8c95b0"), "the id '7d8c95b0' is not a UUID"),
        (replace(VALID, version="0"), "the version '0' is not a positive whole number"),
        (replace(VALID, type="Rule"), "the type 'Rule' is none of Anomaly, Correlation, Hunting, TTP"),
        (
            replace(VALID, finding=(*VALID.finding, Entity("src", "other", 1))),
            "the finding has 2 entities instead of one",
        ),
        (replace(VALID, finding=()), "TTP without a finding"),
        (replace(ANOMALY, finding=VALID.finding), "Anomaly with a finding"),
        (replace(ANOMALY, entities=()), "Anomaly without intermediate findings"),
        (replace(VALID, type="Correlation"), "Correlation with intermediate findings"),
        (replace(ANOMALY, type="Hunting"), "Hunting with intermediate findings"),
        (replace(ANOMALY, type="Hunting"), "Hunting with threat objects"),
        (replace(VALID, entities=(replace(USER, field="key"),)), "key is an entity 2 times: it would score each time"),
        (
            replace(VALID, entities=(USER, replace(USER, score=1))),
            "user is an entity 2 times: it would score each time",
        ),
        (replace(VALID, entities=(replace(USER, type="key"),)), "the entity user has the type 'key', none of other, "),
        (replace(VALID, entities=(replace(USER, score=101),)), "the entity user scores 101, outside 0 to 100"),
        (replace(VALID, title="Something"), "no $field$ in 'Something'"),
        (replace(VALID, entities=(replace(USER, message="$user$ paid $5"),)), "a $ without its other half in "),
        (replace(VALID, title="$user$ and $dest$"), "dest is not in the text of the search"),
        (replace(VALID, threat_objects=(ThreatObject("dest", "url"),)), "dest is not in the text of the search"),
        (replace(VALID, name="Something Else"), "the search does not end with `something_else_filter`"),
        (replace(VALID, stories=()), "it belongs to no story"),
        (replace(VALID, techniques=("T1078", "T1078.004")), "the technique T1078 and one of its sub-techniques"),
    ],
)
def test_the_builder_refuses(detection: Detection, problem: str) -> None:
    assert [found for found in problems(detection) if found.startswith(problem)]


def test_an_anomaly_has_risk_without_a_finding_and_a_finding_alone_only_its_threat_objects() -> None:
    anomaly, alone = form(ANOMALY).saved_search, form(replace(VALID, entities=())).saved_search
    assert anomaly["action.risk"] == "1" and "action.notable" not in anomaly
    assert alone["action.notable"] == "1" and "action.risk" not in alone
    assert alone["action.risk.param._risk"] == '[{"threat_object_field":"src","threat_object_type":"ip_address"}]'


@pytest.mark.parametrize(
    "score, severity",
    [(0, "informational"), (20, "informational"), (21, "low"), (60, "medium"), (61, "high"), (100, "critical")],
)
def test_severity_follows_the_score(score: int, severity: str) -> None:
    made = form(replace(VALID, finding=(Entity("key", "other", score),))).saved_search
    assert made["action.notable.param.severity"] == severity


def test_of_a_search_only_the_name_of_its_filter_differs() -> None:
    assert search_text(VALID) == VALID.search.replace("kmspolicycheck_something", "something")


@pytest.mark.parametrize(
    "files, problem",
    [
        ({"lookups/csv/a.yml": {"name": "a"}, "stories/a.yml": {"name": "a"}}, "2 files say the name a"),
        ({"macros/a.yml": {"name": "a", "definition": "`b`"}}, "macros/a.yml calls b, which is no macro of the folder"),
        ({"macros/a.yml": {"name": "a", "definition": "len(`a`)+`a`"}}, "macros/a.yml calls a`)+`a, which is no macro"),
    ],
)
def test_the_builder_refuses_a_folder(files: dict[str, dict[str, Any]], problem: str) -> None:
    (found,) = folder_problems(files)
    assert found.startswith(problem)


def test_differences_are_seen_on_either_side_and_not_in_ends_of_lines() -> None:
    ours = {"a": {"same": "x\ny", "mine": "1", "value": "1", "flag": "false"}}
    built = {"a": {"same": "x \ny", "yours": "1", "value": "2", "flag": "0"}, "b": {}}
    assert differences("c", ours, built) == [
        Difference("c", "a", "mine", "ours"),
        Difference("c", "a", "value", "both"),
        Difference("c", "a", "yours", "builder"),
        Difference("c", "b", "", "builder"),
    ]
