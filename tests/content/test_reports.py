"""The reports say what they promise, on the project's sample events and on lookups made for them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from dev.spl import Event, run_saved, run_search
from tests.content.shipped import (
    ALLOWLIST,
    APP,
    INVENTORY,
    OWN_ACCOUNTS,
    PUBLISHED,
    SAMPLES,
    SEARCHES,
    conf,
    write_lookups,
)

pytestmark = pytest.mark.slow

EVENTS = (APP / "samples" / "cloudtrail.jsonl").read_text(encoding="utf-8").splitlines()
LAKE = (APP / "samples" / "security_lake.jsonl").read_text(encoding="utf-8").splitlines()
LONG = next(text for text in EVENTS if len(text) > 18_000)
KEY_ID = "0b99ee32-fa78-49a5-a807-755933c2f994"
RULE = next(name for name in PUBLISHED if "ASL" not in name)


def report(name: str, events: Any = (), **options: Any) -> list[dict[str, Any]]:
    return run_saved(f"KMS - {name}", events, all_time=True, **options).rows


def row(**cells: str) -> dict[str, str]:
    """A row of the allowlist that hides the changes of one actor; its reason names the row."""
    blank = {"key": "*", "account": "*", "actor": "alice", "until": "never", "tenant": "*", "reason": "", "owner": "me"}
    return {**blank, **cells}


def test_open_keys_now_leaves_out_disabled_and_closed_keys() -> None:
    keys = {
        found["key_policy_key"].rsplit("/", 1)[-1] + "@" + found["key_policy_region"]
        for found in report("Open keys now", EVENTS)
    }
    assert "mrk-3226caeee5270f002881c9a409262d64@eu-west-1" in keys
    assert "mrk-3226caeee5270f002881c9a409262d64@us-east-1" not in keys  # disabled in the morning
    assert "5e12b888-0a56-4f5a-9119-b8f897778383@eu-central-1" not in keys  # closed in the morning


def test_policy_changes_has_each_change_once() -> None:
    found = report("Policy changes", [*EVENTS, *LAKE, *EVENTS])
    events = [change["key_policy_event"] for change in found]
    assert len(events) == len(set(events))
    assert "dae86391-c852-4b5d-96b1-31eaa07034e1" in events  # stands twice in the file itself
    assert {change["key_policy_call"] for change in found} == {"success", "failure"}


def test_who_opened_keys_counts_keys_and_attempts() -> None:
    actors = {
        found["key_policy_actor"]: (found["changes"], found["failed"]) for found in report("Who opened keys", EVENTS)
    }
    assert actors["ci-backup"] == ("1", "1")
    assert actors["alice"] == ("2", "0")
    assert "CloudTrail" not in actors


@pytest.mark.parametrize("addon", ["filled", "field"])
def test_the_published_rule_beside_ours_tells_what_that_rule_reports(addon: str) -> None:
    """The report's verdict on each event is what the published search itself finds in that event alone."""
    found = report("Published rule beside ours", EVENTS, addon=addon)
    claimed = {line["key_policy_event"] for line in found if not line["verdict"].startswith("missed")}
    events = {text.split('"eventID":"', 1)[1][:36]: text for text in EVENTS}
    reported = {event for event, text in events.items() if run_saved(RULE, [text], addon=addon, all_time=True).rows}
    assert claimed == reported
    verdicts = {line["key_policy_event"]: line["verdict"] for line in found}
    assert verdicts["da7a5f3c-2ea8-442e-be8c-81b2b6d94d63"] == "missed by the published rule"
    if addon == "filled":
        assert verdicts["4bf348a9-54cd-4499-8030-ae61ea3ac372"] == "flagged by mistake by the published rule"
        assert verdicts["3ed8b848-33c2-4f15-b520-810b0c1e11ed"] == "reported unread: its policy could not be read"


