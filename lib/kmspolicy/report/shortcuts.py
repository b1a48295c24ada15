"""The short cuts: an answer about a statement that is the same in every policy is kept and used again. No other module
knows of them, and one switch turns them off. They decide nothing: the engine found every answer, and finds the same one
without them, as a test checks.
"""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, Optional

from ..caching import Recent, cached_for_shared
from ..domains.domain import Text
from ..evaluation.request import KeyFacts
from ..policy import context_keys as keys
from ..policy.actions import Mask
from ..policy.condition import Condition
from ..policy.context_keys import Bound, Kind
from ..policy.model import Statement
from ..policy.parser import condition as new_condition
from ..requesters.audience import Audience
from ..requesters.fresh_ids import tells_accounts_apart
from ..requesters.limits import accounts_among, accounts_of, limits_members
from ..witness.access import Access, named_audiences
from ..witness.asked import is_alike_for_all
from ..witness.searcher import Searcher

ENABLED = True
_MOST_KEPT = 16_384
_MOST_CONDITIONS = 8


class Kept(NamedTuple):
    """An answer, and the steps that finding it takes."""

    answer: Access
    steps: int


_KEPT: Recent[Kept] = Recent(_MOST_KEPT)


class ShortCuts:
    """What the searches of one policy would find, known from policies before it where that is the same.

    Wherever an answer comes from, it takes the steps that finding it takes, once: verdicts do not depend on the
    policies that came before.
    """

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._paid: set[tuple[object, ...]] = set()

    def access(self, statement: Statement, actions: Mask, audience: Audience, enough: bool) -> Access:
        """What the audience gets of some actions by the statement, whatever the Denies say. enough: whether one action
        that is proven is enough. Answers that other policies share cover all actions."""
        search, statement = self._searcher, _of_any_text(statement)
        question = _question(statement, actions, audience, search.key)
        if question is None:
            return search.access(statement, actions, audience, (), enough=enough)
        kept, left = _KEPT.get(question), search.budget.left
        due = 0 if kept is None or question in self._paid else kept.steps
        if kept is not None and (not due or due < left):
            search.budget.spend(due)
            search.limit_reached = search.limit_reached or bool(kept.answer.undecided)
            found = kept.answer
        else:
            found = search.access(statement, actions, audience, (), apart=True)
            if search.budget.left:  # else another policy may find more
                _KEPT.keep(question, Kept(found, left - search.budget.left))
        self._paid.add(question)
        return found


def _question(statement: Statement, actions: Mask, audience: Audience, key: KeyFacts) -> Optional[tuple[object, ...]]:
    """All on which the answer depends; None where something else in the statement's policy can change it."""
    principals, conditions = statement.principals, statement.conditions
    # Grants by a unique id go to principals that the policy names; sessions are tried under each unique id it names.
    by_id = principals.unique_ids or principals.sessions
    special = principals.negated or by_id or statement.resource is not None or statement.alternatives
    if not ENABLED or special or key.partition is None or _depends_on_names(statement, key, audience):
        return None
    if not _are_independent(conditions, principals.anyone):
        return None
    who = None if principals.anyone else named_audiences(principals, key.account)
    return who, conditions, actions, audience, key.account, key.partition, key.usage, key.spec, key.origin


def _depends_on_names(statement: Statement, key: KeyFacts, audience: Audience) -> bool:
    """Whether what an audience gets by a statement for everyone depends on what the rest of its policy names."""
    if not statement.principals.open_ended or audience is Audience.everyone:
        return False
    if audience is Audience.organization:
        return not any(map(limits_members, statement.conditions))
    among = accounts_among(statement) if audience in _OF_ACCOUNTS else None
    return among is None or key.account is None or not all(map(_takes_principals_alike, statement.conditions))


def _of_any_text(statement: Statement) -> Statement:
    """A statement that gives the same to every audience, for all that differ only in texts that a requester may choose
    as it likes."""
    conditions = statement.conditions
    if not ENABLED or not conditions or statement.alternatives or statement.resource is not None:
        return statement
    if len({condition.key for condition in conditions}) < len(conditions) or any(c.has_variables for c in conditions):
        return statement
    found = tuple(map(_for_any_text, conditions))
    return statement if found == conditions else statement._replace(conditions=found)


@cached_for_shared
def _for_any_text(condition: Condition) -> Condition:
    """The condition; where a requester may choose any of its texts, with one text in place of all."""
    key, operator = condition.key, condition.operator
    if not condition.values or operator.negated or not operator.takes_variables:
        return condition
    if key == keys.VIA_SERVICE and _SERVICE.holds(condition.values[0]):
        return _one_text(condition.operator_written, key, _SOME_SERVICE)
    row = keys.context_key(key)
    chosen = row.bound in _CHOSEN or key in keys.SOURCE_KEYS or key.startswith(keys.ENCRYPTION_CONTEXT)
    is_text = row.forms == keys.FREE_TEXT and row.kind is Kind.TEXT and not (row.values or row.multivalued)
    return _one_text(condition.operator_written, key, "any") if chosen and is_text else condition


_CHOSEN = (Bound.NOTHING, Bound.TRAIT)
_SERVICE = Text(keys.context_key(keys.VIA_SERVICE).forms)
_SOME_SERVICE = "s3.us-east-1.amazonaws.com"


@lru_cache(maxsize=256)
def _one_text(operator: str, key: str, text: str) -> Condition:
    return replace(new_condition(operator, key, text), shared=True)


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
