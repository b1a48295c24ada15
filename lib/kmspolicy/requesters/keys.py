"""The key of a request: its ARN, its kind, the algorithm and the encryption context that go with it.

Source: Service Authorization Reference, *AWS KMS*, resource type `key`; KMS Developer Guide, *Key identifiers (KeyId)*,
*Encryption context*, *Multi-Region keys*, *AWS KMS condition keys*.
"""

from functools import lru_cache
from typing import NamedTuple, Optional

from ..domains.domain import ABSENT, Text, fixed
from ..evaluation.request import KeyFacts, Texts
from ..policy import context_keys as keys
from ..policy.actions import RETIRE_GRANT
from ..policy.context_keys import Bound, context_key, keys_bound_to
from ..policy.identifiers import MULTI_REGION_ID
from ..regular.patterns import DIGIT, ID, LABEL, LETTERS, Pattern, any_of, literal, not_beginning, some
from ..solver.derived import Derivation, Derived
from ..solver.groups import Case, Group, Key, Part
from ..solver.links import Names
from ..solver.literals import ONLY_REQUEST, Scope
from .key_kinds import KeyKind, kinds_of
from .languages import ACCOUNT, KEY_ID

_ANY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
_REGIONS = {  # to try first, by partition
    "aws": ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}
_CONSTRAINTS = Text((some(LETTERS),), preferred=("EncryptionContextSubset",), optional=False)
_OF_ARN = frozenset((keys.KEY_ARN, keys.REQUESTED_REGION, keys.RESOURCE_ACCOUNT, keys.MULTI_REGION))
SHARED_KEYS = frozenset((keys.KEY_ARN, *keys_bound_to(Bound.KEY)))


class Use(NamedTuple):
    """One request for the key: the checked action, and the scope of the request's own keys."""

    action: str
    scope: Scope = ONLY_REQUEST


Uses = tuple[Use, ...]


def key_group(place: KeyFacts, strangers: Texts, uses: Uses, read: frozenset[str]) -> Group:
    """The key, and what the requests for it carry with it.

    place: what is known of it here; strangers: accounts that it is not in; read: the context keys that matter.
    """
    names = tuple(
        sorted(key[len(keys.ENCRYPTION_CONTEXT) :] for key in read if key.startswith(keys.ENCRYPTION_CONTEXT))
    )
    arn_matters = not read.isdisjoint(_OF_ARN)
    return _key_group(place, strangers, uses, names, arn_matters, keys.MULTI_REGION in read, kind_matters(read))


def kind_matters(read: frozenset[str]) -> bool:
    """Whether what kind of key it is makes a difference to conditions that read these context keys."""
    return any(context_key(name).bound in (Bound.KEY, Bound.CONTEXT) for name in read - _OF_ARN)


def actions_matter(read: frozenset[str]) -> bool:
    """Whether conditions that read these context keys can tell actions apart by the key: by what keys perform them, or
    whether their requests say what key it is."""
    return keys.MULTI_REGION in read or kind_matters(read)


@lru_cache(maxsize=256)
def _key_group(
    facts: KeyFacts, strangers: Texts, uses: Uses, names: Texts, arn_matters: bool, flag_matters: bool, by_kind: bool
) -> Group:
    kinds = [
        kind
        for kind in kinds_of(facts.usage, facts.spec, facts.origin)
        if all(kind.performs(use.action) for use in uses)
    ]
    arns = _arns(facts, strangers, flag_matters) if arn_matters else [()]
    untold = all(use.action == RETIRE_GRANT for use in uses)  # whose requests need not tell what key it is
    cases: list[Case] = []
    for kind in kinds if by_kind else kinds[:1]:
        traits, contexts = (_kind(kind), _contexts(kind, uses, names)) if by_kind else ((), [()])
        for arn in arns:
            told: list[Case] = [(*arn, *traits), *([arn[:1]] if untold else [])]
            cases += [(*case, *context) for case in dict.fromkeys(told) for context in contexts]
    return Group(*cases)


def _kind(kind: KeyKind) -> tuple[Part, ...]:
    return Key(keys.KEY_USAGE, kind.usage), Key(keys.KEY_SPEC, kind.spec), Key(keys.KEY_ORIGIN, kind.origin)


