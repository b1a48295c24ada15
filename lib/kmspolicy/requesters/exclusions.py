"""What a condition rules out before any search: ids that it spells out are nobody else's.

An outsider is named nowhere, a service has no account. Source: the threat model (README, *Who may use the key*).
"""

import re
from typing import Optional

from ..caching import cached_for_shared
from ..evaluation.evaluator import holds_without
from ..policy.identifiers import ACCOUNT_KEYS
from ..policy.model import Condition, Quantifier, Statement
from ..policy.operators import Family
from ..policy.wildcards import is_plain
from .account_keys import ABSENT_FOR_SERVICES
from .audience import WIDEST_FIRST, Audience

_OUTSIDE = frozenset((Audience.everyone, Audience.network))
# The rows whose requesters' ids no policy spells out, by the key that holds the id.
_NEVER_SPELLED = {
    "aws:principalorgid": _OUTSIDE,
    "aws:sourcevpc": frozenset((Audience.everyone,)),
    "aws:sourcevpce": frozenset((Audience.everyone,)),
}
# In a string a star spans colons, in an ARN it stays inside its part.
_ACCOUNT_OF = {
    Family.STRING: re.compile(r"arn:[^:*?$]*:[^:*?$]*:[^:*?$]*:([0-9]{12}):"),
    Family.ARN: re.compile(r"arn:[^:$]*:[^:$]*:[^:$]*:([0-9]{12}):"),
}


def ruled_out(statement: Statement, own_account: Optional[str]) -> frozenset[Audience]:
    """The rows of which every requester fails one of the statement's conditions."""
    return _NO_ROW.union(*[rules_out(condition, own_account) for condition in statement.conditions])


_NO_ROW: frozenset[Audience] = frozenset()


def limits_to(statement: Statement) -> Optional[frozenset[str]]:
    """The accounts to which a condition of the statement limits principals; None where none does."""
    for condition in statement.conditions:
        if not may_pass_otherwise(condition):
            accounts = _accounts(condition)
            if accounts is not None:
                return accounts
    return None


_TELLING = ABSENT_FOR_SERVICES.union(ACCOUNT_KEYS, _NEVER_SPELLED)  # keys that rule out anything


@cached_for_shared
def rules_out(condition: Condition, own_account: Optional[str]) -> frozenset[Audience]:
    """The rows of which every requester fails the condition."""
    if condition.key not in _TELLING:
        return _NO_ROW
    return frozenset(row for row in WIDEST_FIRST if _fails(condition, row, own_account))


def _fails(condition: Condition, audience: Audience, own_account: Optional[str]) -> bool:
    if audience is Audience.service:
        return condition.key in ABSENT_FOR_SERVICES and not holds_without(condition)
    if may_pass_otherwise(condition):
        return False
    accounts = _accounts(condition)
    if accounts is None:
        return audience in _NEVER_SPELLED.get(condition.key, ()) and spells_out(condition)
    if audience is Audience.internal:
        return own_account is not None and own_account not in accounts
    if audience is Audience.external:
        return own_account is not None and accounts == {own_account}
    return True


def may_pass_otherwise(condition: Condition) -> bool:
    """Whether a condition can hold without a match."""
    return condition.operator.negated or condition.if_exists or condition.quantifier is Quantifier.ALL


def spells_out(condition: Condition) -> bool:
    """Whether the condition compares with whole texts only."""
    return condition.operator.family is Family.STRING and all(map(is_plain, condition.tokens))


@cached_for_shared
def _accounts(condition: Condition) -> Optional[frozenset[str]]:
    """The accounts to which the condition limits a principal, all spelled out; None where it does not."""
    if condition.key in ACCOUNT_KEYS:
        return frozenset(condition.values) if spells_out(condition) else None
    family = condition.operator.family
    if condition.key != "aws:principalarn" or family not in _ACCOUNT_OF:
        return None
    found = [_ACCOUNT_OF[family].match(value) for value in condition.values]
    return frozenset(arn.group(1) for arn in found if arn is not None) if all(found) else None
