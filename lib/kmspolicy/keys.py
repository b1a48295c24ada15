"""The context keys: which hold several values, which are always present, which exist on some actions only.

Source: IAM User Guide, *AWS global condition context keys*; KMS Developer Guide, *AWS KMS condition keys*.
"""
from dataclasses import dataclass
from enum import Enum
from typing import Dict, Optional, Tuple

from .actions import DECRYPT, ENCRYPT, GRANT


class Kind(Enum):
    """What a key's values look like."""

    TEXT = "text"
    BOOLEAN = "boolean"
    NUMBER = "number"
    MOMENT = "moment"


@dataclass(frozen=True)
class ContextKey:
    """One row: `actions` are those whose requests can carry the key (None: all); `values` are all it can hold."""

    kind: Kind = Kind.TEXT
    multivalued: bool = False
    always: bool = False
    actions: Optional[Tuple[str, ...]] = None
    values: Tuple[str, ...] = ()


_CRYPTO = ENCRYPT + DECRYPT
_PAIRS = ("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext")
_TAGGING = ("kms:CreateKey", "kms:ReplicateKey", "kms:TagResource")
_BOOL = ("true", "false")

# Networks, organizations and identity are the requester's: requesters.py says what they hold.
_TABLE: Dict[str, ContextKey] = {
    "aws:principaltype": ContextKey(always=True, values=("AssumedRole", "User", "FederatedUser", "Account")),
    "aws:viaawsservice": ContextKey(Kind.BOOLEAN, always=True, values=("false", "true")),
    "aws:securetransport": ContextKey(Kind.BOOLEAN, always=True, values=("true",)),
    "aws:requestedregion": ContextKey(always=True),
    "aws:resourceaccount": ContextKey(always=True),
    "aws:currenttime": ContextKey(Kind.MOMENT, always=True),
    "aws:epochtime": ContextKey(Kind.MOMENT, always=True),
    "kms:keyspec": ContextKey(always=True),
    "kms:keyusage": ContextKey(always=True),
    "kms:keyorigin": ContextKey(always=True),
    "kms:multiregion": ContextKey(Kind.BOOLEAN, always=True, values=_BOOL),
    "aws:multifactorauthpresent": ContextKey(Kind.BOOLEAN, values=_BOOL),
    "aws:multifactorauthage": ContextKey(Kind.NUMBER),
    "aws:tokenissuetime": ContextKey(Kind.MOMENT),
    "aws:principalorgpaths": ContextKey(multivalued=True),
    "aws:sourceorgpaths": ContextKey(multivalued=True),
    "aws:resourceorgpaths": ContextKey(multivalued=True),
    "aws:vpceorgpaths": ContextKey(multivalued=True),
    "aws:principalservicenameslist": ContextKey(multivalued=True),
    "aws:calledvia": ContextKey(multivalued=True),
    "aws:tagkeys": ContextKey(multivalued=True, actions=(*_TAGGING, "kms:UntagResource")),
    "kms:resourcealiases": ContextKey(multivalued=True),
    "kms:encryptioncontextkeys": ContextKey(multivalued=True, actions=_CRYPTO + GRANT),
    "kms:grantoperations": ContextKey(multivalued=True, actions=GRANT),
    "kms:grantconstrainttype": ContextKey(actions=GRANT),
    "kms:granteeprincipal": ContextKey(actions=GRANT),
    "kms:retiringprincipal": ContextKey(actions=GRANT),
    "kms:grantisforawsresource": ContextKey(Kind.BOOLEAN, actions=("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"),
                                            values=_BOOL),
    "kms:encryptionalgorithm": ContextKey(actions=_CRYPTO),
    "kms:datakeypairspec": ContextKey(actions=_PAIRS),
    "kms:reencryptonsamekey": ContextKey(Kind.BOOLEAN, actions=("kms:ReEncryptFrom", "kms:ReEncryptTo"), values=_BOOL),
    "kms:bypasspolicylockoutsafetycheck": ContextKey(Kind.BOOLEAN, actions=("kms:CreateKey", "kms:PutKeyPolicy"), values=_BOOL),
    "kms:expirationmodel": ContextKey(actions=("kms:ImportKeyMaterial",)),
    "kms:validto": ContextKey(Kind.MOMENT, actions=("kms:ImportKeyMaterial",)),
    "kms:schedulekeydeletionpendingwindowindays": ContextKey(Kind.NUMBER, actions=("kms:ScheduleKeyDeletion",)),
    "kms:macalgorithm": ContextKey(actions=("kms:GenerateMac", "kms:VerifyMac")),
    "kms:messagetype": ContextKey(actions=("kms:Sign", "kms:Verify")),
    "kms:signingalgorithm": ContextKey(actions=("kms:Sign", "kms:Verify")),
    "kms:wrappingalgorithm": ContextKey(actions=("kms:GetParametersForImport",)),
    "kms:wrappingkeyspec": ContextKey(actions=("kms:GetParametersForImport",)),
    "kms:primaryregion": ContextKey(actions=("kms:UpdatePrimaryRegion",)),
    "kms:replicaregion": ContextKey(actions=("kms:ReplicateKey",)),
}
_FAMILIES: Tuple[Tuple[str, ContextKey], ...] = (
    ("kms:encryptioncontext:", ContextKey(actions=_CRYPTO + GRANT)),
    ("kms:recipientattestation:", ContextKey(actions=("kms:Decrypt", "kms:DeriveSharedSecret", "kms:GenerateDataKey",
                                                      "kms:GenerateDataKeyPair", "kms:GenerateRandom"))),
    ("aws:requesttag/", ContextKey(actions=_TAGGING)),
)
_FREE = ContextKey()


def context_key(name: str) -> ContextKey:
    """What is known of a key; its name in lower case. Keys that the table does not list are free text."""
    row = _TABLE.get(name)
    if row is not None:
        return row
    return next((row for prefix, row in _FAMILIES if name.startswith(prefix)), _FREE)
