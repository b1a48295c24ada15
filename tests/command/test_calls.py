"""Calls to KMS that set no policy give their facts, in every shape; see calls.json. show=flagged drops them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dev.splunkd import run
from kmspolicy.splunk.output_fields import FACTS, FIELDS
from tests.command.session import APP

Json = dict[str, Any]
FILE = json.loads(Path(__file__).with_name("calls.json").read_text("utf-8"))
CALLS, SILENT = FILE["calls"], FILE["silent"]


def lake(record: Json) -> Json:
    """A CloudTrail record as Security Lake maps it to OCSF 1.1 (ocsf/examples)."""
    identity, failed = record["userIdentity"], "errorCode" in record
    return {
        "metadata": {"uid": record["eventID"], "event_code": record.get("eventType", "AwsApiCall"), "version": "1.1.0"},
        "time": 1773044047000,
        "cloud": {"region": record["awsRegion"], "provider": "AWS"},
        "api": {
            "operation": record["eventName"],
            "service": {"name": record["eventSource"]},
            "request": {"data": json.dumps(record["requestParameters"])},
            "response": {"error": record.get("errorCode"), "data": None},
        },
        "actor": {
            "invoked_by": identity.get("invokedBy"),
            "user": {
                "type": identity["type"],
                "name": identity.get("userName"),
                "uid": identity.get("arn"),
                "uid_alt": identity.get("principalId"),
                "account": {"uid": identity.get("accountId")},
            },
        },
        "src_endpoint": {"ip": record["sourceIPAddress"]},
        "http_request": {"user_agent": record["userAgent"]},
        "resources": [
            {"uid": item["ARN"], "type": "AWS::KMS::Key", "account": {"uid": item["accountId"]}}
            for item in record["resources"] or ()
        ],
        "class_uid": 6003,
        "status": "Failure" if failed else "Success",
        "unmapped": {"recipientAccountId": record["recipientAccountId"], "eventCategory": record.get("eventCategory")},
    }


SHAPES: dict[str, Callable[[Json], Any]] = {
    "plain": lambda record: record,
    "EventBridge": lambda record: {"detail-type": "AWS API Call via CloudTrail", "source": "aws.kms", "detail": record},
    "Records": lambda record: {"Records": [{"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}, record]},
    "SNS": lambda record: {"Type": "Notification", "Message": json.dumps(record)},
    "SNS in SQS": lambda record: {"Body": json.dumps({"Type": "Notification", "Message": json.dumps(record)})},
    "OCSF": lake,
    "OCSF in a message": lambda record: {"message": json.dumps(lake(record))},
}


def shown(events: list[Any], *options: str) -> list[dict[str, str]]:
    """The own fields of the rows that answer some events, under their names behind the prefix."""
    rows = run(APP, [{"_raw": json.dumps(event)} for event in events], ["mode=summary", *options]).rows
    return [{name: str(row["key_policy_" + name]) for name in FIELDS} for row in rows]


def records() -> list[Json]:
    return [{**FILE["record"], "eventName": call["operation"], **call["change"]} for call in CALLS]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_each_call_tells_its_facts_and_no_verdict(shape: Callable[[Json], Any]) -> None:
    expected = [
        {**dict.fromkeys(FIELDS, ""), **FILE["facts"], "operation": c["operation"], **c["facts"]} for c in CALLS
    ]
    assert shown(list(map(shape, records()))) == expected


@pytest.mark.parametrize("mode", ["mode=summary", "mode=expand"])
def test_show_flagged_drops_them(mode: str) -> None:
    events = [shape(record) for record in records() for shape in SHAPES.values()]
    assert run(APP, [{"_raw": json.dumps(event)} for event in events], [mode, "show=flagged"]).rows == []


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_other_events_tell_nothing(shape: Callable[[Json], Any]) -> None:
    events = [shape({**FILE["record"], "eventName": "Decrypt", **silent["change"]}) for silent in SILENT]
    assert shown(events) == [dict.fromkeys(FIELDS, "")] * len(SILENT)


def test_each_call_in_an_event_has_a_row_of_its_own() -> None:
    rows = shown([{"Records": records()}])
    assert [row["operation"] for row in rows] == [call["operation"] for call in CALLS]


@pytest.mark.parametrize("make", [lambda record: record, lake], ids=["CloudTrail", "OCSF"])
def test_a_cut_record_keeps_its_operation_and_has_no_error(make: Callable[[Json], Json]) -> None:
    cut = []
    for record in records():
        text = json.dumps(make({"eventSource": record["eventSource"], "eventName": record["eventName"], **record}))
        known = max(text.index(f'"{record[name]}"') + len(record[name]) + 2 for name in ("eventSource", "eventName"))
        cut += [{"_raw": text[:end]} for end in range(known, len(text), 17)]
    told = [{name for name in FIELDS if row["key_policy_" + name]} for row in run(APP, cut, ["mode=summary"]).rows]
    assert len(told) == len(cut) > 100 and all("operation" in names and names <= set(FACTS) for names in told)


def test_no_spelling_of_the_service_hides_a_call() -> None:
    """A sign of the name may be an escape, and so may the quotes around it in a string within a string."""
    name = '"kms.amazonaws.com"'
    plain = json.dumps({"eventName": "Decrypt", "eventID": "e-1", "eventSource": "kms.amazonaws.com"})
    spelled = [
        plain.replace("kms.", "kms\\u002e"),
        plain.replace("kms", "k\\u006ds"),
        plain.replace("kms.", "kms\\u002E"),
    ]
    inner = json.dumps({"message": plain})
    quotes = inner.replace('\\"', "\\u0022")
    texts = [*spelled, inner, quotes, json.dumps(quotes), json.dumps({"message": quotes})]
    assert all(name not in text for text in texts)
    rows = run(APP, [{"_raw": text} for text in texts], ["mode=summary"]).rows
    assert [row["key_policy_operation"] for row in rows] == ["Decrypt"] * len(texts)
