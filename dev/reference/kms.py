"""What KMS can do: the actions of each class, the keys that their requests carry, what each kind of key is for.
From the KMS Developer Guide, *AWS KMS permissions*, *Key type reference*; the Service Authorization Reference,
*Actions, resources, and condition keys for AWS Key Management Service* (October 2026); the KMS API Reference.
"""

from __future__ import annotations

from functools import cache, lru_cache

DATA_KEYS = ("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")
KEY_PAIRS = ("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext")
CREATE_GRANT = "kms:CreateGrant"
ENCRYPT = ("kms:Encrypt", "kms:ReEncryptTo", *DATA_KEYS, *KEY_PAIRS, "kms:Encapsulate")
DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom", "kms:Decapsulate")
ENCAPSULATION = ("kms:Encapsulate", "kms:Decapsulate")
SIGN = ("kms:Sign", "kms:Verify", "kms:GenerateMac", "kms:VerifyMac", "kms:DeriveSharedSecret", "kms:GetPublicKey")
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
REST = (
    "kms:DescribeKey",
    "kms:DisableKeyRotation",
    "kms:EnableKeyRotation",
    "kms:GetKeyLastUsage",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:GetParametersForImport",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:ReplicateKey",
    "kms:RotateKeyOnDemand",
    "kms:SynchronizeMultiRegionKey",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
)
CLASSES = {
    "encrypt": (*ENCRYPT, CREATE_GRANT),
    "decrypt": (*DECRYPT, CREATE_GRANT),
    "grant": (CREATE_GRANT,),
    "sign": SIGN,
    "admin": ADMIN,
    "all": (*ENCRYPT, *DECRYPT, CREATE_GRANT, *SIGN, *ADMIN, *REST),
}
# *Allowing users in other accounts to use a KMS key*; the API Reference's "Cross-account use"
_OWN_ACCOUNT = frozenset(ADMIN + REST) - {
    "kms:RevokeGrant",
    "kms:RetireGrant",
    "kms:DescribeKey",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
}
_ELSEWHERE = ("kms:CreateKey", "kms:ListKeys", "kms:ListAliases", "kms:GenerateRandom", "kms:ListRetirableGrants")
_STORES = ("Connect{}", "Create{}", "Delete{}", "Describe{}s", "Disconnect{}", "Update{}")  # custom key stores
NOT_ON_A_KEY = frozenset(_ELSEWHERE) | {f"kms:{name.format('CustomKeyStore')}" for name in _STORES}


def crosses_accounts(action: str) -> bool:
    """Whether another account can use the action; one that nobody knows yet can."""
    return action not in _OWN_ACCOUNT | NOT_ON_A_KEY


_CIPHER = (*ENCRYPT[:-1], *DECRYPT[:-1])
_ALIAS = (*ENCRYPT, *DECRYPT, *SIGN, "kms:DescribeKey")
_TAGS = ("kms:TagResource", "kms:UntagResource", "kms:CreateKey")
_ATTESTED = (
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateRandom",
)
_CARRIED: dict[str, tuple[str, ...]] = {
    "kms:bypasspolicylockoutsafetycheck": ("kms:CreateKey", "kms:PutKeyPolicy"),
    "kms:datakeypairspec": KEY_PAIRS,
    "kms:encapsulationalgorithm": ENCAPSULATION,
    "kms:encryptionalgorithm": _CIPHER,
    "kms:encryptioncontext:": (*_CIPHER, CREATE_GRANT, "kms:RetireGrant"),
    "kms:encryptioncontextkeys": (*_CIPHER, CREATE_GRANT, "kms:RetireGrant"),
    "kms:expirationmodel": ("kms:ImportKeyMaterial",),
    "kms:grantconstraintsourcearn": (CREATE_GRANT,),
    "kms:grantconstrainttype": (CREATE_GRANT, "kms:RetireGrant"),
    "kms:grantisforawsresource": (CREATE_GRANT, "kms:ListGrants", "kms:RevokeGrant"),
    "kms:grantoperations": (CREATE_GRANT,),
    "kms:granteeprincipal": (CREATE_GRANT,),
    "kms:granteeserviceprincipal": (CREATE_GRANT,),
    "kms:keyagreementalgorithm": ("kms:DeriveSharedSecret",),
    "kms:macalgorithm": ("kms:GenerateMac", "kms:VerifyMac"),
    "kms:messagetype": ("kms:Sign", "kms:Verify"),
    "kms:primaryregion": ("kms:UpdatePrimaryRegion",),
    "kms:recipientattestation:": _ATTESTED,
    "kms:reencryptonsamekey": ("kms:ReEncryptTo", "kms:ReEncryptFrom"),
    "kms:replicaregion": ("kms:ReplicateKey",),
    "kms:retiringprincipal": (CREATE_GRANT,),
    "kms:retiringserviceprincipal": (CREATE_GRANT,),
    "kms:rotationperiodindays": ("kms:EnableKeyRotation",),
    "kms:schedulekeydeletionpendingwindowindays": ("kms:ScheduleKeyDeletion",),
    "kms:signingalgorithm": ("kms:Sign", "kms:Verify"),
    "kms:trailingdayswithoutkeyusage": ("kms:DisableKey", "kms:ScheduleKeyDeletion"),
    "kms:validto": ("kms:ImportKeyMaterial",),
    "kms:wrappingalgorithm": ("kms:GetParametersForImport",),
    "kms:wrappingkeyspec": ("kms:GetParametersForImport",),
    "aws:requesttag/": _TAGS,
    "aws:tagkeys": _TAGS,
}
# *Condition keys*: older names of keys
_OLDER_NAMES = {"kms:customermasterkeyspec": "kms:keyspec", "kms:customermasterkeyusage": "kms:keyusage"}
# API Reference: the keys of parameters that the operation requires
REQUIRED = (
    "kms:datakeypairspec",
    "kms:encapsulationalgorithm",
    "kms:keyagreementalgorithm",
    "kms:macalgorithm",
    "kms:primaryregion",
    "kms:replicaregion",
    "kms:signingalgorithm",
    "kms:wrappingalgorithm",
    "kms:wrappingkeyspec",
)


