"""The output fields: on every row, in order, in every mode, with the values that the table of fields gives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dev.splunkd import run
from tests.command import policies
from tests.command.policies import EVENTS, MIXED, OURS, event
from tests.command.session import APP

FIELDS = [
    "statements",
    "statement_index",
    "statement_count",
    "sid",
    "effect",
    "action",
    "principal",
    "condition",
    "audience",
    "flagged",
    "granted",
    "reason",
    "witness",
    "encrypt_only",
    "severity",
    "error",
    "key",
    "account",
    "region",
    "operation",
    "event",
    "call",
    "call_error",
    "actor",
    "via",
    "mfa",
    "src",
    "user_agent",
    "hash",
    "party",
]


def _fields(*args: str, **events: str) -> dict[str, list[dict[str, Any]]]:
    """Event name -> the output fields of its rows, without prefix."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in events}
    for row in run(APP, [{"name": name, "_raw": text} for name, text in events.items()], args).rows:
        found[row["name"]].append({name: row["key_policy_" + name] for name in FIELDS})
    return found


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["mode=summary"],
        ["show=flagged"],
        ["show=flagged", "mode=summary"],
        ["raw=f"],
        ["prefix=x_"],
        ["actions=all"],
    ],
    ids=" ".join,
)
def test_every_row_carries_every_field_in_order(args: list[str]) -> None:
    prefix = "x_" if "prefix=x_" in args else "key_policy_"
    rows = run(APP, [{"name": name, "_raw": text} for name, text in EVENTS.items()], args).rows
    assert {tuple(row) for row in rows} == {("name", "_raw", *(prefix + name for name in FIELDS))}


def test_rows_that_are_no_call_of_ours_have_empty_fields_and_the_others_do_not() -> None:
    empty = {name for name, rows in _fields(**EVENTS).items() if not any(any(row.values()) for row in rows)}
    assert empty == {"other", "line"}


def test_a_call_without_a_policy_keeps_its_facts_and_has_no_verdict() -> None:
    (row,) = _fields(x=EVENTS["default"])["x"]
    assert {name for name, value in row.items() if value} == {
        "key", "account", "region", "operation", "call", "actor", "mfa",
    }  # fmt: skip


def test_a_policy_that_cannot_be_read_has_an_error_and_no_verdict() -> None:
    (row,) = _fields(x=EVENTS["broken"])["x"]
    assert "no Statement" in row["error"]
    assert {name: row[name] for name in FIELDS[:15]} == {
        **dict.fromkeys(FIELDS[:15], ""),
        "flagged": "false",
        "encrypt_only": "false",
        "severity": "low",
    }
    assert (row["operation"], row["actor"], row["call"]) == ("PutKeyPolicy", "r/s", "success")


def test_the_fields_of_a_statement() -> None:
    rows = _fields(x=EVENTS["mixed"])["x"]
    assert [json.loads(row["statements"]) for row in rows] == json.loads(MIXED)["Statement"]
    assert {row["statement_count"] for row in rows} == {"5"}
    shown = ("statement_index", "sid", "effect", "action", "principal", "condition", "audience", "flagged")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("0", "Owner", "Allow", "kms:*", f"arn:aws:iam::{OURS}:root", "", "internal", "false"),
        ("1", "A", "Allow", ["kms:Encrypt", "kms:GenerateDataKey"], "*", "", "everyone", "true"),
        ("2", "", "Allow", "kms:*", "444455556666", "", "external", "false"),
        ("3", "B", "Allow", "kms:ReEncrypt*", "*", "", "everyone", "true"),
        (
            "4",
            "No",
            "Deny",
            "!kms:Decrypt",
            ["!*", "!Service:s3.amazonaws.com"],
            "StringEquals kms:ViaService = a, b",
            "none",
            "false",
        ),
    ]
    assert [rows[i]["granted"] for i in (1, 3)] == [["kms:Encrypt", "kms:GenerateDataKey"], "kms:ReEncryptTo"]
    assert [rows[i]["witness"] != "" for i in range(5)] == [False, True, False, True, False]


