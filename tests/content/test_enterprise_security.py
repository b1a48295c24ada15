"""Our detections fit Enterprise Security 8 and the Alerts page: who sees them, what they raise, what their texts hold.

Source: the models of the publisher's builder, contentctl-ng; Splunk's default.meta.spec, savedsearches.conf.spec and
workflow_actions.conf.spec.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

import pytest

from dev.dashboard.views import read_views
from dev.spl import Event, run_saved, run_search
from dev.spl.conf import read_conf
from kmspolicy.splunk.output_fields import FIELDS
from tests.content.shipped import (
    APP,
    CASES,
    OURS,
    PUBLISHED,
    REPORTS,
    SAMPLES,
    SEARCHES,
    Case,
    conf,
    fill,
    findings,
    name_of,
    slug,
)

pytestmark = pytest.mark.slow

META = read_conf(APP / "metadata" / "default.meta")
MACROS = conf("macros")
TTP = [name for name in OURS if SEARCHES[name].get("action.notable") == "1"]
ANOMALIES = [name for name in OURS if name not in TTP]
USE, GRANT = (
    f"KMS - {name} - Rule" for name in ("Open Key Used From Another Account", "Key Granted To Another Account")
)
NOW = 1773144000  # 2026-03-10T12:00:00Z
POSITIVE = [case for case in CASES if case.expect]
SEVERITIES = {20: "informational", 40: "low", 60: "medium", 80: "high", 100: "critical"}

# Fields that Enterprise Security computes or interprets by itself: no search may make them.
RESERVED = re.compile(r"status|owner|urgency|disposition|(rule|drilldown|orig|info)_.*")

# What titles, messages, e-mails and drilldowns may hold: fields that are always filled, and in which nothing that a
# caller wrote can act (tests/content/test_hostile_text.py).
SAFE = {
    *(
        f"key_policy_{name}"
        for name in ("account", "account_name", "event", "exposure", "key", "outside", "src", "trace", "who", "why")
    ),
    "severity",
}
SPLUNKS_OWN = {"info_min_time", "info_max_time", "results_link"}


def loaded(name: str, key: str) -> Any:
    return json.loads(SEARCHES[name][key])


def exported(kind: str, name: str) -> bool:
    return META.get(f"{kind}/{quote(name)}", META.get(kind, META[""])).get("export") == "system"


def test_other_apps_see_our_detections_with_all_they_use_and_nothing_else() -> None:
    assert [name for name in SEARCHES if exported("savedsearches", name)] == OURS
    own = {name for name in MACROS if name.startswith("kmspolicycheck_")}
    assert {name for name in MACROS if exported("macros", name)} == own
    for kind in ("analyticstories", "lookups", "transforms", "commands", "workflow_actions"):
        assert exported(kind, "any"), kind
    pages = [view.name for view in read_views()]
    assert [name for name in pages if exported("views", name)] == ["kms_key_policy_detail"]


def test_the_alerts_page_lists_every_search_that_is_enabled_there() -> None:
    assert {SEARCHES[name]["is_visible"] for name in [*OURS, *PUBLISHED, *REPORTS, "KMS - Update inventory"]} <= {
        "1",
        "true",
    }


def test_what_raises_findings_and_what_adds_risk_alone() -> None:
    kinds = {name: loaded(name, "action.correlationsearch.annotations")["type"] for name in OURS}
    assert kinds == {**dict.fromkeys(TTP, "TTP"), **dict.fromkeys(ANOMALIES, "Anomaly")}
    assert [name.split(" - ")[1] for name in ANOMALIES] == [
        "Key Policy Opened To The Outside",
        "Key Policy Could Not Be Read",
        "Key Granted To Another Account",
    ]


@pytest.mark.parametrize("name", TTP)
def test_a_finding_has_one_entity_which_is_scored_once(name: str) -> None:
    """Enterprise Security 8 raises a finding for each entry, and scores that entity by the finding itself."""
    (entity,) = loaded(name, "action.notable.param._entities")
    assert entity["risk_object_field"] not in [
        entry.get("risk_object_field") for entry in loaded(name, "action.risk.param._risk")
    ]
    score = next(severity for top, severity in SEVERITIES.items() if entity["risk_score"] <= top)
    assert SEARCHES[name]["action.notable.param.severity"] == score


@pytest.mark.parametrize("name", ANOMALIES)
def test_an_anomaly_raises_no_finding(name: str) -> None:
    written = [key for key in SEARCHES[name] if key.startswith("action.notable")]
    assert written == [
        f"action.notable.param.{key}" for key in ("drilldown_dashboards", "drilldown_searches", "next_steps")
    ]


@pytest.mark.parametrize("name", OURS)
def test_risk_is_annotated_as_the_builder_does(name: str) -> None:
    entries = loaded(name, "action.risk.param._risk")
    messages = {entry["risk_message"] for entry in entries if "risk_object_field" in entry}
    assert messages == {SEARCHES[name]["action.risk.param._risk_message"]}
    fields = [entry.get("risk_object_field", entry.get("threat_object_field")) for entry in entries]
    assert len(fields) == len(set(fields)) and fields[-1] == "src"
    annotations = loaded(name, "action.correlationsearch.annotations")
    assert annotations["type_list"] == [annotations["type"]]
    assert annotations["nist"] == ["DE.CM" if name in TTP else "DE.AE"]
    assert not [key for key in SEARCHES[name] if key.startswith("action.escu")]


def texts(name: str) -> str:
    """All that a person reads of a result, and the drilldowns."""
    return " ".join(
        value
        for key, value in SEARCHES[name].items()
        if key.startswith(("action.notable", "action.risk", "action.email"))
    )


@pytest.mark.parametrize("name", OURS)
def test_tokens_are_safe_fields(name: str) -> None:
    tokens = set(re.findall(r"\$(?:result\.)?(\w+)\$", texts(name)))
    assert tokens - SPLUNKS_OWN <= SAFE
    assert tokens


@pytest.mark.parametrize("name", OURS)
def test_the_search_names_every_field_that_is_used_of_its_results(name: str) -> None:
    """So the builder demands it, and so the detection editor shows it."""
    entries = loaded(name, "action.risk.param._risk") + json.loads(
        SEARCHES[name].get("action.notable.param._entities", "[]")
    )
    used = {value for entry in entries for key, value in entry.items() if key.endswith("_field")}
    used |= set(re.findall(r"\$(?:result\.)?(\w+)\$", texts(name))) - SPLUNKS_OWN
    used |= set(SEARCHES[name]["alert.suppress.fields"].split(","))
    assert used <= set(re.findall(r"\w+", SEARCHES[name]["search"]))


@pytest.mark.parametrize("name", OURS)
def test_a_drilldown_can_run_the_search_by_its_name(name: str) -> None:
    """`| savedsearch` takes a pair of dollar signs for a place to fill in (Search Reference, savedsearch)."""
    assert "$" not in SEARCHES[name]["search"]
    assert f'| savedsearch "{name}"' in loaded(name, "action.notable.param.drilldown_searches")[0]["search"]


@pytest.mark.parametrize("case", POSITIVE, ids=name_of)
def test_results_fill_what_is_used_of_them_and_leave_objects_of_nothing_null(case: Case) -> None:
    found = findings(case)
    assert not [column for column in found.columns if RESERVED.fullmatch(column)]
    tokens = set(re.findall(r"\$(?:result\.)?(\w+)\$", texts(case.detection))) - SPLUNKS_OWN
    for row in found.rows:
        filled = tokens | set(SEARCHES[case.detection]["alert.suppress.fields"].split(","))
        assert [field for field in sorted(filled) if not row.get(field)] == []
        objects = [
            row[field] for field in ("user", "src", "key_policy_risk_key", "key_policy_risk_account") if field in row
        ]
        assert not [text for text in objects if text == "unknown" or text.startswith("service:")]
        if case.detection in TTP:
            (entity,) = loaded(case.detection, "action.notable.param._entities")
            scored = [entry.get("risk_object_field") for entry in loaded(case.detection, "action.risk.param._risk")]
            assert row[entity["risk_object_field"]] and row[entity["risk_object_field"]] != "unknown"
            assert row[entity["risk_object_field"]] not in [row.get(field) for field in scored if field]


def entities(event: Any) -> list[str]:
    return [row["key_policy_entity"] for name in TTP for row in run_saved(name, [event], all_time=True).rows]


def test_a_finding_whose_key_or_actor_is_not_known_has_an_entity() -> None:
    """Enterprise Security 8 raises a finding on its entity: one without might raise none."""
    opened = put(-3000, "kms:Encrypt")
    assert isinstance(opened.raw, dict)
    assert [entity.split(":")[2] for entity in entities(opened)] == ["kms", "kms"]
    nameless = {
        **opened.raw,
        "requestParameters": {**opened.raw["requestParameters"], "keyId": None},
        "resources": None,
    }
    assert entities(nameless) == ["111122223333"] * 2
    nowhere = {**nameless, "recipientAccountId": None, "userIdentity": {"type": "Unknown"}}
    assert entities(nowhere) == [opened.raw["eventID"]] * 2
    refused = {**opened.raw, "errorCode": "AccessDenied"}
    assert entities(refused) == ["deploy-pipeline/terraform-run-4711"]
    assert entities({**refused, "userIdentity": {"type": "Unknown"}}) == ["111122223333"]


@pytest.mark.parametrize("name", OURS)
def test_a_finding_leads_to_the_page_of_its_key(name: str) -> None:
    (dashboard,) = loaded(name, "action.notable.param.drilldown_dashboards")
    assert (APP / "default/data/ui/views" / f"{dashboard['dashboard_id']}.xml").exists()
    assert dashboard["app"] == "kmspolicycheck"
    assert dashboard["tokens"] == [{"name": "key", "value": "key_policy_key"}]


def test_workflow_actions_lead_there_from_any_table() -> None:
    actions = conf("workflow_actions")
    assert {action["fields"].split(",")[0] for action in actions.values()} == {"key_policy_key", "key_policy_event"}
    for name, action in actions.items():
        assert name.startswith("kmspolicycheck_") and action["type"] == "link"
        tokens = set(re.findall(r"\$(\w+)\$", action["link.uri"]))
        assert tokens == set(map(str.strip, action["fields"].split(",")))
        assert tokens <= {f"key_policy_{field}" for field in FIELDS}
    page, _, parameter = actions["kmspolicycheck_key_detail"]["link.uri"].partition("?")
    (view,) = (view for view in read_views() if f"/app/kmspolicycheck/{view.name}" == page)
    inputs = {given["options"]["token"] for given in view.definition["inputs"].values()}
    assert parameter in {f"form.{token}=$key_policy_key$" for token in inputs}


OFFSETS = {
    "View this finding's result": ("$info_min_time$", "$info_max_time$"),
    "View the policy, statement by statement": ("$info_min_time$", "$info_max_time$"),
    "View the event": ("$info_min_time$", "$info_max_time$"),
    "View uses of this key by other accounts": ("48h", "7d"),
    "View grants on this key": ("48h", "7d"),
    "View the calls of the same identity": ("48h", "24h"),
    "View all policy changes of this key in the last 30 days": ("30d", "0"),
    "View risk events of this key and its account in the last 7 days": ("7d", "0"),
}
"""Times before and after a finding that its steps promise: two days before, a week or a day after."""


@pytest.mark.parametrize("name", OURS)
def test_a_drilldown_looks_at_the_time_that_its_name_and_the_steps_promise(name: str) -> None:
    for drilldown in loaded(name, "action.notable.param.drilldown_searches"):
        assert (drilldown["earliest_offset"], drilldown["latest_offset"]) == OFFSETS[drilldown["name"]]


@pytest.mark.parametrize("name", OURS)
def test_an_e_mail_is_prepared_and_not_enabled(name: str) -> None:
    settings = SEARCHES[name]
    assert "action.email" not in settings
    assert settings["action.email.useNSSubject"] == "1"  # else Splunk ignores subject.alert
    told = set(re.findall(r"\$([\w.]+)\$", settings["action.email.message.alert"]))
    wanted = {
        f"result.{field}"
        for field in ("severity", "key_policy_key", "key_policy_account_name", "key_policy_who", "key_policy_why")
    }
    assert wanted | {"results_link"} <= told
    assert "$result.severity$" in settings["action.email.subject.alert"]


def put(at: int, action: str, **more: Any) -> Event:
    """A PutKeyPolicy of one key by one user, indexed five minutes after it was made."""
    (written,) = json.loads((SAMPLES / "key_policy_lets_everyone_encrypt/every_principal.json").read_text("utf-8"))[
        "events"
    ]
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
    request = {
        **written["requestParameters"],
        "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    }
    moment = datetime.fromtimestamp(NOW + at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = {**written, "requestParameters": request, "eventTime": moment, "eventID": f"put-{at}", **more}
    return Event(record, indextime=NOW + at + 300)


def test_the_result_of_a_finding_is_found_though_another_change_stands_for_it() -> None:
    """The drilldown looks at 24 hours, the finding at one: a worse change of hours ago then stands for both."""
    detection = OURS[0]
    (drilldown,) = (
        given
        for given in loaded(detection, "action.notable.param.drilldown_searches")
        if given["name"] == "View this finding's result"
    )
    events = [put(-5 * 3600, "kms:Encrypt"), put(-1800, "kms:*")]
    (row,) = run_saved(detection, events, now=NOW).rows
    assert row["severity"] == "high"
    search = fill(drilldown["search"], row)
    (shown,) = run_search(search, events, now=NOW, earliest=str(NOW - 86400), latest=str(NOW)).rows
    assert (shown["key_policy_key"], shown["key_policy_changes"]) == (row["key_policy_key"], "2")
    other = search.replace(row["key_policy_key"], "arn:aws:kms:us-east-1:111122223333:key/other").replace("put-", "x")
    assert run_search(other, events, now=NOW, earliest=str(NOW - 86400), latest=str(NOW)).rows == []


def throttled(detection: str, *events: Any) -> set[tuple[Any, ...]]:
    """What the findings of these events are throttled by."""
    fields = SEARCHES[detection]["alert.suppress.fields"].split(",")
    return {tuple(row[field] for field in fields) for row in run_saved(detection, events, all_time=True).rows}


def test_throttling_lets_a_grant_of_more_through_and_holds_back_the_same_one() -> None:
    (grant,) = json.loads((SAMPLES / "key_granted_to_another_account/outside_role.json").read_text("utf-8"))["events"]
    asked = grant["requestParameters"]
    again = {**grant, "eventID": "again"}
    worse = {**again, "requestParameters": {**asked, "operations": ["CreateGrant", "Encrypt"]}}
    other = {**again, "requestParameters": {**asked, "granteePrincipal": "arn:aws:iam::444455556666:role/other"}}
    before = throttled(GRANT, grant)
    assert throttled(GRANT, again) == before
    assert throttled(GRANT, worse) != before != throttled(GRANT, other)


def test_throttling_lets_a_second_opening_through_and_holds_back_copies_of_the_first() -> None:
    newly = OURS[1]
    opened, closed, reopened = put(-3000, "kms:Encrypt"), put(-2000, "kms:DescribeKey"), put(-1000, "kms:Encrypt")
    copy = Event(opened.raw, index="other", indextime=NOW + 3600)
    before = throttled(newly, opened)
    assert throttled(newly, copy) == throttled(newly, copy, opened) == before
    assert throttled(newly, opened, put(-2000, "kms:Encrypt")) == before
    assert throttled(newly, opened, closed, reopened) != before


def test_throttling_lets_an_outsiders_grant_through_after_his_other_calls() -> None:
    folder = SAMPLES / "open_key_used_from_another_account"
    opened, use = json.loads((folder / "opened_in_the_same_window.json").read_text("utf-8"))["events"]
    again, grant = {**use, "eventID": "again"}, {**use, "eventID": "grant", "eventName": "CreateGrant"}
    assert throttled(USE, opened, again) == throttled(USE, opened, use) == throttled(USE, opened, use, again)
    assert throttled(USE, opened, grant) != throttled(USE, opened, use)
    assert throttled(USE, opened, use, grant) != throttled(USE, opened, use)


@pytest.mark.parametrize(
    ("case", "action", "change_type"),
    [
        ("key_policy_lets_everyone_encrypt/every_principal", "modified", "key policy"),
        ("key_policy_lets_everyone_encrypt/replicated", "created", "key policy"),
        ("open_key_used_from_another_account/opened_in_the_same_window", None, "key use"),
        ("key_granted_to_another_account/outside_role", "created", "key grant"),
    ],
)
def test_the_fields_of_cim_say_what_was_changed(case: str, action: str | None, change_type: str) -> None:
    folder, name = case.split("/")
    found = next(it for it in CASES if it.name == name and slug(it.detection) == folder)
    (row,) = run_saved(found.detection, found.events).rows
    assert (row.get("action"), row["change_type"]) == (action, change_type)
