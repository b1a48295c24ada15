"""Why a verdict is what it is, as codes with parameters: what opens a statement, what limits it, what denies it."""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Optional

from ..budget import Budget
from ..caching import cached_for_shared
from ..evaluation.request import KeyFacts
from ..policy.actions import CROSS_ACCOUNT_MASK, names_of
from ..policy.errors import Problem
from ..policy.model import Condition, Statement
from ..policy.operators import Family
from ..requesters.audience import NAMED_ROWS, WIDEST_FIRST, Audience
from ..witness.searcher import alone_in_policy
from .shortcuts import Settled
from .verdict import Verdict


class Code(Enum):
    """One kind of reason; the value is the sentence's pattern, filled with the reason's parameters."""

    ANYONE = 'the principal "*" is every AWS account and service'
    ALL_BUT = "NotPrincipal covers everyone except {0}"
    NAMED = "the principal element names {0}"
    NOBODY = "the principal element names nobody: {0}"
    MET_BY_ANYONE = "condition {0} can be met from any AWS account"
    LIMITS = "condition {0} limits it to {1}"
    EXCLUDES_OUTSIDERS = "condition {0} shuts out whoever the policy does not name"
    NEVER_HOLDS = "condition {0} never holds for the checked actions"
    CONFLICT = "its conditions cannot all hold in one request from outside"
    DENIED = "denied by {0}"
    DENIED_TOGETHER = "denied by {0} together"
    DENY_MISSES = "the Deny in {0} does not stop the witness"
    GRANTS_NOTHING = "a Deny statement grants nothing"
    OTHER_ACTIONS = "it covers none of the checked actions"
    NO_ACTION = "it has no effect: neither Action nor NotAction lists anything"
    NO_RESOURCE = "it has no effect: neither Resource nor NotResource lists anything"
    OTHER_RESOURCE = "it has no effect: its resource element does not cover this key"
    WITHIN_ACCOUNT = "other accounts cannot use {0}"
    BOUND = "the search for a request was stopped after its fixed number of steps, so that access is not ruled out"

    __hash__ = object.__hash__  # each is one object; Enum's own is written in Python


class Reason(NamedTuple):
    """One reason: a code, the texts that its sentence names, and where a policy's reasons are joined the statement."""

    code: Code
    details: tuple[str, ...] = ()
    statement: str = ""

    def of(self, statement: str) -> "Reason":
        """The same reason, told of a statement by its name."""
        return Reason(self.code, self.details, statement)


_SHOWN = 3
_LONGEST = 120  # characters of one text
_ASKED = 30  # Denies of which each is asked whether it closes a statement by itself


def reasons(verdict: Verdict, statement: Statement, settled: Optional[Settled]) -> tuple[Reason, ...]:
    """What opens the statement and what closes it, in the order in which a reader would ask.

    settled: the verdict's answer about the statement.
    """
    if settled is not None and settled.gets:
        return _of_settled(verdict, statement)
    if not statement.allow:
        return _OF_A_DENY
    without_effect = _without_effect(verdict, statement)
    return _searched(verdict, statement) if without_effect is None else (without_effect,)


def _of_settled(verdict: Verdict, statement: Statement) -> tuple[Reason, ...]:
    """The reasons of a statement that is settled and lets somebody in."""
    if not statement.principals.open_ended:
        return (Reason(Code.NAMED, (_some(statement.principals.written),)),)
    if verdict.searcher.budget.left < _STEPS_ALONE:
        return _searched(verdict, statement)
    usable = statement.actions & verdict.checked
    found, steps = _reasons_alone(statement.conditions, usable, verdict.searcher.general_key)
    verdict.searcher.budget.spend(steps)
    return _searched(verdict, statement) if found is None else found


_OF_A_DENY = (Reason(Code.GRANTS_NOTHING),)
_STEPS_ALONE = 2_000  # reasons that take more are looked for in the policy itself


@lru_cache(maxsize=2048)
def _reasons_alone(
    conditions: tuple[Condition, ...], usable: int, key: KeyFacts
) -> tuple[Optional[tuple[Reason, ...]], int]:
    """The reasons of an Allow for everyone under these conditions, which is settled and lets somebody in.

    None where they take more steps to find than this is worth; and the steps that it took beside those of the verdict.
    """
    verdict = Verdict(alone_in_policy(conditions, usable), key, names_of(usable))
    (statement,) = verdict.policy.statements
    verdict.audience_alone(statement)
    budget = verdict.searcher.budget = Budget(_STEPS_ALONE)
    found = _searched(verdict, statement)
    return None if verdict.searcher.bound_met else found, _STEPS_ALONE - budget.left


def _without_effect(verdict: Verdict, statement: Statement) -> Optional[Reason]:
    if not statement.actions & verdict.checked:
        listed = statement.actions or statement.actions_written
        return Reason(Code.OTHER_ACTIONS) if listed else Reason(Code.NO_ACTION)
    if statement.resources is None:
        return Reason(Code.NO_RESOURCE)
    return None if verdict.searcher.covers(statement) else Reason(Code.OTHER_RESOURCE)


def _searched(verdict: Verdict, statement: Statement) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(_reasons(verdict, statement)))


def _reasons(verdict: Verdict, statement: Statement) -> Iterator[Reason]:
    yield _principal(statement)
    alone = verdict.audience_alone(statement)
    flagged = verdict.grant(statement, Audience.everyone)
    if statement.principals.open_ended:
        yield from _conditions(verdict, statement, alone)
    elif alone is Audience.none:
        yield from _unmet_by_named(verdict, statement)
    if verdict.is_unproven(statement):
        yield Reason(Code.BOUND)
    if flagged.actions:
        yield from _passed_by(verdict, statement, flagged.actions)
    elif alone is not Audience.none:
        yield from _denied(verdict, statement, alone)


