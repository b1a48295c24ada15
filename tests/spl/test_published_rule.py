"""The published rule, as shipped, on two events of its kind: what it reports, and what depends on the add-on's fields.
open_key.jsonl holds a CreateKey and a PutKeyPolicy by an assumed role. One statement opens the key for kms:Encrypt, one
gives five actions to a single user.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from dev.cloudtrail_files import EventFiles
from dev.spl import Event, run_saved, run_search
from dev.spl.saved import saved_searches

RULE = "KMS - AWS Detect Users creating keys with encrypt policy without MFA - Rule"
EVENTS = list(EventFiles([str(Path(__file__).parent / "open_key.jsonl")]))
GROUPED_BY = (
    "signature",
    "dest",
    "user_name",
    "user_agent",
    "src",
    "vendor_account",
    "vendor_region",
    "vendor_product",
)


def test_reports_every_action_of_each_statement_that_holds_encrypt() -> None:
    rows = run_saved(RULE, EVENTS, all_time=True).rows
    assert Counter((str(row["signature"]), str(row["key_policy_principal"])) for row in rows) == {
        ("CreateKey", "*"): 1,
        ("CreateKey", "arn:aws:iam::111122223333:user/alice"): 5,
        ("PutKeyPolicy", "*"): 1,
        ("PutKeyPolicy", "arn:aws:iam::111122223333:user/alice"): 5,
    }


def test_its_first_drilldown_shows_the_rows_of_one_user() -> None:
    drilldown = json.loads(saved_searches()[RULE]["action.notable.param.drilldown_searches"])[0]["search"]
    rows = run_saved(RULE, EVENTS, all_time=True).rows
    for user in (str(rows[0]["user"]), "nobody"):
        found = run_search(drilldown.replace("$user$", user), EVENTS, earliest="0").rows
        assert found == [row for row in rows if row["user"] == user]


def test_reports_nothing_where_the_add_on_leaves_user_name_or_dest_empty() -> None:
    assert run_saved(RULE, EVENTS, all_time=True, addon="field").rows == []


@pytest.mark.parametrize(
    "setting, signature, empty",
    [
        ("filled", "CreateKey", set()),
        ("filled", "PutKeyPolicy", set()),
        ("field", "CreateKey", {"user_name"}),
        ("field", "PutKeyPolicy", {"user_name", "dest"}),
    ],
)
def test_fields_of_the_add_on(setting: str, signature: str, empty: set[str]) -> None:
    (row,) = run_search(f"signature={signature}", EVENTS, addon=setting).rows
    assert {field for field in GROUPED_BY if field not in row} == empty


def test_user_is_empty_in_the_field_for_createkey_by_an_assumed_role() -> None:
    users = {str(row["eventName"]): row.get("user") for row in run_search("*", EVENTS, addon="field").rows}
    assert users == {"CreateKey": None, "PutKeyPolicy": "admin"}


def test_misses_a_policy_behind_the_first_5000_bytes_of_the_event() -> None:
    long = [event.replace('"aws-cli/2.15"', '"aws-cli/2.15' + " filler" * 600 + '"') for event in EVENTS]
    assert run_saved(RULE, long, all_time=True).rows == []
    assert len(run_search("(CreateKey OR PutKeyPolicy)", long).rows) == 2


def test_default_fields_of_an_event() -> None:
    record = {"eventTime": "2026-03-10T09:00:00Z", "index": "spoofed"}
    event = Event(record, index="aws", indextime="2026-03-10T09:30:00Z")
    (row,) = run_search("index=aws", [event]).rows
    assert (row["_time"], row["_indextime"]) == ("1773133200", "1773135000")
    assert (row["sourcetype"], row["splunk_server"]) == ("aws:cloudtrail", "localhost")


def test_security_lake_events_have_their_own_sourcetype_and_time() -> None:
    record = {"class_uid": 6003, "time": 1773133200000, "api": {"operation": "CreateKey"}}
    (row,) = run_search("sourcetype=aws:asl", [record]).rows
    assert (row["_time"], row["api.operation"]) == ("1773133200", "CreateKey")


def test_the_add_on_does_nothing_for_a_sourcetype_that_it_does_not_know() -> None:
    event = Event({"eventTime": "2026-03-10T09:00:00Z", "eventName": "CreateKey"}, sourcetype="aws:cloudtrail:lake")
    (row,) = run_search("eventName=CreateKey", [event]).rows
    assert (row["sourcetype"], "signature" in row) == ("aws:cloudtrail:lake", False)


def test_automatic_extraction_makes_at_most_a_hundred_fields() -> None:
    record = {"eventTime": "2026-03-10T09:00:00Z", **{f"f{number}": number for number in range(200)}}
    (row,) = run_search("*", [record]).rows
    assert "f98" in row and "f99" not in row