def test_the_published_rule_reads_no_replica() -> None:
    """It asks for CreateKey and PutKeyPolicy."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Encrypt", "Resource": "*"}
    folder = SAMPLES / "key_policy_lets_everyone_encrypt"
    for name, verdict in (("replicated", "missed by the published rule"), ("every_principal", "both report it")):
        (event,) = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["events"]
        event["requestParameters"]["policy"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        (line,) = report("Published rule beside ours", [event])
        assert line["verdict"] == verdict
        assert bool(run_saved(RULE, [event], all_time=True).rows) == verdict.startswith("both")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"actor": "*"}, "names no key, account or actor"),
        ({"actor": "*", "tenant": "main"}, "names no key, account or actor"),
        ({"actor": "*/*", "key": "arn:aws:kms:*:*:key/*"}, "names no key, account or actor"),
        *(
            ({"actor": "*", "key": key}, "names no key, account or actor")
            for key in ("arn:aws:kms:*", "arn:*", "a*", "*kms*", "*key/*", "*:*", "*1*", "arn:aws*:kms:*:*:alias/*")
        ),
        ({"until": "31.12.2030"}, "until is neither"),
        ({"until": "2030-02-30x"}, "until is neither"),
        ({"until": "2026-03-09"}, "expired"),
        ({"until": ""}, "a cell is empty"),
        ({"key": ""}, "a cell is empty"),
        ({}, ""),
        ({"until": "Never"}, ""),
        ({"until": "2026-03-10"}, ""),
        ({"actor": "root"}, "actor is spelled as in version 1.0.0"),
        ({"actor": "cloudformation.amazonaws.com"}, "actor is spelled as in version 1.0.0"),
        ({"actor": "AWS Internal"}, "actor is spelled as in version 1.0.0"),
        ({"actor": "444455556666/AIDAEXAMPLE"}, "actor is spelled as in version 1.0.0"),
        *(({"key": key}, "key is no ARN") for key in (f"key/{KEY_ID}", f"{KEY_ID}*", "alias/data")),
        ({"actor": "arn:aws:iam::111122223333:user/alice"}, "actor is an ARN"),
        ({"account": "1111-2222-3333"}, "account is neither"),
        ({"account": "Production"}, "account is neither"),
        *(
            ({column: text}, "a cell begins or ends with a blank")
            for column, text in (("actor", "alice "), ("account", " 111122223333"), ("tenant", "main "), ("key", "* "))
        ),
        *(({"key": key}, "") for key in (f"*{KEY_ID}", "arn:*", "ar*")),
        ({"account": "111122223333"}, ""),
        ({"actor": "*", "key": "arn:aws:kms:us-east-1:*:key/*"}, ""),
        ({"actor": "*", "account": "1111*"}, ""),
        *(
            ({"actor": "*", "key": key}, "")
            for key in ("*:us-east-1:*", "*:111122223333:*", "ARN:AWS:KMS:US-EAST-1:*", "*:key/0b*", "*0b99ee32*")
        ),
    ],
)
def test_allowlist_rows_that_do_nothing(cells: dict[str, str], problem: str, tmp_path: Path) -> None:
    """What the report lists hides no finding, and what it does not list hides one."""
    write_lookups(tmp_path, {ALLOWLIST: [row(**cells)]})
    listed = report("Allowlist rows that do nothing", lookups=tmp_path, now="2026-03-10T12:00:00Z")
    assert [line["problem"].startswith(problem) for line in listed] == ([True] if problem else [])
    alice = [text for text in EVENTS if '"eventID":"45da64e4-5f30-4852-ba13-0ad3ec240b87"' in text]
    findings = report("Key Policy Lets Everyone Encrypt - Rule", alice, lookups=tmp_path, now="2026-03-10T12:00:00Z")
    assert len(findings) == (1 if problem else 0)


@pytest.mark.parametrize("key", [KEY_ID, "mrk-3226CAEEE5270f002881c9a409262d64"])
def test_a_row_whose_key_is_an_id_hides_a_finding_whose_event_does_not_tell_the_arn(key: str, tmp_path: Path) -> None:
    """Both stand in the report, and the setup check counts neither among those without effect."""
    write_lookups(tmp_path, {ALLOWLIST: [row(key=key)]})
    (listed,) = report("Allowlist rows that do nothing", lookups=tmp_path)
    assert listed["problem"].startswith("key is no ARN: matches only events that do not tell the key's ARN")
    assert states(report("Setup check", lookups=tmp_path))["Allowlist rows take effect"] == "ok"
    (whole,) = (json.loads(text) for text in EVENTS if '"eventID":"45da64e4-5f30-4852-ba13-0ad3ec240b87"' in text)
    parameters = {**whole["requestParameters"], "keyId": key.lower()}
    bare = {**whole, "requestParameters": parameters, "resources": None, "awsRegion": None}
    rule = "Key Policy Lets Everyone Encrypt - Rule"
    assert [line["key_policy_key"] for line in report(rule, [bare])] == [key.lower()]
    assert report(rule, [bare], lookups=tmp_path) == []
    assert len(report(rule, [whole], lookups=tmp_path)) == 1


@pytest.mark.parametrize(
    "account", ["o-a1b2c3d4e5", "AROAQ3EGSPQ6C2EXAMPLE", "network", "external", "organization", "4444*"]
)
def test_an_outside_party_may_stand_in_the_allowlist(account: str, tmp_path: Path) -> None:
    write_lookups(tmp_path, {ALLOWLIST: [row(account=account)]})
    assert report("Allowlist rows that do nothing", lookups=tmp_path, now="2026-03-10T12:00:00Z") == []


def test_the_example_allowlist_hides_and_lists_nothing() -> None:
    assert report("Allowlist rows that do nothing") == []


def test_unreadable_policies_are_those_in_force() -> None:
    found = {line["key_policy_event"] for line in report("Unreadable policies", EVENTS)}
    assert found == {"3ed8b848-33c2-4f15-b520-810b0c1e11ed"}  # not the one that KMS refused


def states(found: list[dict[str, Any]]) -> dict[str, str]:
    return {line["check"]: line["state"] for line in found}


def test_the_setup_check_of_an_app_that_sees_no_events() -> None:
    found = report("Setup check")
    assert states(found)["Key policy events arrive"] == "problem"
    assert "kmspolicycheck_index" in found[0]["next_step"]
    assert {line["state"] for line in found[1:6]} == {"waiting"}
    assert {line["next_step"] for line in found[1:5]} == {'Waiting for data: fix "Key policy events arrive" first.'}
    assert all(line["found"] and line["next_step"] for line in found)


@pytest.mark.parametrize(
    ("service", "state"), [("payment-cryptography.amazonaws.com", "waiting"), ("kms.amazonaws.com", "ok")]
)
def test_the_setup_check_takes_no_other_service_for_kms(service: str, state: str) -> None:
    (event,) = (text for text in EVENTS if '"eventID":"45da64e4-5f30-4852-ba13-0ad3ec240b87"' in text)
    record = {**json.loads(event), "eventSource": service, "eventName": "CreateKey", "tlsDetails": None}
    assert states(report("Setup check", [record]))["Key policy events arrive"] == state


def test_the_setup_check_of_an_app_that_sees_events(tmp_path: Path) -> None:
    run_saved("KMS - Update inventory", EVENTS, lookups=tmp_path, all_time=True)
    write_lookups(tmp_path, {OWN_ACCOUNTS: [{"account": "111122223333", "name": "Production", "organization": "none"}]})
    readable = [text for text in EVENTS if "StringEqualsWithTrust" not in text]
    (use,) = (text for text in EVENTS if '"eventName":"GenerateDataKey"' in text)
    now, lately = "2026-03-11T12:00:00Z", re.sub(r'"eventTime":"[^"]*"', '"eventTime":"2026-03-11T11:30:00Z"', use)
    assert set(states(report("Setup check", [*readable, lately], lookups=tmp_path, now=now)).values()) == {"ok"}
    (unread,) = (
        line for line in report("Setup check", [*EVENTS, lately], lookups=tmp_path, now=now) if line["state"] != "ok"
    )
    assert (unread["check"], unread["state"]) == ("Policies can be read", "warning")
    assert unread["found"] == "policies that could not be read: 1"


def test_the_setup_check_without_calls_that_use_keys_waits_for_them() -> None:
    found = report("Setup check", EVENTS, now="2026-03-20T12:00:00Z")
    assert states(found)["Calls that use keys are logged"] == "waiting"


GRANT = SAMPLES / "key_granted_to_another_account" / "outside_role.json"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (next(text for text in EVENTS if '"eventName":"GenerateDataKey"' in text), "ok"),
        (next(text for text in LAKE if '"operation":"GenerateDataKey"' in text), "ok"),
        (next(text for text in EVENTS if '"eventName":"PutKeyPolicy"' in text and "kms:Encrypt" in text), "waiting"),
        (json.dumps(json.loads(GRANT.read_text(encoding="utf-8"))["events"][0]), "waiting"),
    ],
    ids=["a use", "a use in Security Lake", "a policy that names Encrypt", "a grant of Encrypt"],
)
def test_the_setup_check_takes_no_other_call_for_one_that_uses_a_key(text: str, state: str) -> None:
    moment = datetime(2026, 3, 11, 11, 30, tzinfo=timezone.utc)
    lately = re.sub(r'"eventTime": ?"[^"]*"', f'"eventTime":"{moment:%Y-%m-%dT%H:%M:%SZ}"', text)
    lately = re.sub(r'"time": ?\d+', f'"time":{moment.timestamp() * 1000:.0f}', lately)
    found = report("Setup check", [lately], now="2026-03-11T12:00:00Z")
    assert states(found)["Calls that use keys are logged"] == state


@pytest.mark.parametrize("length", [10_000, 12_000])
def test_the_setup_check_sees_events_that_were_cut(length: int) -> None:
    """10,000 is TRUNCATE's default: such an event has exactly as many characters."""
    assert len(LONG) > length
    found = report("Setup check", [Event(LONG[:length], sourcetype="aws:cloudtrail", indextime="2026-03-11T00:00:00Z")])
    assert states(found)["Long policies arrive whole"] == "problem"
    assert states(found)["Policies can be read"] == "warning"


