"""Whole policies: who gets in, which statements are flagged, what is granted, whether the key only encrypts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy import Analysis, StatementAnalysis, analyze
from tests.engine.cases import Case, name, policy_of, question, walk


@pytest.mark.parametrize("case", list(walk("verdicts")), ids=name)
def test_the_verdict_on_a_policy(case: Case) -> None:
    found = analyze(json.dumps(policy_of(case.data)), **question(case.data))
    assert found.problem is None and {"audience", "flagged"} <= case.data["expect"].keys() and case.data["why"]
    assert told(found, case.data["expect"]) == case.data["expect"]
    assert [s.statement.number for s in found.statements if s.flagged and not s.statement.allow] == []


def told(found: Analysis | StatementAnalysis, asked: dict[str, Any]) -> dict[str, Any]:
    """What was found of what a case expects."""
    written = _written(found) if isinstance(found, StatementAnalysis) else {}
    values = {key: written[key] if key in written else getattr(found, key) for key in asked}
    if "statements" in asked:
        assert len(found.statements) == len(asked["statements"])
        values["statements"] = [told(s, expected) for s, expected in zip(found.statements, asked["statements"])]
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def _written(found: StatementAnalysis) -> dict[str, Any]:
    """The elements of a statement, as rows show them."""
    statement = found.statement
    return {
        "index": statement.number,
        "sid": statement.sid,
        "effect": "Allow" if statement.allow else "Deny",
        "actions": statement.actions_written,
        "principals": statement.principals.written,
        "conditions": statement.conditions_written,
    }
