"""The keys that a policy's key can be, as far as its resource elements and conditions tell keys apart.

Source: docs/threat-model.md, *What the flags and severities mean*: a policy is encrypt-only for some one key.
"""

from collections.abc import Iterator
from itertools import chain, product, repeat
from typing import Optional

from ..budget import Budget, Undecided
from ..domains.domain import Domain, Finite, example
from ..evaluation.request import KeyFacts
from ..policy import actions as kms
from ..policy import context_keys as keys
from ..policy.context_keys import Bound, context_key
from ..policy.model import Policy
from ..regular.languages import cells
from ..regular.patterns import Pattern, literal
from ..requesters.key_kinds import KeyKind, kinds_of
from ..requesters.keys import ids_of_keys, kind_matters
from ..requesters.languages import ACCOUNT
from ..requesters.population import partitions
from ..solver.theories.text import patterns


def candidate_keys(policy: Policy, key: KeyFacts, operation: str, budget: Budget) -> Iterator[KeyFacts]:
    """Keys that agree with what is known, one for each way in which the policy can see a key; the key itself, where
    its policy sees no more of it.

    operation: of the encrypt class, that everyone gets.
    """
    matters = any(context_key(name).bound in (Bound.KEY, Bound.CONTEXT) for name in policy.reads)
    if key.kind_is_told and not matters and keys.KEY_ARN not in policy.reads:
        yield key
        return
    by_flag = keys.MULTI_REGION in policy.reads and key.multi_region is None
    for partition in partitions(policy, key):
        place = key._replace(partition=partition)
        for kind in _kinds(policy, place, operation, budget):
            for flag in (False, True) if by_flag else (key.multi_region,):
                for region, account in _places(policy, place, budget):
                    known = kind._replace(multi_region=flag, region=region, account=account)
                    by_id = keys.KEY_ARN in policy.reads and key.key_id is None
                    yield from _ids(policy, known, budget) if by_id else (known,)


def _places(policy: Policy, key: KeyFacts, budget: Budget) -> Iterator[tuple[Optional[str], Optional[str]]]:
    """The Regions and accounts that conditions and resource elements tell apart."""
    for region in _regions(policy, key, budget):
        yield region, key.account
        if key.account is None:
            start = f"arn:{key.partition}:kms:{region or 'us-east-1'}:"
            told = _told_apart(policy, keys.RESOURCE_ACCOUNT, ACCOUNT, budget)
            within = _told_apart(policy, keys.KEY_ARN, ACCOUNT, budget, start, ":")
            yield from zip(repeat(region), chain(told, within))


def _regions(policy: Policy, key: KeyFacts, budget: Budget) -> Iterator[Optional[str]]:
    """The Regions that conditions and resource elements tell apart."""
    yield key.region
    if key.region is None:
        language = context_key(keys.REQUESTED_REGION).forms[0]
        yield from _told_apart(policy, keys.REQUESTED_REGION, language, budget)
        yield from _told_apart(policy, keys.KEY_ARN, language, budget, f"arn:{key.partition}:kms:", ":")


def _kinds(policy: Policy, key: KeyFacts, operation: str, budget: Budget) -> Iterator[KeyFacts]:
    """The kinds of keys that have the operation, apart from one another where the policy can tell them."""
    told = kind_matters(policy.reads)
    if key.kind_is_told and not told:
        yield key
        return
    seen: set[object] = set()
    for kind in kinds_of(key.usage, key.spec, key.origin):
        look = _look(kind, policy.reads) if told else None
        if operation not in kind.operations or look in seen:
            continue
        seen.add(look)
        usages = _values(policy, keys.KEY_USAGE, kind.usage, budget)
        specs = _values(policy, keys.KEY_SPEC, kind.spec, budget)
        origins = _values(policy, keys.KEY_ORIGIN, kind.origin, budget)
        for usage, spec, origin in product(usages, specs, origins):
            yield key._replace(usage=usage, spec=spec, origin=origin)


def _look(kind: KeyKind, read: frozenset[str]) -> object:
    """All that conditions which read these context keys can see of a kind, and who can encrypt or decrypt with it."""
    told = (
        (keys.KEY_USAGE, kind.usage),
        (keys.KEY_SPEC, kind.spec),
        (keys.KEY_ORIGIN, kind.origin),
        (keys.ENCRYPTION_ALGORITHM, kind.algorithms),
    )
    return kind.operations & _CIPHERS, kind.context, tuple([domain for name, domain in told if name in read])


_CIPHERS = frozenset((*kms.ENCRYPT_OPERATIONS, *kms.DECRYPT_OPERATIONS))


def _values(policy: Policy, name: str, domain: Domain, budget: Budget) -> tuple[Optional[str], ...]:
    """Values of a key that the policy tells apart, one that reads naturally first."""
    if name not in policy.reads:
        return (example(domain),)
    if isinstance(domain, Finite):
        return domain.values
    found = _told_apart(policy, name, context_key(name).forms[0], budget)
    return tuple(dict.fromkeys((example(domain), *filter(domain.holds, found))))


def _ids(policy: Policy, key: KeyFacts, budget: Budget) -> Iterator[KeyFacts]:
    """The ids that resource elements tell apart."""
    region, account = key.region or "us-east-1", key.account or "111122223333"
    prefix = f"arn:{key.partition}:kms:{region}:{account}:key/"
    for language in ids_of_keys(None, key.multi_region):
        for key_id in _told_apart(policy, keys.KEY_ARN, language, budget, prefix):
            yield key._replace(region=region, account=account, key_id=key_id)


def _told_apart(
    policy: Policy, name: str, language: Pattern, budget: Budget, before: str = "", after: str = ""
) -> Iterator[str]:
    """Texts of a language that conditions on a key distinguish; no more of them once the budget ends. before, after:
    what stands around the text in what the key holds; more may follow after the latter."""
    asked = [each for each in policy.conditions if each.key == name]
    # A variable may be any text: what stands beside it is told apart by itself, too.
    tests = dict.fromkeys(test for each in asked for test in (each.opened(), each.without_variables()))
    try:
        groups = [(before, patterns(condition, budget)) for condition in tests]
        if groups:
            found = cells(language + literal(after), groups, not after, budget.spend)
            yield from (text[: len(text) - len(after)] for text in found)
    except Undecided:
        return
