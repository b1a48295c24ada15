"""A call is found in whatever holds it; cut, it keeps the facts before the cut; and nobody can forge one inside it."""

from __future__ import annotations

import json
import sys
from random import Random
from typing import Any, Callable

import pytest

from kmspolicy.events.finder import find_calls
from kmspolicy.events.prefilter import may_hold_policy
from tests.unit.events.calls import CALLS, KEY, OTHER_CALLS, POLICY, put_key_policy
from tests.unit.events.wrapping import spelled, wrapped

MakeCall = Callable[[], dict[str, Any]]
every_call = pytest.mark.parametrize("make", CALLS.values(), ids=CALLS.keys())


@every_call
@pytest.mark.parametrize("seed", range(60))
def test_a_call_is_found_in_any_envelope(make: MakeCall, seed: int) -> None:
    chance = Random(seed)
    expected = find_calls(json.dumps(make()), False)
    assert [one.policy for one in expected] == [POLICY]
    text = wrapped(make(), chance, chance.randrange(13), chance.randrange(7))
    assert find_calls(text, False) == expected
    assert find_calls(text, True) == expected


@pytest.mark.parametrize("make", OTHER_CALLS.values(), ids=OTHER_CALLS.keys())
@pytest.mark.parametrize("seed", range(60))
def test_a_call_that_sets_no_policy_is_found_in_any_envelope(make: MakeCall, seed: int) -> None:
    chance = Random(seed)
    (expected,) = find_calls(json.dumps(make()), False)
    assert (expected.facts.key, expected.policy, expected.fault) == (KEY, "", "")
    text = wrapped(make(), chance, chance.randrange(13), chance.randrange(7))
    assert find_calls(text, False) == find_calls(text, True) == [expected]
    assert find_calls(text, False, every_call=False) == find_calls(text, True, every_call=False) == []


@every_call
def test_twelve_containers_and_six_encodings(make: MakeCall) -> None:
    text = wrapped(make(), Random(1), 12, 6)
    assert [one.policy for one in find_calls(text, False)] == [POLICY]


def test_records_one_behind_the_other_are_several_policies() -> None:
    records = [json.dumps({**put_key_policy(), "eventID": str(number)}) for number in range(3)]
    for between in ("", "\n", ", ", " and then ", ']}\n{"Records": ['):
        assert [one.facts.event for one in find_calls(between.join(records), False)] == ["0", "1", "2"]


def test_a_text_that_names_the_call_and_holds_no_record_is_told() -> None:
    for text in (
        "eventSource=kms.amazonaws.com eventName=PutKeyPolicy policy={...}",
        "{'eventSource': 'kms.amazonaws.com', 'eventName': 'PutKeyPolicy'}",
        '{"EventName": "PutKeyPolicy", "source": "kms.amazonaws.com"}',
        "kms.amazonaws.com Put\\u004beyPolicy {",
        '["kms.amazonaws.com", "PutKeyPolicy"]',
    ):
        (found,) = find_calls(text, False)
        assert "PutKeyPolicy and KMS" in found.fault
        assert find_calls(text.replace("kms.amazonaws.com", "sns.amazonaws.com"), False) == []


def test_a_name_is_told_whose_escape_an_outer_encoding_spells_as_an_escape() -> None:
    spelled_name = json.dumps('{"a": "kms\\u002eamazonaws.com PutKeyPolicy"').replace("u002e", "u002\\u0065")
    text = json.dumps(spelled_name)
    assert ["PutKeyPolicy and KMS" in one.fault for one in find_calls(text, False)] == [True]
    assert find_calls(text.replace("kms", "sns"), False) == []


@pytest.mark.parametrize("seed", range(150))
def test_no_spelling_hides_a_call_from_the_prefilter_or_the_finder(seed: int) -> None:
    """Any plain character may be written as an escape, in every encoding anew."""
    chance = Random(seed)
    text = json.dumps(
        {"eventSource": "kms.amazonaws.com", "eventName": "PutKeyPolicy", "requestParameters": {"policy": POLICY}}
    )
    for _ in range(chance.randrange(1, 6)):
        text = spelled(text, chance, chance.choice((0.02, 0.3, 1)))
        text = json.dumps(text)
    assert may_hold_policy(text.encode(), 0, len(text.encode()))
    assert [one.policy for one in find_calls(text, False)] == [POLICY]


HOSTILE = {
    "lists": "[" * 20_000,
    "objects": '{"a":' * 8_000,
    "lists of strings": '["{' * 8_000,
    "quotes": '"{' * 8_000,
    "escaped braces": '{\\"' * 8_000,
    "strings in strings": '"{\\"{\\\\"' * 4_000,
    "members": '{"a":1,' + '"a":1,' * 8_000,
    "broken records": '{"eventName":"PutKeyPolicy" x}\n' * 2_000,
    "labels around many records": '{"eventName":"PutKeyPolicy","eventSource":"kms.amazonaws.com","x":' * 40
    + json.dumps([{"eventName": "PutKeyPolicy", "eventSource": "kms.amazonaws.com", "eventID": "x"}] * 1_000)
    + "}" * 40,
    "braces": "{ " * 20_000,
    "backslashes": '{"a":"' + "\\" * 20_001,
    "numbers": "[" + "1" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("field_given", [False, True])
def test_the_work_grows_with_the_length_alone(text: str, field_given: bool) -> None:
    """Function calls are counted, those of the standard library included."""
    text += ' "PutKeyPolicy" kms.amazonaws.com'
    assert find_calls(text, field_given)
    assert calls_of(lambda: find_calls(text, field_given)) < 18 * len(text) + 2_000


def calls_of(function: Callable[[], object]) -> int:
    counted = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("before", ["", "body=", "[1] "])
def test_the_inside_of_a_json_string_is_read_without_its_quotes(before: str) -> None:
    record = put_key_policy()
    for value in (record, [record], [[record]], {"Records": [record]}):
        for indent in (None, 2):
            text = before + json.dumps(json.dumps(value, indent=indent))[1:-1]
            assert [one.policy for one in find_calls(text, False)] == [POLICY], text[:40]
            other = text.replace("PutKeyPolicy", "DescribeKey")
            assert [(one.policy, one.fault) for one in find_calls(other, False)] == [("", "")], text[:40]
