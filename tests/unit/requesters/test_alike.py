"""Ids that are alike, against what that means: with both swapped in a request, the same statements match it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations, product
from random import Random
from typing import Any

import pytest

from kmspolicy.evaluation.evaluator import matches
from kmspolicy.evaluation.request import Caller, Request
from kmspolicy.policy.model import Statement
from kmspolicy.policy.parser import parse
from kmspolicy.requesters.alike import kinds, said_of_ids, without_id

ACCOUNTS = ["111122223333", "111122224444", "555566667777", "000000000007"]
TAGS = ["red", *ACCOUNTS[:2]]
PATTERNS = {
    "aws:PrincipalAccount": ["{}", "{}", "*", "1111*", "?11122223333", "1111222*{}"],
    "aws:PrincipalArn": ["arn:aws:iam::{}:role/a", "arn:aws:iam::*:role/*", "arn:aws:iam::{}:*", "*:{}:role/a", "*7:*"],
    "aws:PrincipalTag/t": ["red", "{}", "1111*"],
}
OPERATORS = ["StringEquals", "StringNotEquals", "StringLike", "ArnLike", "ArnNotLike", "NumericLessThan", "Null"]


def written(random: Random) -> dict[str, Any]:
    """A statement about accounts."""
    chosen = random.sample(ACCOUNTS, random.choice((1, 2, 2, 3)))
    principals = [f"arn:aws:iam::{name}:role/a" if random.random() < 0.5 else name for name in chosen]
    key, operator = random.choice(list(PATTERNS)), random.choice(OPERATORS)
    pattern = random.choice(PATTERNS[key])
    values = [pattern.format(name) for name in random.choice((chosen, ACCOUNTS, ACCOUNTS[:2], ACCOUNTS[2:]))]
    condition = {operator: {key: "true" if operator == "Null" else values}}
    principal = {"AWS": random.choice((principals, "*"))}
    element = random.choice(("Principal", "Principal", "NotPrincipal"))
    return {"Effect": "Allow", element: principal, "Action": "*", "Resource": "*", "Condition": condition}


def statements(seed: int, number: int) -> tuple[Statement, ...]:
    random = Random(seed)
    return read([written(random) for _ in range(number)])


def read(sources: list[Any]) -> tuple[Statement, ...]:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": sources})).statements


def requests(swapped: tuple[str, str]) -> Iterator[tuple[Request, Request]]:
    """Requests, each beside the same one of the other account."""
    other = dict((swapped, swapped[::-1]))
    for name, role, tag in product(ACCOUNTS, ("a", "b"), TAGS):
        yield request(name, role, tag), request(other.get(name, name), role, tag)


def request(account: str, role: str, tag: str) -> Request:
    arn = f"arn:aws:iam::{account}:role/{role}"
    values = {"aws:principalaccount": account, "aws:principalarn": arn, "aws:principaltag/t": tag}
    return Request("kms:Encrypt", Caller(account, arn=arn), values)


@pytest.mark.parametrize("first", range(0, 3000, 500))
def test_who_is_alike_meets_the_same_statements(first: int) -> None:
    alike = 0
    for seed in range(first, first + 500):
        listed = statements(seed, 2)
        kind_of = kinds(*(said_of_ids((each,)) for each in listed))
        for pair in combinations(ACCOUNTS, 2):
            if kind_of(pair[0]) != kind_of(pair[1]):
                continue
            alike += 1
            for one, other in requests(pair):
                assert [matches(each, one) for each in listed] == [matches(each, other) for each in listed], seed
    assert alike


@pytest.mark.parametrize("first", range(0, 3000, 500))
def test_statements_that_differ_in_one_id_match_what_differs_in_it(first: int) -> None:
    alike = 0
    for seed in range(first, first + 500):
        (statement,) = statements(seed, 1)
        found = without_id(statement, None)
        for fresh in ACCOUNTS if found is not None else ():
            assert found is not None
            renamed = json.loads(json.dumps(statement.source).replace(found[0], fresh))
            (twin,) = read([renamed])
            assert without_id(twin, None) == (fresh, found[1])
            alike += 1
            for one, other in requests((found[0], fresh)):
                assert matches(statement, one) == matches(twin, other), seed
    assert alike


def test_the_account_of_the_key_is_no_id_to_be_replaced() -> None:
    listed = {"AWS": [ACCOUNTS[0], ACCOUNTS[2]]}
    source = {"Effect": "Allow", "Principal": listed, "Action": "*", "Resource": "*"}
    (statement,) = read([source])
    found = without_id(statement, ACCOUNTS[2])
    assert found is not None and found[0] == ACCOUNTS[0]
    assert without_id(statement, None) is None
