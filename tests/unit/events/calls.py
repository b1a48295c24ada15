"""Sample calls that set a key policy, as CloudTrail and OCSF write them, and what an event must say about each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

OURS, REGION, KEY_ID = "111122223333", "eu-west-1", "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{REGION}:{OURS}:key/{KEY_ID}"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": 'say "hi"\\', "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
    },
    indent=1,
)


def put_key_policy() -> dict[str, Any]:
    """A PutKeyPolicy record of CloudTrail."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROACKCEVSQ6C2EXAMPLE:run-1",
            "arn": f"arn:aws:sts::{OURS}:assumed-role/deploy/run-1",
            "accountId": OURS,
            "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
        },
        "eventTime": "2026-03-09T08:14:07Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": "PutKeyPolicy",
        "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.17",
        "userAgent": "aws-cli/2.27.0",
        "requestParameters": {"keyId": KEY_ID, "policyName": "default", "policy": POLICY},
        "responseElements": None,
        "eventID": "b5b0e7c2-0001-4000-8000-000000000001",
        "resources": [{"accountId": OURS, "type": "AWS::KMS::Key", "ARN": KEY}],
        "recipientAccountId": OURS,
    }


def create_key() -> dict[str, Any]:
    """A CreateKey record of CloudTrail."""
    return {
        **put_key_policy(),
        "eventName": "CreateKey",
        "requestParameters": {"policy": POLICY, "description": "orders", "keyUsage": "ENCRYPT_DECRYPT"},
        "responseElements": {"keyMetadata": {"aWSAccountId": OURS, "arn": KEY}},
    }


def replicate_key() -> dict[str, Any]:
    """A ReplicateKey record of CloudTrail whose request holds no policy: the response tells the replica's."""
    replica = KEY.replace(REGION, "us-west-2")
    return {
        **put_key_policy(),
        "eventName": "ReplicateKey",
        "requestParameters": {"keyId": KEY_ID, "replicaRegion": "us-west-2"},
        "responseElements": {"replicaKeyMetadata": {"arn": replica, "aWSAccountId": OURS}, "replicaPolicy": POLICY},
    }


def ocsf() -> dict[str, Any]:
    """The PutKeyPolicy call as Security Lake writes it from source version 2 on (OCSF 1.1)."""
    return {
        "metadata": {
            "product": {"name": "CloudTrail"},
            "uid": "c0ffee00-0001-4000-8000-000000000001",
            "version": "1.1.0",
        },
        "time": 1773044047000,
        "cloud": {"region": REGION, "provider": "AWS"},
        "api": {
            "operation": "PutKeyPolicy",
            "service": {"name": "kms.amazonaws.com"},
            "request": {"data": json.dumps({"keyId": KEY_ID, "policyName": "default", "policy": POLICY}), "uid": "r-1"},
            "response": {"error": None, "data": None},
        },
        "actor": {
            "user": {
                "type": "IAMUser",
                "name": "Alice",
                "uid": f"arn:aws:iam::{OURS}:user/Alice",
                "account": {"uid": OURS},
            },
            "session": {"is_mfa": False},
        },
        "src_endpoint": {"ip": "192.0.2.17"},
        "resources": [{"uid": KEY, "type": "AWS::KMS::Key"}],
        "class_uid": 6003,
        "status": "Success",
        "unmapped": {"recipientAccountId": OURS},
    }


def ocsf_1_0() -> dict[str, Any]:
    """The same from source version 1 (OCSF 1.0.0-rc.2): the parameters have no attribute of their own."""
    event = ocsf()
    event["api"]["request"] = {"uid": "r-1"}
    event["unmapped"] |= {"requestParameters.policy": POLICY, "requestParameters.keyId": KEY_ID}
    return event


def flat(record: dict[str, Any], path: str = "") -> dict[str, Any]:
    """The record with names with dots in place of objects, as some pipelines write it."""
    members: dict[str, Any] = {}
    for name, value in record.items():
        members |= flat(value, f"{path}{name}.") if isinstance(value, dict) and value else {path + name: value}
    return members


def flat_put_key_policy() -> dict[str, Any]:
    """A PutKeyPolicy record of CloudTrail, flat."""
    return flat(put_key_policy())


def half_flat_create_key() -> dict[str, Any]:
    """A CreateKey record of CloudTrail, flat but for its parameters."""
    parameters = {"requestParameters": create_key()["requestParameters"]}
    return flat({**create_key(), "requestParameters": None}) | parameters


def flat_ocsf() -> dict[str, Any]:
    """The PutKeyPolicy call as Security Lake writes it, flat."""
    return flat(ocsf())


FLAT = (flat_put_key_policy, half_flat_create_key, flat_ocsf)
CALLS = {call.__name__: call for call in (put_key_policy, create_key, replicate_key, ocsf, ocsf_1_0, *FLAT)}


def decrypt() -> dict[str, Any]:
    """A Decrypt record of CloudTrail: a call that sets no policy."""
    return {**put_key_policy(), "eventName": "Decrypt", "requestParameters": None}


def ocsf_decrypt() -> dict[str, Any]:
    """The same as Security Lake writes it, under KMS's short name."""
    event = ocsf()
    event["api"] |= {"operation": "Decrypt", "service": {"name": "kms"}, "request": {"data": None}}
    return event


OTHER_CALLS = {call.__name__: call for call in (decrypt, ocsf_decrypt)}


def cuts(text: str, start: str) -> Iterator[str]:
    """The text cut at every place behind the first occurrence of another."""
    return (text[:end] for end in range(text.index(start) + len(start), len(text)))
