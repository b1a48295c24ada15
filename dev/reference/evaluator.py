"""Evaluates one request against one key policy: the reference that the engine is measured against.
From the IAM User Guide, *Policy evaluation logic*, *AWS JSON policy elements*; KMS Developer Guide, *Key policies*.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from typing import Any

from dev.reference.grammar import as_list, has_variables, statements
from dev.reference.operators import Context, expand, glob, holds
from dev.reference.texts import DIGITS, Glob, literal, some, texts, wildcards

ALLOWED, DENIED, NOT_ALLOWED = "allowed", "denied", "not allowed"
UNIQUE_ID = r"(?:AIDA|AROA)[A-Z0-9]{12,}"
LETTERS = frozenset(string.ascii_lowercase) | {"-"}


@dataclass(frozen=True)
class Key:
    """The KMS key that a request is about; a part that is not known is None and may be anything."""

    account: str | None = None
    region: str | None = None
    key_id: str | None = None
    partition: str | None = None


@dataclass(frozen=True)
class Caller:
    """Who makes a request: a principal of an account (arn: aws:PrincipalArn), or an AWS service with its names."""

    account: str | None = None
    arn: str | None = None
    session: str | None = None
    unique_id: str | None = None
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """One request: action with its prefix, who, on which key, with which context (lower-cased keys)."""

    action: str
    caller: Caller
    key: Key = Key()
    context: Context = field(default_factory=dict)


def evaluate(policy: dict[str, Any], request: Request) -> str:
    """ALLOWED, DENIED or NOT_ALLOWED; the policy is parsed and checked (grammar.read)."""
    effects = [s["Effect"] for s in statements(policy) if matches(s, request, has_variables(policy))]
    return DENIED if "Deny" in effects else ALLOWED if "Allow" in effects else NOT_ALLOWED


def matches(statement: dict[str, Any], request: Request, variables: bool) -> bool:
    """Whether every element of a statement matches the request."""
    return (
        principal_matches(statement, request.caller)
        and action_matches(statement, request.action)
        and resource_matches(statement, request.key, request.context, variables)
        and all(
            holds(operator, key, values, request.context, variables) for operator, key, values in conditions(statement)
        )
    )


def conditions(statement: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """The statement's conditions as (operator, key, values); all of them must hold."""
    return [
        (operator, key, values)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]


def principals(statement: dict[str, Any]) -> list[tuple[str, str]]:
    """(type, name) of everyone in Principal or NotPrincipal; a bare * is AWS's."""
    element: Any = statement.get("Principal", statement.get("NotPrincipal"))
    if element in ("*", []):
        return [("AWS", "*")] if element else []
    return [(kind, name) for kind, names in element.items() if names != {} for name in as_list(names)]


def principal_matches(statement: dict[str, Any], caller: Caller) -> bool:
    """*AWS JSON policy elements: Principal* and *NotPrincipal*; an element that lists nobody has no effect."""
    listed = principals(statement)
    return bool(listed) and any(names(kind, name, caller) for kind, name in listed) == ("Principal" in statement)


def names(kind: str, name: str, caller: Caller) -> bool:
    """Whether one entry of a principal element means this caller."""
    if kind == "Service":
        return name in caller.services and "*" not in name
    if kind != "AWS":
        return False
    if name == "*":
        return True
    if "*" in name or "?" in name or caller.services:
        return False
    account = re.fullmatch(r"(?:arn:[^:]+:iam::)?(\d{12})(:root)?", name, re.ASCII)
    if account and (name.startswith("arn:") == bool(account.group(2))):
        return caller.account == account.group(1)
    if re.fullmatch(UNIQUE_ID, name):
        return caller.unique_id == name
    if re.fullmatch(r"arn:[^:]+:iam::\d{12}:(role|user)/.+", name, re.ASCII):
        return caller.arn == name
    if re.fullmatch(r"arn:[^:]+:sts::\d{12}:(assumed-role|federated-user)/.+", name, re.ASCII):
        return caller.session == name
    return False


def action_matches(statement: dict[str, Any], action: str) -> bool:
    """*AWS JSON policy elements: Action* and *NotAction*: wildcards, no case."""
    element = statement.get("Action", statement.get("NotAction", []))
    if element in ([], {}):
        return False
    found = any(glob(action, [(c, False) for c in pattern], case=False) for pattern in as_list(element))
    return found == ("Action" in statement)


def resource_matches(statement: dict[str, Any], key: Key, context: Context, variables: bool) -> bool:
    """*Key policies*, Resource: * is the key itself; else its ARN, any that fits where parts of it are unknown."""
    element = statement.get("Resource", statement.get("NotResource", []))
    if element in ([], {}):
        return False
    patterns = (expand(pattern, context, variables) for pattern in as_list(element))
    tests = tuple(Glob(wildcards(pattern)) for pattern in patterns if pattern is not None)
    return any(any(outcome) == ("Resource" in statement) for outcome, _ in texts((key_arn(key),), tests))


def key_arn(key: Key) -> Glob:
    """The ARNs that the key may have; a part that is not known is any of its kind."""
    parts = (
        (key.partition, literal("aws") + ((LETTERS, True),)),
        (key.region, some(LETTERS | DIGITS)),
        (key.account, some(DIGITS, 12, False)),
        (key.key_id, some(LETTERS | DIGITS)),
    )
    partition, region, account, key_id = (options if known is None else literal(known) for known, options in parts)
    place = literal("arn:") + partition + literal(":kms:") + region + literal(":") + account
    return Glob(place + literal(":key/") + key_id)
