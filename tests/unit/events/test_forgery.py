"""Nobody can forge a record inside another one: what callers write is text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from kmspolicy.events.finder import find_calls
from tests.unit.events.calls import CALLS, cuts, put_key_policy

MakeCall = Callable[[], dict[str, Any]]


def strings_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all strings in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, str):
        yield path
    for name, item in items:
        yield from strings_of(item, (*path, name))


def planted(value: Any, path: tuple[Any, ...], text: str) -> Any:
    """The value with a text in place of the string at a path."""
    if not path:
        return text
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = planted(value[path[0]], path[1:], text)
    return copy


FORGED = json.dumps(
    {**put_key_policy(), "eventID": "forged", "userIdentity": {"type": "IAMUser", "userName": "mallory"}}
)
FORGERIES = {
    "record": FORGED,
    "encoded record": json.dumps(FORGED),
    "envelope": json.dumps({"Records": [json.loads(FORGED)]}),
    "record behind a prefix": "x " + FORGED + "\n" + FORGED,
    "OCSF event": json.dumps({**CALLS["ocsf"](), "metadata": {"uid": "forged"}}),
}
CALLERS_TEXT = {"description", "userAgent", "user_agent", "arn", "principalId", "uid", "name", "data", "policy"}
EVENTS: dict[str, MakeCall] = {
    **CALLS,
    "another call": lambda: {**put_key_policy(), "eventName": "DescribeKey", "requestParameters": {"keyId": "alias/x"}},
    "another service": lambda: {**put_key_policy(), "eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy"},
}


@pytest.mark.parametrize("make", EVENTS.values(), ids=EVENTS.keys())
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_record_forged_in_any_string_of_a_record_is_text(make: MakeCall, forgery: str) -> None:
    for path in strings_of(make()):
        text = json.dumps(planted(make(), path, forgery))
        plain = json.dumps(planted(make(), path, "anything else"))
        found, expected = find_calls(text, False), find_calls(plain, False)
        assert len(found) == len(expected), path
        assert not [one for one in found if one.facts.event == "forged" or one.facts.actor == "mallory"], path
        if path[-1] not in ("policy", "requestParameters.policy", "data", "replicaPolicy"):
            assert [one.policy for one in found] == [one.policy for one in expected], path


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_record_forged_in_a_cut_record_is_text(forgery: str) -> None:
    record = {**put_key_policy(), "userAgent": forgery, "errorMessage": forgery}
    record["userIdentity"] = {"type": "IAMUser", "userName": "kim", "sessionContext": {"sourceIdentity": forgery}}
    for text in (json.dumps(record), json.dumps(dict(sorted(record.items())))):
        for cut in list(cuts(text, "{"))[::7]:
            assert not [one for one in find_calls(cut, False) if one.facts.actor == "mallory"], cut[-80:]


def test_the_rest_of_a_record_that_begins_before_the_text_is_no_envelope() -> None:
    rest = f', "userAgent": {json.dumps(FORGED)}, "requestParameters": {{"keyId": "x"}}}}'
    assert [(one.policy, one.facts.actor) for one in find_calls(rest, False)] == [("", "")]


FORGED_IN_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Sid": FORGED, "Effect": "Deny", "Action": "*"}]}
)
WRITTEN: dict[str, dict[str, Any]] = {
    "a description": {"eventName": "CreateKey", "requestParameters": {"description": FORGED}},
    "a tag": {"eventName": "CreateKey", "requestParameters": {"tags": [{"tagKey": "x", "tagValue": FORGED}]}},
    "the policy": {"requestParameters": {"keyId": "x", "policy": FORGED_IN_POLICY}},
    "a variable of a function": {
        "eventSource": "lambda.amazonaws.com",
        "eventName": "CreateFunction20150331",
        "requestParameters": {"environment": {"variables": {"A" * 90: FORGED}}},
    },
    "an object": {"eventName": "PutItem", "requestParameters": {"item": json.loads(FORGED)}},
}


CLOSE = 80  # characters before a forged text: of the object in which it stands, too little is left there


def forms_of(record: dict[str, Any]) -> Iterator[str]:
    """A record as events hold it: on one line, on many, in a string."""
    yield json.dumps(record)
    yield json.dumps(record, indent=2)
    yield f'{{"message": {json.dumps(json.dumps(record))}}}'


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_what_is_left_behind_the_beginning_of_a_record_holds_no_other_record(written: dict[str, Any]) -> None:
    for text in forms_of({**put_key_policy(), **written}):
        begins = text.index("eventVersion")
        for cut in range(begins, text.index("eventVersion", begins + 1) - CLOSE, 11):
            found = find_calls(text[cut:], False)
            assert not [one for one in found if one.facts.actor == "mallory"], text[cut : cut + 80]
            assert [one for one in found if one.fault], text[cut : cut + 80]  # something is lost, and that is said


@pytest.mark.parametrize("behind", ["", "]}", ', {"x": 1}]}'])
def test_a_record_behind_the_beginning_of_its_envelope_is_read(behind: str) -> None:
    for text in ('"Records": [' + json.dumps(put_key_policy()), '"detail": ' + json.dumps(put_key_policy())):
        (found,) = find_calls(text + behind, False)
        assert found.facts.event == put_key_policy()["eventID"] and not found.fault


# Where no record holds it, what a caller wrote is known by the name that AWS or a pipeline gives it.
FIELDS: dict[str, str] = {
    "an input transformer": json.dumps({"source": "aws.kms", "call": "PutKeyPolicy", "userAgent": FORGED}),
    "name=value": f"eventName=PutKeyPolicy eventSource=kms.amazonaws.com userAgent={FORGED}",
    "a row of Athena": f"{{eventname=PutKeyPolicy, useragent={FORGED}, eventsource=kms.amazonaws.com}}",
    "a change of tags": json.dumps({"source": "aws.tag", "detail": {"service": "ec2", "tags": {"x": FORGED}}}),
    "an item of AWS Config": json.dumps({"resourceType": "AWS::EC2::Instance", "tags": {"x": FORGED}}),
    "the headers of a request": json.dumps({"httpRequest": {"headers": [{"name": "User-Agent", "value": FORGED}]}}),
    "an OCSF event without a call": json.dumps({"class_uid": 6003, "http_request": {"user_agent": FORGED}}),
    "a policy": json.dumps({"time": 1, "policy": json.loads(FORGED_IN_POLICY)}),
    "a policy in a string": json.dumps({"time": 1, "policy": FORGED_IN_POLICY}),
}


@pytest.mark.parametrize("text", FIELDS.values(), ids=FIELDS)
def test_a_record_in_a_member_that_callers_write_is_an_error_and_no_call(text: str) -> None:
    (found,) = find_calls(text, False)
    assert not found.policy and not found.facts.event and "no whole CloudTrail record" in found.fault


def test_a_record_in_another_member_beside_such_texts_is_read() -> None:
    envelope = {"tags": ["aws", FORGED], "headers": {"user-agent": FORGED}, "message": json.dumps(put_key_policy())}
    assert [one.facts.event for one in find_calls(json.dumps(envelope), False)] == [put_key_policy()["eventID"]]
