"""The rows of the table of requesters, and which keys tell one fact together.
From docs/threat-model.md, *Who might send a request* and *What a request carries*; IAM User Guide, *Global condition
context keys*.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache


class Row(IntEnum):
    """The rows of the table of requesters, widest first."""

    everyone = 0
    network = 1
    organization = 2
    external = 3
    service = 4
    internal = 5
    none = 6


ROWS = tuple(row for row in Row if row is not Row.none)
STRANGERS = (Row.everyone, Row.network, Row.organization)  # in an account named nowhere, with an id named nowhere

# the key: known before a request is looked for
KEY = (
    "kms:keyspec",
    "kms:keyusage",
    "kms:keyorigin",
    "kms:multiregion",
    "aws:requestedregion",
    "aws:resourceaccount",
)
WHO = (
    "aws:principalarn",
    "aws:principalaccount",
    "kms:calleraccount",
    "aws:principaltype",
    "aws:username",
    "aws:userid",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalservicenameslist",
)
ORG = ("aws:principalorgid", "aws:principalorgpaths")
ENDPOINT = ("aws:vpceaccount", "aws:vpcsourceip")
OWNER = ("aws:vpceorgid", "aws:vpceorgpaths")
NET = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", *ENDPOINT, *OWNER)
CALLED = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
TIME = ("aws:currenttime", "aws:epochtime", "aws:tokenissuetime")
MFA = ("aws:multifactorauthpresent", "aws:multifactorauthage")
MCP = ("aws:viaawsmcpservice", "aws:calledviaawsmcp")
GRANT = (
    "kms:granteeprincipal",
    "kms:granteeserviceprincipal",
    "kms:grantconstraintsourcearn",
)
GROUPS = {"who": WHO, "org": ORG, "net": NET, "called": CALLED, "time": TIME, "mfa": MFA, "mcp": MCP, "grant": GRANT}

SOURCE = ("aws:sourceaccount", "aws:sourceowner", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
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
OWN = ("aws:ec2instancesourcevpc", "aws:ec2instancesourceprivateipv4", "identitystore:userid")
CONTEXT = "kms:encryptioncontext:"


@cache
def group_of(key: str) -> str:
    """The fact that a key belongs to; keys of one fact are linked, others are not."""
    return next((name for name, keys in GROUPS.items() if key in keys), key)
