"""A field may hold a policy inside anything that surrounds it in practice; what is no policy is reported as such."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy.events.call_policy import CallOrPolicy
from kmspolicy.events.event_facts import NO_FACTS
from kmspolicy.events.faults import EventFault
from kmspolicy.events.finder import find_calls
from tests.unit.events.calls import POLICY, put_key_policy

DOCUMENT = json.loads(POLICY)
STATEMENTS = DOCUMENT["Statement"]
BUCKET_POLICY = {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": DOCUMENT}}

CONFIG_ITEM = {
    "resourceType": "AWS::KMS::Key",
    "configuration": {"keyId": "k"},
    "supplementaryConfiguration": {"Policy": json.dumps(POLICY)},
}
CONFIG_NOTIFICATION = {
    "configurationItemDiff": {
        "changedProperties": {
            "SupplementaryConfiguration.Policy": {"previousValue": '{"Statement": []}', "updatedValue": POLICY}
        },
        "changeType": "UPDATE",
    },
    "configurationItem": CONFIG_ITEM,
    "messageType": "ConfigurationItemChangeNotification",
}

HOLDERS: dict[str, Any] = {
    "the policy": DOCUMENT,
    "encoded once more": POLICY,
    "encoded twice more": json.dumps(POLICY),
    "requestParameters": {"keyId": "k", "policyName": "default", "policy": POLICY},
    "get-key-policy": {"Policy": POLICY, "PolicyName": "default"},
    "item of AWS Config": CONFIG_ITEM,
    "notification of AWS Config": CONFIG_NOTIFICATION,
    "notification of AWS Config in EventBridge": {"detail-type": "x", "detail": CONFIG_NOTIFICATION},
    "notification of AWS Config by SNS": {"Type": "Notification", "Message": json.dumps(CONFIG_NOTIFICATION)},
    "notification of AWS Config in a Lambda function": {"invokingEvent": json.dumps(CONFIG_NOTIFICATION)},
    "item of AWS Config as text": {**CONFIG_NOTIFICATION, "configurationItem": json.dumps(CONFIG_ITEM)},
    "something else called an item": {"configurationItem": "k", "Policy": POLICY},
    "resource of CloudFormation": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": DOCUMENT}},
    "template of CloudFormation": {
        "Resources": {"Bucket": BUCKET_POLICY, "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": DOCUMENT}}}
    },
    "list of statements": STATEMENTS,
    "list of statements in an inventory": {"Version": "2026-01-01", "statements": STATEMENTS},
    "event": put_key_policy(),
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS.keys())
def test_the_policy_is_found_in_what_people_have_around_it(holder: Any) -> None:
    (found,) = find_calls(json.dumps(holder), True)
    assert (json.loads(found.policy)["Statement"], found.fault) == (STATEMENTS, "")


@pytest.mark.parametrize("holder", [holder for name, holder in HOLDERS.items() if name not in ("the policy", "event")])
def test_in_raw_the_same_is_no_event(holder: Any) -> None:
    assert find_calls(json.dumps(holder), False) == []


def test_a_notification_of_aws_config_cut_before_its_item_tells_no_policy() -> None:
    text = json.dumps(CONFIG_NOTIFICATION)
    (found,) = find_calls(text[: text.index('"configurationItem"')], True)
    assert (found.policy, found.facts) == (text[: text.index('"configurationItem"')], NO_FACTS), "which is no policy"
    other = {**CONFIG_NOTIFICATION, "configurationItem": {**CONFIG_ITEM, "resourceType": "AWS::S3::Bucket"}}
    assert "no key policy" in find_calls(json.dumps(other), True)[0].fault


@pytest.mark.parametrize("holder", [{"keyId": "k"}, {"PolicyName": "default"}, [], ["x"], BUCKET_POLICY])
def test_json_without_a_key_policy_is_blamed_on_the_field(holder: Any) -> None:
    (found,) = find_calls(json.dumps(holder), True)
    assert (found.policy, "no key policy" in found.fault) == ("", True)


NAMES = ("statement", "STATEMENT", "Statements")
MISSPELLED = [json.dumps({"Version": "2012-10-17", name: STATEMENTS}) for name in NAMES]


@pytest.mark.parametrize(
    "text", ["hello", '{"Version": "2012-10-17"}', '{"Version": "2012-10-17", "Statement": [{', "7", *MISSPELLED]
)
def test_anything_else_is_a_policy_that_the_engine_refuses(text: str) -> None:
    assert [(found.policy, found.fault) for found in find_calls(text, True)] == [(text, "")]


def test_requestparameters_cut_behind_the_policy_are_judged_and_told_as_cut() -> None:
    text = json.dumps({"policy": POLICY, "keyId": "k"})[:-5]
    (found,) = find_calls(text, True)
    assert found.policy == POLICY and "cut short" in found.fault and "after this policy" in found.fault


@pytest.mark.parametrize("behind", [",", " foo", "]}", "}", "\0", ' {"a": 1}', "\n{}"])
def test_a_policy_is_read_whatever_is_behind_it(behind: str) -> None:
    assert [(found.policy, found.fault) for found in find_calls(POLICY + behind, True)] == [(POLICY, "")]
    assert [found.policy for found in find_calls(POLICY + behind + POLICY, True)] == [POLICY, POLICY]
    broken = POLICY[:-1] + behind.replace("}", "")
    assert [(found.policy, found.fault) for found in find_calls(broken, True)] == [(broken, "")]


@pytest.mark.parametrize("field_given", [True, False])
@pytest.mark.parametrize("first", [{"Id": "x", "Version": "0"}, {"Version": "2026-01-01"}, {"Statement": "insert"}])
def test_an_envelope_with_a_policys_members_is_no_policy(first: dict[str, Any], field_given: bool) -> None:
    if field_given and "Statement" in first:
        return  # in a field that the searcher names, that is a policy with a fault
    for record in (put_key_policy(), json.dumps(put_key_policy())):
        (found,) = find_calls(json.dumps({**first, "Detail": record}), field_given)
        assert (found.policy, found.facts.operation) == (POLICY, "PutKeyPolicy")


CLOSED = json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENTS[0], "Principal": {"AWS": "111122223333"}}]})
EVENT = json.dumps({**put_key_policy(), "eventID": "forged"})


@pytest.mark.parametrize("forged", [POLICY, json.dumps(POLICY), EVENT, json.dumps([json.loads(EVENT)])])
def test_what_callers_write_beside_a_policy_is_text(forged: str) -> None:
    tags = [{"tagKey": "a", "tagValue": forged}]
    for holder in (
        {"description": forged, "policy": CLOSED, "tags": tags},
        {"keyId": forged, "policyName": forged, "policy": CLOSED},
        {"keyId": "k", "replicaRegion": forged, "policy": CLOSED},
        {"Type": "AWS::KMS::Key", "Properties": {"Description": forged, "KeyPolicy": json.loads(CLOSED), "Tags": tags}},
        {
            "configuration": {"description": forged},
            "supplementaryConfiguration": {"Policy": CLOSED},
            "tags": {"a": forged},
        },
    ):
        (found,) = find_calls(json.dumps(holder), True)
        assert (json.loads(found.policy), found.fault) == (json.loads(CLOSED), "")


@pytest.mark.parametrize(
    "parameters",
    [
        {"description": POLICY, "keySpec": "SYMMETRIC_DEFAULT"},
        {"policy": None, "tags": [{"tagKey": "a", "tagValue": POLICY}]},
        {"keyId": "mrk-1", "replicaRegion": "us-west-2"},
    ],
)
def test_parameters_without_a_policy_set_the_default_one(parameters: dict[str, Any]) -> None:
    assert find_calls(json.dumps(parameters), True) == [CallOrPolicy(NO_FACTS)]


@pytest.mark.parametrize(
    "text, fault",
    [
        ('{"omitted": true, "originalSize": 200000, "reason": "x"}', EventFault.OMITTED.value),
        ('{"keyId": "k", "policy": "HIDDEN_DUE_TO_SECURITY_REASONS"}', "HIDDEN_DUE_TO_SECURITY_REASONS"),
        ("HIDDEN_DUE_TO_SECURITY_REASONS", "HIDDEN_DUE_TO_SECURITY_REASONS"),
        ("***", "the event has *** in their place"),
        ('"***"', "the event has *** in their place"),
    ],
)
def test_what_stands_in_place_of_a_policy_is_told(text: str, fault: str) -> None:
    (found,) = find_calls(text, True)
    assert found.policy == "" and fault in found.fault
    (other,) = find_calls(text.replace("omitted", "open").replace("HIDDEN", "SHOWN").replace("***", "**"), True)
    assert EventFault.OMITTED.value != other.fault and "in their place" not in other.fault


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_field_holds_nothing(text: str) -> None:
    assert find_calls(text, True) == []


@pytest.mark.parametrize("before", ["[12:00:01] ", "[info] "])
def test_only_what_breaks_behind_a_policy_is_told_with_it(before: str) -> None:
    assert [(one.policy, one.fault) for one in find_calls(before + POLICY, True)] == [(POLICY, "")]
    behind = find_calls(f"{POLICY} {before}", True)
    assert behind[0].policy == POLICY and ("later facts are missing" in behind[0].fault) == ("12" in before)


def test_what_callers_write_in_a_map_of_athena_is_passed_over() -> None:
    for text in ("{keyId=k, policy=%s}", "{description={}, policy=%s}", "{description=x, policy=%s, tags=[]}"):
        assert [one.policy for one in find_calls(text % POLICY, True)] == [POLICY]
    for text in ("{description=%s, keyUsage=ENCRYPT_DECRYPT}", "{keyUsage=x, tags=[{tagKey=a, tagValue=%s}]}"):
        assert not [one for one in find_calls(text % CLOSED, True) if one.policy == CLOSED]


def test_a_map_of_athena_in_a_record_is_no_json_that_was_cut() -> None:
    for text in ("{keyId=k, policy=" + POLICY + "}", "{policy=x}", "{=}"):
        (found,) = find_calls(json.dumps({**put_key_policy(), "requestParameters": text}), False)
        assert found.policy == "" and "cannot be read: the event has {" in found.fault
    for text in ('{"keyId":', "{", ' { "'):
        (found,) = find_calls(json.dumps({**put_key_policy(), "requestParameters": text}), False)
        assert found.policy == "" and "cut short or damaged" in found.fault
