"""The inventory search keeps the latest state of each key, in whatever order events, runs and detections come."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from dev.spl import Event, run_saved, run_search
from tests.content.inventory import ACCOUNT, DAY, HOUR, NOW, OPEN_KEYS, WRITER, arn, call, openings, write
from tests.content.shipped import INVENTORY, write_lookups

pytestmark = pytest.mark.slow


def test_the_first_run_fills_it_from_thirty_days(tmp_path: Path) -> None:
    rows = write(
        [call("PutKeyPolicy", -29 * DAY, "open"), call("PutKeyPolicy", -32 * DAY, "open", key="k-2")], tmp_path
    )
    assert list(rows) == [arn("k-1")]
    assert rows[arn("k-1")]["key_policy_open_now"] == "true"
    assert rows[arn("k-1")]["key_policy_open_since"] == str(NOW - 29 * DAY)


def test_a_filled_inventory_makes_later_changes_of_open_keys_no_news(tmp_path: Path) -> None:
    before = [call("PutKeyPolicy", -20 * DAY, "open")]
    again = [*before, call("PutKeyPolicy", -HOUR // 2, "open", user="bob")]
    assert openings(again, tmp_path) == ["k-1 by bob"]
    write(before, tmp_path)
    assert openings(again, tmp_path) == []


@pytest.mark.parametrize(
    ("calls", "state", "open_now"),
    [
        ([], "enabled", "true"),
        (["DisableKey"], "disabled", "false"),
        (["DisableKey", "EnableKey"], "enabled", "true"),
        (["ScheduleKeyDeletion"], "pending_deletion", "false"),
        (["ScheduleKeyDeletion", "DeleteKey"], "deleted", "false"),
        (["ScheduleKeyDeletion", "CancelKeyDeletion"], "disabled", "false"),
        (["ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey"], "enabled", "true"),
    ],
)
def test_open_now_follows_the_state_of_the_key(calls: list[str], state: str, open_now: str, tmp_path: Path) -> None:
    events = [
        call("PutKeyPolicy", -5 * HOUR, "open"),
        *(call(operation, -4 * HOUR + 60 * i) for i, operation in enumerate(calls)),
    ]
    for arrival in itertools.permutations(events):
        rows = write(arrival, tmp_path)
        assert (rows[arn("k-1")]["key_policy_state"], rows[arn("k-1")]["key_policy_open_now"]) == (state, open_now)
        assert rows[arn("k-1")]["key_policy_open"] == "true"


@pytest.mark.parametrize(("response", "open_now"), [({}, "false"), ({"error": "AccessDenied"}, "true")])
def test_security_lake_tells_the_state_of_a_key_too(response: dict[str, str], open_now: str, tmp_path: Path) -> None:
    disabled = Event(
        {
            "class_uid": 6003,
            "metadata": {"uid": "disable", "version": "1.1.0"},
            "time": (NOW - 4 * HOUR) * 1000,
            "api": {
                "operation": "DisableKey",
                "service": {"name": "kms.amazonaws.com"},
                "response": response,
                "request": {"data": json.dumps({"keyId": arn("k-1")})},
            },
            "resources": [{"uid": arn("k-1"), "type": "AWS::KMS::Key", "account": {"uid": ACCOUNT}}],
        }
    )
    rows = write([call("PutKeyPolicy", -5 * HOUR, "open"), disabled], tmp_path)
    assert rows[arn("k-1")]["key_policy_open_now"] == open_now


def test_a_failed_call_changes_neither_policy_nor_state(tmp_path: Path) -> None:
    rows = write(
        [
            call("PutKeyPolicy", -5 * HOUR, "open"),
            call("DisableKey", -4 * HOUR, error="AccessDenied"),
            call("PutKeyPolicy", -3 * HOUR, "closed", error="AccessDenied"),
        ],
        tmp_path,
    )
    assert rows[arn("k-1")]["key_policy_open_now"] == "true"


def test_the_state_of_a_key_reaches_a_row_older_than_the_search_looks_back(tmp_path: Path) -> None:
    write([call("PutKeyPolicy", -29 * DAY, "open")], tmp_path)
    rows = write([call("DisableKey", 9 * DAY)], tmp_path, now=10 * DAY)
    assert rows[arn("k-1")]["key_policy_open_now"] == "false"
    assert write([], tmp_path, now=50 * DAY)[arn("k-1")]["key_policy_state"] == "disabled"


def test_the_newest_event_wins_however_late_an_older_one_comes(tmp_path: Path) -> None:
    older, newer = call("PutKeyPolicy", -3 * HOUR, "open"), call("PutKeyPolicy", -2 * HOUR, "closed")
    write([newer], tmp_path)
    late = write([older], tmp_path)[arn("k-1")]
    assert late["key_policy_open"] == "false"
    assert late["key_policy_changed"] == str(NOW - 2 * HOUR)


@pytest.mark.parametrize(("latest", "between"), [("open", "closed"), ("closed", "open")])
def test_an_event_between_two_others_that_comes_last_turns_nothing(latest: str, between: str, tmp_path: Path) -> None:
    """As in a backfill: the run that sees it does not see what came after it."""
    first, second, third = (
        call("PutKeyPolicy", -(9 - 2 * i) * HOUR, to) for i, to in enumerate((latest, between, latest))
    )
    write([first, third], tmp_path)
    for seen in ([second], [second, first], []):
        row = write(seen, tmp_path)[arn("k-1")]
        assert row["key_policy_open_now"] == ("true" if latest == "open" else "false")
        assert row["key_policy_changed"] == str(NOW - 5 * HOUR)
        assert row[f"key_policy_{latest}_since"] == str(NOW - 5 * HOUR)
    assert write([call("PutKeyPolicy", -HOUR, between)], tmp_path)[arn("k-1")]["key_policy_open_now"] == (
        "true" if between == "open" else "false"
    )


def test_a_run_with_nothing_to_see_wipes_nothing(tmp_path: Path) -> None:
    filled = write([call("PutKeyPolicy", -DAY, "open")], tmp_path)
    assert write([], tmp_path) == filled


def test_a_run_before_there_is_anything_writes_nothing(tmp_path: Path) -> None:
    run_saved(WRITER, [], lookups=tmp_path, now=NOW)
    assert not (tmp_path / INVENTORY).exists()


def test_overlapping_runs_leave_what_one_run_leaves(tmp_path: Path) -> None:
    events = [
        call("PutKeyPolicy", -5 * HOUR, "open"),
        call("PutKeyPolicy", -4 * HOUR, "closed"),
        call("PutKeyPolicy", -3 * HOUR, "open", user="bob"),
        call("PutKeyPolicy", -2 * HOUR, "open"),
    ]
    once = tmp_path / "once"
    once.mkdir()
    expected = write(events, once)
    assert expected[arn("k-1")]["key_policy_open_since"] == str(NOW - 3 * HOUR)
    for seen in (events[:2], events[1:3], events, events[2:], events):
        rows = write(seen, tmp_path)
    assert rows == expected


def test_the_number_of_rows_is_bounded_and_open_keys_stay(tmp_path: Path) -> None:
    events = [call("PutKeyPolicy", -(i + 1) * HOUR, "open" if i == 3 else "closed", key=f"k-{i}") for i in range(4)]
    rows = write(events, tmp_path, macros={"kmspolicycheck_inventory_rows": "2"})
    assert list(rows) == [arn("k-3"), arn("k-0")]


def test_a_policy_that_cannot_be_read_leaves_the_last_known_one(tmp_path: Path) -> None:
    broken = call("PutKeyPolicy", -HOUR)
    rows = write([call("PutKeyPolicy", -2 * HOUR, "open"), broken], tmp_path)
    assert rows[arn("k-1")]["key_policy_changed"] == str(NOW - 2 * HOUR)


HISTORIES = {
    "opened": ["open"],
    "opened twice": ["open", "open"],
    "opened and closed": ["open", "closed"],
    "closed and opened": ["closed", "open"],
    "opened, closed, opened": ["open", "closed", "open"],
    "closed": ["closed"],
}


@pytest.mark.parametrize("before", [None, "open", "closed"])
@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_the_order_of_the_two_searches_changes_nothing(before: str | None, history: list[str], tmp_path: Path) -> None:
    old = [call("PutKeyPolicy", -10 * DAY, before)] if before else []
    new = [call("PutKeyPolicy", -HOUR + 60 * i, policy, user=f"user{i}") for i, policy in enumerate(history)]
    if old:
        write(old, tmp_path)
    detection_first = openings([*old, *new], tmp_path)
    write([*old, *new], tmp_path)
    assert openings([*old, *new], tmp_path) == detection_first
    states = [before, *history]
    opened = [i for i, (was, now) in enumerate(zip(states, history)) if now == "open" and was != "open"]
    assert detection_first == [f"k-1 by user{i}" for i in opened]


def older(policy: str, at: int, **cells: str) -> dict[str, str]:
    """A row as version 1.0.0 left it: without the edition of its model."""
    opened = policy == "open"
    return {
        "key_policy_key": arn("k-1"),
        "key_policy_account": ACCOUNT,
        "key_policy_region": "us-east-1",
        "key_policy_open": "true" if opened else "false",
        "key_policy_open_now": "true" if opened else "false",
        "key_policy_open_since": str(NOW + at) if opened else "",
        "key_policy_closed_since": "" if opened else str(NOW + at),
        "key_policy_changed": str(NOW + at),
        "key_policy_event": "older",
        **cells,
    }


@pytest.mark.parametrize(("was", "judged"), [("open", "closed"), ("closed", "open")])
def test_what_an_older_model_judged_is_judged_anew(was: str, judged: str, tmp_path: Path) -> None:
    write_lookups(tmp_path, {INVENTORY: [older(was, -5 * DAY)]})
    row = write([call("PutKeyPolicy", -5 * DAY, judged)], tmp_path)[arn("k-1")]
    assert row["key_policy_open_now"] == ("true" if judged == "open" else "false")
    assert row["key_policy_model"] == "2"


def test_a_row_of_an_older_model_that_no_event_renews_says_so(tmp_path: Path) -> None:
    write_lookups(tmp_path, {INVENTORY: [older("open", -90 * DAY)]})
    row = write([call("PutKeyPolicy", -DAY, "closed", key="k-2")], tmp_path)[arn("k-1")]
    assert (row["key_policy_open_now"], row["key_policy_model"]) == ("true", "1")
    assert row["key_policy_open_since"] == str(NOW - 90 * DAY)


def test_what_an_older_model_remembers_from_before_the_events_still_counts(tmp_path: Path) -> None:
    write_lookups(tmp_path, {INVENTORY: [older("open", -90 * DAY)]})
    assert openings([call("PutKeyPolicy", -HOUR // 2, "open")], tmp_path) == []


@pytest.mark.parametrize("unread", [None, "read in part"])
@pytest.mark.parametrize(("before", "state"), [("open", "true"), ("closed", "unknown"), (None, "unknown")])
def test_a_later_policy_that_cannot_be_read_is_told(
    before: str | None, state: str, unread: str | None, tmp_path: Path
) -> None:
    events = [call("PutKeyPolicy", -2 * HOUR, before)] if before else []
    for _ in range(2):  # the second run reads what the first one wrote
        row = write([*events, call("PutKeyPolicy", -HOUR, unread)], tmp_path)[arn("k-1")]
        assert (row["key_policy_open_now"], row["key_policy_unread_since"]) == (state, str(NOW - HOUR))
        assert row["key_policy_unread_error"]
    row = write([call("PutKeyPolicy", -60, "closed")], tmp_path)[arn("k-1")]
    assert (row["key_policy_open_now"], row["key_policy_unread_error"]) == ("false", "")


def test_an_event_that_is_cut_behind_its_policy_is_read(tmp_path: Path) -> None:
    record = dict(call("PutKeyPolicy", -HOUR, "closed").raw)
    text = json.dumps({"resources": record.pop("resources"), **record, "tlsDetails": {}})
    row = write([Event(text[:-5], sourcetype="aws:cloudtrail", indextime=NOW)], tmp_path)[arn("k-1")]
    assert (row["key_policy_open_now"], row["key_policy_unread_error"]) == ("false", "")


def test_a_key_is_known_since_its_first_policy(tmp_path: Path) -> None:
    write([call("PutKeyPolicy", -20 * DAY, "closed")], tmp_path)
    row = write([call("PutKeyPolicy", 30 * DAY, "open")], tmp_path, now=31 * DAY)[arn("k-1")]
    assert row["key_policy_known_since"] == str(NOW - 20 * DAY)


def test_outside_parties_stay_in_the_inventory(tmp_path: Path) -> None:
    shared = {
        "Effect": "Allow",
        "Principal": {"AWS": ["444455556666", "777788889999"]},
        "Action": "kms:Encrypt",
        "Resource": "*",
    }
    event = call("PutKeyPolicy", -HOUR, "closed")
    assert isinstance(event.raw, dict)
    event.raw["requestParameters"]["policy"] = json.dumps({"Version": "2012-10-17", "Statement": [shared]})
    for _ in range(2):
        assert write([event], tmp_path)[arn("k-1")]["key_policy_outside"] == "444455556666, 777788889999"
    assert write([], tmp_path, now=60 * DAY)[arn("k-1")]["key_policy_outside"] == "444455556666, 777788889999"


def test_no_event_stays_in_memory() -> None:
    """The rows that are sorted by time hold no text and no witness, so that 30 days of them fit."""
    events = [call("PutKeyPolicy", -HOUR, policy, key=f"k-{policy}") for policy in ("open", "closed")]
    kept = {"kmspolicycheck_turns": "where len(_raw)>0 OR len(key_policy_witness)>0"}
    assert len(run_search("`kmspolicycheck_state`", events, now=NOW).rows) == 2
    assert run_search("`kmspolicycheck_state`", events, now=NOW, macros=kept).rows == []


def test_the_report_of_open_keys_reads_the_inventory_and_one_day(tmp_path: Path) -> None:
    events = [call("PutKeyPolicy", -20 * DAY, "open"), call("PutKeyPolicy", -HOUR, "open", key="k-2")]
    assert {row["key_policy_key"] for row in run_saved(OPEN_KEYS, events, now=NOW).rows} == {arn("k-2")}
    write(events[:1], tmp_path)
    found = run_saved(OPEN_KEYS, events, lookups=tmp_path, now=NOW).rows
    assert {row["key_policy_key"] for row in found} == {arn("k-1"), arn("k-2")}


def test_the_memory_of_turns_is_bounded(tmp_path: Path) -> None:
    turns = [call("PutKeyPolicy", -30 * HOUR + 60 * i, "closed" if i % 2 else "open") for i in range(30)]
    row = write(turns, tmp_path)[arn("k-1")]
    kept = row["key_policy_turns"].split(", ")
    assert (len(kept), kept[-1]) == (20, f"{NOW - 30 * HOUR + 60 * 29} false")


def test_a_run_that_loses_keys_writes_nothing(tmp_path: Path) -> None:
    filled = write([call("PutKeyPolicy", -DAY, "open", key=f"k-{number}") for number in range(3)], tmp_path)
    lossy = {"kmspolicycheck_read_inventory": "eval key_policy_known=0, key_policy_model=`kmspolicycheck_model`"}
    new = call("PutKeyPolicy", -HOUR, "closed", key="k-4")
    assert write([new], tmp_path, macros=lossy) == filled
    assert len(write([new], tmp_path, macros={**lossy, "kmspolicycheck_inventory_rows": "1"})) == 1


@pytest.mark.parametrize("first", ["open", "closed"])
def test_of_two_policies_of_one_second_the_open_one_counts(first: str, tmp_path: Path) -> None:
    pair = [call("PutKeyPolicy", -HOUR, policy) for policy in ("open", "closed")]
    row = write(pair if first == "open" else pair[::-1], tmp_path)[arn("k-1")]
    assert (row["key_policy_open_now"], row["key_policy_audience"]) == ("true", "everyone")


@pytest.mark.parametrize(
    ("calls", "state"),
    [
        (["ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey"], "enabled"),
        (["DisableKey", "EnableKey"], "enabled"),
        (["DisableKey", "ScheduleKeyDeletion"], "pending_deletion"),
        (["CreateKey", "DisableKey"], "disabled"),
    ],
)
def test_of_the_states_of_one_second_enabled_counts(calls: list[str], state: str, tmp_path: Path) -> None:
    events = [call("PutKeyPolicy", -2 * HOUR, "open"), *(call(operation, -HOUR) for operation in calls)]
    for arrival in itertools.permutations(events):
        row = write(arrival, tmp_path)[arn("k-1")]
        assert (row["key_policy_state"], row["key_policy_open_now"] == "true") == (state, state == "enabled")


@pytest.mark.parametrize(("error", "state"), [(None, "enabled"), ("AccessDeniedException", "deleted")])
def test_a_replica_that_is_created_again_after_its_deletion_is_open(
    error: str | None, state: str, tmp_path: Path
) -> None:
    write([call("PutKeyPolicy", -9 * DAY, "open"), call("DeleteKey", -DAY)], tmp_path)
    record = dict(call("ReplicateKey", -HOUR, "open", error=error).raw)
    request = {**record["requestParameters"], "replicaRegion": record["awsRegion"]}
    replicated = Event({**record, "requestParameters": request}, indextime=NOW)
    row = write([replicated], tmp_path)[arn("k-1")]
    assert (row["key_policy_state"], row["key_policy_open_now"] == "true") == (state, state == "enabled")


def test_a_key_whose_policies_could_not_be_read_stays_in_the_inventory(tmp_path: Path) -> None:
    rows = write([call("PutKeyPolicy", -HOUR)], tmp_path)
    assert rows[arn("k-1")]["key_policy_open"] == "unknown"
    assert write([], tmp_path) == rows
    readable = call("PutKeyPolicy", -2 * HOUR, "open")
    row = write([readable], tmp_path)[arn("k-1")]
    assert (row["key_policy_audience"], row["key_policy_open"]) == ("everyone", "true")
