"""The threat model, key by key: who is left when a condition limits an Allow for everyone, or when a Deny has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy import Audience, analyze
from tests.engine.cases import EVERYONE, document, question, statement, walk

ROWS = [
    pytest.param(case.data, effect, audience, condition, id=f"{case.name} {effect} {json.dumps(condition)}")
    for case in walk("tables")
    for effect in ("allow", "deny")
    for audience, conditions in case.data.get(effect, {}).items()
    for condition in conditions
]


def policy(data: dict[str, Any], effect: str, condition: dict[str, Any]) -> str:
    """Everyone may do everything: where the condition holds, or but where it does."""
    limited = statement({"Condition": condition})
    statements = [limited] if effect == "allow" else [EVERYONE, {**limited, "Effect": "Deny"}]
    return json.dumps(document(*statements, version=data.get("version", "2012-10-17")))


@pytest.mark.parametrize(("data", "effect", "audience", "condition"), ROWS)
def test_who_is_left(data: dict[str, Any], effect: str, audience: str, condition: dict[str, Any]) -> None:
    found = analyze(policy(data, effect, condition), **question(data))
    everyone = audience == "everyone"
    assert (found.problem, found.audience, found.flagged) == (None, Audience(audience), everyone)
    assert (found.witness is not None, bool(found.granted)) == (everyone, audience != "none")


@pytest.mark.parametrize("case", list(walk("tables")), ids=lambda case: case.name)
def test_every_key_has_a_near_miss(case: Any) -> None:
    audiences = {audience for effect in ("allow", "deny") for audience in case.data.get(effect, {})}
    assert case.data["why"] and len(audiences) >= 2
