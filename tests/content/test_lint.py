"""The shipped conf files fit together and fit Splunk: what content tools check, and what AppInspect does not see."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator

import pytest

from dev.spl.macros import expand, macro_table
from dev.spl.runner import compile_search
from kmspolicy.policy.actions import CLASSES, shown
from kmspolicy.splunk.output_fields import FIELDS
from tests.content.shipped import (
    ALLOWLIST,
    APP,
    CASES,
    DETECTIONS,
    OURS,
    OWN_ACCOUNTS,
    PUBLISHED,
    REPORTS,
    SCHEDULED,
    SEARCHES,
    conf,
    slug,
)

MACROS = conf("macros")
LOOKUPS = conf("transforms")
STORIES = conf("analyticstories")
VIEWS = [
    json.loads(text)
    for path in sorted((APP / "default/data/ui/views").glob("*.xml"))
    for text in re.findall(r"<definition><!\[CDATA\[(.*?)\]\]>", path.read_text(encoding="utf-8"), re.S)
]
VIEW_SPL = [
    source["options"]["query"]
    for view in VIEWS
    for source in view["dataSources"].values()
    if "query" in source.get("options", {})
]
DRILLDOWNS = {
    f"{name}: {drilldown['name']}": drilldown
    for name in DETECTIONS
    for drilldown in json.loads(SEARCHES[name]["action.notable.param.drilldown_searches"])
}
SPL = {
    **{name: settings["search"] for name, settings in SEARCHES.items()},
    **{name: drilldown["search"] for name, drilldown in DRILLDOWNS.items()},
}
RUNNABLE = {name: text for name, text in SPL.items() if "from datamodel" not in text}
EXPANDED = {name: expand(text, macro_table(MACROS)) for name, text in RUNNABLE.items()}

CALL = re.compile(r"`(\w+)(?:\(([^`]*)\))?`")
PUBLISHED_MACROS = {
    "cloudtrail",
    "amazon_security_lake",
    "security_content_ctime(1)",
    "aws_detect_users_creating_keys_with_encrypt_policy_without_mfa_filter",
    "asl_aws_detect_users_creating_keys_with_encrypt_policy_without_mfa_filter",
}


def calls(text: str) -> set[str]:
    """The macros that a search calls, named as their stanzas."""
    return {f"{name}({arguments.count(',') + 1})" if arguments else name for name, arguments in CALL.findall(text)}


def stanzas_with_comments(name: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"^\[(.+?)\]$(.*?)(?=^\[|\Z)", (APP / f"default/{name}.conf").read_text("utf-8"), re.M | re.S)


@pytest.mark.parametrize("name", RUNNABLE)
def test_every_search_and_drilldown_parses(name: str) -> None:
    stages, _ = compile_search(RUNNABLE[name], APP)
    assert stages


@pytest.mark.parametrize(
    "kind", ["savedsearches", "macros", "transforms", "analyticstories", "eventtypes", "tags", "workflow_actions"]
)
def test_no_stanza_and_no_setting_stands_twice(kind: str) -> None:
    found = list(stanzas_with_comments(kind))
    assert len({name for name, _ in found}) == len(found)
    for name, body in found:
        keys = re.findall(r"(?<!\\\n)^([\w.]+) = ", body, re.M)
        assert (name, sorted(keys)) == (name, sorted(set(keys)))


def test_every_macro_that_is_called_exists_and_every_one_that_exists_is_called() -> None:
    called = set().union(*map(calls, [*SPL.values(), *(macro["definition"] for macro in MACROS.values()), *VIEW_SPL]))
    assert called == set(MACROS)


def test_macros_are_our_own_by_prefix_or_the_published_rules() -> None:
    assert {name for name in MACROS if not name.startswith("kmspolicycheck_")} == PUBLISHED_MACROS


def test_a_macro_that_starts_a_search_does_not_start_with_a_pipe() -> None:
    assert [name for name, macro in MACROS.items() if macro["definition"].startswith("|")] == []


def test_every_lookup_that_is_used_exists_and_every_one_that_exists_is_used() -> None:
    text = " ".join([*EXPANDED.values(), *(macro["definition"] for macro in MACROS.values())])
    used = set(re.findall(r"(?:input|output)?lookup (?:\w+=\w+ )*(\w+)(?:\.csv)?", text))
    assert used == set(LOOKUPS)
    written = {name for name in LOOKUPS if re.search(rf"outputlookup (?:\w+=\w+ )*{name}\b", text)}
    for name, settings in LOOKUPS.items():
        assert (name in written) != (APP / "lookups" / settings["filename"]).exists()


def test_a_lookup_that_is_not_there_yet_stops_no_search_on_a_splunk_that_takes_it_for_an_error() -> None:
    """limits.conf, [lookup] input_errors_fatal; inputlookup's strict=f comes before it."""
    read = re.findall(r"inputlookup (.*?)kmspolicycheck_", " ".join([*EXPANDED.values(), *VIEW_SPL]))
    assert set(read) == {"strict=f ", "strict=f append=t "}


