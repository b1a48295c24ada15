"""Policies and events that the tests of fields and options share."""

from __future__ import annotations

import json
from typing import Any

OURS, THEIRS = "111122223333", "444455556666"
OWNER = {
    "Sid": "Owner",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def allow(principal: Any, action: Any = "kms:*", **more: Any) -> dict[str, Any]:
    """An Allow statement; more: further elements."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def policy(*statements: dict[str, Any]) -> str:
    """The owner's statement and these."""
    return json.dumps({"Version": "2012-10-17", "Statement": [OWNER, *statements]})


ENCRYPT_ONLY = policy(allow("*", "kms:Encrypt"))
OPEN = policy(allow("*"))
CLOSED = policy()
BROKEN = '{"Version": "2012-10-17"}'
DENIED = policy(allow("*"), {**allow("*"), "Effect": "Deny"})
NETWORK = policy(allow("*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
ORGANIZATION = policy(allow("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}))
EXTERNAL = policy(allow({"AWS": THEIRS}))
SERVICE = policy(allow({"Service": "s3.amazonaws.com"}))
MIXED = policy(
    allow("*", ["kms:Encrypt", "kms:GenerateDataKey"], Sid="A"),
    allow({"AWS": THEIRS}),
    allow("*", "kms:ReEncrypt*", Sid="B"),
    {
        "Sid": "No",
        "Effect": "Deny",
        "NotPrincipal": {"AWS": "*", "Service": "s3.amazonaws.com"},
        "NotAction": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": ["a", "b"]}},
    },
)


def event(
    key_policy: str | None, *, error: str = "", bypass: bool = False, mfa: str = "false", call: str = "PutKeyPolicy"
) -> str:
    """A CloudTrail event that sets this policy; error: AWS's error code where the call failed."""
    return json.dumps(
        {
            "eventSource": "kms.amazonaws.com",
            "eventName": call,
            "awsRegion": "eu-west-1",
            "errorCode": error,
            "recipientAccountId": OURS,
            "userIdentity": {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::{OURS}:assumed-role/r/s",
                "sessionContext": {"attributes": {"mfaAuthenticated": mfa}},
            },
            "requestParameters": {"keyId": "k-1", "policy": key_policy, "bypassPolicyLockoutSafetyCheck": bypass},
        }
    )


EVENTS = {
    "mixed": event(MIXED),
    "open": event(OPEN),
    "closed": event(CLOSED),
    "broken": event(BROKEN),
    "failed": event(OPEN, error="AccessDenied"),
    "failed and broken": event(BROKEN, error="MalformedPolicyDocumentException"),
    "other": '{"eventName":"Decrypt"}',
    "line": "a log line",
    "default": event(None, call="CreateKey"),
}

# Rows as Splunk sends them: of events without a policy, and of policies.
ROWS = "_raw,_chunked_idx\n" + "".join(f'"{{""eventName"":""Decrypt"",""n"":{i}}}",{i}\n' for i in range(2000))
POLICIES = "p\n" + "".join('"' + policy.replace('"', '""') + '"\n' for policy in (OPEN, CLOSED) * 300)
