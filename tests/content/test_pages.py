"""What the pages' searches answer, without a browser, for keys that need action and for keys that do not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dev.dashboard.views import read_views
from dev.spl import Event, run_search
from tests.content.inventory import ACCOUNT, DAY, HOUR, NOW, STATEMENTS, arn, call, write, written
from tests.content.shipped import INVENTORY, OWN_ACCOUNTS, write_lookups

pytestmark = pytest.mark.slow

VIEWS = {view.name: view.definition["dataSources"] for view in read_views()}
DETAIL, OVERVIEW = "kms_key_policy_detail", "kms_key_policies"
STRANGER = "444455556666"
PARTNER = {"Effect": "Allow", "Principal": {"AWS": STRANGER}, "Action": "kms:Encrypt", "Resource": "*"}


def query(view: str, source: str, key: str = arn("k-1")) -> str:
    """The search of a data source of a page, of a key and all keys."""
    parts: list[str] = []
    at = source
    while at:
        options = VIEWS[view][at]["options"]
        parts.insert(0, options["query"])
        at = options.get("extend", "")
    text = "\n".join(parts).replace("$key|s$", f'"{key}"')
    for name in ("account", "region", "severity"):
        text = text.replace(f"${name}|s$", '"*"')
    return text


def ask(
    view: str,
    source: str,
    events: Sequence[Event],
    folder: Path,
    earliest: float = NOW - 30 * DAY,
    latest: float = NOW,
    key: str = arn("k-1"),
) -> list[Any]:
    """The rows of a data source of a page, of one key and all keys, within a time range."""
    text = query(view, source, key)
    return run_search(text, events, lookups=folder, now=NOW, earliest=str(earliest), latest=str(latest)).rows


def setting(at: int, *statements: Any, **fields: Any) -> Event:
    """A PutKeyPolicy that sets these statements."""
    event = call("PutKeyPolicy", at, "closed")
    assert isinstance(event.raw, dict)
    event.raw["requestParameters"]["policy"] = json.dumps(
        {"Version": "2012-10-17", "Statement": [*STATEMENTS["closed"], *statements]}
    )
    event.raw["eventID"] += str(len(statements))
    event.raw.update(fields)
    return event


def grant(at: int) -> Event:
    event = call("CreateGrant", at)
    assert isinstance(event.raw, dict)
    asked = {"granteePrincipal": f"arn:aws:iam::{STRANGER}:root", "operations": ["Decrypt"]}
    event.raw["requestParameters"].update(asked)
    return event


def steps(events: Sequence[Event], folder: Path) -> dict[str, str]:
    return {row["Step"]: row["What to do"] for row in ask(DETAIL, "next_steps", events, folder)}


def was_open(events: Sequence[Event], folder: Path, earliest: float = NOW - 30 * DAY) -> list[str]:
    """Of each grant in order of time: was the key open then?"""
    return [row["Key was open then"] for row in ask(DETAIL, "grants", events, folder, earliest)]


GRANTED = [grant(hours * HOUR) for hours in (-21, -19, -10, -4)]
TURNS = [call("PutKeyPolicy", hours * HOUR, to) for hours, to in ((-20, "open"), (-18, "closed"), (-5, "open"))]


def test_a_grant_is_held_against_the_policy_of_its_own_time(tmp_path: Path) -> None:
    events = [*TURNS, *GRANTED]
    assert was_open(events, tmp_path) == ["not known", "YES", "no", "YES"]
    write(events, tmp_path)
    assert was_open(events, tmp_path) == ["not known", "YES", "no", "YES"]


def test_a_grant_since_a_change_that_the_inventory_does_not_know_yet(tmp_path: Path) -> None:
    write([call("PutKeyPolicy", -20 * HOUR, "closed")], tmp_path)
    assert was_open([call("PutKeyPolicy", -1500, "open"), grant(-1800), grant(-900)], tmp_path, NOW - DAY) == [
        "no",
        "YES",
    ]


@pytest.mark.parametrize(("agent", "shown"), [("a" * 60, "a" * 60), ("a" * 61, "a" * 60 + "…")])
def test_a_user_agent_that_is_cut_shows_it(agent: str, shown: str, tmp_path: Path) -> None:
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}
    attempt = setting(-HOUR, everyone, userAgent=agent, errorCode="AccessDenied")
    for view, source in ((OVERVIEW, "attempts"), (DETAIL, "history")):
        (row,) = ask(view, source, [attempt], tmp_path)
        assert row["Source"][-1] == shown


def test_a_key_of_which_only_the_id_is_known_has_a_name(tmp_path: Path) -> None:
    asked = {"keyId": "b01f1234-b9a5-45ae-8a8f-7b94fae1aa1f", "policy": written(STATEMENTS["open"])}
    bare = setting(-HOUR, requestParameters=asked, resources=[], recipientAccountId=None, userIdentity={})
    named = call("PutKeyPolicy", -HOUR, "open")
    for event, name, account in ((bare, asked["keyId"], "unknown"), (named, "k-1", ACCOUNT)):
        (shown,) = ask(OVERVIEW, "open_keys", [event], tmp_path)
        assert shown["Key"] == [name, f"{account}, us-east-1"]
        (choice,) = ask(DETAIL, "keys", [event], tmp_path)
        assert choice["label"] == f"OPEN: {name}, us-east-1, {account}"


def test_the_page_mixes_no_calls_whose_keys_are_not_known(tmp_path: Path) -> None:
    asked = {"policy": written(STATEMENTS["open"])}
    events = [setting(-n * HOUR, requestParameters=asked, resources=[], eventID=f"e{n}") for n in (1, 2)]
    shown = {source: ask(DETAIL, source, events, tmp_path, key="unknown") for source in VIEWS[DETAIL]}
    assert [source for source in ("history", "statements", "witness", "uses", "grants") if shown[source]] == []
    assert shown["no_policy"][0]["About the chosen time"].startswith("The event names no key")
    known = [call("PutKeyPolicy", -HOUR, "open")]
    assert ask(DETAIL, "history", known, tmp_path) and not ask(DETAIL, "no_policy", known, tmp_path)


def test_a_key_that_waits_for_its_deletion_loses_no_data_by_our_advice(tmp_path: Path) -> None:
    opened = call("PutKeyPolicy", -3 * HOUR, "open")
    waiting = [opened, call("ScheduleKeyDeletion", -2 * HOUR)]
    told = steps(waiting, tmp_path)
    assert next(iter(told)) == "Decide before it is deleted"
    assert "cancel-key-deletion" in told["Decide before it is deleted"]
    assert "Contain it" not in told and "Keep it" not in " ".join(told)
    assert [row["Call"] for row in ask(DETAIL, "commands", waiting, tmp_path)][1] == "cancel-key-deletion"
    disabled = [opened, call("DisableKey", -2 * HOUR)]
    assert next(iter(steps(disabled, tmp_path))) == "Keep it disabled"
    assert next(iter(steps([opened], tmp_path))) == "Was this intended?"
    assert [row["Call"] for row in ask(DETAIL, "commands", [opened], tmp_path)][1] == "disable-key"


def test_nobody_is_told_to_contain_or_to_keep_a_key_that_is_deleted(tmp_path: Path) -> None:
    opened, waiting, deleted = (
        setting(-3 * HOUR, *STATEMENTS["open"]),
        call("ScheduleKeyDeletion", -2 * HOUR),
        call("DeleteKey", -HOUR),
    )
    assert isinstance(deleted.raw, dict)  # as the KMS Developer Guide shows it: DeleteKey
    deleted.raw.update(userIdentity={"accountId": ACCOUNT, "invokedBy": "AWS Internal"}, requestParameters=None)
    events = [opened, waiting, deleted]
    assert list(steps(events, tmp_path)) == ["It is deleted", "Look for damage"]
    assert ask(DETAIL, "commands", events, tmp_path) == []
    assert [row["open"] for row in ask(DETAIL, "key", events, tmp_path)] == ["deleted"]
    assert ask(OVERVIEW, "counts", events, tmp_path)[0]["known"] == "0"
    assert ask(OVERVIEW, "counts", [opened, waiting], tmp_path)[0]["known"] == "1"
    assert list(steps([setting(-4 * HOUR), waiting, deleted], tmp_path)) == ["It is deleted"]


@pytest.mark.parametrize("shared", [[PARTNER], [{**PARTNER, "Condition": {"Unheard": {"a": "b"}}}]])
def test_a_disabled_key_says_so_whoever_its_policy_lets_in(shared: list[Any], tmp_path: Path) -> None:
    set_policy = setting(-3 * HOUR, *shared)
    told = steps([set_policy, call("DisableKey", -2 * HOUR)], tmp_path)
    assert next(iter(told)) == "Keep it disabled" and "Contain it" not in told
    assert "Keep it disabled" not in steps([set_policy], tmp_path)


@pytest.mark.parametrize(
    ("who", "asked", "stolen"),
    [
        ({"type": "AWSService", "invokedBy": "config.amazonaws.com"}, "An AWS service set this policy", False),
        ({}, "The event does not say who", False),
        ({"type": "IAMUser", "accountId": ACCOUNT, "userName": "alice"}, "Ask alice,", True),
    ],
)
def test_nobody_is_told_to_ask_a_service_or_no_one(who: Any, asked: str, stolen: bool, tmp_path: Path) -> None:
    opened = setting(-HOUR, *STATEMENTS["open"], userIdentity=who)
    told = steps([opened], tmp_path)["Was this intended?"]
    assert told.startswith(asked) and ("stolen" in told) == stolen


def test_a_number_sign_cuts_no_step(tmp_path: Path) -> None:
    unread = {**STATEMENTS["open"][0], "Condition": {"Un#heard": {"a": "b"}}}
    assert steps([setting(-HOUR, unread)], tmp_path)["Read it in AWS"].endswith("open the key in the AWS console.")


def test_the_page_says_where_the_chosen_time_does_not_hold_the_policy_in_force(tmp_path: Path) -> None:
    events = [call("PutKeyPolicy", -50 * HOUR, "open"), call("PutKeyPolicy", -2 * HOUR, "closed")]
    write(events, tmp_path)

    def told(earliest: int, latest: int) -> list[str]:
        found = ask(DETAIL, "no_policy", events, tmp_path, NOW + earliest * HOUR, NOW + latest * HOUR)
        return [row["About the chosen time"] for row in found]

    assert told(-60, 0) == []
    assert [text.split(",")[0] for text in told(-60, -40)] == ["A later policy is in force"]
    assert [text[:20] for text in told(-1, 0)] == ["No successful change"]


def test_the_page_of_a_key_without_an_inventory_has_no_notice(tmp_path: Path) -> None:
    assert ask(DETAIL, "no_policy", [call("PutKeyPolicy", -HOUR, "closed")], tmp_path) == []


def own_accounts(folder: Path) -> None:
    rows = [(ACCOUNT, "Production"), ("222233334444", "Dev")]
    listed = [{"account": account, "name": name, "organization": "o-a1b2c3d4e5"} for account, name in rows]
    write_lookups(folder, {OWN_ACCOUNTS: listed})


def test_only_strangers_are_called_outside(tmp_path: Path) -> None:
    own_accounts(tmp_path)
    both = setting(-HOUR, {**PARTNER, "Principal": {"AWS": ["222233334444", STRANGER]}})
    assert [row["Outside party"] for row in ask(OVERVIEW, "outside", [both], tmp_path)] == [STRANGER]
    assert "222233334444" not in steps([both], tmp_path)["Do you know these accounts?"]
    inside = setting(-HOUR, {**PARTNER, "Principal": {"AWS": "222233334444"}})
    assert ask(OVERVIEW, "outside", [inside], tmp_path) == []
    assert "Dev (222233334444)" in steps([inside], tmp_path)["Nothing to do"]


def test_the_organization_of_the_key_itself_is_nobodys_outside(tmp_path: Path) -> None:
    variable = {"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}
    event = setting(-HOUR, {**PARTNER, "Principal": "*", "Condition": variable})
    assert "Is it your organization?" in steps([event], tmp_path)
    own_accounts(tmp_path)
    assert "Nothing to do" in steps([event], tmp_path)


def test_a_key_of_the_seed_was_not_opened_just_now(tmp_path: Path) -> None:
    write([call("PutKeyPolicy", -HOUR, "open")], tmp_path)
    (counted,) = ask(OVERVIEW, "counts", [], tmp_path, NOW - DAY)
    assert (counted["open"], counted["opened"]) == ("1", "1")
    text = (tmp_path / INVENTORY).read_text(encoding="utf-8")
    (tmp_path / INVENTORY).write_text(text.replace(",PutKeyPolicy,", ",GetKeyPolicy,"), encoding="utf-8")
    (counted,) = ask(OVERVIEW, "counts", [], tmp_path, NOW - DAY)
    assert (counted["open"], counted["opened"]) == ("1", "0")
    assert "no event here tells who set it" in steps([], tmp_path)["Was this intended?"]


@pytest.mark.parametrize("user", ["alice", "bob", "carol", "dave"])
def test_of_two_policies_of_one_second_the_open_one_is_shown_everywhere(user: str, tmp_path: Path) -> None:
    """Nobody knows which is in force, and the state of the key counts the open one."""
    events = [call("CreateKey", -HOUR, "closed", user=user), call("PutKeyPolicy", -HOUR, "open", user=user)]
    (state,) = ask(DETAIL, "key", events, tmp_path)
    assert state["open"] == "OPEN"
    assert "OPEN" in {row["Open"] for row in ask(DETAIL, "statements", events, tmp_path)}
    later = [*events, call("PutKeyPolicy", -HOUR + 1, "closed", user=user)]
    assert {row["Open"] for row in ask(DETAIL, "statements", later, tmp_path)} == {"no"}


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_of_two_policies_of_one_second_the_one_that_was_read_is_shown_everywhere(user: str, tmp_path: Path) -> None:
    """Two copies of an event look like this, where one was cut before its eventID."""
    unread = setting(
        -HOUR, {**PARTNER, "Condition": {"Unknown": {}}}, userIdentity={"type": "IAMUser", "userName": user}
    )
    events = [call("CreateKey", -HOUR, "closed", user=user), unread]
    (state,) = ask(DETAIL, "key", events, tmp_path)
    assert state["open"] == "no"
    assert {row["Open"] for row in ask(DETAIL, "statements", events, tmp_path)} == {"no"}
    later = setting(-HOUR + 1, {**PARTNER, "Condition": {"Unknown": {}}})
    assert "?" in {row["Open"] for row in ask(DETAIL, "statements", [*events, later], tmp_path)}
