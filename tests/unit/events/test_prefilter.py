"""The prefilter hides no policy and no call, however often and however oddly an event is encoded as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from kmspolicy.events.prefilter import (
    OPERATIONS,
    SERVICES,
    may_hold_call,
    may_hold_policy,
    operation_named_in,
)
from kmspolicy.splunk.csv_cells import csv_line


def hold(asked: Callable[[bytes, int, int], bool], text: str) -> set[bool]:
    """What is told of a text as it is, and of it in a row of CSV."""
    rows = (text.encode(), csv_line(["before", text, "behind"]).encode())
    return {asked(row, 0, len(row)) for row in rows}


@st.composite
def encoded_events(draw: st.DrawFn, operations: tuple[str, ...]) -> str:
    """An event of a call to KMS, up to three times the string of another object, some letters as JSON escapes."""
    text = json.dumps({"eventName": draw(st.sampled_from(operations)), "eventSource": draw(st.sampled_from(SERVICES))})
    for _ in range(draw(st.integers(0, 3))):
        escaped = draw(st.sets(st.sampled_from("PKCRyliceaokms."), max_size=3))  # no backslash stands before them
        inner = json.dumps(text)[1:-1]
        inner = "".join(f"\\u{ord(letter):04x}" if letter in escaped else letter for letter in inner)
        text = f'{{"message":"{inner}"}}'
    return text


@given(encoded_events(operations=OPERATIONS))
@settings(max_examples=200, deadline=None)
def test_an_event_that_names_an_operation_passes_as_text_and_as_a_row(text: str) -> None:
    assert hold(may_hold_policy, text) == {True}


@given(encoded_events(operations=("Decrypt", "ListKeys")), st.sampled_from(['\\"', "\\u0022"]))
@settings(max_examples=200, deadline=None)
def test_an_event_that_names_the_service_passes_as_text_and_as_a_row(text: str, quote: str) -> None:
    text = text.replace('\\"', quote)
    assert hold(may_hold_call, text) == {True}


@given(st.sampled_from(OPERATIONS), st.sets(st.integers(0, 10)), st.sampled_from(["u{:04x}", "u{:04X}"]))
def test_letters_may_be_escaped(operation: str, places: set[int], form: str) -> None:
    name = "".join("\\" + form.format(ord(c)) if at in places else c for at, c in enumerate(operation))
    text = f'{{"eventSource":"kms.amazonaws.com","eventName":"{name}"}}'
    assert hold(may_hold_policy, text) == {True} and operation_named_in(text) == operation


@given(st.text(alphabet='abS"{}:\\u ,kms.02', max_size=60))
def test_what_a_text_may_hold_its_row_may_hold(text: str) -> None:
    data, row = text.encode(), csv_line([text]).encode()
    for asked in (may_hold_call, may_hold_policy):
        assert asked(data, 0, len(data)) <= asked(row, 0, len(row))


def test_what_names_nothing_goes_by() -> None:
    for text in (
        "",
        '{"eventName":"Decrypt"}',
        "Statement",
        '{"eventName":"GetKeyPolicy"}',
        "\\u0020\\u00e9",
        '{"kmsKeyId":"aws:kms","Action":"kms:Decrypt","note":"by kms.amazonaws.com"}',
    ):
        assert hold(may_hold_call, text) == hold(may_hold_policy, text) == {False}
    beside = b"PutKeyPolicy,Decrypt"
    assert not may_hold_policy(beside, 13, len(beside)) and may_hold_policy(beside, 0, 12)
