"""The reports say what they promise, on the project's sample events and on lookups made for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dev.spl import run_saved, run_search
from tests.content.shipped import (
    ALLOWLIST,
    APP,
    PUBLISHED,
    SAMPLES,
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


def states(found: list[dict[str, Any]]) -> dict[str, str]:
    """The state of each line of the report Setup check."""
    return {line["check"]: line["state"] for line in found}


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
        found["key_policy_actor"]: (found["changes"], found["failed"], found["keys"])
        for found in report("Who opened keys", EVENTS)
    }
    assert actors["ci-backup"] == ("1", "1", "0")
    assert actors["alice"] == ("2", "0", "2")
    assert actors["OrganizationAccountAccessRole/ci-backup"] == ("4", "0", "3"), "a replica is one change"
    assert "CloudTrail" not in actors


def test_who_opened_keys_counts_no_key_that_was_only_attempted() -> None:
    (refused,) = [text for text in LAKE if '"6462cbfe-b914-4393-86ef-acf7c301d9d1"' in text]
    (found,) = report("Who opened keys", [refused])
    assert (found["changes"], found["failed"], found["keys"]) == ("1", "1", "0")


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


def test_the_published_rule_beside_ours_gives_reasons_in_the_order_of_the_command() -> None:
    text = (SAMPLES / "key_policy_lets_everyone_encrypt" / "deny_beside_an_open_statement.json").read_text("utf-8")
    case = json.loads(text)
    (line,) = report("Published rule beside ours", case["events"])
    assert line["key_policy_reason"] == case["expect"][0]["key_policy_reason"]


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


def test_the_event_type_covers_changes_of_both_sources() -> None:
    search = conf("eventtypes")["kmspolicycheck_key_policy_change"]["search"]
    found = {line["_raw"] for line in run_search(search, [*EVENTS, *LAKE]).rows}
    assert {text for text in [*EVENTS, *LAKE] if '"PutKeyPolicy"' in text and "kms:PutKeyPolicy" not in text} <= found
    assert not {text for text in EVENTS if '"GetCallerIdentity"' in text} & found
