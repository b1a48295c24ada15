"""A field may hold a policy in whatever people have around it; what is no policy is told as such."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy.events.finder import find_calls
from tests.unit.events.calls import POLICY, put_key_policy

DOCUMENT = json.loads(POLICY)
STATEMENTS = DOCUMENT["Statement"]
BUCKET_POLICY = {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": DOCUMENT}}

HOLDERS: dict[str, Any] = {
    "the policy": DOCUMENT,
    "encoded once more": POLICY,
    "encoded twice more": json.dumps(POLICY),
    "requestParameters": {"keyId": "k", "policyName": "default", "policy": POLICY},
    "get-key-policy": {"Policy": POLICY, "PolicyName": "default"},
    "item of AWS Config": {
        "resourceType": "AWS::KMS::Key",
        "configuration": {"keyId": "k"},
        "supplementaryConfiguration": {"Policy": json.dumps(POLICY)},
    },
    "resource of CloudFormation": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": DOCUMENT}},
    "template of CloudFormation": {
        "Resources": {"Bucket": BUCKET_POLICY, "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": DOCUMENT}}}
    },
    "list of statements": STATEMENTS,
    "event": put_key_policy(),
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS.keys())
def test_the_policy_is_found_in_what_people_have_around_it(holder: Any) -> None:
    (found,) = find_calls(json.dumps(holder), True)
    assert (json.loads(found.policy)["Statement"], found.fault) == (STATEMENTS, "")


@pytest.mark.parametrize("holder", [holder for name, holder in HOLDERS.items() if name not in ("the policy", "event")])
def test_in_raw_the_same_is_no_event(holder: Any) -> None:
    assert find_calls(json.dumps(holder), False) == []


@pytest.mark.parametrize("holder", [{"keyId": "k"}, {"PolicyName": "default"}, [], ["x"], BUCKET_POLICY])
def test_json_without_a_key_policy_is_blamed_on_the_field(holder: Any) -> None:
    (found,) = find_calls(json.dumps(holder), True)
    assert (found.policy, "no key policy" in found.fault) == ("", True)


@pytest.mark.parametrize(
    "text", ["hello", '{"Version": "2012-10-17"}', '{"Version": "2012-10-17", "Statement": [{', "7"]
)
def test_anything_else_is_a_policy_that_the_engine_refuses(text: str) -> None:
    assert [(found.policy, found.fault) for found in find_calls(text, True)] == [(text, "")]


def test_requestparameters_cut_behind_the_policy_are_judged_and_told_as_cut() -> None:
    text = json.dumps({"policy": POLICY, "keyId": "k"})[:-5]
    (found,) = find_calls(text, True)
    assert found.policy == POLICY and "cut short" in found.fault and "after this policy" in found.fault


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_field_holds_nothing(text: str) -> None:
    assert find_calls(text, True) == []
