"""The short cuts: an answer about a statement that is the same in every policy is kept and used again. No other module
knows of them, and one switch turns them off. They decide nothing: the engine found every answer, and finds the same one
without them, as a test checks.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple, Optional, TypeVar, cast

from ..caching import Recent, cached_for_shared
from ..evaluation.request import KeyFacts
from ..policy import context_keys as keys
from ..policy.actions import Mask
from ..policy.condition import Condition
from ..policy.model import Statement
from ..policy.parser import condition as new_condition
from ..requesters.audience import Audience
from ..requesters.fresh_ids import tells_accounts_apart
from ..requesters.limits import accounts_among, accounts_of, limits_members
from ..witness.access import named_audiences
from ..witness.asked import is_alike_for_all
from ..witness.searcher import Searcher

ENABLED = True
Answer = TypeVar("Answer")

_MOST_KEPT = 4096
_MOST_CONDITIONS = 8


class _Kept(NamedTuple):
    """An answer; the steps that it took by itself; the answers that it was made of; whether a limit was reached."""

    answer: Any
    steps: int
    parts: tuple["_Place", ...]
    limited: bool


class Answers:
    """What is known about a statement: answers by question. own: whether they hold for one policy alone."""

    def __init__(self, own: bool = True) -> None:
        self.own = own
        self.kept: dict[Hashable, _Kept] = {}


_Place = tuple[Answers, Hashable]


class Ledger:
    """What one policy has paid for: for each answer, wherever it comes from, the steps that finding it takes, once.

    So verdicts do not depend on the policies that came before.
    """

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._own: dict[_Place, _Kept] = {}  # answers that no other policy is to use
        self._paid: set[_Place] = set()
        self._asked: list[list[_Place]] = [[]]  # what the questions that are being answered have asked so far
        self._inner = [0]  # and the steps that went into that

    def answer(self, answers: Answers, question: Hashable, find: Callable[[], Answer]) -> Answer:
        """The answer to a question that these answers hold, or that find() finds."""
        place = answers, question
        kept = self._own.get(place) or answers.kept.get(question)
        searcher = self._searcher
        self._asked[-1].append(place)
        before = searcher.spent
        if kept is not None and self._pays(place):
            searcher.limit_reached = searcher.limit_reached or kept.limited
            found = kept.answer
        else:
            self._asked.append([])
            self._inner.append(0)
            earlier, searcher.limit_reached = searcher.limit_reached, False
            found = find()
            limited = searcher.limit_reached
            searcher.limit_reached = earlier or limited
            parts, inner = tuple(self._asked.pop()), self._inner.pop()
            kept = _Kept(found, searcher.spent - before - inner, parts, limited)
            if answers.own or not searcher.budget.left or any(each[0].own or each in self._own for each in parts):
                self._own[place] = kept  # where the steps are taken, another policy may find more
            else:
                answers.kept[question] = kept
            self._paid.add(place)
        self._inner[-1] += searcher.spent - before
        return cast(Answer, found)

    def _pays(self, place: _Place) -> bool:
        """Takes the steps of an answer and its parts, as far as they are not paid; False where there are too few."""
        due, waiting = {}, [place]
        while waiting:
            asked = waiting.pop()
            if asked not in self._paid and asked not in due:
                answers, question = asked
                kept = answers.kept[question]
                due[asked] = kept.steps
                waiting += kept.parts
        steps = sum(due.values())
        if due and steps >= self._searcher.budget.left:
            return False
        self._searcher.budget.spend(steps)
        self._paid.update(due)
        return True


_KEPT: Recent[Answers] = Recent(_MOST_KEPT)


def depends_on_names(statement: Statement, key: KeyFacts, audience: Optional[Audience]) -> bool:
    """Whether what an audience gets by a statement for everyone depends on what the rest of its policy names."""
    if not statement.principals.open_ended or audience is None or audience is Audience.everyone:
        return False
    if audience is Audience.organization:
        return not any(map(limits_members, statement.conditions))
    if audience is Audience.external and accounts_among(statement) is None:
        return True
    return (
        audience not in _OF_ACCOUNTS
        or key.account is None
        or not all(map(_takes_principals_alike, statement.conditions))
    )


def answers_about(statement: Statement, asked: Mask, key: KeyFacts, own: bool) -> Answers:
    """The record in which answers about the asked actions of a statement are kept: one for all statements alike, where
    nothing else in their policies can change the answers, else a new one.

    own: whether something else can, whatever the statement says.
    """
    principals, conditions = statement.principals, statement.conditions
    # Grants by a unique id go to principals that the policy names; sessions are tried under each unique id it names.
    by_id = principals.unique_ids or principals.sessions
    special = principals.negated or by_id or statement.resource is not None or statement.alternatives
    if not ENABLED or own or special or key.partition is None or not _are_independent(conditions, principals.anyone):
        return Answers()
    who = None if principals.anyone else named_audiences(principals, key.account)
    kind = key.usage, key.spec, key.origin
    question = who, conditions, asked & statement.actions, key.account, key.partition, kind
    found = _KEPT.get(question)
    return _KEPT.keep(question, Answers(own=False)) if found is None else found


def of_any_source(statement: Statement) -> Statement:
    """A statement that gives the same to every audience, for all that differ only in the sources that they list: a
    service's request may carry any, and other requests carry none."""
    conditions = statement.conditions
    if not ENABLED or not conditions or statement.alternatives or statement.resource is not None:
        return statement
    if len({condition.key for condition in conditions}) < len(conditions) or any(c.has_variables for c in conditions):
        return statement
    found = tuple(map(_from_any_source, conditions))
    return statement if found == conditions else statement._replace(conditions=found)


@cached_for_shared
def _from_any_source(condition: Condition) -> Condition:
    """The condition, with one value that stands for all where it lists sources."""
    listed = condition.values and condition.operator.takes_variables and not condition.operator.negated
    return _one_source(condition.operator_written, condition.key) if listed and condition.key in _SOURCES else condition


_SOURCES = tuple([name for name in keys.SOURCE_KEYS if not keys.context_key(name).multivalued])


@lru_cache(maxsize=256)
def _one_source(operator: str, key: str) -> Condition:
    return replace(new_condition(operator, key, "any"), shared=True)


def _are_independent(conditions: tuple[Condition, ...], anyone: bool) -> bool:
    few = len(conditions) <= _MOST_CONDITIONS
    return few and all(each.shared and (_is_independent(each) or (anyone and _spells_out(each))) for each in conditions)


_OF_ACCOUNTS = (Audience.external, Audience.internal)


@cached_for_shared
def _is_independent(condition: Condition) -> bool:
    return is_alike_for_all(condition.key) and not condition.has_variables


@cached_for_shared
def _takes_principals_alike(condition: Condition) -> bool:
    """Whether all principals of an account are alike to the condition, and it asks for no organization."""
    return _is_independent(condition) or (condition.key in keys.ACCOUNT_KEYS and not condition.has_variables)


@cached_for_shared
def _spells_out(condition: Condition) -> bool:
    """Whether a condition of a statement for everyone takes all accounts and organizations alike but those that it
    spells out itself: whoever else is named elsewhere makes no difference."""
    if condition.has_variables:
        return False
    if condition.key == keys.PRINCIPAL_ARN:
        return not any(map(tells_accounts_apart, condition.tokens))
    return accounts_of(condition) is not None or limits_members(condition)


def reset() -> None:
    """Forgets every answer, for tests and measurements."""
    _KEPT.clear()
