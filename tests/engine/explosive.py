"""Policies that are made to cost, within the 32 KB of KMS, what they are built of, and all that can be asked of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from typing import Any

from kmspolicy import Analysis, Audience, analyze
from kmspolicy.report.sentences import Code
from tests.engine.cases import OURS, document, statement

Built = dict[str, Any]


def allow(condition: dict[str, Any] | None = None, **elements: Any) -> Built:
    """An Allow for everyone with a condition."""
    return statement({**({"Condition": condition} if condition else {}), **elements})


def deny(condition: dict[str, Any], **elements: Any) -> Built:
    """A Deny for everyone with a condition."""
    return allow(condition, Effect="Deny", **elements)


# A data perimeter: identities, networks and resources of the organization only.
PERIMETER = (
    deny(
        {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-aaaabbbbcc"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
        Sid="Identity",
    ),
    deny(
        {
            "NotIpAddressIfExists": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]},
            "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-0aaaabbbbccccdddd", "aws:PrincipalTag/exempt": "true"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"},
            "ArnNotLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/*"},
        },
        Sid="Network",
    ),
    deny(
        {
            "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-aaaabbbbcc", "aws:SourceAccount": OURS},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
            "Null": {"aws:SourceAccount": "false"},
        },
        Sid="Resource",
    ),
)


def windows(*lengths: int) -> Built:
    """Conditions on one key whose automata remember so many characters each."""
    patterns = [f"*{letter}{'?' * length}*{letter}*" for letter, length in zip("ab" * len(lengths), lengths)]
    return {
        "StringLike": {"m": patterns[0]},
        "ForAnyValue:StringLike": {"m": patterns[1]},
        "StringNotLike": {"m": [*patterns[2:], "a*", "b*", "*aa*"]},
    }


def clauses(variables: int, count: int) -> list[Built]:
    """Denies of three conditions each on shared keys: a satisfiability problem."""
    signs = list(product("ab", repeat=3))
    return [
        deny(
            {
                "StringEquals": {
                    f"k{(n * 7 + at * at * 3 + n * n * (at + 1)) % variables}": signs[n % 8][at] for at in range(3)
                }
            }
        )
        for n in range(count)
    ]


# Those whose search the bound ends: none has a witness that a few thousand steps find.
ENDLESS: dict[str, Callable[[], Built]] = {
    "two windows": lambda: document(allow(windows(15, 16))),
    "four windows": lambda: document(allow(windows(12, 13, 14, 15))),
    "windows in Denies": lambda: document(
        allow({"StringLike": {"m": f"*a{'?' * 14}"}}),
        deny({"StringNotLike": {"m": f"*b{'?' * 15}*a"}}),
        deny({"StringLike": {"m": ["a*", "b*", "*aa*"]}}),
    ),
    "stars beside question marks": lambda: document(
        allow({"StringLike": {"m": "*a" * 2_000}, "ForAnyValue:StringLike": {"m": "?" * 4_000 + "*"}})
    ),
    "windows in many statements": lambda: document(*(allow(windows(15 + n % 3, 16 + n % 5)) for n in range(60))),
    "every combination denied": lambda: document(
        allow(),
        *(
            deny({"StringEquals": {f"k{at}": sign for at, sign in enumerate(signs)}})
            for signs in product("ab", repeat=7)
        ),
        *(deny({"StringNotEquals": {f"k{at}": ["a", "b"]}}) for at in range(7)),
    ),
}

# Those that come out with few steps all the same.
TAME: dict[str, Callable[[], Built]] = {
    "many Denies on one key": lambda: document(allow(), *(deny({"StringLike": {"m": f"*{n}*"}}) for n in range(280))),
    "many Denies on keys of their own": lambda: document(
        allow(), *(deny({"StringEquals": {f"m{n}": "x"}}) for n in range(280))
    ),
    "many values": lambda: document(allow({"StringNotLike": {"m": [f"*{n}*" for n in range(3_500)]}})),
    "many keys": lambda: document(allow({"StringEquals": {f"k{n}": "x" for n in range(300)}})),
    "many addresses": lambda: document(
        allow({"IpAddress": {"aws:SourceIp": [f"{a}.{b}.0.1" for a in range(11, 27) for b in range(150)]}})
    ),
    "many dates": lambda: document(
        *(deny({"DateLessThan": {"aws:CurrentTime": f"20{n % 90 + 10}-01-01T00:00:00.{n}Z"}}) for n in range(100)),
        allow(),
    ),
    "a Deny for all but many principals": lambda: document(
        allow(), deny({"StringNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::{n:012d}:role/a{n}" for n in range(300)]}})
    ),
    "a Deny for all but many user ids": lambda: document(
        allow(), deny({"StringNotLike": {"aws:userId": [f"AROA{n:05d}ABCDEFGHIJK:*" for n in range(100)]}})
    ),
    "many statements": lambda: document(*(allow(Sid="x" * 50) for _ in range(180))),
    "many principals": lambda: document(
        allow(Principal={"AWS": [f"arn:aws:iam::{n:012d}:role/a" for n in range(900)]})
    ),
    "a satisfiability problem": lambda: document(allow(), *clauses(40, 200)),
    "a smaller one": lambda: document(allow(), *clauses(12, 60)),
    "stars without end": lambda: document(allow({"StringLike": {"m": "*a" * 14_000}})),
    "question marks without end": lambda: document(allow({"StringNotLike": {"m": "*?" * 8_000}})),
    "several values without end": lambda: document(
        allow(),
        *(
            deny(
                {
                    f"ForAnyValue:{operator}": {"aws:CalledVia": [f"a{n}*", f"*b{n}"]}
                    for operator in ("StringLike", "StringNotLike")
                }
            )
            for n in range(100)
        ),
    ),
    "account prefixes": lambda: document(
        allow(), *(deny({"StringLike": {"aws:PrincipalAccount": f"*{n:03d}*"}}) for n in range(250))
    ),
    "a long value": lambda: document(allow({"StringEqualsIgnoreCase": {"m": "aB" * 12_000}})),
}


def everything(policy: dict[str, Any]) -> Analysis:
    """The analysis of a policy with all that it can say, worked out; KMS would take its text."""
    text = json.dumps(policy, separators=(",", ":"))
    assert len(text) <= 32_768
    found = analyze(text)
    assert (found.problem, found.audience is None, found.encrypt_only, found.granted) != (None, True, True, ())
    for each in found.statements:
        assert each.flagged == bool(each.witness or Code.UNPROVEN in {reason.code for reason in each.reasons})
        assert (each.audience is Audience.none) <= (each.granted == ())
    return found
