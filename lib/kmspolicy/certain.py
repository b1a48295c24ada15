"""What a condition rules out before any search: ids that it spells out are nobody else's.

An outsider is named nowhere, a service has no account. Source: the threat model (README, *Who may use the key*).
"""

from typing import Optional

from .audience import Audience
from .bound import ABSENT_FOR_SERVICES
from .evaluate import holds_without
from .operators import Family
from .patterns import is_plain
from .policy import Condition, Quantifier, Statement

_OUTSIDE = frozenset((Audience.everyone, Audience.network))
# The rows whose requesters' ids no policy spells out, by the key that holds the id.
_NEVER_SPELLED = {
    "aws:principalaccount": _OUTSIDE | {Audience.organization},
    "kms:calleraccount": _OUTSIDE | {Audience.organization},
    "aws:principalorgid": _OUTSIDE,
    "aws:sourcevpc": frozenset((Audience.everyone,)),
    "aws:sourcevpce": frozenset((Audience.everyone,)),
}
_ACCOUNT_KEYS = frozenset(("aws:principalaccount", "kms:calleraccount"))


def ruled_out(statement: Statement, audience: Audience, own_account: Optional[str]) -> bool:
    """Whether one of the statement's conditions fails for every requester of the row."""
    return any(_fails(condition, audience, own_account) for condition in statement.conditions)


def _fails(condition: Condition, audience: Audience, own_account: Optional[str]) -> bool:
    if audience is Audience.service:
        return condition.key in ABSENT_FOR_SERVICES and not holds_without(condition)
    if condition.key not in _NEVER_SPELLED or not _spells_out(condition):
        return False
    if audience in _NEVER_SPELLED[condition.key]:
        return True
    if condition.key not in _ACCOUNT_KEYS or own_account is None:
        return False
    if audience is Audience.external:
        return all(value == own_account for value in condition.values)
    return audience is Audience.internal and own_account not in condition.values


def _spells_out(condition: Condition) -> bool:
    """Whether the condition holds only for ids that it lists whole."""
    operator = condition.operator
    if operator.family is not Family.STRING or operator.negated or condition.quantifier is Quantifier.ALL:
        return False
    return not condition.if_exists and all(map(is_plain, condition.tokens))
