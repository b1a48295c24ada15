"""Context keys that follow from the caller's account, or from its being an AWS service, each by itself.

Source: IAM User Guide, *AWS global condition context keys*; docs/threat-model.md, *What a request carries*.
"""

from functools import lru_cache

from ..domains.domain import ABSENT, Domain, Finite, Text, fixed, free
from ..policy import context_keys as keys
from ..policy.context_keys import Bound, context_key
from ..regular.patterns import ANY, literal, not_beginning
from ..solver.groups import Group, Key
from .languages import arn_of


@lru_cache(maxsize=1024)
def of_account(key: str, account: str, other_users: tuple[str, ...], users: tuple[str, ...] = ()) -> Group:
    """The group of a key for a caller of an account.

    other_users: users of an identity store that the caller is not; users: those of which the caller is one, if there
    are any.
    """
    return Group((Key(key, _of_account(key, account, other_users, users), context_key(key).multivalued),))


def _of_account(key: str, account: str, other_users: tuple[str, ...], users: tuple[str, ...]) -> Domain:
    if key in keys.ACCOUNT_KEYS:
        return fixed(account)
    if key == keys.IS_AWS_SERVICE:
        return fixed("false")
    if key in keys.OWN_ARNS:
        return Text((arn_of(account),), preferred=(f"arn:aws:ec2:us-east-1:{account}:instance/i-1",))
    if key == keys.FEDERATED_PROVIDER:
        return Text((*not_beginning("arn:", ANY), arn_of(account)), preferred=("accounts.google.com",))
    if key == keys.STORE_USER:
        return Finite(users, optional=False) if users else _store_user(other_users)
    return ABSENT  # only a service's own request carries it


@lru_cache(maxsize=2)  # one for all requesters of a policy, who may be thousands
def _store_user(others: tuple[str, ...]) -> Text:
    return Text(context_key(keys.STORE_USER).forms, tuple(map(literal, others)), ("any",))


@lru_cache(maxsize=512)
def of_service(key: str, service: str) -> Group:
    """The group of a key for a service that calls on its own behalf: no keys of a principal, any values of the source
    keys."""
    row = context_key(key)
    if key == keys.SERVICE_NAMES:
        return Group((Key(key, Text(row.forms, optional=False), True, (service,)),))
    told = {keys.IS_AWS_SERVICE: "true", keys.SERVICE_NAME: service}
    if key in told:
        return Group((Key(key, fixed(told[key])),))
    return Group((Key(key, free(row) if row.bound is Bound.SERVICE else ABSENT, row.multivalued),))
