"""The oracle builds requests fact by fact; the evaluator decides each of them as a whole, and agrees."""

from __future__ import annotations

from random import Random

import pytest

from dev.fuzz.compare import key_of
from dev.fuzz.generator import case
from dev.reference.evaluator import ALLOWED, DENIED, NOT_ALLOWED, Request, evaluate
from dev.reference.facts import ROWS
from dev.reference.grammar import BrokenPolicy, read
from dev.reference.keys import keys
from dev.reference.names import Named
from dev.reference.oracle import goals_of
from dev.reference.trial import Trial, caller_of
from dev.reference.values import Values

MOMENT = 1_750_000_000.0


@pytest.mark.parametrize("seed", range(12))
def test_the_evaluator_decides_each_request_as_the_oracle_does(seed: int) -> None:
    made = case(Random(seed))
    try:
        policy = read(made.text())
    except BrokenPolicy:
        return
    values = Values(Named(policy, key_of(made), MOMENT))
    trial, goals = Trial(values), [*goals_of("encrypt"), *goals_of("decrypt")]
    for key in keys(values, [goal.verb for goal in goals])[:2]:
        for mask, facts in (found for row in ROWS for goal in goals for found in trial.tried(key, row, goal, True)):
            context = {name: value for name, value in facts.items() if not name.startswith("#")}
            request = Request(str(facts["#action"]), caller_of(facts), str(facts["#key"]), context)
            said = DENIED if mask & trial.deny_bits else ALLOWED if mask & trial.allow_bits else NOT_ALLOWED
            assert evaluate(policy, request) == said