def key_of(name: str) -> str:
    """The key that a policy's name stands for, in lower case."""
    return _OLDER_NAMES.get(name.lower(), name.lower())


@cache
def carries(action: str, key: str) -> bool:
    """Whether a request for the action can carry a key. A key that no list knows is free; an action that no list knows
    carries the keys of every operation on a key, and kms:RequestAlias.
    """
    if key == "kms:requestalias":
        return action in _ALIAS or action not in NOT_ON_A_KEY | set(CLASSES["all"])
    for name, actions in _CARRIED.items():
        if key == name or (name.endswith((":", "/")) and key.startswith(name)):
            return action in actions
    return True


# *Key type reference*: the usages of each spec, and what each usage is for; a name that is not here can do anything
_CURVES = ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521")
SPECS = {
    "SYMMETRIC_DEFAULT": ("ENCRYPT_DECRYPT",),
    **dict.fromkeys(("RSA_2048", "RSA_3072", "RSA_4096"), ("ENCRYPT_DECRYPT", "SIGN_VERIFY")),
    "SM2": ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"),
    **dict.fromkeys(_CURVES, ("SIGN_VERIFY", "KEY_AGREEMENT")),
    **dict.fromkeys(("ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"), ("SIGN_VERIFY",)),
    **dict.fromkeys(("ML_DSA_44", "ML_DSA_65", "ML_DSA_87"), ("SIGN_VERIFY",)),
    **dict.fromkeys(("HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"), ("GENERATE_VERIFY_MAC",)),
    **dict.fromkeys(("ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"), ("ENCAPSULATE_DECAPSULATE",)),
}
USAGES: dict[str, tuple[str, ...]] = {
    "ENCRYPT_DECRYPT": _CIPHER,
    "SIGN_VERIFY": ("kms:Sign", "kms:Verify"),
    "GENERATE_VERIFY_MAC": ("kms:GenerateMac", "kms:VerifyMac"),
    "KEY_AGREEMENT": ("kms:DeriveSharedSecret",),
    "ENCAPSULATE_DECAPSULATE": ENCAPSULATION,
}
_BY_USAGE = frozenset(action for actions in USAGES.values() for action in actions)
CUSTOM_STORES = ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
ORIGINS = ("AWS_KMS", "EXTERNAL", *CUSTOM_STORES)
ALGORITHMS = {
    "SYMMETRIC_DEFAULT": ("SYMMETRIC_DEFAULT",),
    **dict.fromkeys(("RSA_2048", "RSA_3072", "RSA_4096"), ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")),
    "SM2": ("SM2PKE",),
}
_ASYMMETRIC_ALGORITHMS = frozenset((*ALGORITHMS["RSA_2048"], *ALGORITHMS["SM2"]))


def exists(usage: str, spec: str, origin: str) -> bool:
    """Whether there can be such a key: a spec has its usages, and keys of custom key stores are symmetric."""
    if origin in CUSTOM_STORES and (usage, spec) != ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"):
        return False
    return usage not in USAGES or spec not in SPECS or usage in SPECS[spec]


@lru_cache(maxsize=1 << 14)
def can(usage: str, spec: str, origin: str, action: str, asymmetric: bool = False) -> bool:
    """Whether a key can perform an action. GetPublicKey: no symmetric key has one. Data keys need SYMMETRIC_DEFAULT.

    asymmetric: whether a key of a spec that no list knows has the algorithms of RSA or SM2 keys.
    """
    if asymmetric and action in (*DATA_KEYS, *KEY_PAIRS):
        return False
    symmetric = spec == "SYMMETRIC_DEFAULT" or "GENERATE_VERIFY_MAC" in (usage, *SPECS.get(spec, ()))
    if action == "kms:GetPublicKey":
        return not symmetric
    if action not in _BY_USAGE:
        return True
    usages = (usage,) if usage in USAGES else SPECS.get(spec, ())
    if usages and not any(action in USAGES[name] for name in usages):
        return False
    if action in (*DATA_KEYS, *KEY_PAIRS) and spec in SPECS and spec != "SYMMETRIC_DEFAULT":
        return False
    return not (action in KEY_PAIRS and origin in CUSTOM_STORES)


# API Reference, *CreateGrant* (Operations), *Actions*
IN_NO_GRANT = NOT_ON_A_KEY.union(ADMIN, REST) - {"kms:RetireGrant", "kms:DescribeKey"}


def has_context(spec: str, asymmetric: bool = False) -> bool:
    """Whether requests on such a key may carry an encryption context: not on RSA and SM2 keys, nor on the others that
    are known (*Encryption context*: asymmetric KMS keys and HMAC KMS keys have none). asymmetric: see can.
    """
    return not asymmetric and (spec not in SPECS or spec == "SYMMETRIC_DEFAULT")


def fits(spec: str, algorithm: str, asymmetric: bool) -> bool:
    """Whether a key of this spec takes an encryption algorithm; one that no list knows needs a spec that none knows.

    asymmetric: see can.
    """
    if spec not in SPECS and asymmetric != (algorithm in _ASYMMETRIC_ALGORITHMS):
        return False
    return algorithm in ALGORITHMS.get(spec, (algorithm,))
