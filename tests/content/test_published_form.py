"""The two replicated rules stand as the publisher's builder writes them, setting by setting; the tables below hold
everything that may differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import pytest

from dev.spl.conf import read_conf
from tests.content.publisher_form import RULES, compact, saved_search, story_entry
from tests.content.shipped import APP, PUBLISHED, SEARCHES, conf

STORIES = conf("analyticstories")
NAMES = {rule["name"]: f"KMS - {rule['name']} - Rule" for rule in RULES}

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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["name"])
def test_a_replicated_rule_differs_from_the_published_one_only_where_the_table_says(rule: Mapping[str, Any]) -> None:
    shipped = flat(SEARCHES[NAMES[rule["name"]]])
    published = flat(saved_search(rule, NAMES[rule["name"]]))
    assert shipped.keys() - published.keys() == SENTENCES["savedsearches"]
    different = {key: shipped.get(key) for key, value in published.items() if shipped.get(key) != value}
    assert different == DIFFERENCES[rule["name"]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["name"])
def test_the_stories_tell_of_a_replicated_rule_what_the_builder_writes(rule: Mapping[str, Any]) -> None:
    shipped = STORIES[f"savedsearch://{NAMES[rule['name']]}"]
    published = story_entry(rule)
    assert shipped.keys() - published.keys() == SENTENCES["analyticstories"]
    assert {key: shipped[key] for key in published} == published


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["name"])
def test_the_description_names_the_published_rule_and_stands_in_every_place(rule: Mapping[str, Any]) -> None:
    settings, told = SEARCHES[NAMES[rule["name"]]], STORIES[f"savedsearch://{NAMES[rule['name']]}"]
    assert rule["id"] in settings["description"] and f"version {rule['version']}" in settings["description"]
    assert settings["description"] == settings["action.notable.param.rule_description"] == told["explanation"]
    assert rule["id"] in (APP / "NOTICE").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PUBLISHED)
def test_settings_stand_in_the_builders_order_and_their_json_in_its_form(name: str) -> None:
    for settings in (SEARCHES[name], STORIES[f"savedsearch://{name}"]):
        assert list(settings) == sorted(settings)
        for value in settings.values():
            if value[0] in "{[":
                assert value == compact(json.loads(value))


def test_both_rules_are_replicated() -> None:
    assert sorted(PUBLISHED) == sorted(NAMES.values())


def test_the_replicated_rules_stay_private_to_the_app() -> None:
    """ESCU ships the rules themselves: exported, the two would stand beside them in Enterprise Security."""
    shared = {
        unquote(stanza)
        for stanza, settings in read_conf(APP / "metadata/default.meta").items()
        if settings.get("export") == "system"
    }
    assert not {"", "savedsearches"} & shared
    assert not [name for name in PUBLISHED if f"savedsearches/{name}" in shared]
