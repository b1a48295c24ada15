"""Keys that the requests of some actions carry and no others: there they can be met, elsewhere they are missing."""

from __future__ import annotations

import json

import pytest

from kmspolicy import KeyFacts, analyze
from kmspolicy.policy.actions import ACTIONS
from tests.engine.cases import OURS, Case, document, name, statement, walk

CASES = list(walk("action_keys"))


def granted(key: str, missing: str) -> tuple[str, ...]:
    """The actions that the key's own account gets where the key is missing, or is not."""
    limited = json.dumps(document(statement({"Principal": {"AWS": OURS}, "Condition": {"Null": {key: missing}}})))
    return tuple(action for action in ACTIONS if analyze(limited, actions=(action,), key=KeyFacts(OURS)).granted)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_key_can_be_there_on_these_actions_alone(case: Case) -> None:
    assert sorted(granted(case.data["name"], "false")) == sorted(case.data["carried_by"])


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_key_may_be_missing_on_any_action(case: Case) -> None:
    always = case.data.get("always_on", [])
    assert granted(case.data["name"], "true") == tuple(action for action in ACTIONS if action not in always)


def test_a_key_that_is_not_in_the_table_can_be_there_on_every_action() -> None:
    assert granted("kms:ViaService", "false") == ACTIONS
