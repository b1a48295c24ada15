"""What requesters get by some statements of a policy, alone or changed, while all that the policy names stays named."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dev.reference.facts import ROWS, Row
from dev.reference.grammar import Policy
from dev.reference.keys import keys
from dev.reference.names import Key, Named
from dev.reference.trial import Goal, Trial
from dev.reference.values import Facts, Values

Statement = dict[str, Any]


class Gains:
    """Answers about one policy, its key and the goals that are asked for."""

    def __init__(self, policy: Policy, goals: list[Goal], key: Key, now: float) -> None:
        self.policy, self.goals, self.key, self.now = policy, goals, key, now
        self._trials: dict[str, tuple[Trial, list[Facts]]] = {}
        self._found: dict[tuple[str, Row, bool], frozenset[Goal]] = {}

    def of(self, row: Row, statements: Iterable[Statement], denies: bool = True) -> frozenset[Goal]:
        """What a requester of the row gets by these statements alone; denies: what is left after their Denies."""
        listed = tuple(statements)
        sign = json.dumps(listed)
        if (sign, row, denies) not in self._found:
            trial, found = self._trial(sign, listed)
            self._found[sign, row, denies] = frozenset(
                goal for goal in self.goals if any(trial.requests(facts, row, goal, denies) for facts in found)
            )
        return self._found[sign, row, denies]

    def rows(self, statements: Iterable[Statement]) -> tuple[Row, ...]:
        """The rows that get something by these statements and no others, widest first."""
        listed = tuple(statements)
        return tuple(row for row in ROWS if self.of(row, listed))

    def _trial(self, sign: str, statements: tuple[Statement, ...]) -> tuple[Trial, list[Facts]]:
        if sign not in self._trials:
            rest = (_without_effect(s) for s in self.policy.statements if s and s not in statements)
            policy = replace(self.policy, statements=(*statements, *rest))
            values = Values(Named(policy, self.key, self.now))
            self._trials[sign] = Trial(values), keys(values, [goal.verb for goal in self.goals])
        return self._trials[sign]


def _without_effect(statement: Statement) -> Statement:
    """A statement that neither allows nor denies anything, and names all that this one names."""
    return {**{k: v for k, v in statement.items() if k != "NotAction"}, "Action": []}