def test_the_setup_check_of_an_event_that_was_cut_behind_its_policy() -> None:
    cut = Event(LONG[:-30], sourcetype="aws:cloudtrail", indextime="2026-03-11T00:00:00Z")
    found = states(report("Setup check", [cut]))
    assert (found["Long policies arrive whole"], found["Policies can be read"]) == ("problem", "ok")


def test_the_setup_check_of_a_long_policy_that_came_whole() -> None:
    assert states(report("Setup check", [LONG]))["Long policies arrive whole"] == "ok"


def test_the_setup_check_of_a_site_that_sets_no_policies_waits() -> None:
    (event,) = (text for text in EVENTS if '"eventName":"GetCallerIdentity"' in text)
    found = [line for line in report("Setup check", [event]) if line["check"] != "Calls that use keys are logged"][:5]
    assert {line["state"] for line in found} == {"waiting"}
    assert found[0]["found"] == "no key policy was set in these 7 days"
    assert found[0]["next_step"].startswith("Nothing to do")
    assert {line["next_step"] for line in found[1:]} == {"Waiting for the first policy change."}


def in_time(*events: Event) -> tuple[str, str]:
    """State and findings of the check, at noon."""
    found = report("Setup check", events, now="2026-03-12T12:00:00Z")
    return next((line["state"], line["found"]) for line in found if line["check"] == "Events arrive in time")


