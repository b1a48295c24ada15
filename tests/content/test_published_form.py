"""The two replicated rules stand as the publisher's builder writes them, setting by setting; the tables below hold
everything that may differ. published_rules.json has what the publisher's YAML says of both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from dev.content.builder import compact, form
from dev.content.detection import Detection, Drilldown, Entity, Schedule
from dev.spl.conf import read_conf
from tests.content.shipped import APP, PUBLISHED, SEARCHES, conf

STORIES = conf("analyticstories")


def published(rule: Mapping[str, Any]) -> Detection:
    """A rule as the publisher has it, but for its sentences, under the name of ours."""
    saved = f'| savedsearch "KMS - {rule["name"]} - Rule"'
    return Detection(
        name=rule["name"],
        id=rule["id"],
        version=rule["version"],
        modified=date.fromisoformat(rule["modified"]),
        type="TTP",
        stories=(rule["story"],),
        data_sources=tuple(rule["data_sources"]),
        techniques=(rule["technique"],),
        asset_type=rule["asset_type"],
        security_domain=rule["security_domain"],
        description="",
        how_to_implement="",
        known_false_positives="",
        search="\n".join(rule["search"]),
        schedule=Schedule(**rule["schedule"]),
        title=rule["title"],
        finding=(Entity(score=rule["score"], **rule["entity"]),),
        entities=(),
        threat_objects=(),
        drilldowns=tuple(
            Drilldown(**{**one, "search": one["search"].replace("%original_detection_search%", saved)})
            for one in rule["drilldowns"]
        ),
    )


_RULES = json.loads(Path(__file__).with_name("published_rules.json").read_text(encoding="utf-8"))
RULES = [published({**_RULES["common"], **rule}) for rule in _RULES["rules"]]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)

# What differs from the builder's stanza: a setting, or one entry of a setting's JSON, and what stands there instead.
DIFFERENCES: dict[str, dict[str, Any]] = {
    "AWS Detect Users creating keys with encrypt policy without MFA": {
        "is_visible": "1",  # a search that is not visible does not appear on the app's page of alerts
        "action.correlationsearch.annotations/analytic_story": ["KMS Key Policy Exposure"],  # ESCU ships the other
        "action.correlationsearch.metadata/detection_id": "d4855f6f-b296-4024-a0fd-adb1c967ac17",
    },
    "ASL AWS Detect Users creating keys with encrypt policy without MFA": {
        "is_visible": "1",
        "action.correlationsearch.annotations/analytic_story": ["KMS Key Policy Exposure"],
        "action.correlationsearch.metadata/detection_id": "f4c52713-e4e1-41cc-a971-100ce2531f47",
    },
}
SENTENCES = {
    "savedsearches": {"description", "action.notable.param.rule_description"},
    "analyticstories": {"explanation", "how_to_implement", "known_false_positives"},
}


def flat(settings: Mapping[str, str]) -> dict[str, Any]:
    """Settings whose value is a JSON object, entry by entry: setting/entry -> value."""
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if value.startswith("{"):
            found.update({f"{key}/{entry}": held for entry, held in json.loads(value).items()})
        else:
            found[key] = value
    return found


@each_rule
def test_a_replicated_rule_differs_from_the_published_one_only_where_the_table_says(rule: Detection) -> None:
    shipped, wanted = flat(SEARCHES[rule.stanza]), flat(form(rule).saved_search)
    assert shipped.keys() == wanted.keys()
    different = {key: shipped[key] for key, value in wanted.items() if shipped[key] != value}
    assert different.keys() - DIFFERENCES[rule.name].keys() == SENTENCES["savedsearches"]
    assert {key: value for key, value in different.items() if key not in SENTENCES["savedsearches"]} == DIFFERENCES[
        rule.name
    ]


@each_rule
def test_the_stories_tell_of_a_replicated_rule_what_the_builder_writes(rule: Detection) -> None:
    shipped, wanted = STORIES[f"savedsearch://{rule.stanza}"], form(rule).story_entry
    assert shipped.keys() == wanted.keys()
    assert {key for key, value in wanted.items() if shipped[key] != value} == SENTENCES["analyticstories"]


@each_rule
def test_the_description_names_the_published_rule_and_stands_in_every_place(rule: Detection) -> None:
    settings, told = SEARCHES[rule.stanza], STORIES[f"savedsearch://{rule.stanza}"]
    assert rule.id in settings["description"] and f"version {rule.version}" in settings["description"]
    assert settings["description"] == settings["action.notable.param.rule_description"] == told["explanation"]
    assert rule.id in (APP / "NOTICE").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PUBLISHED)
def test_settings_stand_in_the_builders_order_and_their_json_in_its_form(name: str) -> None:
    for settings in (SEARCHES[name], STORIES[f"savedsearch://{name}"]):
        assert list(settings) == sorted(settings)
        for value in settings.values():
            if value[0] in "{[":
                assert value == compact(json.loads(value))


def test_both_rules_are_replicated() -> None:
    assert sorted(PUBLISHED) == sorted(rule.stanza for rule in RULES)


def test_the_replicated_rules_stay_private_to_the_app() -> None:
    """ESCU ships the rules themselves: exported, the two would stand beside them in Enterprise Security."""
    export = {unquote(name): meta.get("export") for name, meta in read_conf(APP / "metadata/default.meta").items()}
    assert "system" not in (export.get(""), export.get("savedsearches"))
    assert not [name for name in PUBLISHED if export.get(f"savedsearches/{name}") == "system"]
    assert {export[f"analyticstories/savedsearch://{name}"] for name in PUBLISHED} == {"none"}
