"""The short cuts: answers about statements that are the same in whatever policy they stand are kept and used again.

The only place that knows of them, with one switch. They decide nothing: every answer is one that the engine found, and
without them it finds the same again; a test holds that.
"""

from typing import Any, Optional

from ..caching import Recent, cached_for_shared
from ..evaluation.request import KeyFacts
from ..policy.actions import Mask
from ..policy.context_keys import (
    FOR_AWS_RESOURCE,
    GRANT_OPERATIONS,
    IS_AWS_SERVICE,
    SERVICE_NAME,
    SERVICE_NAMES,
    Bound,
    context_key,
)
from ..policy.model import Condition, Statement
from ..requesters.audience import Audience
from ..requesters.limits import accounts_of, limits_members
from ..witness.access import Access, named_audiences

ENABLED = True

_MOST_KEPT = 4096
_MOST_CONDITIONS = 8


class Answers:
    """What is known about a statement: its access by audience and actions, its audience, its reasons."""

    def __init__(self) -> None:
        self.audience: Optional[Audience] = None
        self.access: dict[tuple[Mask, Audience], Access] = {}
        self.reasons: Any = None


_KEPT: Recent[Answers] = Recent(_MOST_KEPT)


def answers_about(statement: Statement, asked: Mask, key: KeyFacts, denied: bool) -> Answers:
    """The record in which answers about the asked actions of a statement are kept: one for all statements alike, where
    nothing else in their policies can change the answers, else a new one. denied: whether Denies matter."""
    if not ENABLED or denied or statement.resource is not None or statement.alternatives:
        return Answers()
    usable = asked & statement.actions
    who = _who(statement, key.account)
    conditions = statement.conditions
    if who is None or len(conditions) > _MOST_CONDITIONS or not _are_independent(conditions, who is _ANYONE):
        return Answers()
    question = who, conditions, usable, key[:2], key[3:4], key[5:]
    found = _KEPT.get(question)
    return _KEPT.keep(question, Answers()) if found is None else found


_ANYONE = frozenset((Audience.everyone,))


def _who(statement: Statement, own_account: Optional[str]) -> Optional[frozenset[Audience]]:
    """The audiences that the principal element names somebody of; None where more than that matters."""
    principals = statement.principals
    if principals.anyone:
        return None if principals.negated else _ANYONE
    return None if principals.negated else named_audiences(principals, own_account)


def _are_independent(conditions: tuple[Condition, ...], anyone: bool) -> bool:
    for condition in conditions:
        if not condition.shared or not (_is_independent(condition) or (anyone and _spells_out(condition))):
            return False
    return True


# What these decide does not depend on what else a policy says: the rest is drawn from the ids that it names.
_INDEPENDENT = (Bound.NOTHING, Bound.TRAIT, Bound.MFA, Bound.CONTEXT, Bound.WAY, Bound.SERVICE)
_ALSO = frozenset((GRANT_OPERATIONS, FOR_AWS_RESOURCE, IS_AWS_SERVICE))
_NEVER = frozenset((SERVICE_NAME, SERVICE_NAMES))


@cached_for_shared
def _is_independent(condition: Condition) -> bool:
    key = condition.key
    known = context_key(key).bound in _INDEPENDENT or key in _ALSO
    return known and key not in _NEVER and not condition.has_variables


@cached_for_shared
def _spells_out(condition: Condition) -> bool:
    """Whether a condition of a statement for everyone limits it to accounts that it spells out itself, or to members of
    organizations that it does: whoever else is named elsewhere makes no difference."""
    return not condition.has_variables and (accounts_of(condition) is not None or limits_members(condition))


def reset() -> None:
    """Forgets every answer, for tests and measurements."""
    _KEPT.clear()
