"""The KMS actions: their classes, which of them other accounts can use, and sets of them as bit masks.

Source: Service Authorization Reference, *Actions, resources, and condition keys for AWS KMS*; KMS Developer Guide,
*AWS KMS permissions* and *Allowing users in other accounts to use a KMS key*.
"""

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_

from ..caching import cached_for_short, cached_where
from .wildcards import Glob, tokens_of


def full_names(names: str) -> tuple[str, ...]:
    """The full names of actions, in a text of their names without the service."""
    return tuple([f"kms:{name}" for name in names.split()])


CREATE_GRANT, RETIRE_GRANT = "kms:CreateGrant", "kms:RetireGrant"

# Cryptographic operations, by the kind of key that performs them (requesters/key_kinds.py).
ENCAPSULATE, DECAPSULATE = "kms:Encapsulate", "kms:Decapsulate"
KEY_PAIRS = full_names("GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext")
DATA_KEYS = (*full_names("GenerateDataKey GenerateDataKeyWithoutPlaintext"), *KEY_PAIRS)
TO_ENCRYPT = (*full_names("Encrypt ReEncryptTo"), *DATA_KEYS)
TO_DECRYPT = full_names("Decrypt ReEncryptFrom")
SIGNATURES = full_names("Sign Verify")
MACS = full_names("GenerateMac VerifyMac")
KEY_AGREEMENT = full_names("DeriveSharedSecret")
PUBLIC_KEY = full_names("GetPublicKey")

ENCRYPT_OPERATIONS = (*TO_ENCRYPT, ENCAPSULATE)
DECRYPT_OPERATIONS = (*TO_DECRYPT, DECAPSULATE)

# CreateGrant as a way to an operation: the call counts only where its kms:GrantOperations hold one of these.
# Source: KMS Developer Guide, *Grants in AWS KMS*.
_GRANTS_TO_ENCRYPT = {
    "kms:CreateGrant (to encrypt)": TO_ENCRYPT,
    "kms:CreateGrant (to encapsulate)": (ENCAPSULATE,),
}
_GRANTS_TO_DECRYPT = {
    "kms:CreateGrant (to decrypt)": TO_DECRYPT,
    "kms:CreateGrant (to decapsulate)": (DECAPSULATE,),
}
GRANTS_FOR: dict[str, tuple[str, ...]] = {**_GRANTS_TO_ENCRYPT, **_GRANTS_TO_DECRYPT}

ENCRYPT = (*ENCRYPT_OPERATIONS, *_GRANTS_TO_ENCRYPT)
DECRYPT = (*DECRYPT_OPERATIONS, *_GRANTS_TO_DECRYPT)
GRANT = (CREATE_GRANT,)
SIGN = (*SIGNATURES, *MACS, *KEY_AGREEMENT, *PUBLIC_KEY)
ADMIN = full_names(
    "PutKeyPolicy ScheduleKeyDeletion CancelKeyDeletion DisableKey EnableKey ImportKeyMaterial"
    " DeleteImportedKeyMaterial CreateAlias UpdateAlias DeleteAlias RevokeGrant RetireGrant"
)
_OTHER_ON_A_KEY = full_names(
    "DescribeKey DisableKeyRotation EnableKeyRotation GetKeyLastUsage GetKeyPolicy GetKeyRotationStatus"
    " GetParametersForImport ListGrants ListKeyPolicies ListKeyRotations ListResourceTags ReplicateKey"
    " RotateKeyOnDemand SynchronizeMultiRegionKey TagResource UntagResource UpdateKeyDescription UpdatePrimaryRegion"
)
# No key is their resource, so that no key policy can give them.
_WITHOUT_KEY = full_names(
    "ConnectCustomKeyStore CreateCustomKeyStore CreateKey DeleteCustomKeyStore DescribeCustomKeyStores"
    " DisconnectCustomKeyStore GenerateRandom ListAliases ListKeys ListRetirableGrants UpdateCustomKeyStore"
)

# What a grant can be for. Source: KMS API Reference, *CreateGrant* (Operations).
GRANTABLE = frozenset((*ENCRYPT_OPERATIONS, *DECRYPT_OPERATIONS, *SIGN, CREATE_GRANT, RETIRE_GRANT, "kms:DescribeKey"))

CRYPTOGRAPHIC = (*ENCRYPT_OPERATIONS, *DECRYPT_OPERATIONS, *SIGN)
ON_A_KEY = (*ENCRYPT_OPERATIONS, *DECRYPT_OPERATIONS, *GRANT, *SIGN, *ADMIN, *_OTHER_ON_A_KEY)
ACTIONS = (*ON_A_KEY, *_WITHOUT_KEY)
CLASSES = {"encrypt": ENCRYPT, "decrypt": DECRYPT, "grant": GRANT, "sign": SIGN, "admin": ADMIN, "all": ON_A_KEY}
_ALSO_CROSS_ACCOUNT = full_names("DescribeKey GetKeyRotationStatus ListGrants RetireGrant RevokeGrant")
_CROSS_ACCOUNT = (*ENCRYPT, *DECRYPT, *GRANT, *SIGN, *_ALSO_CROSS_ACCOUNT)

