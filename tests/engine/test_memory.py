"""Answers are remembered, since most events carry a policy that was seen before: that changes no answer."""

from __future__ import annotations

import gc
import json
import random
import tracemalloc
from itertools import product
from typing import Any

import pytest

from dev.fuzz.cost import KEY, everything, grown
from dev.fuzz.families import FAMILIES
from dev.fuzz.shapes import policy_text
from kmspolicy import KeyFacts, analyze, resolve_actions, sentence
from tests.engine.cases import KEY_ID, OURS, THEIRS, document, statement

pytestmark = pytest.mark.slow

FACTS = [
    KeyFacts(account, region, key_id, partition, time)
    for account, region, key_id, partition, time in (
        (None, None, None, None, None),
        (OURS, None, None, None, None),
        (THEIRS, None, None, None, None),
        (OURS, "us-west-2", KEY_ID, "aws", None),
        (OURS, "eu-west-1", KEY_ID, "aws", None),
        (OURS, "us-west-2", "mrk-1", "aws", None),
        (OURS, "us-west-2", KEY_ID, "aws-cn", None),
        (OURS, "us-west-2", KEY_ID, "aws", 1767225600.0),
        (OURS, "us-west-2", KEY_ID, "aws", 1893456000.0),
    )
]
CLASSES = ("encrypt", "decrypt", "grant", "all")
POLICIES = {
    "an account": {"Principal": {"AWS": OURS}},
    "a region": {"Condition": {"StringEquals": {"aws:RequestedRegion": "us-west-2"}}},
    "a key": {"Resource": f"arn:aws:kms:us-west-2:*:key/{KEY_ID}"},
    "a key by a variable": {"Resource": "arn:aws:kms:${aws:RequestedRegion}:*:key/mrk-*"},
    "a partition": {"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws-cn:iam::*:role/*"}}},
    "a time": {"Condition": {"DateLessThan": {"aws:CurrentTime": "2028-01-01T00:00:00Z"}}},
    "another clock": {"Condition": {"NumericLessThan": {"aws:EpochTime": "1830297600"}}},
    "a time in a variable": {
        "Condition": {
            "StringLike": {"aws:PrincipalTag/until": "${aws:CurrentTime}*"},
            "DateLessThan": {"aws:CurrentTime": "2028-01-01T00:00:00Z"},
        }
    },
    "actions": {"Action": ["kms:Encrypt", "kms:CreateGrant"]},
}


def said(text: str, facts: KeyFacts, actions: str) -> tuple[Any, ...]:
    """What the analysis says."""
    found = analyze(text, actions=resolve_actions(actions), key=facts)
    return (
        found.audience,
        found.flagged,
        found.granted,
        found.encrypt_only,
        found.witness and found.witness.text(facts),
        [sentence(reason) for each in found.statements for reason in each.reasons],
    )


@pytest.mark.parametrize("elements", POLICIES.values(), ids=POLICIES)
def test_a_policy_seen_before_gets_the_answer_of_one_never_seen(elements: dict[str, Any]) -> None:
    """A space more at its end makes a text that was never seen."""
    text = json.dumps(document(statement(elements)))
    asked = list(product(FACTS, CLASSES)) * 2
    random.Random(7).shuffle(asked)
    again = [said(text, *each) for each in asked]
    fresh = [said(text + " " * (at + 1), *each) for at, each in enumerate(asked)]
    assert again == fresh and len({repr(answer) for answer in fresh}) > 1


def test_texts_that_look_alike_are_told_apart() -> None:
    """Equal in length, at both ends and in the middle; a letter between them differs."""
    sids = ["x" * at + letter + "x" * (2_000 - at) for at, letter in ((500, "a"), (500, "b"), (1_500, "a"))]
    texts = [json.dumps(document(statement({"Sid": sid}))) for sid in sids]
    assert len({(len(text), text[:64], text[-64:]) for text in texts}) == 1
    assert [analyze(text).statements[0].statement.sid for text in texts + texts[::-1]] == sids + sids[::-1]


LONG = {
    "for everyone": {"StringNotEquals": {"aws:username": []}},
    "ruled out by others": {
        "StringEquals": {"aws:PrincipalAccount": OURS},
        "StringNotEquals": {"aws:username": []},
        "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{THEIRS}:role/x"},
    },
}


@pytest.mark.parametrize("conditions", LONG.values(), ids=LONG)
def test_long_conditions_are_not_kept(conditions: dict[str, Any]) -> None:
    """Two hundred of them would be 20 MB, twenty times what answers about policies that come again may take."""
    tracemalloc.start()
    try:
        for number in range(200):
            values = [f"{number}-{at}-" + "x" * 90 for at in range(1_000)]
            text = json.dumps(
                document(statement({"Condition": {**conditions, "StringNotEquals": {"aws:username": values}}}))
            )
            found = analyze(text, key=FACTS[3])
            assert [each.reasons for each in found.statements] and found.reasons and len(text) > 100_000
        del found
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 5_000_000
    finally:
        tracemalloc.stop()


def test_more_texts_than_are_remembered() -> None:
    texts = [json.dumps(document(statement({"Sid": f"{n:05d}" + "x" * 30_000}))) for n in range(60)]
    for text in texts + texts[:5]:
        assert analyze(text).statements[0].statement.sid[:5] == f"{texts.index(text):05d}"


# The command makes garbage collections rare: in a search of long policies, cycles would fill the memory.
@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_policy_took_is_let_go_with_its_answers(family: str) -> None:
    text = policy_text(grown(FAMILIES[family], 4_000))
    gc.collect()
    gc.disable()
    try:
        assert everything(analyze(text, key=KEY))
        assert gc.collect() == 0
    finally:
        gc.enable()
