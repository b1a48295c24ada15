"""Tells which questions have the same answer in every policy, so that they need be asked only once.

Who gets in by a statement depends on the rest of its policy in two ways: its Denies, and the ids that it spells out,
which are no outsider's. Conditions that compare whole ids, or none, cannot tell one unnamed account from another.
"""

from functools import lru_cache

from ..policy import wildcards
from ..policy.context_keys import CLOCKS
from ..policy.identifiers import ACCOUNT_KEYS, MEMBER_KEYS
from ..policy.model import Condition
from ..policy.operators import Family
from .account_keys import OWN_ARN_KEYS, OWNER_KEYS
from .audience import Audience
from .exclusions import may_pass_otherwise, spells_out
from .fresh_ids import tells_accounts_apart
from .network_keys import WAY_KEYS
from .principal_keys import PRINCIPAL_KEYS

_NONE: frozenset[Audience] = frozenset()
# Of the other rows, who is in them depends on what the policy names.
_ROWS = frozenset((Audience.everyone, Audience.organization, Audience.service, Audience.internal))
# What these keys can hold depends on what the policy names, or on the event's time.
_PARTICULAR = frozenset(
    (
        "aws:ec2instancesourcevpc",
        "aws:federatedprovider",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "identitystore:userid",
        *CLOCKS,
        *OWN_ARN_KEYS,
        *OWNER_KEYS,
        *WAY_KEYS,
        *PRINCIPAL_KEYS,
        *MEMBER_KEYS,
    )
) - {"aws:principalarn", "aws:principalorgid"}


_MOST_CONDITIONS = 8


def general_rows(conditions: tuple[Condition, ...]) -> frozenset[Audience]:
    """The rows for which an Allow for everyone under these conditions, past no Deny, is alike in every policy.

    Of the key, its own account is known. Only conditions that policies share are looked at.
    """
    if len(conditions) > _MOST_CONDITIONS or not all(condition.shared for condition in conditions):
        return _NONE
    return _rows(conditions)


@lru_cache(maxsize=2048)
def _rows(conditions: tuple[Condition, ...]) -> frozenset[Audience]:
    rows = _ROWS
    for condition in conditions:
        key, family = condition.key, condition.operator.family
        if key in _PARTICULAR or condition.variables:
            return _NONE
        if key in ACCOUNT_KEYS or key == "aws:principalorgid":
            if family is not Family.NULL and not spells_out(condition):
                return _NONE
            if key == "aws:principalorgid" and (family is Family.NULL or may_pass_otherwise(condition)):
                rows -= {Audience.organization}  # the members of other organizations that are named
        elif key == "aws:principalarn":
            if family not in (Family.STRING, Family.ARN, Family.NULL) or any(map(_sees_accounts, condition.tokens)):
                return _NONE
            rows -= {Audience.internal}  # the named principals of the key's own account
    return rows


def _sees_accounts(tokens: wildcards.Tokens) -> bool:
    return wildcards.ONE in tokens or tells_accounts_apart(tokens)