def test_the_setup_check_sees_events_that_come_late() -> None:
    late = Event(EVENTS[10], indextime="2026-03-12T11:00:00Z")
    state, found = in_time(late)
    assert state == "problem"
    assert found.startswith("longest delay in the last 24 hours: ")


@pytest.mark.parametrize(("indexed", "state"), [("2026-03-12T06:00:00Z", "problem"), ("2026-03-12T10:55:00Z", "ok")])
def test_the_setup_check_sees_events_whose_time_is_ahead_of_their_arrival(indexed: str, state: str) -> None:
    record = {**json.loads(EVENTS[10]), "eventTime": "2026-03-12T11:00:00Z"}
    told, found = in_time(Event(record, indextime=indexed))
    assert told == state
    assert found.endswith("; an event came 300 min before the time that it bears") == (state == "problem")


def test_events_of_a_history_that_was_read_days_ago_do_not_come_late() -> None:
    imported = Event(EVENTS[10], indextime="2026-03-11T11:00:00Z")
    day = json.loads(EVENTS[10])
    day.update(eventTime="2026-03-12T11:00:00Z", eventID="of today")
    state, found = in_time(imported, Event(day, indextime="2026-03-12T11:05:00Z"))
    assert (state, found.split(";")[0]) == ("ok", "longest delay in the last 24 hours: 5 min")
    assert re.search(r"; in these 7 days: \d{3,} min$", found)
    state, found = in_time(imported)
    assert (state, found.split(";")[0]) == ("waiting", "no event was indexed in the last 24 hours")


