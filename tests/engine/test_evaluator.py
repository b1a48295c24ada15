"""The evaluator, rule by rule, against what AWS's pages say: each rule with requests that meet it and near misses."""

from __future__ import annotations

import json

import pytest

from kmspolicy.policy.operators import OPERATORS, Family
from kmspolicy.policy.parser import parse
from tests.engine.cases import EVERYONE, Case, document, name, policy_of, request_of, statement, walk
from tests.engine.decisions import Decision, decide

CONDITIONS = list(walk("evaluator/conditions"))
STATEMENTS = list(walk("evaluator/statements"))


@pytest.mark.parametrize("case", CONDITIONS, ids=name)
def test_a_condition_holds_for_these_requests_and_fails_for_those(case: Case) -> None:
    """Asked twice: an Allow with the condition allows, and a Deny with it denies, exactly where it holds."""
    version = case.data.get("version", "2012-10-17")
    limited = statement({"Condition": case.data["condition"]})
    allow = parse(json.dumps(document(limited, version=version)))
    deny = parse(json.dumps(document(EVERYONE, {**limited, "Effect": "Deny"}, version=version)))
    for outcome, by_allow, by_deny in (
        ("holds", Decision.ALLOWED, Decision.DENIED),
        ("fails", Decision.NOT_ALLOWED, Decision.ALLOWED),
    ):
        for context in case.data[outcome]:
            request = request_of({"context": context})
            assert decide(allow, request) == by_allow, (outcome, context)
            if not case.data.get("allow_only"):  # what AWS does not document is read towards access
                assert decide(deny, request) == by_deny, (outcome, context)


@pytest.mark.parametrize("case", STATEMENTS, ids=name)
def test_a_policy_decides_these_requests(case: Case) -> None:
    policy = parse(json.dumps(policy_of(case.data)))
    asked = [(decision, data) for decision in Decision for data in case.data.get(decision.value, ())]
    assert [(decide(policy, request_of(data)), data) for _, data in asked] == asked


@pytest.mark.parametrize("case", CONDITIONS + STATEMENTS, ids=name)
def test_every_rule_has_a_near_miss_and_a_source(case: Case) -> None:
    outcomes = [
        outcome for outcome in ("holds", "fails", *(decision.value for decision in Decision)) if case.data.get(outcome)
    ]
    assert len(outcomes) >= 2 and case.page and case.data["section"]


def test_every_operator_has_a_case_plain_and_with_if_exists() -> None:
    used = {operator.lower() for case in CONDITIONS for operator in case.data["condition"]}
    missing = [
        f"{operator}{suffix}"
        for operator, row in OPERATORS.items()
        if row.family is not Family.NULL
        for suffix in ("", "ifexists")
        if f"{operator}{suffix}" not in used
    ]
    assert missing == [] and "null" in used


def test_every_kind_of_operator_has_a_case_with_each_set_prefix() -> None:
    used = {
        (prefix.lower(), row.family, row.negated)
        for case in CONDITIONS
        for written in case.data["condition"]
        for prefix, colon, operator in [written.partition(":")]
        if colon
        for row in [OPERATORS[operator.lower().replace("ifexists", "")]]
    }
    assert {
        (prefix, row.family, row.negated)
        for prefix in ("forallvalues", "foranyvalue")
        for row in OPERATORS.values()
        if row.family is not Family.NULL
    } - used == set()