def test_a_summary_joins_the_flagged_statements() -> None:
    expanded = [row for row in _fields(x=EVENTS["mixed"])["x"] if row["flagged"] == "true"]
    (row,) = _fields("mode=summary", x=EVENTS["mixed"])["x"]
    assert {name: row[name] for name in FIELDS[:8]} == dict.fromkeys(FIELDS[:8], "")
    assert (row["audience"], row["flagged"], row["encrypt_only"]) == ("everyone", "true", "false")
    assert row["granted"] == ["kms:Encrypt", "kms:ReEncryptTo", "kms:GenerateDataKey"]
    told = {reason for flagged in expanded for reason in _values(flagged["reason"])}
    assert {reason.split('": ')[-1] for reason in _values(row["reason"])} == told
    assert json.loads(row["witness"])["action"] in row["granted"]


def _values(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize(
    "policy, call, severity, audience",
    [
        (policies.ENCRYPT_ONLY, {}, "critical", "everyone"),
        (policies.OPEN, {"bypass": True}, "critical", "everyone"),
        (policies.OPEN, {}, "high", "everyone"),
        (policies.ENCRYPT_ONLY, {"error": "AccessDenied"}, "medium", "everyone"),
        (policies.OPEN, {"error": "AccessDenied", "bypass": True}, "medium", "everyone"),
        (policies.NETWORK, {}, "medium", "network"),
        (policies.NETWORK, {"error": "AccessDenied"}, "medium", "network"),
        (policies.ORGANIZATION, {}, "low", "organization"),
        (policies.EXTERNAL, {}, "low", "external"),
        (policies.SERVICE, {}, "informational", "service"),
        (policies.CLOSED, {}, "informational", "internal"),
        (policies.CLOSED, {"bypass": True}, "informational", "internal"),
        (policies.DENIED, {}, "informational", "none"),
    ],
    ids=[
        "encrypt-only",
        "bypass",
        "open",
        "failed",
        "failed bypass",
        "network",
        "failed network",
        "organization",
        "external",
        "service",
        "closed",
        "closed bypass",
        "denied",
    ],
)
def test_severity_whatever_the_mfa(policy: str, call: dict[str, Any], severity: str, audience: str) -> None:
    events = {mfa: event(policy, mfa=mfa, **call) for mfa in ("false", "true")}
    for mfa, rows in _fields("mode=summary", **events).items():
        assert [(row["severity"], row["audience"], row["mfa"]) for row in rows] == [(severity, audience, mfa)]


def test_a_flagged_statement_is_as_severe_as_the_whole_policy_and_the_others_are_not() -> None:
    rows = _fields(encrypt_only=event(policies.ENCRYPT_ONLY), denied=event(policies.DENIED))
    assert [(row["severity"], row["audience"]) for row in rows["encrypt_only"]] == [
        ("informational", "internal"),
        ("critical", "everyone"),
    ]
    assert [(row["severity"], row["audience"]) for row in rows["denied"]] == [
        ("informational", "internal"),
        ("informational", "everyone"),
        ("informational", "none"),
    ]


def test_equal_policies_have_equal_hashes() -> None:
    spelled = json.dumps(json.loads(policies.CLOSED), indent=3).replace("Owner", "\\u004fwner")
    moved = json.dumps(dict(reversed(json.loads(policies.CLOSED).items())))
    texts = {"plain": policies.CLOSED, "spelled": spelled, "moved": moved, "other": policies.OPEN}
    hashes = {name: rows[0]["hash"] for name, rows in _fields(**texts).items()}
    assert hashes["plain"] == hashes["spelled"] == hashes["moved"] != hashes["other"]
    assert len(hashes["plain"]) == len(hashes["other"]) == 64
