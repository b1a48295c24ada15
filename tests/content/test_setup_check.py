"""The report Setup check: what each of its lines says of an app, its events and its lookups."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from dev.spl import Event, run_saved
from tests.content.shipped import ALLOWLIST, INVENTORY, OWN_ACCOUNTS, SAMPLES, SEARCHES, write_lookups
from tests.content.test_reports import EVENTS, LAKE, LONG, report, row, states

pytestmark = pytest.mark.slow


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


PUT = next(text for text in EVENTS if '"eventName":"PutKeyPolicy"' in text and '"errorCode"' not in text)


@pytest.mark.parametrize(
    "event",
    [
        PUT,
        json.dumps(json.loads(PUT), indent=2),
        {"source": "aws.kms", "detail": json.loads(PUT)},
        {"Records": [{"body": json.dumps({"Message": PUT})}]},
        'id,record\n1,"' + PUT.replace('"', '""') + '"',
        next(text for text in LAKE if '"operation":"PutKeyPolicy"' in text and "AccessDenied" not in text),
    ],
    ids=["bare", "indented", "EventBridge", "SNS in SQS", "CSV", "Security Lake"],
)
def test_the_setup_check_expects_an_answer_to_a_call_in_any_envelope(event: Any) -> None:
    found = answers(event)
    assert found == ("ok", "PutKeyPolicy events answered: 1 of 1, indexers that answered: 1 of 1")


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("StartQuery", {"queryString": 'filter eventSource="kms.amazonaws.com" and eventName="PutKeyPolicy"'}),
        ("PutMetricFilter", {"filterPattern": "{$.eventSource=kms.amazonaws.com && $.eventName = PutKeyPolicy}"}),
        ("PutRule", {"eventPattern": '{"eventSource":["kms.amazonaws.com"],"eventName":["PutKeyPolicy"]}'}),
    ],
)
def test_the_setup_check_expects_no_answer_to_a_search_for_policy_changes(
    name: str, parameters: dict[str, str]
) -> None:
    record = {
        **json.loads(PUT),
        "eventName": name,
        "eventSource": "logs.amazonaws.com",
        "requestParameters": parameters,
    }
    assert answers(record) == ("waiting", "PutKeyPolicy events answered: 0 of 0, indexers that answered: 0 of 0")


def answers(event: Any) -> tuple[str, str]:
    """State and findings of the check whether the command answers, for one event."""
    found = report("Setup check", [event])
    return next((line["state"], line["found"]) for line in found if line["check"].startswith("The command answers"))


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
    assert (line["state"], line["found"]) == ("warning", "keys: 1, open: 1, judged by an older model: 1")


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
    assert line["found"] == f"rows: 2, without effect: {int(state == 'warning')}"


def test_the_setup_check_tells_a_list_that_names_nobody_from_the_example(tmp_path: Path) -> None:
    check, whole = CHECKS[OWN_ACCOUNTS]
    for account, found, step in (
        ("Production", "rows: 1, without effect: 1", "Write each account"),
        ("000000000000", "rows: 0, without effect: 0", "List your accounts"),
    ):
        write_lookups(tmp_path, {OWN_ACCOUNTS: [{**whole, "account": account}]})
        (line,) = (line for line in report("Setup check", lookups=tmp_path) if line["check"] == check)
        assert (line["state"], line["found"]) == ("warning", found) and line["next_step"].startswith(step)


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