def _contexts(kind: KeyKind, uses: Uses, names: Texts) -> list[tuple[Part, ...]]:
    """What the requests carry with the key: of each its algorithm, and an encryption context or none."""
    found: list[tuple[Part, ...]] = [()]
    for use in uses:
        algorithm = _algorithm(kind, use)
        ways = [(algorithm, *context) for context in _encryption_contexts(kind, use, names)]
        found = [(*before, *way) for before in found for way in ways]
    return found


def _algorithm(kind: KeyKind, use: Use) -> Part:
    domain = kind.algorithms if context_key(keys.ENCRYPTION_ALGORITHM).carried_by(use.action) else ABSENT
    return Key(use.scope.key(keys.ENCRYPTION_ALGORITHM), domain)


def _encryption_contexts(kind: KeyKind, use: Use, names: Texts) -> list[tuple[Part, ...]]:
    """No encryption context, or one with a pair at least; a grant that is created carries it as its constraint."""
    scope = use.scope
    constraint = Key(scope.key(keys.GRANT_CONSTRAINT), _CONSTRAINTS)
    listed = Names(scope.key(keys.ENCRYPTION_CONTEXT), scope.key(keys.ENCRYPTION_CONTEXT_KEYS), names)
    if not kind.context or not context_key(keys.ENCRYPTION_CONTEXT_KEYS).carried_by(use.action):
        return [()]
    if use.action == RETIRE_GRANT:
        return [(), (listed,), (constraint,), (listed, constraint)]
    if context_key(keys.GRANT_CONSTRAINT).carried_by(use.action):
        return [(), (listed, constraint)]
    return [(), (listed,)]


# --- the ARN ------------------------------------------------------------------------------------------------


def _arns(facts: KeyFacts, strangers: Texts, flag_matters: bool) -> list[Case]:
    """The ARN that the key may have, with what else tells parts of it; by whether it is a multi-Region key."""
    cases: list[Case] = []
    known = facts.multi_region
    if facts.key_id:
        known = facts.key_id.startswith(MULTI_REGION_ID)
    for multi_region in (False, True) if flag_matters and known is None else (known,):
        ids = ids_of_keys(facts.key_id, multi_region)
        arn = _arn(facts, strangers, ids, MULTI_REGION_ID if multi_region and not facts.key_id else "")
        flag = () if multi_region is None else (Key(keys.MULTI_REGION, fixed(str(multi_region).lower())),)
        cases.append((arn, *flag))
    return cases


def ids_of_keys(key_id: Optional[str], multi_region: Optional[bool]) -> tuple[Pattern, ...]:
    """The languages of the ids that a key may have. Source: KMS Developer Guide, *Multi-Region keys* (mrk-)."""
    if key_id:
        return (literal(key_id),)
    if multi_region is None:
        return (KEY_ID,)
    return (literal(MULTI_REGION_ID) + any_of(ID),) if multi_region else not_beginning(MULTI_REGION_ID, ID)[1:]


def _arn(facts: KeyFacts, strangers: Texts, ids: tuple[Pattern, ...], begins: str) -> Part:
    region = literal(facts.region) if facts.region else some(LABEL)
    account = literal(facts.account) if facts.account else ACCOUNT
    start, colon = literal(f"arn:{facts.partition}:kms:"), literal(":")
    ends = [literal(":key/") + key_id for key_id in ids]
    not_theirs = tuple([start + some(LABEL) + literal(f":{other}:key/") + some(ID) for other in strangers])
    regions = (facts.region,) if facts.region else _REGIONS.get(facts.partition or "", _REGIONS["aws"])
    rest = f"{facts.account or '111122223333'}:key/{facts.key_id or begins + _ANY_ID}"
    natural = tuple([f"arn:{facts.partition}:kms:{name}:{rest}" for name in regions])
    around_region = tuple([(start, colon + account + end) for end in ends])
    around_account = tuple([(start + region + colon, end) for end in ends])
    languages = tuple([before + region + after for before, after in around_region])
    of_region = Derivation(Text((region,), optional=False), around_region, LABEL, lambda arn: arn.split(":")[3])
    of_account = Derivation(Text((account,), optional=False), around_account, DIGIT, lambda arn: arn.split(":")[4])
    derived = {keys.REQUESTED_REGION: of_region, keys.RESOURCE_ACCOUNT: of_account}
    return Derived(keys.KEY_ARN, Text(languages, not_theirs, natural, False), derived)