def test_the_setup_check_counts_rows_of_an_older_model(tmp_path: Path) -> None:
    write_lookups(tmp_path, {INVENTORY: [{"key_policy_key": "k", "key_policy_open_now": "true"}]})
    line = next(line for line in report("Setup check", lookups=tmp_path) if line["check"] == "The inventory is filled")
    assert (line["state"], line["found"]) == ("warning", "keys: 1, open among them: 1, judged by an older model: 1")


OWN = {"account": "111122223333", "name": "Production", "organization": "none"}
CHECKS = {OWN_ACCOUNTS: ("Own accounts are listed", OWN), ALLOWLIST: ("Allowlist rows take effect", row())}


@pytest.mark.parametrize(
    ("file", "column"),
    [
        *((OWN_ACCOUNTS, column) for column in OWN),
        *((ALLOWLIST, column) for column in ("key", "account", "actor", "until", "tenant")),
    ],
)
def test_the_setup_check_sees_a_lookup_without_a_column_that_the_detections_need(
    file: str, column: str, tmp_path: Path
) -> None:
    check, whole = CHECKS[file]
    write_lookups(tmp_path, {file: [{name: cell for name, cell in whole.items() if name != column}]})
    (line,) = (line for line in report("Setup check", lookups=tmp_path) if line["check"] == check)
    assert line["state"] == "warning" and line["found"].endswith(f"columns without a value: {column}")
    write_lookups(tmp_path, {file: [whole]})
    assert states(report("Setup check", lookups=tmp_path))[check] == "ok"


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"account": "12345678901"}, "warning"),
        ({"account": "111122223333 "}, "warning"),
        ({"account": "1.11122E+11", "organization": "o-a1b2c3d4e5"}, "warning"),
        ({"account": "none"}, "warning"),
        ({"account": "none", "organization": "o-a1b2c3d4e5"}, "ok"),
        ({"account": "1111*"}, "ok"),
    ],
)
def test_the_setup_check_sees_own_accounts_that_no_event_names(
    cells: dict[str, str], state: str, tmp_path: Path
) -> None:
    write_lookups(tmp_path, {OWN_ACCOUNTS: [OWN, {**OWN, **cells}]})
    (line,) = (line for line in report("Setup check", lookups=tmp_path) if line["check"] == CHECKS[OWN_ACCOUNTS][0])
    assert line["state"] == state and ("12 digits" in line["next_step"]) == (state == "warning")


@pytest.mark.parametrize("file", CHECKS)
def test_the_setup_check_sees_a_lookup_without_a_row(file: str, tmp_path: Path) -> None:
    check, whole = CHECKS[file]
    (tmp_path / file).write_text(",".join(whole) + "\n", encoding="utf-8")
    assert states(report("Setup check", lookups=tmp_path))[check] == "problem"


def test_the_setup_check_of_the_files_that_ship() -> None:
    found = states(report("Setup check"))
    assert [found[check] for check, _ in CHECKS.values()] == ["warning", "ok"]


def test_no_check_of_the_setup_hangs_on_a_subsearch_over_a_long_time() -> None:
    """A subsearch is finalized after 60 seconds without a word (limits.conf, [subsearch] maxtime)."""
    subsearches = SEARCHES["KMS - Setup check"]["search"].split("append [")[1:]
    assert subsearches
    for text in subsearches:
        first = re.match(
            r"search `kmspolicycheck_index` `kmspolicycheck_sourcetypes` \|? *(.*earliest=-1h@h\b|head 1\b)", text
        )
        assert text.startswith("| inputlookup") or (first and "head 1" in text)


def test_the_event_type_covers_changes_of_both_sources() -> None:
    search = conf("eventtypes")["kmspolicycheck_key_policy_change"]["search"]
    found = {line["_raw"] for line in run_search(search, [*EVENTS, *LAKE]).rows}
    assert {text for text in [*EVENTS, *LAKE] if '"PutKeyPolicy"' in text and "kms:PutKeyPolicy" not in text} <= found
    assert not {text for text in EVENTS if '"GetCallerIdentity"' in text} & found
