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
