"""A call is found in whatever holds it; cut, it keeps the facts before the cut; and nobody can forge one inside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from random import Random
from typing import Any, Callable

import pytest

from kmspolicy.events import finder
from kmspolicy.events.faults import EventFault
from kmspolicy.events.finder import CallOrPolicy, find_calls
from kmspolicy.events.prefilter import may_hold_policy
from tests.unit.events.calls import CALLS, KEY, KEY_ID, OTHER_CALLS, OURS, POLICY, REGION, put_key_policy
from tests.unit.events.wrapping import wrapped

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


# --- cuts ---


def cuts(text: str, start: str) -> Iterator[str]:
    """The text cut at every place behind the first occurrence of another."""
    return (text[:end] for end in range(text.index(start) + len(start), len(text)))


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


def test_a_copy_that_is_cut_counts_once_with_the_whole_record() -> None:
    record = json.dumps(put_key_policy())
    (whole,) = find_calls(record, False)
    for cut in list(cuts(record, '"requestParameters": {"keyId": "'))[::5]:
        for copies in ({"log": cut, "parsed": put_key_policy()}, {"message": record, "event": {"original": cut}}):
            assert find_calls(json.dumps(copies), False) == [whole], cut[-80:]
    text = json.dumps({"message": record, "event": {"original": record}})
    for end in range(text.index("original") + 1_200, len(text), 5):
        assert [one.policy for one in find_calls(text[:end], False)] == [POLICY], text[end - 80 : end]


LABEL = {"eventName": "PutKeyPolicy", "eventSource": "kms.amazonaws.com", "eventTime": "2026-03-10T10:00:00Z"}
OF_S3 = {"eventName": "PutObject", "eventSource": "s3.amazonaws.com", "eventID": "x", "requestParameters": {}}


@pytest.mark.parametrize(
    "around",
    [
        {"x": {"eventName": "a", "eventSource": "b"}},
        {"x": [{"eventName": "a", "eventSource": "b"}]},
        {"x": '{"eventName": "a", "eventSource": "b"}'},
        {"x": {"insightDetails": {}}},
        {"x": {"class_uid": 2001}},
        {"x": json.dumps(OF_S3)},
        {"x": json.dumps({**OF_S3, "eventSource": "kms.amazonaws.com", "eventName": "CreateKey"})},
    ],
)
def test_a_label_yields_to_no_other_call(around: dict[str, Any]) -> None:
    for event in ({**LABEL, **around}, {"label": LABEL, **around}):
        told = [one for one in find_calls(json.dumps(event), False) if one.facts.operation == "PutKeyPolicy"]
        assert [one.fault for one in told] == [EventFault.NO_PARAMETERS.value], event


def test_a_label_yields_to_its_record_wherever_that_is() -> None:
    record = put_key_policy()
    text, label = json.dumps(record), json.dumps(LABEL)
    batch = {"eventName": "batch", "eventSource": "cloudtrail.amazonaws.com"}
    for event in (
        {"aws": {"cloudtrail": LABEL}, "message": text},
        {"labels": [LABEL], "message": text},
        {"fields": label, "message": text},
        [LABEL, record],
        {**LABEL, "message": text},
        {**batch, "Records": [record]},
    ):
        assert [one.policy for one in find_calls(json.dumps(event), False)] == [POLICY], event
    assert [one.policy for one in find_calls(label + "\n" + text, False)] == [POLICY]


def test_a_cut_record_that_may_be_another_call_is_told() -> None:
    record = json.dumps(put_key_policy())
    cut = record[: record.index('"policy"')]
    other = cut.replace("1234abcd-12ab", "ffff0000-12ab")
    assert other != cut
    timeless = {name: value for name, value in put_key_policy().items() if name != "eventTime"}
    for copies in (
        {"a": put_key_policy(), "b": cut.replace("08:14:07Z", "08:14:08Z")},
        {"a": put_key_policy(), "b": cut.replace("run-1", "run-2")},
        {"a": put_key_policy(), "b": other},
        {"a": put_key_policy(), "b": cut[: cut.index('"requestParameters"')]},
        {"a": timeless, "b": cut.replace('"eventTime": "2026-03-09T08:14:07Z", ', "")},
        {"a": put_key_policy(), "b": cut + ' ###, "x": "PutKeyPolicy of kms.amazonaws.com"'},
        [record, cut],
    ):
        found = find_calls(json.dumps(copies), False)
        assert [(one.policy != "", one.fault != "") for one in found][:2] == [(True, False), (False, True)], copies


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


# --- forgery ---


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


# --- silence and work ---


def test_a_text_that_names_the_call_and_holds_no_record_is_told() -> None:
    for text in (
        "eventSource=kms.amazonaws.com eventName=PutKeyPolicy policy={...}",
        "{'eventSource': 'kms.amazonaws.com', 'eventName': 'PutKeyPolicy'}",
        '{"EventName": "PutKeyPolicy", "source": "kms.amazonaws.com"}',
        "kms.amazonaws.com Put\\u004beyPolicy {",
        '["kms.amazonaws.com", "PutKeyPolicy"]',
    ):
        (found,) = find_calls(text, False)
        assert "PutKeyPolicy and kms.amazonaws.com" in found.fault
        assert find_calls(text.replace("kms.amazonaws.com", "sns.amazonaws.com"), False) == []


@pytest.mark.parametrize("seed", range(150))
def test_what_the_prefilter_passes_by_holds_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters, digits and backslashes may be spelled as escapes, in every encoding anew."""
    chance = Random(seed)
    text = json.dumps(
        {"eventSource": "kms.amazonaws.com", "eventName": "PutKeyPolicy", "requestParameters": {"policy": POLICY}}
    )
    for _ in range(chance.randrange(1, 6)):
        text = spelled(text, chance, chance.choice((0.02, 0.3, 1)))
        text = json.dumps(text)
    assert may_hold_policy(text)
    assert [one.policy for one in find_calls(text, False)] == [POLICY]


def spelled(text: str, chance: Random, share: float) -> str:
    """JSON text with some letters and digits in its strings written as escapes."""
    out, inside, escape = [], False, 0
    for letter in text:
        plain = inside and not escape and letter not in '"\\'
        out.append(f"\\u{ord(letter):04x}" if plain and letter.isalnum() and chance.random() < share else letter)
        if escape:
            escape = escape - 1 if escape > 1 else 4 if letter == "u" else 0
        elif letter == "\\" and inside:
            escape = 1
        elif letter == '"':
            inside = not inside
    return "".join(out)


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


BETWEEN = ["\n", "\nNov 29 14:02:11 host aws: ", "\n2026-11-29T14:02:11Z host ", "\naws: ", '\n{"Records":[', "\n\n"]


@pytest.mark.parametrize("between", BETWEEN)
def test_a_record_behind_one_that_was_cut_is_read(between: str) -> None:
    first, second = (json.dumps({**put_key_policy(), "eventID": name}) for name in ("first", "second"))
    for end in range(first.index('"eventName"') + 30, len(first) - 1):
        if first[:end].rstrip()[-1] not in ":[":  # behind these, the second is a value in the first
            *broken, whole = find_calls(first[:end] + between + second, False)
            assert (whole.facts.event, whole.policy, whole.fault) == ("second", POLICY, ""), first[:end]
            assert [each.facts.event in ("", "first") for each in broken] == [True], first[:end]
            assert "is cut short" in broken[0].fault or between.strip(), (first[:end], broken[0].fault)


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
