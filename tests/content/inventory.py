"""Calls to KMS and runs of the inventory search, for the tests of what it keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dev.spl import Event, run_saved
from tests.content.shipped import INVENTORY, read_lookup

WRITER = "KMS - Update inventory"
OPEN_KEYS = "KMS - Open keys now"
NEWLY_OPEN = "KMS - Key Policy Newly Open To Everyone - Rule"
NOW = 1773144000  # 2026-03-10T12:00:00Z
HOUR, DAY = 3600, 86400
ACCOUNT = "111122223333"
STATEMENTS: Mapping[str, list[dict[str, Any]]] = {
    "open": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}],
    "closed": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"}],
    "read in part": [
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"Unheard": {"a": "b"}}},
    ],
}


def arn(key: str) -> str:
    return f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key}"


def written(statements: Sequence[Any]) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def call(
    operation: str,
    at: int,
    policy: str | None = None,
    key: str = "k-1",
    error: str | None = None,
    user: str = "alice",
    indexed: int | None = None,
) -> Event:
    """A call as CloudTrail logs it, at NOW + at seconds; it is indexed five minutes later unless said otherwise."""
    request: dict[str, Any] = {"keyId": key}
    if policy:
        request["policy"] = written(STATEMENTS[policy])
    record = {
        "eventVersion": "1.09",
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": "us-east-1",
        "eventTime": iso(NOW + at),
        "eventID": f"{operation}/{key}/{at}/{policy}/{user}",
        "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "IAMUser", "accountId": ACCOUNT, "userName": user},
        "requestParameters": request,
        "responseElements": None,
        "resources": [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": arn(key)}],
        **({"errorCode": error} if error else {}),
    }
    return Event(record, indextime=NOW + (at + 300 if indexed is None else indexed))


def iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(events: Sequence[Event], folder: Path, now: int = 0, **options: Any) -> dict[str, dict[str, str]]:
    """One run of the inventory search at NOW + now; the file that it left, by key."""
    run_saved(WRITER, events, lookups=folder, now=NOW + now, **options)
    return {row["key_policy_key"]: row for row in read_lookup(folder, INVENTORY)}


def openings(events: Sequence[Event], folder: Path) -> list[str]:
    rows = run_saved(NEWLY_OPEN, events, lookups=folder, now=NOW).rows
    return sorted(f"{row['key_policy_key'][-3:]} by {row['user']}" for row in rows)
