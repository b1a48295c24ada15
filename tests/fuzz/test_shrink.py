"""What `make fuzz` prints of a finding is the smallest case that still shows it."""

from __future__ import annotations

import json
from random import Random

from dev.fuzz.compare import differences, engine, of_engine, of_reference, reference
from dev.fuzz.generator import Case, case
from dev.fuzz.shrink import as_json, shrink

OWN = "111122223333"
ALLOW = {
    "Sid": "Long",
    "Effect": "Allow",
    "Principal": {"AWS": ["*", OWN]},
    "Action": ["kms:*"],
    "Resource": ["*"],
    "Condition": {"StringEquals": {"aws:username": ["alice", "bob"], "aws:PrincipalTag/team": "blue"}},
}
DENY = {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}


def test_only_what_is_needed_remains() -> None:
    start = Case({"Version": "2012-10-17", "Id": "x", "Statement": [DENY, ALLOW]}, OWN, "us-west-2", actions="decrypt")
    small = shrink(start, lambda c: "bob" in c.text() and "Allow" in c.text())
    condition = {"StringEquals": {"aws:username": "bob"}}
    assert small == Case({"Statement": {"Effect": "Allow", "Condition": condition}}, OWN)


def test_a_case_that_cannot_shrink_stays() -> None:
    assert shrink(Case("not JSON"), lambda c: True) == Case("not JSON")


def test_a_printed_case_is_the_same_case_again() -> None:
    for seed in range(50):
        made = case(Random(seed))
        assert Case(**json.loads(as_json(made))) == made


def test_seeds_repeat() -> None:
    assert [case(Random(7)) for _ in range(2)] == [case(Random(7))] * 2


def test_a_wrong_answer_is_seen() -> None:
    """A comparison that could not fail would prove nothing: with another key's facts the two must differ."""
    policy = {"Statement": {"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "kms:Encrypt", "Resource": "*"}}
    own, unknown = Case(policy, OWN), Case(policy)
    assert differences(own) == differences(unknown) == {}
    assert of_engine(engine(own)) != of_reference(reference(unknown))
