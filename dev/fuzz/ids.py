"""Random policies that ask for parts of ids: accounts, organizations, users and services, cut at any place.

The policies of generator.py ask for a few whole ids and patterns; these hold the engine to every cut.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from dev.fuzz.generator import Case
from dev.fuzz.vocabulary import ARN, EQUALS, LIKE, NOW, OTHER, OWN, REGION

_ACCOUNTS = (OTHER, "222233334444")
_LONGEST_ROW = 3  # of question marks: a longer one takes the reference gigabytes


def case(random: Random) -> Case:
    """A policy for everyone that one to three conditions limit, in the Allow or in a Deny."""
    conditions = [_condition(random, not at) for at in range(random.choice((1, 1, 2)))]
    allow: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}
    statements = [allow]
    if random.random() < 0.6:
        allow["Condition"] = _joined(conditions)
    else:
        statements.append({**allow, "Effect": "Deny", "Condition": _joined(conditions)})
        if random.random() < 0.3:
            allow["Condition"] = _joined([_condition(random, False)])
    if random.random() < 0.2:
        statements.append({**allow, "Principal": {"AWS": random.choice(_ACCOUNTS)}, "Action": "kms:Decrypt"})
    policy = {"Version": "2012-10-17", "Statement": statements}
    return Case(policy, account=OWN, region=REGION, partition="aws", event_time=NOW)


def _joined(conditions: list[tuple[str, str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for operator, key, values in conditions:
        found.setdefault(operator, {})[key] = values
    return found


def _condition(random: Random, variables: bool) -> tuple[str, str, Any]:
    """An operator, a key and its values. variables: whether they may hold some; the reference solves one condition."""
    key, make = random.choice(_TEXTS)
    operators = (*LIKE, *LIKE, *EQUALS[:2], *(ARN if make(random).startswith("arn:") else ()))
    values = [_cut(random, make(random), variables and key in _HOLD_AN_ID) for _ in range(random.choice((1, 1, 1, 2)))]
    return random.choice(operators), key, values if len(values) > 1 else values[0]


def _cut(random: Random, text: str, variables: bool) -> str:
    """A text with a wildcard in place of one or two pieces of it, or a variable of its own."""
    for _ in range(random.choice((1, 1, 2))):
        start, end = sorted(random.choices(range(len(text) + 1), k=2))
        if variables and random.random() < 0.2:
            return f"{text[:start]}${{aws:PrincipalTag/{random.randrange(1000)}}}{text[end:]}"
        row = "?" * (end - start) if random.random() < 0.3 else ""
        text = text[:start] + (row if 0 < len(row) <= _LONGEST_ROW else "*") + text[end:]
    return text


def _account(random: Random) -> str:
    return random.choice(_ACCOUNTS)


# Where a variable stands beside more than an id, the reference tries too few of its values.
_HOLD_AN_ID = ("aws:PrincipalAccount", "kms:CallerAccount", "aws:PrincipalOrgID")
_TEXTS: tuple[tuple[str, Callable[[Random], str]], ...] = (
    ("aws:PrincipalAccount", _account),
    ("kms:CallerAccount", _account),
    ("aws:PrincipalArn", lambda random: f"arn:aws:iam::{_account(random)}:role/app"),
    ("aws:PrincipalArn", lambda random: f"arn:aws:iam::{_account(random)}:root"),
    ("aws:userid", lambda random: f"{_account(random)}:bob"),
    ("aws:PrincipalOrgID", lambda random: "o-a1b2c3d4e5"),
    ("aws:ResourceOrgID", lambda random: "o-a1b2c3d4e5"),
    ("aws:PrincipalServiceName", lambda random: "logs.us-west-2.amazonaws.com"),
)
