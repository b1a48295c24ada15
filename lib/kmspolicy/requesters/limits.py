"""What one condition rules out before any search: the ids that it spells out are nobody else's.

An outsider is named nowhere, a service has no account. Source: docs/threat-model.md, *Who might send a request*.
"""

import re
from typing import Optional

from ..caching import cached_for_shared
from ..policy import context_keys as keys
from ..policy.condition import Condition, Quantifier
from ..policy.context_keys import Bound, keys_bound_to
from ..policy.model import Statement
from ..policy.operators import Family
from ..policy.wildcards import is_plain
from .audience import STRANGERS, Audience

_NOBODY: frozenset[Audience] = frozenset()
_STRANGERS = frozenset(STRANGERS)
# The audiences whose requesters' ids no policy spells out, by the key that holds the id.
_NEVER_SPELLED = {
    keys.PRINCIPAL_ORG: frozenset((Audience.everyone, Audience.network)),
    keys.SOURCE_VPC: frozenset((Audience.everyone,)),
    keys.SOURCE_VPCE: frozenset((Audience.everyone,)),
}
ABSENT_FOR_SERVICES = keys_bound_to(Bound.ORGANIZATION, Bound.NETWORK, Bound.PRINCIPAL).union(keys.ACCOUNT_KEYS)
# In a string a star spans colons, in an ARN it stays inside its part.
_ACCOUNT_OF = {
    Family.STRING: re.compile(r"arn:[^:*?$]*:[^:*?$]*:[^:*?$]*:([0-9]{12}):"),
    Family.ARN: re.compile(r"arn:[^:$]*:[^:$]*:[^:$]*:([0-9]{12}):"),
}


def ruled_out(statement: Statement) -> frozenset[Audience]:
    """The audiences of which every requester fails one of the statement's conditions."""
    return _NOBODY.union(*map(_ruled_out, statement.required))


@cached_for_shared
def _ruled_out(condition: Condition) -> frozenset[Audience]:
    found = _NOBODY
    if condition.settled is None and condition.key in ABSENT_FOR_SERVICES and not condition.without_key:
        found = frozenset((Audience.service,))
    if accounts_of(condition) is not None:
        return found | _STRANGERS
    if condition.key in _NEVER_SPELLED and _must_match(condition) and spells_out(condition):
        return found | _NEVER_SPELLED[condition.key]
    return found


def spells_out(condition: Condition) -> bool:
    """Whether the condition compares with whole texts only."""
    return condition.operator.family is Family.STRING and all(map(is_plain, condition.tokens))


def _must_match(condition: Condition) -> bool:
    """Whether the condition holds only for a request that carries the key with one of the values."""
    otherwise = condition.operator.negated or condition.if_exists or condition.quantifier is Quantifier.ALL
    return not otherwise and condition.settled is None


def accounts_among(statement: Statement) -> Optional[frozenset[str]]:
    """The accounts to which a condition of the statement limits principals; None where none does."""
    return next((accounts for accounts in map(accounts_of, statement.required) if accounts is not None), None)


@cached_for_shared
def accounts_of(condition: Condition) -> Optional[frozenset[str]]:
    """The accounts to which the condition limits a principal, all spelled out; None where it does not."""
    if not _must_match(condition):
        return None
    if condition.key in keys.ACCOUNT_KEYS:
        return frozenset(condition.values) if spells_out(condition) else None
    family = condition.operator.family
    if condition.key != keys.PRINCIPAL_ARN or family not in _ACCOUNT_OF:
        return None
    found = [_ACCOUNT_OF[family].match(value) for value in condition.values]
    return frozenset(arn.group(1) for arn in found if arn is not None) if all(found) else None


def limits_members(condition: Condition) -> bool:
    """Whether the condition limits access to members of organizations, all spelled out."""
    return condition.key == keys.PRINCIPAL_ORG and _must_match(condition) and spells_out(condition)