def _principal(statement: Statement) -> Reason:
    principals = statement.principals
    if principals.negated:
        return Reason(Code.ALL_BUT, (_some(text.lstrip("!") for text in principals.written),))
    if principals.anyone:
        return Reason(Code.ANYONE)
    if any(principals.who):
        return Reason(Code.NAMED, (_some(principals.written),))
    return Reason(Code.NOBODY, (_some(principals.written) or "an empty list",))


def _conditions(verdict: Verdict, statement: Statement, alone: Audience) -> Iterator[Reason]:
    """Which conditions anyone can meet, which shut outsiders out, or that they do so only together."""
    covered = statement.actions & verdict.checked
    usable = covered & CROSS_ACCOUNT_MASK
    if not usable:
        yield Reason(Code.WITHIN_ACCOUNT, (_some(names_of(covered)),))
        return
    closed: list[Reason] = []
    if alone is Audience.everyone:
        yield from (Reason(Code.MET_BY_ANYONE, (_short(condition),)) for condition in statement.conditions)
        return
    for condition in statement.conditions:
        if not verdict.searcher.condition_alone(statement, condition, usable, Audience.everyone).actions:
            closed.append(_limit(verdict, statement, condition, usable, alone))
    yield from closed or (Reason(Code.CONFLICT),)


def _unmet_by_named(verdict: Verdict, statement: Statement) -> Iterator[Reason]:
    """The conditions that nobody whom the principal element names can meet."""
    asked = statement.actions & verdict.checked
    for condition in statement.conditions:
        rows = (verdict.searcher.condition_alone(statement, condition, asked, row).actions for row in NAMED_ROWS)
        if not any(rows):
            operator = condition.operator
            narrows = condition.values and not operator.negated and operator.family is not Family.NULL
            yield _narrows(condition) if narrows else Reason(Code.NEVER_HOLDS, (_short(condition),))


def _limit(verdict: Verdict, statement: Statement, condition: Condition, usable: int, alone: Audience) -> Reason:
    # Where some row gets in, every condition holds for somebody.
    narrower = reversed(WIDEST_FIRST[1:])  # own principals first: nearly every condition lets some of them in
    held = alone is not Audience.none or any(
        verdict.searcher.condition_alone(statement, condition, usable, row).actions for row in narrower
    )
    if not held:
        return Reason(Code.NEVER_HOLDS, (_short(condition),))
    if condition.operator.negated or not condition.values:
        return Reason(Code.EXCLUDES_OUTSIDERS, (_short(condition),))
    return _narrows(condition)


@cached_for_shared
def _narrows(condition: Condition) -> Reason:
    return Reason(Code.LIMITS, (_some((condition.key_written,)), _some(condition.values)))


def _denied(verdict: Verdict, statement: Statement, alone: Audience) -> Iterator[Reason]:
    """Which Denies close what the statement opens: each by itself, or several together."""
    searcher, denies = verdict.searcher, verdict.policy.denies
    if not denies or verdict.granted((statement,), alone):
        return
    opened = searcher.grant(statement, verdict.checked, alone, ()).actions
    hitting = [deny for deny in denies if deny.actions & opened and searcher.covers(deny)]
    asked = hitting[:_ASKED]
    closing = list(islice((d for d in asked if not searcher.grant(statement, opened, alone, (d,)).actions), _SHOWN))
    if closing:
        yield from (Reason(Code.DENIED, (deny.name,)) for deny in closing)
    else:
        yield Reason(Code.DENIED_TOGETHER, (_some(deny.name for deny in hitting),))


def _passed_by(verdict: Verdict, statement: Statement, actions: int) -> Iterator[Reason]:
    """The Denies that look as if they closed a flagged statement, and do not."""
    looking = (
        deny
        for deny in verdict.policy.denies
        if deny.principals.open_ended and deny.actions & actions and verdict.searcher.covers(deny)
    )
    yield from (Reason(Code.DENY_MISSES, (deny.name,)) for deny in islice(looking, _SHOWN))


@cached_for_shared
def _short(condition: Condition) -> str:
    return f"{condition.operator_written} {_some((condition.key_written,))} = {_some(condition.values)}"


def _some(texts: Iterable[str]) -> str:
    listed = texts if isinstance(texts, tuple) else tuple(texts)
    if len(listed) <= _SHOWN:
        together = ", ".join(listed)
        if len(together) <= _LONGEST:
            return together
    shown = ", ".join([text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for text in listed[:_SHOWN]])
    return shown + (f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else "")


_LONGEST_SENTENCE = 400
_PATTERNS = {code: code.value for code in Code}


def sentence(reason: Reason) -> str:
    """One reason as a plain sentence on one line."""
    text = _PATTERNS[reason.code].format(*reason.details)
    return _on_one_line(f"{reason.statement}: {text}" if reason.statement else text)


def error_text(problem: Problem) -> str:
    """Why a policy could not be read, and where, on one line."""
    place = f"{problem.place}: " if problem.place else ""
    return _on_one_line(problem.fault.value.format(*problem.details, at=place))


def _on_one_line(text: str) -> str:
    """Texts of a policy are only ever put in place of a pattern's field; they are never a pattern themselves."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SENTENCE else text[: _LONGEST_SENTENCE - 1] + "…"
