"""A record of which an event holds copies or labels counts once; what may be another call counts, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy.events.faults import EventFault
from kmspolicy.events.finder import find_calls
from tests.unit.events.calls import CALLS, POLICY, cuts, flat, ocsf, put_key_policy


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


PUT = put_key_policy()
PARAMETERS = PUT["requestParameters"]
OTHER_POLICY = json.dumps({"Statement": []})
IN_OCSF = {**ocsf(), "metadata": {"uid": PUT["eventID"]}}


@pytest.mark.parametrize(
    "copy",
    [
        flat(PUT),
        {name.lower(): value for name, value in PUT.items()},
        {name: value for name, value in PUT.items() if value is not None},
        {**PUT, "@timestamp": "2026-03-09T08:14:09Z", "eventTime": "2026-03-09T08:14:07.000Z"},
        {**PUT, "requestParameters": json.dumps(PARAMETERS)},
        {**PUT, "requestParameters": {**PARAMETERS, "policy": json.loads(POLICY)}},
        {**PUT, "requestParameters": "{keyId=1234abcd, policy={...}}"},
        {**PUT, "requestParameters": {"policy": "HIDDEN_DUE_TO_SECURITY_REASONS"}},
        {name: value for name, value in PUT.items() if name not in ("requestParameters", "eventTime")},
        {name: PUT[name] for name in ("eventID", "eventName", "eventSource", "sourceIPAddress")},
        {name: PUT[name] for name in ("eventID", "eventName", "eventSource", "requestParameters")},
    ],
)
def test_a_copy_in_another_form_counts_once_with_the_fullest(copy: dict[str, Any]) -> None:
    text = json.dumps(PUT)
    (whole,) = find_calls(text, False)
    for copies in ({"message": text, "x": copy}, {"x": json.dumps(copy), "y": {"event": {"original": text}}}):
        (found,) = find_calls(json.dumps(copies), False)
        assert (found.facts, json.loads(found.policy), found.fault) == (whole.facts, json.loads(POLICY), "")


def test_an_event_of_ocsf_beside_its_record_counts_once() -> None:
    for copies in ({"a": PUT, "b": IN_OCSF}, {"a": json.dumps(IN_OCSF), "b": PUT}):
        assert [one.policy for one in find_calls(json.dumps(copies), False)] == [POLICY]


@pytest.mark.parametrize(
    "other",
    [
        {**PUT, "eventID": "e-2"},
        {**PUT, "eventName": "CreateKey"},
        {**PUT, "eventTime": "2026-03-09T08:14:08Z"},
        {**PUT, "errorCode": "AccessDenied"},
        {**PUT, "requestParameters": {**PARAMETERS, "policy": OTHER_POLICY}},
        {**PUT, "resources": [], "requestParameters": {**PARAMETERS, "keyId": "ffff0000-12ab"}},
        {**IN_OCSF, "metadata": {"uid": "e-2"}},
    ],
)
def test_what_contradicts_a_record_is_no_copy(other: dict[str, Any]) -> None:
    for records in ({"a": PUT, "b": other}, {"a": flat(PUT), "b": json.dumps(other)}):
        assert len(find_calls(json.dumps(records), False)) == 2


@pytest.mark.parametrize("call", CALLS)
def test_a_copy_that_is_cut_counts_once_with_the_whole_record_in_every_form(call: str) -> None:
    record = CALLS[call]()
    text = json.dumps(record)
    (whole,) = find_calls(text, False)
    for end in range(text.index("1234abcd") + 40, len(text), 7):
        for copied in (
            record,
            flat(record),
            {name: record[name] for name in sorted(record) if record[name] is not None},
        ):
            found = find_calls(json.dumps({"a": copied, "b": text[:end]}), False)
            assert [(one.facts, one.policy) for one in found] == [(whole.facts, whole.policy)], text[end - 80 : end]


def test_fields_of_a_failed_call_beside_its_record_tell_no_other_outcome() -> None:
    failed = {**PUT, "errorCode": "AccessDenied"}
    fields = {name: PUT[name] for name in ("eventID", "eventName", "eventSource")}
    for copies in ({"a": failed, "b": fields}, {"b": fields, "a": json.dumps(failed)}):
        assert [(one.policy, one.facts.call) for one in find_calls(json.dumps(copies), False)] == [(POLICY, "failure")]


def test_of_copies_that_tell_the_same_one_that_can_be_read_counts() -> None:
    record = {**PUT, "eventName": "CreateKey", "requestParameters": {"description": "orders"}}
    hidden = {**record, "requestParameters": "[REDACTED]"}
    for copies in ({"a": hidden, "b": record}, {"a": json.dumps(record), "b": hidden}):
        assert [one.fault for one in find_calls(json.dumps(copies), False)] == [""]
    assert len(find_calls(json.dumps({"a": hidden}), False)[0].fault) > 0
