"""CloudTrail events that bring one key into each state that the pages have words for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import count
from typing import Any

ACCOUNT, STRANGER, REGION = "111122223333", "999988887777", "eu-central-1"
NOW = datetime(2026, 3, 20, 12, tzinfo=timezone.utc).timestamp()
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]

OWN = {
    "Sid": "Own",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def allow(principal: Any, action: Any = USE, **condition: dict[str, str]) -> dict[str, Any]:
    """A statement without a Sid; `condition` is operator -> {key: value}."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {**statement, "Condition": condition} if condition else statement


@dataclass(frozen=True)
class Key:
    """A key of the test account, named by its number."""

    number: int

    @property
    def id(self) -> str:
        return f"0000{self.number:04x}-aaaa-4bbb-8ccc-ddddeeeeffff"

    @property
    def arn(self) -> str:
        return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{self.id}"


_ids = count(1)


def call(name: str, key: Key, time: str, **fields: Any) -> dict[str, Any]:
    """An event of KMS on this key by the user dana; `time` is like 2026-03-19T08:00:00Z."""
    user = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/dana", "accountId": ACCOUNT, "userName": "dana"}
    return {
        "eventVersion": "1.11",
        "eventTime": time,
        "eventSource": "kms.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.0",
        "userIdentity": user,
        "requestParameters": {"keyId": key.arn},
        "responseElements": None,
        "resources": [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key.arn}],
        "eventID": f"00000000-0000-4000-9000-{next(_ids):012d}",
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **fields,
    }


def put(key: Key, time: str, *statements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A PutKeyPolicy that sets these statements behind the account's own."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [OWN, *statements]})
    return call("PutKeyPolicy", key, time, requestParameters={"keyId": key.arn, "policy": policy}, **fields)


def by_stranger(name: str, key: Key, time: str, **fields: Any) -> dict[str, Any]:
    """A call on this key by a role of another account."""
    arn = f"arn:aws:sts::{STRANGER}:assumed-role/uploader/batch-7"
    user = {"type": "AWSAccount", "arn": arn, "accountId": STRANGER, "principalId": "AROAEXAMPLE:batch-7"}
    return call(name, key, time, userIdentity=user, sourceIPAddress="203.0.113.50", **fields)


OPEN, CLOSED, UNREADABLE, OPEN_THEN_UNREADABLE, NETWORK, ORGANIZATION, EXTERNAL, SERVICE, REPLICA, DISABLED = map(
    Key, range(1, 11)
)
BY_SERVICE, REFUSED, NOBODY, UNREADABLE_THEN_CLOSED = map(Key, range(11, 15))
UNKNOWN_OPERATOR = {"StringEqualsWithTrust": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


def _cloudformation() -> dict[str, Any]:
    role = f"arn:aws:iam::{ACCOUNT}:role/stacks"
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/stacks/kim",
        "accountId": ACCOUNT,
        "principalId": "AROAEXAMPLE:kim",
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": role, "accountId": ACCOUNT, "userName": "stacks"},
            "attributes": {"mfaAuthenticated": "false"},
        },
        "invokedBy": "cloudformation.amazonaws.com",
    }


def events() -> Iterator[dict[str, Any]]:
    """One key in each state, all of the days before NOW."""
    yield put(OPEN, "2026-03-18T08:00:00Z")
    yield put(OPEN, "2026-03-19T08:00:00Z", allow("*"))
    yield call("GenerateDataKey", OPEN, "2026-03-19T08:30:00Z")
    yield by_stranger("GenerateDataKey", OPEN, "2026-03-19T09:00:00Z")
    yield by_stranger("GenerateDataKey", OPEN, "2026-03-19T09:10:00Z")
    grant = {"keyId": OPEN.arn, "granteePrincipal": f"arn:aws:iam::{STRANGER}:root", "operations": ["Encrypt"]}
    answer = {"grantId": "0123456789abcdef"}
    yield call("CreateGrant", OPEN, "2026-03-19T09:20:00Z", requestParameters=grant, responseElements=answer)
    yield put(CLOSED, "2026-03-17T08:00:00Z", allow("*", "kms:Encrypt"))
    yield put(CLOSED, "2026-03-18T08:00:00Z")
    yield put(UNREADABLE, "2026-03-19T07:00:00Z", allow("*", **UNKNOWN_OPERATOR))
    yield put(OPEN_THEN_UNREADABLE, "2026-03-18T07:00:00Z", allow("*", "kms:Encrypt"))
    yield put(OPEN_THEN_UNREADABLE, "2026-03-19T07:00:00Z", allow("*", **UNKNOWN_OPERATOR))
    yield put(UNREADABLE_THEN_CLOSED, "2026-03-18T07:30:00Z", allow("*", **UNKNOWN_OPERATOR))
    yield put(UNREADABLE_THEN_CLOSED, "2026-03-19T07:30:00Z")
    yield put(NETWORK, "2026-03-19T06:00:00Z", allow("*", StringEquals={"aws:SourceVpce": "vpce-0f1e2d3c4b5a69788"}))
    yield put(ORGANIZATION, "2026-03-19T05:00:00Z", allow("*", StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"}))
    yield put(EXTERNAL, "2026-03-19T04:00:00Z", allow({"AWS": "arn:aws:iam::777788889999:role/backup-agent"}))
    yield put(SERVICE, "2026-03-19T03:00:00Z", allow({"Service": "cloudtrail.amazonaws.com"}, "kms:GenerateDataKey*"))
    replica = {**call("ReplicateKey", Key(90), "2026-03-19T02:00:00Z"), "awsRegion": REGION}
    mrk = "mrk-00000009aaaa4bbb8cccddddeeeeffff"
    replica["requestParameters"] = {
        "keyId": mrk,
        "replicaRegion": "eu-west-1",
        "policy": json.dumps({"Version": "2012-10-17", "Statement": [OWN, allow("*", "kms:Encrypt")]}),
    }
    replica["resources"] = [
        {"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{mrk}"}
    ]
    yield replica
    yield put(DISABLED, "2026-03-18T01:00:00Z", allow("*", "kms:Encrypt"))
    yield call("DisableKey", DISABLED, "2026-03-19T01:00:00Z")
    yield put(
        BY_SERVICE,
        "2026-03-19T10:00:00Z",
        allow("*"),
        userIdentity=_cloudformation(),
        sourceIPAddress="cloudformation.amazonaws.com",
        userAgent="cloudformation.amazonaws.com",
    )
    yield put(REFUSED, "2026-03-19T11:00:00Z", allow("*"), errorCode="AccessDenied")
    yield put(NOBODY, "2026-03-19T12:00:00Z", {**allow("*", "kms:*"), "Effect": "Deny"})


REPLICA_ARN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/mrk-00000009aaaa4bbb8cccddddeeeeffff"


def forty() -> Iterator[dict[str, Any]]:
    """Forty open keys, by the hour."""
    for number in range(40):
        day, hour = divmod(number, 24)
        yield put(Key(1000 + number), f"2026-03-{17 + day}T{hour:02d}:00:00Z", allow("*", "kms:Encrypt"))
