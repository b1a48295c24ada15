"""The context keys: which hold several values, which are always present, which exist on some actions only.

Source: IAM User Guide, *AWS global condition context keys*; KMS Developer Guide, *AWS KMS condition keys*.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Optional

from ..caching import cached_for_short
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
    actions: Optional[tuple[str, ...]] = None
    values: tuple[str, ...] = ()


CURRENT_TIME, EPOCH_TIME = CLOCKS = ("aws:currenttime", "aws:epochtime")
_CRYPTO = ENCRYPT + DECRYPT
_PAIRS = ("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext")
_TAGGING = ("kms:CreateKey", "kms:ReplicateKey", "kms:TagResource")
_BOOL = ("true", "false")

# Networks, organizations and identity are the requester's: requesters.py says what they hold.
_ROWS: dict[str, ContextKey] = {
    "aws:PrincipalType": ContextKey(always=True, values=("AssumedRole", "User", "FederatedUser", "Account")),
    "aws:ViaAWSService": ContextKey(Kind.BOOLEAN, always=True, values=("false", "true")),
    "aws:SecureTransport": ContextKey(Kind.BOOLEAN, always=True, values=("true",)),
    "aws:RequestedRegion": ContextKey(always=True),
    "aws:ResourceAccount": ContextKey(always=True),
    "aws:CurrentTime": ContextKey(Kind.MOMENT, always=True),
    "aws:EpochTime": ContextKey(Kind.MOMENT, always=True),
    "kms:KeySpec": ContextKey(always=True),
    "kms:KeyUsage": ContextKey(always=True),
    "kms:KeyOrigin": ContextKey(always=True),
    "kms:MultiRegion": ContextKey(Kind.BOOLEAN, always=True, values=_BOOL),
    "aws:MultiFactorAuthPresent": ContextKey(Kind.BOOLEAN, values=_BOOL),
    "aws:MultiFactorAuthAge": ContextKey(Kind.NUMBER),
    "aws:TokenIssueTime": ContextKey(Kind.MOMENT),
    "aws:PrincipalOrgPaths": ContextKey(multivalued=True),
    "aws:SourceOrgPaths": ContextKey(multivalued=True),
    "aws:ResourceOrgPaths": ContextKey(multivalued=True),
    "aws:VpceOrgPaths": ContextKey(multivalued=True),
    "aws:PrincipalServiceNamesList": ContextKey(multivalued=True),
    "aws:CalledVia": ContextKey(multivalued=True),
    "aws:TagKeys": ContextKey(multivalued=True, actions=(*_TAGGING, "kms:UntagResource")),
    "kms:ResourceAliases": ContextKey(multivalued=True),
    "kms:EncryptionContextKeys": ContextKey(multivalued=True, actions=_CRYPTO + GRANT),
    "kms:GrantOperations": ContextKey(multivalued=True, actions=GRANT),
    "kms:GrantConstraintType": ContextKey(actions=GRANT),
    "kms:GranteePrincipal": ContextKey(actions=GRANT),
    "kms:RetiringPrincipal": ContextKey(actions=GRANT),
    "kms:GrantIsForAWSResource": ContextKey(
        Kind.BOOLEAN, actions=("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"), values=_BOOL
    ),
    "kms:EncryptionAlgorithm": ContextKey(actions=_CRYPTO),
    "kms:DataKeyPairSpec": ContextKey(actions=_PAIRS),
    "kms:ReEncryptOnSameKey": ContextKey(Kind.BOOLEAN, actions=("kms:ReEncryptFrom", "kms:ReEncryptTo"), values=_BOOL),
    "kms:BypassPolicyLockoutSafetyCheck": ContextKey(
        Kind.BOOLEAN, actions=("kms:CreateKey", "kms:PutKeyPolicy"), values=_BOOL
    ),
    "kms:ExpirationModel": ContextKey(actions=("kms:ImportKeyMaterial",)),
    "kms:ValidTo": ContextKey(Kind.MOMENT, actions=("kms:ImportKeyMaterial",)),
    "kms:ScheduleKeyDeletionPendingWindowInDays": ContextKey(Kind.NUMBER, actions=("kms:ScheduleKeyDeletion",)),
    "kms:MacAlgorithm": ContextKey(actions=("kms:GenerateMac", "kms:VerifyMac")),
    "kms:MessageType": ContextKey(actions=("kms:Sign", "kms:Verify")),
    "kms:SigningAlgorithm": ContextKey(actions=("kms:Sign", "kms:Verify")),
    "kms:WrappingAlgorithm": ContextKey(actions=("kms:GetParametersForImport",)),
    "kms:WrappingKeySpec": ContextKey(actions=("kms:GetParametersForImport",)),
    "kms:PrimaryRegion": ContextKey(actions=("kms:UpdatePrimaryRegion",)),
    "kms:ReplicaRegion": ContextKey(actions=("kms:ReplicateKey",)),
}
_FAMILIES: tuple[tuple[str, ContextKey], ...] = (
    ("kms:encryptioncontext:", ContextKey(actions=_CRYPTO + GRANT)),
    (
        "kms:recipientattestation:",
        ContextKey(
            actions=(
                "kms:Decrypt",
                "kms:DeriveSharedSecret",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyPair",
                "kms:GenerateRandom",
            )
        ),
    ),
    ("aws:requesttag/", ContextKey(actions=_TAGGING)),
)
_FREE = ContextKey()
_TABLE = {name.lower(): row for name, row in _ROWS.items()}
# Keys that requesters bind or that are free, spelled as AWS does.
_SPELLED = (
    *_ROWS,
    "aws:Ec2InstanceSourceVpc",
    "aws:FederatedProvider",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalServiceName",
    "aws:ResourceOrgID",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpcSourceIp",
    "kms:CallerAccount",
    "kms:ViaService",
)
SPELLING = {name.lower(): name for name in _SPELLED}


def context_key(name: str) -> ContextKey:
    """What is known of a key; its name in lower case. Keys that the table does not list are free text."""
    return _TABLE.get(name) or _unlisted(name)


@cached_for_short(128)
def _unlisted(name: str) -> ContextKey:
    return next((row for prefix, row in _FAMILIES if name.startswith(prefix)), _FREE)
