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
    assert [s.effect for s in found.statements if s.flagged and s.effect != "Allow"] == []


def told(found: Analysis | StatementAnalysis, asked: dict[str, Any]) -> dict[str, Any]:
    """What was found of what a case expects."""
    values = {key: getattr(found, key) for key in asked}
    if "statements" in asked:
        assert len(found.statements) == len(asked["statements"])
        values["statements"] = [told(s, expected) for s, expected in zip(found.statements, asked["statements"])]
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
