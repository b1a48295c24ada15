"""Which facts a request carries: the keys of each, the actions on which they exist, whether they are bound.
The tables of the design's *What a request carries* and the KMS Developer Guide, *Condition keys*.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import Union

Facts = dict[str, Union[str, tuple[str, ...]]]  # context keys in lower case; parts of the caller carry a `#`


class Row(IntEnum):
    """The rows of the design's table of requesters, widest first."""

    everyone = 0
    network = 1
    organization = 2
    external = 3
    service = 4
    internal = 5
    none = 6


STRANGERS = (Row.everyone, Row.network, Row.organization)  # in an account named nowhere, with an id named nowhere

PRINCIPAL = ("aws:principalarn", "aws:principalaccount", "kms:calleraccount")
ORG = ("aws:principalorgid", "aws:principalorgpaths")
ENDPOINT = ("aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:vpcsourceip")
NETWORK = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:viaawsservice", *ENDPOINT)
TIME = ("aws:currenttime", "aws:epochtime")
SERVICE = ("aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist")
SOURCE = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
OWN_ARN = (
    "ec2:sourceinstancearn",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
    "codebuild:buildarn",
    "codebuild:projectarn",
    "aws:chatbotsourcearn",
    "aws:signinsessionarn",
    "aws:federatedprovider",
)
OWN_ID = ("aws:ec2instancesourcevpc", "identitystore:userid")
GROUPS = {"arn": PRINCIPAL, "org": ORG, "net": NETWORK, "time": TIME, "svc": SERVICE}

CLOSED: dict[str, Sequence[str]] = {
    "aws:principaltype": ("User", "AssumedRole", "FederatedUser", "Account"),
    "aws:securetransport": ("true",),
}
ALWAYS = ("kms:keyspec", "kms:keyusage", "kms:keyorigin", "kms:multiregion", "aws:requestedregion")
BOOLEAN = (
    "aws:multifactorauthpresent",
    "kms:multiregion",
    "kms:grantisforawsresource",
    "kms:reencryptonsamekey",
    "kms:bypasspolicylockoutsafetycheck",
)

_ENCRYPT = (
    "kms:Encrypt",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
)
_DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
LIMITED: dict[str, Sequence[str]] = {
    "kms:grantisforawsresource": ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"),
    "kms:grantconstrainttype": ("kms:CreateGrant",),
    "kms:grantoperations": ("kms:CreateGrant",),
    "kms:granteeprincipal": ("kms:CreateGrant",),
    "kms:retiringprincipal": ("kms:CreateGrant",),
    "kms:datakeypairspec": ("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext"),
    "kms:reencryptonsamekey": ("kms:ReEncryptTo", "kms:ReEncryptFrom"),
    "kms:recipientattestation:": ("kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"),
    "kms:encryptioncontext:": (*_ENCRYPT, *_DECRYPT, "kms:CreateGrant"),
    "kms:encryptioncontextkeys": (*_ENCRYPT, *_DECRYPT, "kms:CreateGrant"),
    "kms:encryptionalgorithm": (*_ENCRYPT, *_DECRYPT),
    "kms:bypasspolicylockoutsafetycheck": ("kms:PutKeyPolicy",),
    "kms:expirationmodel": ("kms:ImportKeyMaterial",),
    "kms:validto": ("kms:ImportKeyMaterial",),
    "kms:schedulekeydeletionpendingwindowindays": ("kms:ScheduleKeyDeletion",),
    "kms:macalgorithm": (),
    "kms:messagetype": (),
    "kms:signingalgorithm": (),
    "kms:wrappingalgorithm": (),
    "kms:wrappingkeyspec": (),
    "kms:primaryregion": (),
    "kms:replicaregion": (),
    "aws:requesttag/": (),
    "aws:tagkeys": (),
}


@cache
def exists_on(key: str, action: str) -> bool:
    """Whether a request for the action can carry the key."""
    for name, actions in LIMITED.items():
        if key == name or (name.endswith((":", "/")) and key.startswith(name)):
            return action in actions
    return True


@cache
def group_of(key: str) -> str:
    """The fact that a key belongs to; keys of one fact are linked, others are not."""
    return next((name for name, keys in GROUPS.items() if key in keys), key)


def is_owned(group: str) -> bool:
    """Whether a fact depends on the requester's own account."""
    return group in OWN_ARN


def depends_on_requester(group: str) -> bool:
    """Whether a fact has other values for another row of the table."""
    return group in (
        "arn",
        "aws:userid",
        "org",
        "net",
        "svc",
        "aws:resourceaccount",
        "aws:resourceorgid",
        *SOURCE,
        *OWN_ARN,
        *OWN_ID,
    )
