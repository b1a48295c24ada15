"""The keys that a policy's key can be, as far as its resource elements and conditions tell keys apart.

Source: docs/threat-model.md, *Flags*: a policy is encrypt-only for some one key.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Optional

from ..budget import Budget, Undecided
from ..domains.domain import example
from ..evaluation.request import KeyFacts
from ..policy.actions import ENCAPSULATE, ENCAPSULATION_MASK, ENCRYPT_MASK, Mask
from ..policy.context_keys import (
    KEY_ARN,
    KEY_ORIGIN,
    KEY_SPEC,
    KEY_USAGE,
    MULTI_REGION,
    REQUESTED_REGION,
    Bound,
    context_key,
)
from ..policy.model import Policy
from ..regular.languages import ANYTHING, Pattern, cells, literal
from ..requesters.key_kinds import KINDS
from ..requesters.languages import KEY_ID
from ..requesters.population import partitions
from ..solver.theories.text import patterns

_MOST_IDS = 16


def candidate_keys(policy: Policy, key: KeyFacts, encrypts: Mask, budget: Budget) -> Iterator[KeyFacts]:
    """Keys that agree with what is known, one for each way in which the policy can see a key; the key itself, where
    its policy sees no more of it.

    encrypts: what everyone gets of the encrypt class.
    """
    matters = any(context_key(name).bound is Bound.KEY for name in policy.reads) or KEY_ARN in policy.reads
    if key.usage is not None and not matters:
        yield key
        return
    for kind in _kinds(policy, key, encrypts):
        for flag in _flags(policy, key):
            for region in _regions(policy, key, budget):
                known = kind._replace(multi_region=flag, region=region)
                yield from _ids(policy, known, budget) if KEY_ARN in policy.reads and key.key_id is None else (known,)


def _flags(policy: Policy, key: KeyFacts) -> tuple[Optional[bool], ...]:
    return (False, True) if MULTI_REGION in policy.reads and key.multi_region is None else (key.multi_region,)


def _regions(policy: Policy, key: KeyFacts, budget: Budget) -> Iterator[Optional[str]]:
    """The Regions that conditions and resource elements tell apart."""
    yield key.region
    if key.region is None:
        language = context_key(REQUESTED_REGION).forms[0]
        yield from _told_apart(policy, REQUESTED_REGION, language, "", budget)
        start = f"arn:{partitions(policy, key)[0]}:kms:"
        for rest in _told_apart(policy, KEY_ARN, language + literal(":") + ANYTHING, start, budget):
            yield rest.partition(":")[0]


def _kinds(policy: Policy, key: KeyFacts, encrypts: Mask) -> Iterator[KeyFacts]:
    """The kinds of keys for which everyone can encrypt."""
    ciphers = bool(encrypts & ENCRYPT_MASK & ~ENCAPSULATION_MASK)
    told = not policy.reads.isdisjoint((KEY_USAGE, KEY_SPEC, KEY_ORIGIN))
    if key.usage is not None:
        yield key
        return
    for kind in KINDS:
        if ("kms:Encrypt" if ciphers else ENCAPSULATE) not in kind.operations:
            continue
        usage, spec, origin = (example(domain) for domain in (kind.usage, kind.spec, kind.origin))
        yield key._replace(
            usage=usage, spec=key.spec or (spec if told else None), origin=key.origin or (origin if told else None)
        )
        if not told:
            return


def _ids(policy: Policy, key: KeyFacts, budget: Budget) -> Iterator[KeyFacts]:
    """The ids that resource elements tell apart."""
    partition = partitions(policy, key)[0]
    region, account = key.region or "us-east-1", key.account or "111122223333"
    prefix = f"arn:{partition}:kms:{region}:{account}:key/"
    for key_id in _told_apart(policy, KEY_ARN, KEY_ID, prefix, budget):
        yield key._replace(partition=partition, region=region, account=account, key_id=key_id)


def _told_apart(policy: Policy, name: str, language: Pattern, prefix: str, budget: Budget) -> Iterator[str]:
    """Texts that conditions on a key tell apart behind a prefix; none more where the budget ends."""
    tests = [condition for condition in policy.conditions if condition.key == name and not condition.has_variables]
    try:
        groups = [patterns(condition, budget) for condition in tests] if tests else []
        found = cells(language, prefix, groups, True, budget.spend) if groups else iter(())
        yield from islice(found, _MOST_IDS)
    except Undecided:
        return
