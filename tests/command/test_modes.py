"""What mode, show, raw, prefix, account and actions do to the rows, and the warnings at the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dev.splunkd import Message, run
from tests.command.policies import BROKEN, CLOSED, ENCRYPT_ONLY, EVENTS, MIXED, OPEN, OURS, THEIRS, event
from tests.command.session import APP

pytestmark = pytest.mark.slow


def _rows(rows: list[dict[str, Any]], *args: str) -> list[dict[str, Any]]:
    return run(APP, rows, args).rows


def _counts(*args: str) -> dict[str, int]:
    """How many rows each event becomes."""
    names = [row["name"] for row in _rows([{"name": name, "_raw": text} for name, text in EVENTS.items()], *args)]
    return {name: names.count(name) for name in EVENTS}


def test_rows_per_event() -> None:
    none, one = dict.fromkeys(EVENTS, 0), dict.fromkeys(EVENTS, 1)
    assert _counts() == {**one, "mixed": 5, "open": 2, "failed": 2}
    assert _counts("mode=summary") == one
    assert _counts("show=flagged") == {**none, "mixed": 2, "open": 1, "failed": 1, "broken": 1}
    assert _counts("show=flagged", "mode=summary") == {**none, "mixed": 1, "open": 1, "failed": 1, "broken": 1}


@pytest.mark.parametrize("mode", ["mode=summary", "mode=expand"])
def test_show_flagged_drops_a_closed_policy_of_an_event_that_breaks_after_it(mode: str) -> None:
    cut = [{"name": name, "_raw": event(text)[:-3]} for name, text in (("closed", CLOSED), ("open", OPEN))]
    assert {row["key_policy_error"] != "" for row in _rows(cut, mode)} == {True}
    assert [row["name"] for row in _rows(cut, mode, "show=flagged")] == ["open"]


def test_show_flagged_keeps_unreadable_policies_of_rows_that_tell_of_no_call() -> None:
    rows = [{"p": BROKEN}, {"p": CLOSED}, {"p": OPEN}]
    assert [row["p"] for row in _rows(rows, "p", "mode=summary", "show=flagged")] == [BROKEN, OPEN]


def test_fields_of_the_same_name_are_replaced_and_no_others() -> None:
    row = {
        "key_policy_severity": ["a", "b"],
        "x": ["1", "2"],
        "key_policy_other": "kept",
        "_raw": event(CLOSED),
        "key_policy_hash": "old",
    }
    got = _rows([row, {**row, "_raw": "no policy"}], "mode=summary")
    assert [(r["x"], r["key_policy_other"]) for r in got] == [(["1", "2"], "kept")] * 2
    assert [r["key_policy_severity"] for r in got] == ["informational", ""]
    assert [len(r["key_policy_hash"]) for r in got] == [64, 0]
    assert list(got[0])[:4] == ["x", "key_policy_other", "_raw", "key_policy_statements"]


def test_with_another_prefix_nothing_is_replaced() -> None:
    (row,) = _rows([{"key_policy_hash": "old", "_raw": event(CLOSED)}], "mode=summary", "prefix=kp")
    assert row["key_policy_hash"] == "old" and len(row["kphash"]) == 64


def test_raw_f_leaves_the_event_on_its_first_row_only() -> None:
    rows = [{"n": "1", "_raw": event(MIXED)}, {"n": "2", "_raw": "line"}, {"n": "3", "_raw": event(OPEN)}]

    def kept(*args: str) -> list[tuple[str, bool]]:
        return [(row["n"], row["_raw"] != "") for row in _rows(rows, *args)]

    assert kept("raw=f") == [("1", True), *[("1", False)] * 4, ("2", True), ("3", True), ("3", False)]
    assert kept("raw=f", "show=flagged") == [("1", True), ("1", False), ("3", True)]
    assert kept("raw=f", "mode=summary") == [("1", True), ("2", True), ("3", True)]
    assert kept() == [("1", True)] * 5 + [("2", True)] + [("3", True)] * 2


def test_raw_f_blanks_the_named_field_too_in_both_its_columns() -> None:
    rows = _rows([{"_raw": "event", "p": [MIXED, CLOSED], "x": "kept"}], "p", "raw=f")
    assert [(row["_raw"], row["p"], row["x"]) for row in rows] == [
        ("event", [MIXED, CLOSED], "kept"),
        *[("", "", "kept")] * 5,
    ]


def test_raw_f_counts_a_wrapper_as_one_event() -> None:
    records = json.dumps({"Records": [json.loads(event(OPEN)), json.loads(event(CLOSED))]})
    assert [row["_raw"] for row in _rows([{"_raw": records}], "raw=f")] == [records, "", ""]
    assert [row["_raw"] for row in _rows([{"_raw": records}], "raw=f", "mode=summary")] == [records, ""]
    assert [row["_raw"] for row in _rows([{"_raw": records}], "mode=summary")] == [records, records]


def test_the_account_comes_from_the_option_else_from_the_event() -> None:
    rows = [{"_raw": event(CLOSED), "owner": owner} for owner in (THEIRS, "", "nobody", f" {OURS} ", ["x", THEIRS])]

    def accounts(*args: str) -> list[tuple[str, str]]:
        return [(row["key_policy_account"], row["key_policy_audience"]) for row in _rows(rows, "mode=summary", *args)]

    ours, theirs = (OURS, "internal"), (THEIRS, "external")
    assert accounts() == [ours] * 5
    assert accounts(f"account={THEIRS}") == [theirs] * 5
    assert accounts("account=owner") == [theirs, ours, ours, ours, theirs]


@pytest.mark.parametrize("column, known", [("", ""), ("owner", OURS)], ids=["no name", "near miss: the name"])
def test_a_column_without_a_name_is_no_field_of_accounts(column: str, known: str) -> None:
    args = ["p", "mode=summary", *(["account=owner"] if column else [])]
    answer = run(APP, [{"p": CLOSED, column: OURS}, {"p": CLOSED, column: "x"}], args)
    assert [row["key_policy_account"] for row in answer.rows] == [known, ""]
    assert len(answer.messages) == len(known[:1])


@pytest.mark.parametrize(
    "owner, accounts",
    [
        ([THEIRS, OURS], [THEIRS, OURS]),
        ([OURS, "x"], [OURS, ""]),
        ([OURS, OURS], [OURS, OURS]),
        (OURS, [OURS, OURS]),
        ([OURS, THEIRS, "444455556667"], ["", ""]),
        ([OURS, "x", "y"], [OURS, OURS]),
        ("x", ["", ""]),
    ],
    ids=str,
)
def test_a_field_of_policies_and_a_field_of_accounts_are_paired(owner: str | list[str], accounts: list[str]) -> None:
    rows = _rows([{"p": [CLOSED, CLOSED], "owner": owner}], "p", "account=owner", "mode=summary")
    audiences = {OURS: "internal", THEIRS: "external", "": "external"}
    assert [row["key_policy_account"] for row in rows] == accounts
    assert [row["key_policy_audience"] for row in rows] == [audiences[account] for account in accounts]


def test_several_accounts_for_one_event_are_none() -> None:
    (row,) = _rows([{"_raw": event(CLOSED), "owner": [THEIRS, "444455556667"]}], "account=owner", "mode=summary")
    assert row["key_policy_account"] == OURS


@pytest.mark.parametrize(
    "change, account",
    [
        ({"resources": [{"ARN": f"arn:aws:kms:eu-west-1:{OURS}:key/k-1"}]}, OURS),
        ({"requestParameters": {"keyId": f"arn:aws:kms:eu-west-1:{OURS}:key/k-1", "policy": CLOSED}}, OURS),
        ({"requestParameters": {"keyId": "k-1", "policy": CLOSED}}, THEIRS),
        ({"resources": [{"ARN": f"arn:aws:iam::{OURS}:role/r"}]}, THEIRS),
    ],
    ids=["AWS's ARN", "the caller's ARN", "an id", "no key's ARN"],
)
def test_a_key_whose_arn_the_event_has_keeps_its_account(change: dict[str, Any], account: str) -> None:
    text = json.dumps({**json.loads(event(CLOSED)), **change})
    for option, rows in ((THEIRS, [{"_raw": text}]), ("owner", [{"_raw": text, "owner": THEIRS}])):
        (row,) = _rows(rows, "mode=summary", f"account={option}")
        assert row["key_policy_account"] == account


def test_actions_decide_what_is_checked() -> None:
    def verdict(actions: str) -> tuple[str, str, str]:
        row = _rows([{"p": ENCRYPT_ONLY}], "p", f"actions={actions}")[1]
        return row["key_policy_flagged"], row["key_policy_granted"], row["key_policy_encrypt_only"]

    assert [verdict(actions) for actions in ("encrypt", "all", "Encrypt,kms:GenerateData*")] == [
        ("true", "kms:Encrypt", "true")
    ] * 3
    assert [verdict(actions) for actions in ("decrypt", "GenerateDataKey*")] == [("false", "", "true")] * 2


@pytest.mark.parametrize(
    "args, warnings",
    [
        (["p"], ['no row has the field "p", so nothing was checked']),
        (["account=owner"], ['no row has the field "owner" that the option account names']),
        ([], []),
        (["_raw", "account=name"], []),
    ],
    ids=["field", "account", "none named", "both there"],
)
def test_a_named_field_that_no_row_has_yields_one_warning(args: list[str], warnings: list[str]) -> None:
    rows = [{"_raw": "x", "name": "n", "p": "", "owner": ""}] * 30
    answer = run(APP, rows, args, chunk_rows=10)
    assert (len(answer.rows), answer.messages) == (30, [Message("WARN", text) for text in warnings])


def test_a_field_that_one_row_has_is_no_reason_to_warn() -> None:
    assert run(APP, [{"_raw": "x", "p": ""}, {"_raw": "y", "p": CLOSED}], ["p"]).messages == []


@pytest.mark.parametrize("args, told", [(["_raw"], True), ([], False)], ids=["named", "by default"])
def test_events_are_missed_only_by_a_search_that_names_them(args: list[str], told: bool) -> None:
    warning = Message("WARN", 'no row has the field "_raw", so nothing was checked')
    assert run(APP, [{"x": "1"}] * 3, args).messages == [warning] * told
    assert run(APP, [{"x": "1"}, {"x": "1", "_raw": "x"}], args).messages == []


@pytest.mark.parametrize(
    "owner, told",
    [("12345678901", 1), ("arn:aws:iam::111122223333:root", 1), ("nobody", 1), ([OURS, THEIRS], 1), (["x", "y"], 1)]
    + [(OURS, 0), (f" {OURS} ", 0), (["x", OURS], 0), ([OURS, OURS], 0), ("", 0)],
    ids=str,
)
def test_values_of_the_accounts_field_that_are_no_account_are_counted_in_one_warning(
    owner: str | list[str], told: int
) -> None:
    rows = [{"p": CLOSED, "owner": owner}] * 3 + [{"p": CLOSED, "owner": OURS}, {"p": "", "owner": "x"}]
    answer = run(APP, rows, ["p", "account=owner", "mode=summary"], chunk_rows=2)
    text = 'rows whose field "owner" is not one account id of 12 digits: 3; for them, only the event'
    assert [message.text.startswith(text) for message in answer.messages] == [True] * told
    known = {row["key_policy_account"] for row in answer.rows[:3]}
    assert known == ({""} if told or not owner else {OURS})


@pytest.mark.parametrize(
    ("actions", "told"), [("encrypt,decrypt", 1), ("Sign, encrypt", 1), ("Encrypt,Decrypt", 0), ("encrypt", 0)]
)
def test_a_class_in_a_list_is_its_action_and_a_warning_says_so(actions: str, told: int) -> None:
    text = 'actions: in a list "encrypt" is the action Encrypt; name a class alone to check all of it'
    answer = run(APP, [{"p": CLOSED}], ["p", f"actions={actions}"])
    assert answer.messages == [Message("WARN", text)] * told and answer.rows


def test_no_rows_are_no_reason_to_warn() -> None:
    assert run(APP, [], ["p", "account=owner"]).messages == []


def test_unreadable_policies_are_counted_in_one_warning() -> None:
    rows = [{"_raw": EVENTS["broken"]}] * 25 + [{"_raw": EVENTS["open"]}]
    assert run(APP, rows, ["prefix=kp_"], chunk_rows=10).messages == [
        Message("WARN", "policies that could not be read: 25; the field kp_error says why")
    ]
