"""The outside parties: a Deny for one shuts it out, a Deny for all others leaves it. Examples: cases/verdicts."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

import pytest

from dev.fuzz.compare import engine, is_cut_short
from dev.fuzz.generator import case
from kmspolicy import Analysis, Audience, analyze
from tests.engine.cases import document, statement

OUTSIDE = (Audience.network, Audience.organization, Audience.external)
_ACCOUNT = re.compile(r"\d{12}\Z")


def party_key(party: str) -> str:
    """The context key that tells an account or an organization; '' for another party."""
    if _ACCOUNT.match(party):
        return "aws:PrincipalAccount"
    return "aws:PrincipalOrgID" if party.startswith("o-") else ""


def denying(policy: dict[str, Any], operator: str, party: str) -> str:
    """The policy with a Deny for whoever a condition on a party's key names."""
    written = policy["Statement"]
    statements = written if isinstance(written, list) else [written]
    deny = statement({"Effect": "Deny", "Condition": {operator: {party_key(party): party}}})
    return json.dumps({**policy, "Statement": [*statements, deny]})


def decided(found: Analysis) -> bool:
    """Whether each question was answered, and each party asked for, in time."""
    in_time = all(each.search.budget.left for each in found.statements)
    return in_time and not is_cut_short(found)


@pytest.mark.parametrize("first", range(0, 600, 50))
def test_a_party_is_who_gets_in_when_all_others_are_denied(first: int) -> None:
    asked = 0
    for seed in range(first, first + 50):
        given = case(Random(seed))
        found = engine(given)
        assert bool(found.parties) == (found.audience in OUTSIDE), seed
        for party in filter(party_key, found.parties) if decided(found) else ():
            asked += 1
            policy = json.loads(given.text())
            without = engine(given._replace(policy=denying(policy, "StringEquals", party)))
            assert party not in without.parties or not decided(without), (seed, party)
            alone = engine(given._replace(policy=denying(policy, "StringNotEquals", party)))
            assert {party, "external", "organization"} & {*alone.parties} or not decided(alone), (seed, party)
    assert asked


def test_what_is_not_asked_in_time_is_told() -> None:
    accounts = [f"{number:012d}" for number in range(200_000_000_000, 200_000_001_000)]
    limited = {"StringEquals": {"aws:PrincipalAccount": accounts}}
    for more, in_time in (({}, True), ({"StringNotLike": {"aws:PrincipalAccount": "1*"}}, False)):
        found = analyze(json.dumps(document(statement({"Condition": {**limited, **more}}))))
        assert found.parties == tuple(accounts) and decided(found) == in_time
