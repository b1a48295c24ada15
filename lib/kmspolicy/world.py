"""What requesters are drawn from: the ids that a policy names, the key, and fresh ids for those it does not name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Callable

from . import patterns
from .evaluate import PARTITIONS, KeyFacts
from .names import Names
from .policy import Policy
from .principals import account_of

Ids = Callable[[], Iterator[str]]  # of accounts or organizations that an outsider may have


@dataclass(frozen=True)
class World:
    """What requesters are drawn from: the policy's names, the key, and fresh ids for those the policy does not name."""

    names: Names
    key: KeyFacts
    own_account: str
    outsider: str
    own_organization: str
    foreign_organization: str
    arns: Mapping[str, tuple[str, ...]]  # principals that the policy names, by account
    sessions: Mapping[str, tuple[str, ...]]
    unique_ids: tuple[str, ...]
    services: tuple[str, ...]
    other_services: tuple[str, ...]  # that it does not name, as far as its conditions can tell them apart
    partitions: tuple[str, ...]  # of the key, as far as its conditions can tell them apart


_ACCOUNTS = ("444455556666", "777788889999", "999999999999")


def world_of(policy: Policy, names: Names, key: KeyFacts) -> World:
    """Collects the named principals of a policy and picks fresh ids."""
    taken = {*names.accounts, key.account}
    fresh = (account for account in chain(_ACCOUNTS, map(str, count(900000000000))) if account not in taken)
    own_organization, foreign = (
        next(o for o in chain((stem,), (f"{stem}{n}" for n in count())) if o not in names.organizations)
        for stem in ("o-keysowner0", "o-outsider00")
    )
    arns: dict[str, list[str]] = {}
    sessions: dict[str, list[str]] = {}
    unique_ids: dict[str, None] = {}
    services: dict[str, None] = {}
    for statement in policy.statements:
        principals = statement.principals
        for arn in sorted(principals.arns):
            arns.setdefault(account_of(arn), []).append(arn)
        for session in sorted(principals.sessions):
            sessions.setdefault(account_of(session), []).append(session)
        unique_ids.update(dict.fromkeys(sorted(principals.unique_ids)))
        services.update(dict.fromkeys(sorted(principals.services)))
    outsider, own = next(fresh), next(fresh)
    return World(
        names,
        key,
        key.account or own,
        outsider,
        own_organization,
        foreign,
        {account: tuple(dict.fromkeys(found)) for account, found in arns.items()},
        {account: tuple(dict.fromkeys(found)) for account, found in sessions.items()},
        tuple(unique_ids),
        tuple(services),
        tuple(name for name in dict.fromkeys(_services_in_conditions(policy)) if name not in services),
        (key.partition,) if key.partition else _partitions(policy),
    )


# A text that tells partitions apart by whole names at most.
_WHOLE_PARTITION = re.compile(r"arn:([a-z-]*|\*):|[^a]*\Z")


def _partitions(policy: Policy) -> tuple[str, ...]:
    """aws, those that conditions name, and one that they do not; all, where a pattern could match part of a name."""
    named = {"aws"}
    for condition in (condition for statement in policy.statements for condition in statement.conditions):
        if "arn" not in condition.key and condition.key != "aws:federatedprovider":
            continue
        for text in condition.values:
            whole = _WHOLE_PARTITION.match(text)
            if whole is None:
                return PARTITIONS
            named.add(whole.group(1) or "aws")
    others = [name for name in PARTITIONS if name not in named]
    return (*(name for name in PARTITIONS if name in named), *others[:1])


_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com\Z")
_SERVICE_KEYS = ("aws:principalservicename", "aws:principalservicenameslist")


def _services_in_conditions(policy: Policy) -> Iterator[str]:
    """Service names that conditions spell out or that one of their patterns matches, then any."""
    for statement in policy.statements:
        for condition in statement.conditions:
            if condition.key in _SERVICE_KEYS and condition.operator.takes_variables:
                for tokens in condition.tokens:
                    name = patterns.filled(tokens, "s3")
                    if _SERVICE.match(name):
                        yield name
    yield from ("s3.amazonaws.com", "logs.amazonaws.com", "x.amazonaws.com")
