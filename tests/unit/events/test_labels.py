"""What pipelines and consoles write around a record is opened; what may be no more than that says little of a call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy.events.finder import find_calls
from tests.unit.events.calls import KEY_ID, OURS, POLICY, REGION, put_key_policy

RECORD = json.dumps(put_key_policy())
FORWARDED = {"eventName": "forward", "eventSource": "shipper"}


@pytest.mark.parametrize(
    "around",
    [
        {**FORWARDED, "userAgent": "fluent-bit"},
        {**FORWARDED, "errorCode": None},
        {**FORWARDED, "eventID": "77"},
        {"insightDetails": {}},
        {"insightDetails": {}, "eventID": "77"},
    ],
)
def test_a_record_in_what_another_event_carries_is_read(around: dict[str, Any]) -> None:
    for record in (RECORD, put_key_policy()):
        assert [one.policy for one in find_calls(json.dumps({**around, "message": record}), False)] == [POLICY]
    for sign in ("eventVersion", "userIdentity", "requestParameters"):
        assert find_calls(json.dumps({**around, sign: {}, "message": RECORD}), False) == [], "which a caller wrote"


def test_insights_hold_texts_of_callers() -> None:
    details = {"insightContext": {"attributions": [{"insight": [{"value": RECORD}]}]}}
    flat = {f"insightDetails.{name}": value for name, value in details.items()}
    forms = {"insightDetails": details}, {"insightDetails": json.dumps(details)}, {"insightdetails": details}, flat
    for event in forms:
        for whole in (event, {"eventVersion": "1.11", "eventCategory": "Insight", **event}):
            assert find_calls(json.dumps(whole), False) == []


@pytest.mark.parametrize("operation", ["DescribeKey", "Decrypt", "CreateKey"])
def test_a_label_of_another_call_to_kms_throws_no_record_away(operation: str) -> None:
    label = {"eventName": operation, "eventSource": "kms.amazonaws.com"}
    for inside in ([put_key_policy()], RECORD, [{"message": RECORD}]):
        found = find_calls(json.dumps({**label, "events": inside}), False)
        assert [one.facts.operation for one in found] == ["PutKeyPolicy", operation]
        assert (found[0].policy, found[0].fault) == (POLICY, "")


def test_a_label_of_a_call_to_kms_hides_no_text_that_is_broken() -> None:
    label = {"eventName": "DescribeKey", "eventSource": "kms.amazonaws.com"}
    lost = '{"eventSource": "kms.amazonaws.com", "x": {"eventName": "PutKeyPolicy'
    faults = [one.fault for one in find_calls(json.dumps({**label, "message": lost}), False)]
    assert faults[0] == "" and "PutKeyPolicy and KMS" in faults[1]
    assert [one.fault for one in find_calls(json.dumps({**label, "message": lost.replace("Put", "Get")}), False)] == [
        ""
    ]


def test_a_label_does_not_say_how_the_call_ended() -> None:
    label = {"eventName": "Decrypt", "eventSource": "kms.amazonaws.com"}
    for event, told in ((label, ""), ({**label, "eventID": "x"}, "success"), ({**label, "errorCode": "x"}, "failure")):
        assert [one.facts.call for one in find_calls(json.dumps(event), False)] == [told]


def test_an_empty_copy_is_no_event() -> None:
    for copy in ("", None):
        (found,) = find_calls(json.dumps({**put_key_policy(), "_raw": copy}), False)
        assert found.policy == POLICY
    assert [one.policy for one in find_calls(json.dumps({"userAgent": "x", "_raw": RECORD}), False)] == [POLICY]


HOLDERS: dict[str, Any] = {
    "finding": {"class_uid": 2004, "resources": [{"data": {"metadata": {"policy": json.loads(POLICY)}}}]},
    "finding about a call": {
        "api": {"operation": "PutKeyPolicy"},
        "class_uid": 2004,
        "resources": [{"data": {"Policy": POLICY}}],
    },
    "inventory": {"class_uid": 5023, "resources": [{"uid": "x", "data": json.dumps({"Policy": POLICY})}]},
    "label": {"eventName": "GetKeyPolicy", "eventSource": "kms.amazonaws.com", "Policy": POLICY},
    "label of parameters": {"eventName": "x", "eventSource": "y", "p": {"keyId": "k", "policy": POLICY}},
    "insights": {"insightDetails": {}, "Policy": POLICY},
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS.keys())
def test_a_named_field_holds_a_policy_in_what_tells_no_call(holder: Any) -> None:
    (found,) = find_calls(json.dumps(holder), True)
    assert (json.loads(found.policy), found.fault, found.facts.operation) == (json.loads(POLICY), "", "")
    assert not [one for one in find_calls(json.dumps(holder), False) if one.policy]


def test_a_finding_in_a_named_field_holds_no_call() -> None:
    assert find_calls(json.dumps({"class_uid": 2004, "evidences": [put_key_policy(), RECORD]}), True) == []


def test_the_account_that_the_searcher_names_is_in_the_keys_arn_too() -> None:
    record = {**put_key_policy(), "resources": None}
    (found,) = find_calls(json.dumps(record), False)
    other = found.facts.of_account("222233334444")
    assert (other.account, other.key) == ("222233334444", f"arn:aws:kms:{REGION}:222233334444:key/{KEY_ID}")
    named = {**record, "requestParameters": {"keyId": found.facts.key, "policy": POLICY}}
    failed = {**record, "errorCode": "AccessDenied"}
    for event in (put_key_policy(), named, failed):
        (found,) = find_calls(json.dumps(event), False)
        facts = found.facts.of_account("222233334444")
        assert (facts.account, facts.key) == (OURS, f"arn:aws:kms:{REGION}:{OURS}:key/{KEY_ID}")
