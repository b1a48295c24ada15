"""Calls that set no policy are found in envelopes as in plain events, and disturb nothing beside a policy's change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from dev.spl import Event, run_saved, run_search
from tests.content.shipped import CASES, INVENTORY, Case, findings, name_of, read_lookup, write_lookups

pytestmark = pytest.mark.slow

Wrap = Callable[[Any], Any]
ENVELOPES: dict[str, Wrap] = {
    "EventBridge": lambda record: {"source": "aws.kms", "detail": record},
    "Records": lambda record: {"Records": [record]},
    "message": lambda record: {"message": json.dumps(record)},
    "SNS in SQS": lambda record: {"Body": json.dumps({"Type": "Notification", "Message": json.dumps(record)})},
}
USES = [case for case in CASES if "Open Key Used" in case.detection or "Key Granted" in case.detection]
ARN = "arn:aws:kms:us-east-1:111122223333:key/k-1"
NOW = "2026-03-10T12:00:00Z"


def wrapped(event: Event, wrap: Wrap) -> Event:
    """The event in an envelope, which tells its time so that the runner knows it, too."""
    record = json.loads(event.raw) if isinstance(event.raw, str) else dict(event.raw)
    time = record.get("eventTime") or datetime.fromtimestamp(record["time"] / 1000, timezone.utc).isoformat()
    return Event({"eventTime": time.replace("+00:00", "Z"), **wrap(record)}, event.index, indextime=event.indextime)


def shown(rows: list[Any]) -> list[Any]:
    """Rows without what an envelope changes: the text and its fields."""
    return [{name: value for name, value in row.items() if name[:11] == "key_policy_"} for row in rows]


@pytest.mark.parametrize("case", USES, ids=name_of)
def test_uses_and_grants_and_the_panels_of_their_keys_are_the_same_in_envelopes(case: Case, tmp_path: Path) -> None:
    write_lookups(tmp_path, case.lookups)
    panel = "uses" if "Used" in case.detection else "grants"
    plain = findings(case).rows
    assert bool(plain) == bool(case.expect)
    panels = [f"`kmspolicycheck_{panel}({key})`" for key in sorted({row["key_policy_key"] for row in plain})]
    listed = [run_search(search, case.events).rows for search in panels]
    assert all(listed)
    for name, wrap in ENVELOPES.items():
        events = [wrapped(event, wrap) for event in case.events]
        found = run_saved(case.detection, events, lookups=tmp_path, now=case.now).rows
        assert shown(found) == shown(plain), name
        assert [shown(run_search(search, events).rows) for search in panels] == list(map(shown, listed)), name


def record(operation: str, at: str, number: int = 1, **members: Any) -> dict[str, Any]:
    """A call of an account of its own on the key k-1."""
    return {
        "eventVersion": "1.11",
        "eventTime": f"2026-03-10T{at}:00Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "eventID": f"{operation}-{number}",
        "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "accountId": "111122223333", "userName": "alice"},
        "sourceIPAddress": "192.0.2.17",
        "resources": [{"accountId": "111122223333", "ARN": ARN}],
        **members,
    }


def opened(statement: Mapping[str, Any]) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}
    return record("PutKeyPolicy", "10:00", requestParameters={"keyId": "k-1", "policy": json.dumps(policy)})


OPEN = opened({"Principal": "*", "Action": "kms:Encrypt"})
SHARED = opened({"Principal": {"AWS": "444455556666"}, "Action": "kms:*"})
OTHERS = [
    record("Decrypt", "10:00"),
    record("Encrypt", "10:00", userIdentity={"type": "AWSAccount", "accountId": "777788889999"}, eventID=None),
    record("ListKeys", "10:00", resources=None, eventID=None),
    {"eventSource": "iam.amazonaws.com", "eventName": "CreateKey"},
]


@pytest.mark.parametrize("wrap", ENVELOPES.values(), ids=ENVELOPES)
@pytest.mark.parametrize(
    ("operation", "state"),
    [("DisableKey", "disabled"), ("ScheduleKeyDeletion", "pending_deletion"), ("EnableKey", "enabled")],
)
def test_the_state_of_a_key_follows_calls_in_envelopes(operation: str, state: str, wrap: Wrap, tmp_path: Path) -> None:
    events = [wrapped(Event(call), wrap) for call in (OPEN, record(operation, "11:00"))]
    run_saved("KMS - Update inventory", events, lookups=tmp_path, now=NOW)
    assert [row["key_policy_state"] for row in read_lookup(tmp_path, INVENTORY)] == [state]


SEARCHES = (
    "`kmspolicycheck_changes`",
    "`kmspolicycheck_flagged`",
    "`kmspolicycheck_openings`",
    "`kmspolicycheck_sharings`",
    "`kmspolicycheck_key_changes`",
    "`kmspolicycheck_state`",
    "`kmspolicycheck_history(" + ARN + ")`",
    "`kmspolicycheck_statements(PutKeyPolicy-1)`",
    "`kmspolicycheck_outside_grants`",
    "`kmspolicycheck_grants(" + ARN + ")`",
)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("change", [OPEN, SHARED], ids=["open", "shared"])
def test_other_calls_in_the_event_of_a_change_disturb_no_search(change: dict[str, Any], search: str) -> None:
    alone, beside = ([Event({"eventTime": NOW, "Records": [change, *more]})] for more in ([], OTHERS))
    rows = run_search(search, alone, now=NOW).rows
    assert shown(run_search(search, beside, now=NOW).rows) == shown(rows)
    assert rows or "grants" in search or change is SHARED or "sharings" in search


def grant(number: int, grantee: str, **parameters: Any) -> dict[str, Any]:
    request = {"keyId": "k-1", "granteePrincipal": grantee, "operations": ["Decrypt"], **parameters}
    return record("CreateGrant", "10:00", number, requestParameters=request, responseElements={"grantId": f"g{number}"})


def granted(*records: dict[str, Any], wrap: Wrap = lambda record: record) -> list[Any]:
    search = f"`kmspolicycheck_grants({ARN})`"
    held: Any = records[0] if len(records) == 1 else list(records)
    event = {"eventTime": NOW, "held": held} if len(records) > 1 else held
    rows = run_search(search, [wrapped(Event(event), wrap)], now=NOW).rows
    return [(row["key_policy_grantee"], row.get("key_policy_granted"), row.get("key_policy_grant")) for row in rows]


OUTSIDER = "arn:aws:iam::444455556666:role/backup"


@pytest.mark.parametrize("wrap", [lambda record: record, *ENVELOPES.values()], ids=["plain", *ENVELOPES])
def test_a_grantee_is_read_at_the_depth_of_its_record(wrap: Wrap) -> None:
    forged = json.dumps({"granteePrincipal": "arn:aws:iam::111122223333:root", "operations": ["Sign"], "grantId": "x"})
    call = {**grant(1, OUTSIDER), "userAgent": forged, "additionalEventData": {"note": json.dumps({"a": forged})}}
    assert granted(call, wrap=wrap) == [(OUTSIDER, "kms:Decrypt", "g1")]


@pytest.mark.parametrize("wrap", [lambda record: record, *ENVELOPES.values()], ids=["plain", *ENVELOPES])
def test_a_grantee_written_into_the_encryption_context_hides_none(wrap: Wrap) -> None:
    context = {"granteePrincipal": "arn:aws:iam::111122223333:role/own", "operations": "x"}
    call = grant(1, OUTSIDER)
    call["requestParameters"] = {"constraints": {"encryptionContextSubset": context}, **call["requestParameters"]}
    ((grantee, actions, _),) = granted(call, wrap=wrap)
    assert (grantee.split(", ")[1], actions) == (OUTSIDER, "kms:Decrypt")
    found = run_search("`kmspolicycheck_outside_grants`", [wrapped(Event(call), wrap)], now=NOW).rows
    assert [row["key_policy_outside"] for row in found] == ["444455556666"]


@pytest.mark.parametrize("wrap", [lambda record: record, *ENVELOPES.values()], ids=["plain", *ENVELOPES])
def test_a_service_is_granted_to_for_the_resource_that_the_grant_names(wrap: Wrap) -> None:
    resource = "arn:aws:dynamodb:us-east-1:444455556666:table/orders"
    asked = {"keyId": "k-1", "operations": ["Decrypt"], "granteeServicePrincipal": "dynamodb.amazonaws.com"}
    call = {**grant(1, OUTSIDER), "requestParameters": {**asked, "constraints": {"sourceArn": resource}}}
    assert granted(call, wrap=wrap) == [(f"dynamodb.amazonaws.com for {resource}", "kms:Decrypt", "g1")]


def test_a_resource_in_the_encryption_context_of_a_role_is_no_party() -> None:
    own = "arn:aws:iam::111122223333:role/own"
    context = {"sourceArn": "arn:aws:dynamodb:us-east-1:444455556666:table/orders"}
    call = grant(1, own, constraints={"encryptionContextSubset": context})
    assert granted(call) == [(own, "kms:Decrypt", "g1")]
    assert run_search("`kmspolicycheck_outside_grants`", [Event(call)], now=NOW).rows == []


def test_of_several_grants_in_one_event_no_grantee_is_told() -> None:
    assert granted(grant(1, OUTSIDER), grant(2, "arn:aws:iam::777788889999:root")) == [("unknown", None, None)] * 2


def test_other_calls_in_the_event_of_a_change_are_no_problem_of_the_setup() -> None:
    event = Event({"eventTime": NOW, "Records": [OPEN, *OTHERS]})
    states = {row["check"]: row["state"] for row in run_saved("KMS - Setup check", [event], all_time=True).rows}
    assert states["The command answers on every indexer"] == "ok"