# --- sets of actions as bit masks ----------------------------------------------------------------------------------

_TABLE = (*ACTIONS, *GRANTS_FOR)
_BIT = {action: 1 << place for place, action in enumerate(_TABLE)}
EVERY_ACTION = -1  # those too that AWS adds later
Mask = int


@lru_cache(maxsize=512)
def mask_of(actions: tuple[str, ...], extra: tuple[str, ...] = ()) -> Mask:
    """The set of these actions. extra: names that the table does not know, which have the bits after the table's."""
    mask = 0
    for action in actions:
        mask |= _BIT.get(action) or 1 << len(_TABLE) + extra.index(action)
    return mask


@lru_cache(maxsize=512)
def unknown(actions: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the actions that the table does not know."""
    return tuple(dict.fromkeys(action for action in actions if action not in _BIT))


@lru_cache(maxsize=512)
def names_of(mask: Mask, extra: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The actions of a set, in the table's order; grants for a class of operations under their own names."""
    return tuple([action for place, action in enumerate((*_TABLE, *extra)) if mask >> place & 1])


def shown(names: Iterable[str]) -> tuple[str, ...]:
    """Names as AWS has them, each once: a grant for a class of operations is a CreateGrant."""
    return tuple(dict.fromkeys(CREATE_GRANT if name in GRANTS_FOR else name for name in names))


ENCRYPT_MASK, DECRYPT_MASK = mask_of(ENCRYPT), mask_of(DECRYPT)
# What works on ML-KEM keys only, directly or by a grant.
ENCAPSULATION_MASK = mask_of(
    tuple([name for name in _TABLE if {ENCAPSULATE, DECAPSULATE}.issuperset(GRANTS_FOR.get(name, (name,)))])
)
GRANTS_MASK = mask_of(tuple(GRANTS_FOR))
CROSS_ACCOUNT_MASK = mask_of(_CROSS_ACCOUNT) | ~mask_of(ACTIONS)


@cached_where(lambda patterns: len("".join(patterns)) <= 512)  # statements of many policies list the same actions
def covered(patterns: tuple[str, ...], extra: tuple[str, ...] = ()) -> Mask:
    """The KMS actions that Action patterns cover: `*` and `?` are wildcards, case does not count.

    Source: IAM User Guide, *IAM JSON policy elements: Action*.
    """
    return reduce(or_, [_covered(pattern, extra) for pattern in patterns], 0)


@cached_for_short(128)
def _covered(pattern: str, extra: tuple[str, ...]) -> Mask:
    if pattern in ("*", "kms:*"):
        return EVERY_ACTION
    matcher = Glob(tokens_of(pattern.lower(), True, False))
    mask = mask_of(tuple([action for action in (*ACTIONS, *extra) if matcher.matches(action.lower())]), extra)
    return mask | GRANTS_MASK if mask & _BIT[CREATE_GRANT] else mask


_ALLOWED = f'{", ".join(CLASSES)}, or a comma-separated list of KMS actions such as "Encrypt,GenerateDataKey*"'
_LONGEST_SHOWN = 60


def resolve_actions(text: str) -> tuple[str, ...]:
    """Full names of the actions that the option `actions` asks for.

    text: a class (`encrypt`, `decrypt`, `grant`, `sign`, `admin`, `all`) or a comma-separated list of KMS actions,
    wildcards allowed, `kms:` optional; a name that the table does not know is taken as written. The name of a class
    that no action has may be in capitals. Raises ValueError with one line that says what is wrong and what is allowed.
    """
    choice = text.strip()
    if choice in CLASSES:
        return CLASSES[choice]
    if choice.lower() in CLASSES and not covered(("kms:" + choice,)):
        return CLASSES[choice.lower()]
    known, new = 0, []
    for item in text.split(","):
        pattern = item.strip()
        if pattern.lower() in CLASSES and not covered(("kms:" + pattern,)):
            raise ValueError(f'actions: "{pattern}" is a class and cannot stand in a list; allowed are {_ALLOWED}')
        pattern = pattern if ":" in pattern else "kms:" + pattern
        found = covered((pattern,)) & ~GRANTS_MASK
        if not found and _is_name(pattern):
            new.append("kms:" + pattern[len("kms:") :])
        elif not found:
            raise ValueError(f'actions: "{_one_line(item.strip())}" covers no KMS action; allowed are {_ALLOWED}')
        known |= found
    return (*names_of(known), *dict.fromkeys(new))


def _is_name(pattern: str) -> bool:
    """Whether a pattern is written as KMS writes its actions, known or not. Source: KMS API Reference, *Actions*."""
    service, _, name = pattern.partition(":")
    return service.lower() == "kms" and name.isascii() and name.isalnum() and name[0].isupper()


def _one_line(text: str) -> str:
    folded = "".join(char if char.isprintable() else "?" for char in text)
    return folded if len(folded) <= _LONGEST_SHOWN else folded[:_LONGEST_SHOWN] + "…"
