"""Policies that grow in one respect only, which shows how the cost of `analyze` grows with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dev.bench.policies import OTHERS, OWN, USE, everyone, root


def with_statements(count: int) -> str:
    """Statements for the key's own roles, each with a condition of its own."""
    return _text(
        [root()]
        + [
            {
                "Sid": f"S{i}",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{OWN}:role/app-{i}"},
                "Action": USE,
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:ViaService": f"s{i}.us-east-1.amazonaws.com"}},
            }
            for i in range(count)
        ]
    )


def with_deny_statements(count: int) -> str:
    """One Allow for everyone and Deny statements that each close one service."""
    return _text([everyone(), *(_deny({"StringEquals": {"kms:ViaService": _service(i)}}) for i in range(count))])


def with_closing_deny_statements(count: int) -> str:
    """One Allow for everyone and Deny statements of which no request passes two: the search must try everything."""
    return _text(
        [everyone(), *(_deny({"StringNotLike": {"kms:ViaService": f"*.{_service(i)}"}}) for i in range(count))]
    )


def with_conditions(count: int) -> str:
    """One Allow for everyone under so many condition keys, each of which a stranger can meet."""
    return _text([everyone({"StringEquals": {f"kms:EncryptionContext:key{i}": f"value{i}" for i in range(count)}})])


def with_values(count: int) -> str:
    """One Allow for everyone under one condition key with so many values."""
    return _text([everyone({"StringLike": {"kms:EncryptionContext:key": [f"value{i}-*" for i in range(count)]}})])


def with_principals(count: int) -> str:
    """One Allow for so many roles of another account."""
    return _text(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:aws:iam::{OTHERS[0]}:role/app-{i}" for i in range(count)]},
                "Action": USE,
                "Resource": "*",
            }
        ]
    )


def _text(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _deny(condition: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition}


def _service(number: int) -> str:
    return f"service{number}.us-east-1.amazonaws.com"


CURVES: dict[str, Callable[[int], str]] = {
    "statements": with_statements,
    "Deny statements": with_deny_statements,
    "Deny statements, no way through": with_closing_deny_statements,
    "condition keys": with_conditions,
    "values of a condition": with_values,
    "principals": with_principals,
}
