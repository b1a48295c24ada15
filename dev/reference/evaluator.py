"""Evaluates one request against one key policy: the reference that the engine is measured against.
From the IAM User Guide, *Policy evaluation logic*, *AWS JSON policy elements*; KMS Developer Guide, *Key policies*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dev.reference.grammar import Policy, as_list
from dev.reference.operators import Context, expand, glob, holds

ALLOWED, DENIED, NOT_ALLOWED = "allowed", "denied", "not allowed"
UNIQUE_ID = r"(?:AIDA|AROA)[A-Z0-9]{12,}"


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
    """One request: action with its prefix, who, on which key (its ARN), with which context (lower-cased keys)."""

    action: str
    caller: Caller
    key: str
    context: Context = field(default_factory=dict)


def evaluate(policy: Policy, request: Request) -> str:
    """ALLOWED, DENIED or NOT_ALLOWED. Statements that break the grammar give and deny nothing."""
    effects = [s["Effect"] for s in policy.statements if s and matches(s, request, policy.variables)]
    return DENIED if "Deny" in effects else ALLOWED if "Allow" in effects else NOT_ALLOWED


def matches(statement: dict[str, Any], request: Request, variables: bool) -> bool:
    """Whether every element of a statement matches the request."""
    denies = statement["Effect"] == "Deny"
    return (
        principal_matches(statement, request.caller, request.key)
        and action_matches(statement, request.action)
        and resource_matches(statement, request.key, request.context, variables)
        and all(met(spelled, request.context, variables, denies) for spelled in conditions(statement))
    )


Spelled = tuple[tuple[str, str, Any], ...]  # the spellings of one condition: operator, key, values


def conditions(statement: dict[str, Any]) -> Iterator[Spelled]:
    """The statement's conditions, which must all hold; keys of one operator that differ in case are one of them."""
    for operator, keys in statement.get("Condition", {}).items():
        for name in dict.fromkeys(key.lower() for key in keys):
            yield tuple((operator, key, values) for key, values in keys.items() if key.lower() == name)


def met(spelled: Spelled, context: Context, variables: bool, denies: bool) -> bool:
    """Whether a condition holds; of keys that differ in case one is enough in an Allow, a Deny needs all (the widest
    reading: AWS does not say).
    """
    return (all if denies else any)(
        holds(operator, key, values, context, variables, denies) for operator, key, values in spelled
    )


def principals(statement: dict[str, Any]) -> list[tuple[str, str]]:
    """(type, name) of everyone in Principal or NotPrincipal; a bare * is AWS's."""
    element: Any = statement.get("Principal", statement.get("NotPrincipal"))
    if not isinstance(element, dict):
        return [("AWS", "*")] if element == "*" else []
    return [(kind, name) for kind, names in element.items() if names != {} for name in as_list(names)]


def principal_matches(statement: dict[str, Any], caller: Caller, key: str) -> bool:
    """*AWS JSON policy elements: Principal* and *NotPrincipal*; an element that lists nobody has no effect."""
    listed = principals(statement)
    return bool(listed) and any(names(kind, name, caller, key) for kind, name in listed) == ("Principal" in statement)


def names(kind: str, name: str, caller: Caller, key: str) -> bool:
    """Whether one entry of a principal element means this caller; ARNs of another partition than the key's do not."""
    if kind == "Service":
        return name in caller.services and "*" not in name
    if kind != "AWS":
        return False
    if name == "*":
        return True
    if "*" in name or "?" in name or caller.services:
        return False
    if name.startswith("arn:") and name.split(":")[1] != key.split(":")[1]:
        return False
    if re.fullmatch(r"arn:[^:]+:iam::\d{12}:root", name, re.ASCII):
        return caller.account == name.split(":")[4]
    if re.fullmatch(r"\d{12}", name, re.ASCII):
        return caller.account == name
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


def resource_matches(statement: dict[str, Any], key: str, context: Context, variables: bool) -> bool:
    """*Key policies*, Resource: * is the key itself, a pattern is matched against its ARN, with case."""
    element = statement.get("Resource", statement.get("NotResource", []))
    if element in ([], {}):
        return False
    patterns = [expand(pattern, context, variables) for pattern in as_list(element)]
    return any(p is not None and glob(key, p) for p in patterns) == ("Resource" in statement)


def caller_of(arn: str, context: Context) -> Caller:
    """The caller of a request whose principal and context are written down, as a witness has them."""
    user_id, session = context.get("aws:userid"), arn if ":sts:" in arn else None
    own = context.get("aws:principalarn", arn)
    unique = user_id.split(":")[0] if isinstance(user_id, str) else None
    return Caller(arn.split(":")[4], own if isinstance(own, str) else arn, session, unique)


def grantee_may_be(grantee: str, caller: Caller) -> bool:
    """Whether a grant to this principal is one to the caller: *CreateGrant*, GranteePrincipal."""
    start = grantee.split(":")
    if start[5:] == ["root"]:
        return caller.account == start[4]
    return grantee in (caller.arn, caller.session)
