"""Makes rows as splunkd hands them to a search command: CloudTrail events in 8 or 80 columns, and chunks of them.
The columns are Splunk's own and those that the Splunk Add-on for AWS extracts (JSON paths of the event).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any
from uuid import UUID

from dev.bench.policies import OWN
from dev.scp import Row, encode_chunk, write_rows

WIDE, NARROW = 80, 8
_PARSED_UP_TO = 5_000  # characters of an event that Splunk extracts fields from: limits.conf, [spath] extraction_cutoff
_START = 1_762_000_000
_ACTORS = ("deploy-pipeline", "payments-api", "orders-worker", "platform-admin", "nightly-backup", "data-export")
_AGENTS = (
    "aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.23.7 md/GOOS#linux md/GOARCH#amd64 api/kms#1.38.3 m/E,e",
    "Boto3/1.40.61 md/Botocore#1.40.61 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython",
    "APN/1.0 HashiCorp/1.0 Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-aws/5.94.1",
)
_CALLS = (
    ("kms", "Decrypt"),
    ("kms", "GenerateDataKey"),
    ("kms", "DescribeKey"),
    ("sts", "AssumeRole"),
    ("ec2", "RunInstances"),
    ("ec2", "DescribeInstances"),
    ("s3", "PutObject"),
    ("s3", "GetObject"),
    ("iam", "PutRolePolicy"),
    ("logs", "CreateLogStream"),
)
_KEY_CALLS = tuple(pair for pair in _CALLS if pair[0] == "kms")
_OWN_COLUMNS = ("_raw", "_time", "index", "sourcetype", "host", "source", "eventtype", "tag")
_SPLUNK: Row = {
    "splunk_server": "idx-07.example.com",
    "splunk_server_group": "",
    "linecount": "1",
    "timestamp": "none",
    "punct": '{"":"","":{"":"","":"_:--","":"::::-/--","":"","":',
    "timeendpos": "",
    "timestartpos": "",
    "_bkt": "aws~184~8C0E5B0E-8B8B-4D5C-9B37-6A0E2F0D1A4C",
    "_cd": "184:1127731",
    "_indextime": "1762000321",
    "_serial": "0",
    "_si": ["idx-07.example.com", "aws"],
    "_sourcetype": "aws:cloudtrail",
    "_subsecond": "",
    "_eventtype_color": "none",
    "date_hour": "8",
    "date_mday": "9",
    "date_minute": "14",
    "date_month": "march",
    "date_second": "7",
    "date_wday": "monday",
    "date_year": "2026",
    "date_zone": "0",
    "vendor_product": "AWS CloudTrail",
    "vendor_region": "us-east-1",
    "product": "CloudTrail",
    "dvc": "",
    "msg": "",
    "object": "",
    "object_category": "",
    "tag::eventtype": ["change", "cloud"],
    "change_type": "",
    "result": "",
    "status": "success",
    "user_type": "",
}


class RowMaker:
    """Makes rows of one width from a seed."""

    def __init__(self, seed: int, columns: int = WIDE) -> None:
        self._random = Random(seed)
        self._columns = columns
        self._names: list[str] = []

    def of_policies(self, policies: Sequence[str]) -> list[Row]:
        """One event that sets each of these policies."""
        return self._rows([self._key_event(policy) for policy in policies])

    def of_other_calls(self, count: int) -> list[Row]:
        """Events of calls that set no key policy."""
        return self._rows([self._other_event(_CALLS) for _ in range(count)])

    def of_key_calls(self, count: int) -> list[Row]:
        """Events of calls to KMS that set no key policy."""
        return self._rows([self._other_event(_KEY_CALLS) for _ in range(count)])

    def _rows(self, events: list[dict[str, Any]]) -> list[Row]:
        """One row per event. A search's columns are the same in every chunk, so the first call settles them."""
        rows = [self._row(event) for event in events]
        if not self._names:
            met = dict.fromkeys(name for row in rows for name in row)
            filler = [f"lookup_{i}" for i in range(self._columns)]  # what a customer's lookups add
            self._names = [*met, *filler][: self._columns]
        return [{name: row.get(name, "") for name in self._names} for row in rows]

    def _row(self, event: dict[str, Any]) -> Row:
        raw = json.dumps(event, separators=(",", ":"))
        row: Row = {
            "_raw": raw,
            "_time": str(_START),
            "index": "aws",
            "sourcetype": "aws:cloudtrail",
            "host": "hf-02.example.com",
            "source": "s3://example-trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/09/1.json.gz",
            "eventtype": ["aws_cloudtrail_change", "aws_cloudtrail_all"],
            "tag": ["change", "cloud", "audit"],
        }
        if self._columns == NARROW:
            return row
        row["requestParameters.policy"] = ""
        row.update(
            {
                "user": "deploy-pipeline",
                "src": str(event["sourceIPAddress"]),
                "signature": str(event["eventName"]),
                "action": "modified",
                "app": "kms",
                "command": str(event["eventName"]),
                "dest": "",
                "user_agent": event["userAgent"],
            }
        )
        row.update(_SPLUNK)
        found: Row = {}
        _flatten("", event, found)
        row.update(found)
        return row

    def _event(self, service: str, call: str) -> dict[str, Any]:
        """What every event of CloudTrail holds (User Guide, *CloudTrail record contents*)."""
        random = self._random
        actor = random.choice(_ACTORS)
        session = f"{actor}-{random.randrange(10**8):08d}"
        return {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": f"AROAQ3EGSPQ6C2EXAMPLE:{session}",
                "accountId": OWN,
                "arn": f"arn:aws:sts::{OWN}:assumed-role/{actor}/{session}",
                "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role",
                        "principalId": "AROAQ3EGSPQ6C2EXAMPLE",
                        "accountId": OWN,
                        "arn": f"arn:aws:iam::{OWN}:role/{actor}",
                        "userName": actor,
                    },
                    "attributes": {"creationDate": "2026-03-09T08:11:52Z", "mfaAuthenticated": "false"},
                },
            },
            "eventTime": "2026-03-09T08:14:07Z",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": call,
            "awsRegion": "us-east-1",
            "sourceIPAddress": f"198.51.100.{random.randrange(256)}",
            "userAgent": random.choice(_AGENTS),
            "requestParameters": {},
            "responseElements": None,
            "requestID": self._uuid(),
            "eventID": self._uuid(),
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": OWN,
            "eventCategory": "Management",
            "tlsDetails": {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": f"{service}.us-east-1.amazonaws.com",
            },
        }

    def _key_event(self, policy: str) -> dict[str, Any]:
        key = self._uuid()
        arn = f"arn:aws:kms:us-east-1:{OWN}:key/{key}"
        event = self._event("kms", "PutKeyPolicy" if self._random.random() < 0.6 else "CreateKey")
        event["requestParameters"] = {
            "policyName": "default",
            "policy": policy,
            "bypassPolicyLockoutSafetyCheck": False,
        }
        event["resources"] = [{"accountId": OWN, "type": "AWS::KMS::Key", "ARN": arn}]
        if event["eventName"] == "CreateKey":
            event["responseElements"] = {
                "keyMetadata": {
                    "aWSAccountId": OWN,
                    "keyId": key,
                    "arn": arn,
                    "keyState": "Enabled",
                    "encryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
                    "multiRegion": False,
                }
            }
        else:
            event["requestParameters"]["keyId"] = key
        return event

    def _other_event(self, calls: Sequence[tuple[str, str]]) -> dict[str, Any]:
        random = self._random
        service, call = random.choice(calls)
        event = self._event(service, call)
        event["resources"] = [
            {
                "accountId": OWN,
                "type": "AWS::Any::Thing",
                "ARN": f"arn:aws:{service}:us-east-1:{OWN}:key/{self._uuid()}",
            }
            for _ in range(random.choice((1, 1, 2)))
        ]
        event["requestParameters"] = {
            "name": f"item-{random.randrange(10**6)}",
            "encryptionContext": {"aws:s3:arn": "arn:aws:s3:::example"},
        }
        if call in ("RunInstances", "DescribeInstances", "PutRolePolicy"):
            event["responseElements"] = {
                "items": [
                    {
                        "instanceId": f"i-{random.randrange(16**12):012x}",
                        "state": "pending",
                        "subnet": "subnet-0a1b2c3d",
                        "image": "ami-0123456789abcdef0",
                    }
                    for _ in range(random.choice((1, 5, 20, 40)))
                ]
            }
        return event

    def _uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))


def chunks(rows: Sequence[Row], chunk_rows: int) -> list[bytes]:
    """The rows as execute chunks, ready to be written; none of them is the search's last."""
    return [
        encode_chunk({"action": "execute", "finished": False}, write_rows(part)) for part in _parts(rows, chunk_rows)
    ]


def _parts(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    yield from (rows[start : start + size] for start in range(0, len(rows), size))


def _flatten(path: str, value: Any, found: Row) -> None:
    """Extracted fields: `a.b`, `a{}.b`; a list's values make a multivalue field. Nothing is read behind the cutoff."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _flatten(f"{path}.{name}" if path else name, inner, found)
    elif isinstance(value, list):
        for inner in value:
            _flatten(path + "{}", inner, found)
    elif value is not None:
        text = value if isinstance(value, str) else json.dumps(value)
        earlier = found.get(path)
        found[path] = text if earlier is None else [*([earlier] if isinstance(earlier, str) else earlier), text]
