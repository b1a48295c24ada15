"""What must hold for every policy: the engine says what brute force finds, and spelling and order change nothing."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dev.fuzz.compare import differences, engine, of_engine, request_of, undecided
from dev.fuzz.generator import Case
from dev.reference.evaluator import ALLOWED, evaluate
from dev.reference.facts import Row
from dev.reference.grammar import read
from dev.reference.strategies import cases, readable, respelled, statements, with_statements

pytestmark = pytest.mark.slow

modest = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@modest
@given(cases)
def test_engine_agrees_with_brute_force(case: Case) -> None:
    """Errors, audiences, flags, granted actions and encrypt-only are those of the reference, witnesses are allowed."""
    assert differences(case) == {}


@modest
@given(cases)
def test_everyone_and_flags_come_with_a_witness_that_the_policy_allows(case: Case) -> None:
    found = engine(case)
    witnesses = [(found.audience is not None and found.audience.value == "everyone", found.witness)]
    witnesses += [(s.flagged, s.witness) for s in found.statements]
    for due, witness in witnesses:
        assert not due or witness is not None
        if witness is not None:
            assert evaluate(read(case.text()), request_of(json.loads(witness.text()))) == ALLOWED


@modest
@given(readable, readable)
def test_a_deny_never_widens(case: Case, other: Case) -> None:
    denies = [s for s in statements(other) if isinstance(s, dict) and s.get("Effect") == "Deny"]
    more = with_statements(case, statements(case) + denies)
    before, after = _audience(case), _audience(more)
    assert before is None or after is None or after >= before or undecided(engine(more))


@modest
@given(readable, st.randoms(use_true_random=False))
def test_order_of_statements_changes_nothing(case: Case, random: Random) -> None:
    order = list(range(len(statements(case))))
    random.shuffle(order)
    shuffled = with_statements(case, [statements(case)[i] for i in order])
    found, again = engine(case), engine(shuffled)
    if undecided(found) or undecided(again):
        return  # which questions the steps last for depends on their order
    before, after = of_engine(found), of_engine(again)
    assert _unordered(before) == _unordered(after)
    if not before["error"]:
        assert [before["audiences"][i] for i in order] == after["audiences"]
        assert sorted(order.index(i) for i in before["flagged"]) == after["flagged"]


@modest
@given(readable, st.randoms(use_true_random=False))
def test_spelling_changes_nothing(case: Case, random: Random) -> None:
    """Actions and operators in any case; one value alone or in a list; one statement alone or in a list."""
    assert of_engine(engine(case._replace(policy=respelled(case.policy, random)))) == of_engine(engine(case))


def _audience(case: Case) -> Row | None:
    found = engine(case).audience
    return None if found is None else Row[found.value]


def _unordered(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: summary[name] for name in ("error", "audience", "any_flagged", "granted_summary", "encrypt_only")}