def test_a_file_that_a_customer_or_a_search_writes_is_not_shipped() -> None:
    """An update of the app would put the shipped file in its place."""
    assert {path.name for path in (APP / "lookups").iterdir()} == {ALLOWLIST, OWN_ACCOUNTS}


def test_every_field_of_ours_comes_from_the_command_or_is_made_by_a_search() -> None:
    text = " ".join([*EXPANDED.values(), *(macro["definition"] for macro in MACROS.values())])
    made = set(re.findall(r"(?:\bAS |output=|(?:eval|,)\s+)(key_policy_\w+)\b(?!\()", text))
    command = {f"key_policy_{name}" for name in FIELDS}
    used = set(re.findall(r"\bkey_policy_\w+\b(?!\*)", text + json.dumps(SEARCHES))) - {"key_policy_"}
    filters = {f"key_policy_{name.split('key_policy_', 1)[1]}" for name in MACROS if "key_policy_" in name}
    assert used - made - command - filters == set()


@pytest.mark.parametrize("name", DETECTIONS)
def test_names_fit(name: str) -> None:
    settings = SEARCHES[name]
    assert len(name) <= 83
    assert settings["action.correlationsearch.label"] == name


def test_detection_ids_are_uuids_of_their_own() -> None:
    ids = [json.loads(SEARCHES[name]["action.correlationsearch.metadata"])["detection_id"] for name in DETECTIONS]
    assert len({uuid.UUID(text) for text in ids}) == len(DETECTIONS)
    assert not {"c79c164f-4b21-4847-98f9-cf6a9f49179e", "16ae9076-d1d5-411c-8fdd-457504b33dac"} & set(ids)


@pytest.mark.parametrize("name", DETECTIONS)
def test_a_detection_ends_in_a_filter_of_its_own(name: str) -> None:
    last = SEARCHES[name]["search"].splitlines()[-1].removeprefix("| ")
    prefix = "" if name in PUBLISHED else "kmspolicycheck_"
    assert last == f"`{prefix}{slug(name)}_filter`"
    assert MACROS[last.strip("`")] == {"definition": "search *"}


@pytest.mark.parametrize("name", DETECTIONS)
def test_a_detection_has_two_drilldowns_or_more(name: str) -> None:
    drilldowns = json.loads(SEARCHES[name]["action.notable.param.drilldown_searches"])
    assert len(drilldowns) >= 2
    for drilldown in drilldowns:
        assert set(drilldown) == {"name", "search", "earliest_offset", "latest_offset"}


def test_what_runs_on_a_schedule_ships_disabled_and_reports_ship_enabled_without_one() -> None:
    assert sorted(SCHEDULED) == sorted([*DETECTIONS, "KMS - Update inventory"])
    assert {SEARCHES[name]["disabled"] for name in SCHEDULED} <= {"1", "true"}
    assert {SEARCHES[name]["disabled"] for name in REPORTS} == {"false"}
    assert [name for name in REPORTS if "cron_schedule" in SEARCHES[name]] == []


@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_is_bounded_in_time(name: str) -> None:
    assert SEARCHES[name]["dispatch.earliest_time"] and SEARCHES[name]["dispatch.latest_time"]


@pytest.mark.parametrize("name", SCHEDULED)
def test_schedules_are_hourly(name: str) -> None:
    assert re.fullmatch(r"[0-5]?\d \* \* \* \*", SEARCHES[name]["cron_schedule"])
    # a detection catches up on each hour that was missed; one run of the inventory search covers 30 days
    assert SEARCHES[name]["realtime_schedule"] == ("0" if name.endswith(" - Rule") else "1")


