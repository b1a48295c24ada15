"""Makes key policies as accounts have them: 0.5 to 32 KB, 1 to 180 statements, the same ones for the same seed.
The kinds of statements are those of KMS's own pages (*Default key policy*, *Key policy examples*).
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

OWN = "111122223333"
LARGEST = 32_768  # bytes that KMS takes, Developer Guide, *Key policies*
SMALLEST = 512
STATEMENTS = {1: 160, 2: 150, 3: 140, 5: 170, 8: 170, 12: 130, 20: 59, 40: 17, 90: 3, 180: 1}  # number: share per mille

_MOST_LONG = 60  # statements; more of the ordinary kinds pass LARGEST
_EVERYONE = {"AWS": "*"}
OTHERS = ("444455556666", "123456789012", "999999999999", "777788889999")
_REGIONS = ("us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2")
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
_ADMIN = [
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:Delete*",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
]
_SERVICES = ("s3", "sqs", "sns", "logs", "cloudtrail", "events", "secretsmanager", "lambda", "rds", "ebs")
_TEAMS = ("payments", "orders", "billing", "search", "fraud", "data", "platform", "mobile")


class PolicyMaker:
    """Makes policies from a seed; no two of one maker are equal."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._made = 0

    def policy(self, statements: int | None = None, open_to_everyone: bool = False, spaced: bool = False) -> str:
        """One policy as JSON text.

        statements: how many; drawn from STATEMENTS without it. open_to_everyone: one of them lets any account encrypt.
        spaced: indented, as the console writes it.
        """
        random = self._random
        count = statements or random.choices(list(STATEMENTS), list(STATEMENTS.values()))[0]
        self._made += 1
        kinds = _KINDS if count <= _MOST_LONG else (_short,)
        listed = [root()] + [random.choice(kinds)(random, i) for i in range(1, count)]
        if open_to_everyone:
            listed[random.randrange(count)] = _open(random)
        policy = {"Version": "2012-10-17", "Id": f"key-{self._made:07d}", "Statement": listed}
        indent, separators = (2, (",", ": ")) if spaced and count < _MOST_LONG else (None, (",", ":"))
        lacking = SMALLEST - len(json.dumps(policy, indent=indent, separators=separators))
        who = listed[0]["Principal"]
        if lacking > 0 and who != _EVERYONE:  # more roles, as small policies have
            who["AWS"] = [who["AWS"], *(_role(random, OWN) for _ in range(1 + lacking // 60))]
        return json.dumps(policy, indent=indent, separators=separators)

    def policies(self, count: int, open_every: int = 100) -> list[str]:
        """Distinct policies; one in `open_every` is open to everyone, one in ten is indented."""
        return [
            self.policy(open_to_everyone=i % open_every == open_every // 2, spaced=i % 10 == 9) for i in range(count)
        ]

    def contested(self, count: int) -> list[str]:
        """Policies with an Allow for everyone under a condition or a Deny, about which tools differ."""
        made = []
        for number in range(count):
            policy = json.loads(self.policy(self._random.choice((1, 2, 3, 5, 8))))
            policy["Statement"] += _CONTESTED[number % len(_CONTESTED)]
            made.append(json.dumps(policy))
        return made


def sized(size: int, seed: int = 0) -> str:
    """A policy of `size` bytes or up to 600 less."""
    maker, count = PolicyMaker(seed), 1
    while len(longer := maker.policy(count)) <= size:
        text, count = longer, count + 1
    return text


def everyone(condition: dict[str, Any] | None = None) -> dict[str, Any]:
    """A statement that allows the use of the key to everyone, under a condition where one is given."""
    made = {"Effect": "Allow", "Principal": _EVERYONE, "Action": USE, "Resource": "*"}
    return {**made, "Condition": condition} if condition else made


def root() -> dict[str, Any]:
    """The statement of the default key policy, which enables IAM policies in the key's account."""
    return {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OWN}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


def _use(random: Random, number: int) -> dict[str, Any]:
    actions = USE if random.random() < 0.7 else random.sample(_ADMIN, 6)
    return {
        "Sid": f"AllowUse{number}",
        "Effect": "Allow",
        "Principal": {"AWS": [_role(random, OWN) for _ in range(random.choice((1, 2, 4, 8)))]},
        "Action": actions,
        "Resource": "*",
    }


def _grant(random: Random, number: int) -> dict[str, Any]:
    return {
        "Sid": f"AllowGrants{number}",
        "Effect": "Allow",
        "Principal": {"AWS": [_role(random, OWN)]},
        "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
        "Resource": "*",
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    }


def _service(random: Random, number: int) -> dict[str, Any]:
    service = random.choice(_SERVICES)
    name = f"arn:aws:{service}:{random.choice(_REGIONS)}:{OWN}:{random.choice(_TEAMS)}-{random.randrange(10**6)}"
    return {
        "Sid": f"AllowService{number}",
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": OWN}, "ArnLike": {"aws:SourceArn": name}},
    }


def _via_service(random: Random, number: int) -> dict[str, Any]:
    service = f"{random.choice(_SERVICES)}.{random.choice(_REGIONS)}.amazonaws.com"
    return {
        "Sid": f"AllowVia{number}",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": USE,
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:CallerAccount": OWN, "kms:ViaService": service}},
    }


def _account(random: Random, number: int) -> dict[str, Any]:
    account = random.choice(OTHERS)
    who: Any = f"arn:aws:iam::{account}:root" if random.random() < 0.5 else [_role(random, account) for _ in range(2)]
    return {
        "Sid": f"AllowAccount{number}",
        "Effect": "Allow",
        "Principal": {"AWS": who},
        "Action": USE,
        "Resource": "*",
    }


def _organization(random: Random, number: int) -> dict[str, Any]:
    condition: dict[str, Any] = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    if random.random() < 0.5:
        condition["ArnLike"] = {"aws:PrincipalArn": f"arn:aws:iam::*:role/{random.choice(_TEAMS)}-*"}
    return {
        "Sid": f"AllowOrg{number}",
        "Effect": "Allow",
        "Principal": "*",
        "Action": USE,
        "Resource": "*",
        "Condition": condition,
    }


def _deny(random: Random, number: int) -> dict[str, Any]:
    condition: dict[str, Any] = random.choice(
        (
            {
                "StringNotEqualsIfExists": {"aws:PrincipalAccount": [OWN, *OTHERS]},
                "Bool": {"aws:PrincipalIsAWSService": "false"},
            },
            {"ArnNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::{OWN}:role/{team}-admin" for team in _TEAMS[:3]]}},
        )
    )
    return {
        "Sid": f"Deny{number}",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": random.sample(_ADMIN, 4),
        "Resource": "*",
        "Condition": condition,
    }


def _open(random: Random) -> dict[str, Any]:
    via = {"StringEquals": {"kms:ViaService": f"s3.{random.choice(_REGIONS)}.amazonaws.com"}}
    return everyone(random.choice((None, via)))


def _role(random: Random, account: str) -> str:
    return (
        f"arn:aws:iam::{account}:role/{random.choice(_TEAMS)}-{random.choice(_SERVICES)}-{random.randrange(10**6):06d}"
    )


def _short(random: Random, number: int) -> dict[str, Any]:
    """One of the many statements by which 180 of them stay below the limit."""
    return {
        "Sid": f"R{number}",
        "Effect": "Allow",
        "Principal": {"AWS": _role(random, random.choice((OWN, *OTHERS)))},
        "Action": ["kms:Encrypt", "kms:Decrypt"],
        "Resource": "*",
    }


_KINDS = (_use, _use, _use, _grant, _service, _service, _via_service, _account, _organization, _deny)


# What a stranger meets, or does not: the arms of the disagreement between tools.
_CONTESTED: tuple[list[dict[str, Any]], ...] = (
    [everyone()],
    [everyone({"StringEquals": {"kms:CallerAccount": OWN}})],
    [everyone({"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}})],
    [everyone({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})],
    [everyone({"StringEquals": {"aws:PrincipalTag/team": "payments"}})],
    [everyone({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}})],
    [everyone({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/payments-*"}})],
    [everyone({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})],
    [everyone({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})],
    [everyone({"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
    [
        everyone(),
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:PrincipalAccount": OWN}},
        },
    ],
    [{**everyone(), "Action": "kms:DescribeKey"}],
)
