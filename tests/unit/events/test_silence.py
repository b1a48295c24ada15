"""A record that is found does not silence a call beside it; what stands inside a whole record is no such call."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import quote

import pytest

from kmspolicy.events.finder import find_calls
from tests.unit.events.calls import POLICY, create_key, decrypt, ocsf, put_key_policy

OF_S3 = {**put_key_policy(), "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "resources": None}
OF_STS = {**OF_S3, "eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "requestParameters": None}


def faults(text: str) -> list[str]:
    return [one.fault for one in find_calls(text, False) if one.fault]


@pytest.mark.parametrize("make", [put_key_policy, create_key])
@pytest.mark.parametrize(("before", "between", "behind"), [('{"Records":[', ",", "]}"), ("", "\n", ""), ("", "", "")])
def test_a_batch_cut_in_two_tells_the_call_wherever_the_cut_is(
    make: Any, before: str, between: str, behind: str
) -> None:
    record = json.dumps(make())
    text = before + between.join([json.dumps(OF_STS), record, json.dumps(OF_S3)]) + behind
    start = text.index(record)
    source = record.index('"kms.amazonaws.com"')
    for cut in range(start, start + len(record) + 1, 3):
        told = [one for piece in (text[:cut], text[cut:]) for one in find_calls(piece, False)]
        if cut - start <= source or f'"{make()["eventName"]}"' in text[:cut]:  # else no piece names both
            assert [one for one in told if one.policy or one.fault], text[cut - 20 : cut + 20]
        assert not [one for one in told if one.policy not in ("", POLICY)]


DAMAGED = json.dumps(put_key_policy())


@pytest.mark.parametrize(
    "lost",
    [
        repr(put_key_policy()),
        html.escape(DAMAGED),
        quote(DAMAGED),
        DAMAGED.replace('"', "''"),
        "eventName=PutKeyPolicy eventSource=kms.amazonaws.com policy=" + POLICY,
        DAMAGED.replace('"eventName"', '"eventNam"'),
        DAMAGED.replace('"eventName"', '#"eventName"'),
        DAMAGED.replace('"kms.amazonaws.com"', '"kms.amazonaws.com"}'),
        json.dumps({"EventName": "PutKeyPolicy", "EventSource": "kms.amazonaws.com", "RequestParameters": POLICY}),
        json.dumps({"name": "PutKeyPolicy", "source": ["kms.amazonaws.com"]}),
        json.dumps({"PutKeyPolicy": {"kms.amazonaws.com": 1}, "x": 1}),
    ],
)
@pytest.mark.parametrize("known", [OF_S3, decrypt(), {"eventName": "x", "eventSource": "y"}, {"insightDetails": {}}])
def test_what_stands_beside_a_record_is_told(known: dict[str, Any], lost: str) -> None:
    record = json.dumps(known)
    for text in (
        record + "\n" + lost,
        lost + "\n" + record,
        json.dumps([known, lost]),
        json.dumps({"a": lost, "b": record}),
        f'{{"Records": [{record}, {lost}]}}',
    ):
        assert len(faults(text)) == 1 and "PutKeyPolicy and KMS" in faults(text)[0], text
        other = text.replace("PutKeyPolicy", "GetKeyPolicy")
        assert faults(other) == [], other


SHAPES: dict[str, dict[str, Any]] = {
    "Elastic": {
        "event": {"action": "PutKeyPolicy", "provider": "kms.amazonaws.com"},
        "user_agent": {"original": "$agent"},
        "aws": {"cloudtrail": {"request_parameters": "{keyId=k, policy=" + POLICY + "}"}},
    },
    "Sentinel": {
        "EventSource": "kms.amazonaws.com",
        "EventName": "PutKeyPolicy",
        "UserAgent": "$agent",
        "RequestParameters": json.dumps(put_key_policy()["requestParameters"]),
    },
    "Chronicle": {
        "metadata": {"productEventType": "PutKeyPolicy"},
        "target": {"application": "kms.amazonaws.com"},
        "network": {"http": {"userAgent": "$agent"}},
    },
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_no_record_in_a_user_agent_silences_a_shape_that_is_not_known(shape: dict[str, Any]) -> None:
    for agent in (
        "cli",
        '{"class_uid":1}',
        '{"class_uid":2004}',
        '{"insightDetails":{}}',
        '{"eventName":"x","eventSource":"y"}',
        json.dumps(OF_S3),
        json.dumps(decrypt()),
        json.dumps([decrypt(), OF_S3]),
    ):
        text = json.dumps(shape).replace('"$agent"', json.dumps(agent))
        assert len(faults(text)) == 1 and "PutKeyPolicy and KMS" in faults(text)[0], agent
        assert faults(text.replace("PutKeyPolicy", "GetKeyPolicy")) == [], agent


def test_a_whole_record_is_answered_for_what_it_is_whatever_words_stand_in_it() -> None:
    words = "PutKeyPolicy and CreateKey of kms.amazonaws.com " + json.dumps(put_key_policy())
    of_iam = {**OF_S3, "eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy"}
    for record in (
        {**of_iam, "requestParameters": {"policyDocument": words}},
        {**of_iam, "userAgent": words},
        {**decrypt(), "userAgent": words},
        {**OF_S3, "eventName": "LookupEvents", "responseElements": {"events": [put_key_policy()]}},
        {"class_uid": 2004, "message": words, "evidences": [put_key_policy()]},
        {**OF_S3, "eventName": None, "insightDetails": {"words": words}},
    ):
        for text in (
            json.dumps(record),
            json.dumps({"Records": [record, OF_STS]}),
            json.dumps({"m": json.dumps(record)}),
        ):
            assert faults(text) == [], text


def test_a_label_that_yields_to_broken_text_does_not_silence_it() -> None:
    label = {"eventName": "PutKeyPolicy", "eventSource": "kms.amazonaws.com"}
    lost = '{"requestParameters": {"keyId": "x'
    assert len(faults(json.dumps([label, OF_S3, lost]))) == 1
    assert faults(json.dumps([{**label, "eventName": "GetKeyPolicy"}, OF_S3, lost])) == []


@pytest.mark.parametrize("record", [put_key_policy(), create_key(), ocsf()])
def test_words_beside_a_call_are_of_that_call(record: dict[str, Any]) -> None:
    text = json.dumps(record)
    operation = "CreateKey" if '"CreateKey"' in text else "PutKeyPolicy"
    beside = {"action": operation, "provider": "kms.amazonaws.com", "message": text}
    assert [(one.policy, one.fault) for one in find_calls(json.dumps(beside), False)] == [(POLICY, "")]
    (told,) = faults(json.dumps({**beside, "action": "ReplicateKey"}))
    assert "ReplicateKey and KMS" in told


@pytest.mark.parametrize("action", ["kms:PutKeyPolicy", "KMS:ReplicateKey", "kms:PutKeyPolicy*"])
def test_an_action_of_a_policy_beside_a_record_is_no_call(action: str) -> None:
    policy = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "NotAction": action, "Resource": "*"}]})
    record = {**create_key(), "requestParameters": {"policy": policy}}
    for beside in (policy, {"request_parameters": f"{{policy={policy}, tags=[]}}"}, {action: policy}):
        event = {"event": {"original": json.dumps(record), "provider": "kms.amazonaws.com"}, "aws": beside}
        assert faults(json.dumps(event)) == [], beside
        operation = action.strip("*")[4:]
        for name in (operation, f"AwsApiCall:{operation}"):
            assert len(faults(json.dumps({**event, "action": name}))) == 1, name


@pytest.mark.parametrize("known", [OF_S3, decrypt()])
def test_a_quote_that_is_not_escaped_hides_no_call_behind_it(known: dict[str, Any]) -> None:
    text = json.dumps({"message": json.dumps(put_key_policy())})
    for place in range(text.index("{", 1), text.index("kms.amazonaws.com"), 7):
        damaged = json.dumps(known) + "\n" + text[:place] + '"' + text[place:]
        assert [one for one in find_calls(damaged, False) if one.policy or one.fault], damaged
        assert faults(damaged.replace("PutKeyPolicy", "GetKeyPolicy")) == [], damaged


@pytest.mark.parametrize("number", ["1" * 5_000, "-" + "1" * 5_000, "1" * 5_000 + ".5"])
def test_a_number_too_long_for_python_breaks_no_event(number: str) -> None:
    record = put_key_policy()
    inside = {**record, "requestParameters": {"size": "NUMBER", **record["requestParameters"]}}
    for event in (inside, [{"size": ["NUMBER", 1]}, record], {"size": "NUMBER", "detail": record}):
        (found,) = find_calls(json.dumps(event).replace('"NUMBER"', number), False)
        assert (found.policy, found.fault) == (POLICY, "")
