"""Policies whose conditions compare three tags of the caller, against every choice of short texts for the tags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

import pytest

from kmspolicy import Audience, KeyFacts, analyze
from kmspolicy.evaluation.evaluator import is_denied, matches
from kmspolicy.evaluation.request import Caller, Context, Request
from kmspolicy.policy.parser import parse

ACCOUNT = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
TAGS = ("p", "q", "r")
SHORT = (None, "a", "A", "b", "ab", "ba", "x", "aa")
OPERATORS = tuple(f"String{name}" for name in ("Equals", "Like", "EqualsIgnoreCase"))
NEGATED = tuple(f"StringNot{name}" for name in ("Equals", "Like", "EqualsIgnoreCase"))
AROUND = ("{}", "{}", "a{}", "{}b", "*{}", "{}*", "?{}", "{}{}")
PLAIN = ("a", "b", "ab", "a*", "*b", "x", "?")


def tag(name: str) -> str:
    return f"aws:PrincipalTag/{name}"


def random_value(chance: Random, own: str) -> str:
    """A plain text, or one that reads another tag, now and then with a default."""
    if chance.random() < 0.45:
        return chance.choice(PLAIN)
    default = ", 'a'" if chance.random() < 0.15 else ""
    read = chance.choice([name for name in TAGS if name != own])
    return chance.choice(AROUND).replace("{}", f"${{{tag(read)}{default}}}")


def random_conditions(chance: Random) -> dict[str, dict[str, Any]]:
    """One to three conditions on the tags."""
    found: dict[str, dict[str, Any]] = {}
    for _ in range(chance.choice((1, 2, 2, 3, 3))):
        name = chance.choice(TAGS)
        if chance.random() < 0.15:
            found.setdefault("Null", {})[tag(name)] = chance.choice(("true", "false"))
            continue
        prefix = chance.choice(("",) * 14 + ("ForAllValues:", "ForAnyValue:"))
        suffix = "IfExists" if chance.random() < 0.2 else ""
        values = [random_value(chance, name) for _ in range(chance.choice((1, 1, 1, 2)))]
        found.setdefault(prefix + chance.choice(OPERATORS + NEGATED) + suffix, {})[tag(name)] = values
    return found


def random_policy(chance: Random) -> str:
    """An Allow for everyone, and up to two Denies, all with such conditions."""
    allow = {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}
    effects = ("Allow", *["Deny"] * chance.choice((0, 0, 1, 1, 2)))
    listed = [{**allow, "Effect": effect, "Condition": random_conditions(chance)} for effect in effects]
    return json.dumps({"Version": "2012-10-17", "Statement": listed})


def contexts() -> Iterator[Context]:
    """What requests carry of the tags."""
    for texts in product(SHORT, repeat=len(TAGS)):
        yield {tag(name).lower(): text for name, text in zip(TAGS, texts) if text is not None}


def is_open(text: str) -> bool:
    """Whether a stranger with short texts as tags may encrypt."""
    policy, caller = parse(text), Caller(ACCOUNT, ROLE)
    requests = (Request("kms:Encrypt", caller, context) for context in contexts())
    return any(matches(policy.statements[0], each) and not is_denied(policy, each) for each in requests)


@pytest.mark.parametrize("seed", range(4))
def test_no_policy_that_short_texts_open_is_called_closed(seed: int) -> None:
    chance = Random(seed)
    opened = closed = assumed = 0
    for _ in range(100):
        text = random_policy(chance)
        found = analyze(text, key=KeyFacts("111122223333"), actions=("kms:Encrypt",))
        everyone = found.audience is Audience.everyone
        if is_open(text):
            assert everyone, text
            opened += 1
        closed += not everyone
        assumed += everyone and found.witness is None
    assert opened > 50 and closed > 2 and assumed < 8, (opened, closed, assumed)
