"""The KMS actions, their classes, and which of them another account can ever use.

Source: Service Authorization Reference, *Actions, resources, and condition keys for AWS KMS*;
KMS Developer Guide, *Allowing users in other accounts to use a KMS key*.
"""

from collections.abc import Iterator
from functools import lru_cache

from ..caching import cached_for_short
from .wildcards import Glob, tokens_of

ENCRYPT = (
    "kms:Encrypt",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
)
DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
GRANT = ("kms:CreateGrant",)
ADMIN = (
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:ImportKeyMaterial",
    "kms:DeleteImportedKeyMaterial",
    "kms:CreateAlias",
    "kms:UpdateAlias",
    "kms:DeleteAlias",
    "kms:RevokeGrant",
    "kms:RetireGrant",
)
OTHER = (
    "kms:ConnectCustomKeyStore",
    "kms:CreateCustomKeyStore",
    "kms:CreateKey",
    "kms:DeleteCustomKeyStore",
    "kms:DeriveSharedSecret",
    "kms:DescribeCustomKeyStores",
    "kms:DescribeKey",
    "kms:DisableKeyRotation",
    "kms:DisconnectCustomKeyStore",
    "kms:EnableKeyRotation",
    "kms:GenerateMac",
    "kms:GenerateRandom",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:GetParametersForImport",
    "kms:GetPublicKey",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListKeys",
    "kms:ListResourceTags",
    "kms:ListRetirableGrants",
    "kms:ReplicateKey",
    "kms:RotateKeyOnDemand",
    "kms:Sign",
    "kms:SynchronizeMultiRegionKey",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateCustomKeyStore",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
    "kms:Verify",
    "kms:VerifyMac",
)

CLASSES: dict[str, tuple[str, ...]] = {"encrypt": ENCRYPT, "decrypt": DECRYPT, "grant": GRANT, "admin": ADMIN}
ACTIONS: tuple[str, ...] = ENCRYPT + DECRYPT + GRANT + ADMIN + OTHER
ALL = ENCRYPT + DECRYPT + GRANT + ADMIN

CROSS_ACCOUNT = frozenset(
    ENCRYPT
    + DECRYPT
    + GRANT
    + (
        "kms:DescribeKey",
        "kms:DeriveSharedSecret",
        "kms:GenerateMac",
        "kms:GetKeyRotationStatus",
        "kms:GetPublicKey",
        "kms:ListGrants",
        "kms:RetireGrant",
        "kms:RevokeGrant",
        "kms:Sign",
        "kms:Verify",
        "kms:VerifyMac",
    )
)

_BIT = {action: 1 << i for i, action in enumerate(ACTIONS)}
EVERY_ACTION = (1 << len(ACTIONS)) - 1


@lru_cache(maxsize=512)
def mask_of(actions: tuple[str, ...]) -> int:
    """The set of these actions (full names of the table) as a bit mask."""
    mask = 0
    for action in actions:
        mask |= _BIT[action]
    return mask


def bits(mask: int) -> Iterator[int]:
    """The single bits of a bit mask, in the table's order."""
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


@lru_cache(maxsize=512)
def names_of(mask: int) -> tuple[str, ...]:
    """The actions of a bit mask, in the table's order."""
    return tuple(action for action, bit in _BIT.items() if mask & bit)


CROSS_ACCOUNT_MASK = mask_of(CROSS_ACCOUNT)
ENCRYPT_MASK = mask_of(ENCRYPT)
DECRYPT_MASK = mask_of(DECRYPT)


@cached_for_short(128)
def covered(pattern: str) -> int:
    """The KMS actions that an Action pattern covers, as a bit mask: `*` and `?` are wildcards, case does not count.

    Source: IAM User Guide, *IAM JSON policy elements: Action*.
    """
    if pattern in ("*", "kms:*"):
        return EVERY_ACTION
    folded = pattern.lower()
    if "*" not in folded and "?" not in folded:
        return next((bit for action, bit in _BIT.items() if action.lower() == folded), 0)
    matcher = Glob(tokens_of(folded, True, False))
    return mask_of(tuple(action for action in ACTIONS if matcher.matches(action.lower())))


# Patterns that nearly every key policy is made of, answered without a call.
_VERBS = (
    *("Cancel", "Create", "Decrypt", "Delete", "Describe", "Disable", "Enable", "Encrypt", "GenerateDataKey", "Get"),
    *("Import", "List", "Put", "ReEncrypt", "Replicate", "Revoke", "Rotate", "Schedule", "Tag", "Untag", "Update"),
)
COMMON: dict[str, int] = {
    pattern: covered(pattern) for pattern in (*ACTIONS, "*", "kms:*", *(f"kms:{verb}*" for verb in _VERBS))
}


_LONGEST_SHOWN = 60


def resolve_actions(text: str) -> tuple[str, ...]:
    """Full names of the actions that the option `actions` asks for.

    text: a class (`encrypt`, `decrypt`, `grant`, `admin`, `all`) or a comma-separated list of KMS actions, wildcards
    allowed, `kms:` optional. Raises ValueError with one line that says what is wrong and what is allowed.
    """
    choice = text.strip().lower()
    if choice == "all":
        return ALL
    if choice in CLASSES:
        return CLASSES[choice]
    mask = 0
    for item in text.split(","):
        pattern = item.strip()
        found = covered(pattern if ":" in pattern else "kms:" + pattern) if pattern else 0
        if not found:
            shown = " ".join(pattern.split())
            shown = shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…"
            raise ValueError(
                f'actions: "{shown}" covers no KMS action; allowed are encrypt, decrypt, grant, admin, all, '
                'or a comma-separated list of KMS actions such as "Encrypt,GenerateDataKey*"'
            )
        mask |= found
    return names_of(mask)