@pytest.mark.parametrize("name", OURS)
def test_our_detections_search_by_index_time_and_throttle_each_result(name: str) -> None:
    wanted = {
        "dispatch.earliest_time": "-24h@h",
        "dispatch.latest_time": "now",
        "dispatch.index_earliest": "-70m@m",
        "dispatch.index_latest": "-10m@m",
        "alert.digest_mode": "0",
        "alert.suppress": "1",
        "alert.track": "1",
        "alert.suppress.period": "86300s",
    }
    assert {key: SEARCHES[name].get(key) for key in wanted} == wanted
    shown = re.findall(r"\w+", SEARCHES[name]["search"])
    own = [field for field in ("key_policy_outside", "key_policy_opened") if field in shown]
    identity = [f"key_policy_{field}" for field in ("key", "account", "region", "actor", "severity", "hash")]
    assert SEARCHES[name]["alert.suppress.fields"].split(",") == [*identity, *own]


@pytest.mark.parametrize("name", OURS)
def test_a_detection_explains_itself(name: str) -> None:
    settings = SEARCHES[name]
    assert "References: " in settings["description"]
    steps = json.loads(settings["action.notable.param.next_steps"])["data"].splitlines()
    assert 3 <= len(steps) <= 4 and [step[:2] for step in steps] == [f"{i}." for i in range(1, len(steps) + 1)]
    assert re.search(r"\b(hours|days|week)\b|firstTime", " ".join(steps))
    told = STORIES[f"savedsearch://{name}"]
    assert told["explanation"] == settings["description"]
    for key in ("how_to_implement", "known_false_positives"):
        assert len(told[key]) > 60


@pytest.mark.parametrize("name", [*OURS, *REPORTS, "KMS - Update inventory"])
def test_our_searches_group_only_by_what_is_always_filled(name: str) -> None:
    filled = set(re.findall(r"(key_policy_\w+)=", MACROS["kmspolicycheck_fill"]["definition"]))
    filled |= {"key_policy_flagged"}  # the command itself writes true or false wherever there is a policy
    filled |= {"key_policy_subject", "key_policy_act", "key_policy_self"}  # made of filled fields
    filled |= {"key_policy_outside"}  # in rows of a party
    filled |= {"key_policy_point"}  # kmspolicycheck_turns drops rows without one
    filled |= {"statement_sid"}  # a statement without Sid is named by its number alone
    filled |= {"_raw"}  # what the command told an operation of has a text
    for group in re.findall(r"\bBY ([\w ]+)", EXPANDED[name]):
        assert set(group.split()) <= filled


def test_the_story_names_every_detection_that_other_apps_see() -> None:
    told = {name.removeprefix("savedsearch://") for name in STORIES if name.startswith("savedsearch://")}
    assert told == set(DETECTIONS)
    (story,) = (name for name in STORIES if name.startswith("analytic_story://"))
    assert json.loads(STORIES[story]["searches"]) == sorted(OURS)
    for name in DETECTIONS:
        named = json.loads(SEARCHES[name]["action.correlationsearch.annotations"])["analytic_story"]
        assert story.removeprefix("analytic_story://") in named


def test_tags_belong_to_event_types_that_exist() -> None:
    assert set(conf("tags")) == {f"eventtype={name}" for name in conf("eventtypes")}


def test_every_folder_of_cases_is_a_detections() -> None:
    folders: list[str] = [path.name for path in sorted((APP / "samples/detections").iterdir())]
    assert folders == sorted(slug(name) for name in OURS)
    assert {case.detection for case in CASES} == set(OURS)


@pytest.mark.parametrize("macro", ["kmspolicycheck_use_terms", "kmspolicycheck_caller"])
def test_every_call_that_encrypts_or_decrypts_is_a_use_of_a_key(macro: str) -> None:
    (listed,) = re.findall(r"\((Encrypt[^)]*)\)", MACROS[macro]["definition"])
    actions = shown((*CLASSES["encrypt"], *CLASSES["decrypt"]))
    calls = {re.sub(r"^kms:|(?<=ReEncrypt)(From|To)$", "", action) for action in actions}
    assert set(re.split(r" OR |\|", listed)) == calls
