"""Who can do what under a key policy, by trying every kind of requester with every combination of values that matters.
From docs/threat-model.md, *Who might send a request*, *How the answer is found*, *Actions and grants* and *What the
flags and severities mean*. Slow and obvious.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dev.reference import kms
from dev.reference.facts import ROWS, Row
from dev.reference.grammar import BrokenPolicy, read
from dev.reference.keys import keys
from dev.reference.names import Key, Named
from dev.reference.trial import Goal, Trial
from dev.reference.values import Facts, Values

UNKNOWN_KEY = Key()


@dataclass(frozen=True)
class StatementVerdict:
    """What one statement gives: its own audience, and the actions that it leaves open to everyone after every Deny."""

    audience: str
    granted: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the oracle found; error is why the policy, or a statement of it, cannot be read."""

    error: str = ""
    audience: str | None = None
    statements: tuple[StatementVerdict, ...] = ()
    encrypt_only: bool = False

    @property
    def flagged(self) -> tuple[int, ...]:
        """The indexes of the flagged statements."""
        return tuple(i for i, s in enumerate(self.statements) if s.granted)


def judge(
    text: str, asked: str | Sequence[str] = "encrypt", key: Key = UNKNOWN_KEY, now: float | None = None
) -> Verdict:
    """The verdict on a policy text. asked: a class, or full names of actions; now: Unix seconds, from which on requests
    are made.
    """
    try:
        policy = read(text)
    except BrokenPolicy as error:
        return Verdict(error=str(error))
    values = Values(Named(policy, key, time.time() if now is None else now))
    goals = goals_of(asked)
    both = {name: goals_of(name) for name in ("encrypt", "decrypt")}
    every = list(dict.fromkeys([*goals, *both["encrypt"], *both["decrypt"]]))
    trial = Trial(values)
    found = [_Tried(facts, trial, every) for facts in keys(values, [goal.operation or goal.action for goal in every])]
    widest, own = Row.none, [Row.none] * len(policy.statements)
    for tried in found:
        for goal in goals:
            widest = tried.rows(goal, widest, own)
    told = bool(key.usage or key.spec)
    return Verdict(
        error="; ".join(policy.errors),
        audience=widest.name,
        statements=tuple(
            StatementVerdict(own[i].name, _granted(i, found, goals, told)) for i in range(len(policy.statements))
        ),
        encrypt_only=_encrypt_only(found, both, told),
    )


def goals_of(asked: str | Sequence[str]) -> list[Goal]:
    """What is asked for: actions, and with the classes encrypt and decrypt grants of an operation of theirs."""
    actions = kms.CLASSES[asked] if isinstance(asked, str) else asked
    if asked not in ("encrypt", "decrypt"):
        return [Goal(action) for action in actions]
    operations = [action for action in actions if action != kms.CREATE_GRANT]
    return [*map(Goal, operations), *(Goal(kms.CREATE_GRANT, operation) for operation in operations)]


class _Tried:
    """What everyone can do with one key."""

    def __init__(self, facts: Facts, trial: Trial, goals: Iterable[Goal]) -> None:
        self.facts, self.trial = facts, trial
        self.open = {goal: trial.requests(facts, Row.everyone, goal, True) for goal in goals}

    def rows(self, goal: Goal, widest: Row, own: list[Row]) -> Row:
        """The widest row for a goal, no narrower than what is known; lowers the statements' own rows."""
        for row in ROWS:
            if any(row < own[i] for i in self.trial.allows):
                for i in self.trial.requests(self.facts, row, goal, False):
                    own[i] = min(own[i], row)
            if row < widest and self.trial.requests(self.facts, row, goal, True):
                widest = row
        return widest


def _granted(statement: int, found: list[_Tried], goals: list[Goal], told: bool) -> tuple[str, ...]:
    """The actions that everyone gets by a statement, which no Deny takes away."""
    mine = {goal for tried in found for goal in goals if statement in tried.open[goal]}
    return tuple(dict.fromkeys(goal.action for goal in goals if goal in mine and (told or _counts(goal, found, goals))))


def _counts(goal: Goal, found: list[_Tried], goals: Iterable[Goal]) -> bool:
    """Of a key whose kind nobody tells, Encapsulate and Decapsulate count only where there is nothing else."""
    if not goal.encapsulates:
        return True
    name = kms.ENCRYPT if goal.verb in kms.ENCRYPT else kms.DECRYPT
    others = [other for other in goals if other.verb in name and not other.encapsulates]
    return not any(tried.open.get(other) for tried in found for other in others)


def _encrypt_only(found: list[_Tried], both: dict[str, list[Goal]], told: bool) -> bool:
    """Whether everyone can encrypt and not decrypt with some one key; ML-KEM keys are judged by themselves."""
    for tried in found:
        for encapsulates in (False, True):
            encrypts, decrypts = (
                any(
                    tried.open[g]
                    for g in both[name]
                    if g.encapsulates is encapsulates and (told or name == "decrypt" or _counts(g, found, both[name]))
                )
                for name in ("encrypt", "decrypt")
            )
            if encrypts and not decrypts:
                return True
    return False
