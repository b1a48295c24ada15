"""An event that is cut short or damaged keeps the facts before the fault, and hides no other event."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest

from kmspolicy.events import finder
from kmspolicy.events.call_policy import CallOrPolicy
from kmspolicy.events.finder import find_calls
from tests.unit.events.calls import CALLS, KEY, KEY_ID, OURS, POLICY, REGION, cuts, put_key_policy

MakeCall = Callable[[], dict[str, Any]]
every_call = pytest.mark.parametrize("make", CALLS.values(), ids=CALLS.keys())


@every_call
def test_a_cut_anywhere_behind_the_operation_keeps_every_fact_before_it(make: MakeCall) -> None:
    text = json.dumps(make())
    (whole,) = find_calls(text, False)
    for cut in cuts(text, f'"{whole.facts.operation}"'):
        assert_kept(cut, cut, whole)


@pytest.mark.parametrize("name", ["Message", "detail"])
def test_a_cut_inside_an_envelope_keeps_them_too(name: str) -> None:
    record = json.dumps(put_key_policy())
    (whole,) = find_calls(record, False)
    text = json.dumps({"Type": "Notification", name: record if name == "Message" else put_key_policy(), "Z": 1})
    operation = '\\"PutKeyPolicy\\"' if name == "Message" else '"PutKeyPolicy"'
    end = text.index('"Z"') - 3
    for cut in list(cuts(text[:end], operation))[::3]:
        assert_kept(cut, cut.replace('\\"', '"'), whole)
    assert find_calls(text[: end + 1], False) == [whole], "the record itself is whole"


def assert_kept(cut: str, shown: str, whole: CallOrPolicy) -> None:
    """A cut event is one finding with an error, and has each fact whose text the cut left whole."""
    (found,) = find_calls(cut, False)
    assert found.fault, cut[-80:]
    assert found.policy in ("", POLICY)
    assert found.facts.operation == whole.facts.operation
    for text, fact in (
        (f'"{whole.facts.event}"', "event"),
        (f'"{whole.facts.src}"', "src"),
        (f'"{whole.facts.user_agent}"', "user_agent"),
        ('"2026-03-09T08:14:07Z"', "time"),
        ("1773044047000,", "time"),
        (f'"arn:aws:sts::{OURS}:assumed-role/deploy/run-1"', "actor"),
        (f'"arn:aws:iam::{OURS}:user/Alice"', "actor"),
        (f'"ARN": "{KEY}"', "key"),
    ):
        if text in shown:
            assert getattr(found.facts, fact) == getattr(whole.facts, fact), (fact, shown[-80:])
    if f'"keyId": "{KEY_ID}"' in shown and f'"{OURS}"' in shown and whole.facts.operation == "PutKeyPolicy":
        assert (found.facts.key, found.facts.account, found.facts.region) == (KEY, OURS, REGION)


def test_an_event_that_breaks_behind_its_policy_is_judged_and_told_as_cut() -> None:
    text = json.dumps(put_key_policy())
    end = text.index(', "responseElements"')
    (found,) = find_calls(text[: end + 5], False)
    assert found.policy == POLICY
    assert f"cut short at character {end + 5}, after this policy" in found.fault
    (damaged,) = find_calls(text[:end] + " ### " + text[end:], False)
    assert damaged.policy == POLICY and "not valid JSON" in damaged.fault
    assert find_calls(text, False)[0].fault == ""


def test_a_cut_before_the_end_of_the_policy_is_an_error_without_a_policy() -> None:
    text = json.dumps(put_key_policy())
    (inside,) = find_calls(text[: text.index("Principal")], False)
    (before,) = find_calls(text[: text.index('"policyName"')], False)
    assert (inside.policy, before.policy) == ("", "")
    assert inside.fault.endswith("inside the policy") and before.fault.endswith("before the policy")


def test_a_damaged_record_does_not_hide_the_next() -> None:
    record = json.dumps(put_key_policy())
    damaged = record.replace('"awsRegion": ', '"awsRegion": ###, ')
    for between in ("\n", "", " "):
        first, second = find_calls(damaged + between + record, False)
        assert (first.facts.actor, first.policy, first.fault != "") == ("deploy/run-1", "", True)
        assert (second.policy, second.fault) == (POLICY, "")


def test_a_record_that_is_lost_in_a_damaged_list_is_told() -> None:
    other = json.dumps({**put_key_policy(), "eventName": "DescribeKey", "requestParameters": {"keyId": "###"}})
    text = f'{{"Records": [{other.replace(chr(34) + "###" + chr(34), "###")}, {json.dumps(put_key_policy())}]}}'
    found = [(one.facts.operation, one.policy, one.fault != "") for one in find_calls(text, False)]
    assert found == [("DescribeKey", "", False), ("", "", True)]
    assert [one.fault for one in find_calls(text.replace("PutKeyPolicy", "GetKeyPolicy"), False)] == [""]


@pytest.mark.parametrize("between", [", ", ",\n  "])
def test_a_call_that_is_lost_behind_a_damaged_one_is_told(between: str) -> None:
    """The first call is damaged behind its policy, and known; of the second, no record is found."""
    first, second = (json.dumps({**put_key_policy(), "eventID": name}) for name in ("first", "second"))
    damaged = first.replace('"responseElements": null', '"responseElements": nil')
    for text in (damaged, first[: first.index('"resources"') + 30]):
        found = find_calls(f'{{"Records": [{text}{between}{second}]}}', False)
        assert [(one.policy, one.fault != "") for one in found] == [(POLICY, True), ("", True)]
        assert "no whole CloudTrail record" in found[1].fault
    other = second.replace("PutKeyPolicy", "GetKeyPolicy")
    assert len(find_calls(f'{{"Records": [{damaged}{between}{other}]}}', False)) == 1


def test_a_text_that_is_too_long_is_told_as_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    record = json.dumps(put_key_policy())
    read = "the event is cut short (only the first {} of {:,} characters were read)"
    for end, told in (
        (record.index("Principal"), ", inside the policy"),
        (record.index('"policyName"'), ", before the policy"),
        (record.index('"resources"'), ", after this policy: later facts are missing"),
    ):
        monkeypatch.setattr(finder, "LONGEST_EVENT", end)
        (found,) = find_calls(record, False)
        assert found.fault == read.format(end, len(record)) + told


BETWEEN = ["\n", "\nNov 29 14:02:11 host aws: ", "\n2026-11-29T14:02:11Z host ", "\naws: ", '\n{"Records":[', "\n\n"]


@pytest.mark.parametrize("between", BETWEEN)
def test_a_record_behind_one_that_was_cut_is_read(between: str) -> None:
    first, second = (json.dumps({**put_key_policy(), "eventID": name}) for name in ("first", "second"))
    for end in range(first.index('"eventName"') + 30, len(first) - 1):
        if between.endswith("[") and first[:end].rstrip()[-1] in ":[":
            continue  # what is cut, too, is then a value in the first
        *broken, whole = find_calls(first[:end] + between + second, False)
        assert (whole.facts.event, whole.policy, whole.fault) == ("second", POLICY, ""), first[:end]
        assert [each.facts.event in ("", "first") for each in broken] == [True], first[:end]
        assert "is cut short" in broken[0].fault or between.strip(), (first[:end], broken[0].fault)


def test_a_record_behind_a_cell_that_is_cut_is_read() -> None:
    cell, record = json.dumps(put_key_policy()).replace('"', '""'), json.dumps({**put_key_policy(), "eventID": "2"})
    for end in range(cell.index('""requestParameters'), len(cell) - 2, 7):
        found = find_calls(f'7,"{cell[:end]}\n{record}', False)
        assert (found[-1].facts.event, found[-1].policy, found[-1].fault) == ("2", POLICY, ""), cell[:end]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize(
    "shape", ['{"Records": [%s]}', '{"a": [[{"Records": [\n%s\n]}], {"x": ["y"]}]}', '[[%s], "x", {"b": 1}]']
)
def test_no_record_counts_twice_wherever_what_holds_it_is_cut(shape: str, indent: int | None) -> None:
    first, second, third = (json.dumps({**put_key_policy(), "eventID": name}, indent=indent) for name in "123")
    text = shape % f"{first},\n{second}"
    for end in range(text.index(first) + len(first), len(text), 3):
        behind = "2" if end >= text.index(second) + len(second) else ""
        for following, last in (("", ""), ("\n" + third, "3")):
            found = find_calls(text[:end] + following, False)
            whole = [one.facts.event for one in found if one.policy == POLICY and not one.fault]
            assert whole == ["1", *behind, *last], (text[end - 60 : end], following)
            assert len([one for one in found if one.policy]) <= len(whole) + (behind == "")


# A caller chooses the strings of a record: one may end in braces, the next one go on as if its quote had ended a name.
def test_no_string_of_a_record_is_read_as_one_behind_a_cut_record() -> None:
    forged = json.dumps({**put_key_policy(), "eventID": "forged"})
    for name in ("x}{", "x\n{", "{", "x}\n{"):
        for value in (":1}" + forged, ",1}" + forged, "a:1}" + forged, '":1}' + forged):
            held = {
                **put_key_policy(),
                "eventName": "Encrypt",
                "requestParameters": {"encryptionContext": {name: value}},
            }
            whole = json.dumps({**put_key_policy(), "eventID": "cut"})
            for cut in (
                whole[:-40],
                whole[: whole.index("policyName") + 30],
                whole.replace('"awsRegion"', "awsRegion"),
            ):
                for between in ("\n", "\n2026-11-29T14:02:11Z host ", ""):
                    found = find_calls(cut + between + json.dumps(held), False)
                    assert "forged" not in [each.facts.event for each in found], (name, value, cut, between)
