"""Evaluates one request against one key policy: the reference that the engine is measured against.
From the IAM User Guide, *Policy evaluation logic* and *AWS JSON policy elements*, and the KMS Developer Guide, *Key policies*.
"""
from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Optional

from tests.reference.grammar import as_list, has_variables, statements
from tests.reference.operators import Context, expand, glob, holds

ALLOWED, DENIED, NOT_ALLOWED = "allowed", "denied", "not allowed"
UNIQUE_ID = r"(?:AIDA|AROA)[A-Z0-9]{12,}"
# what an unknown part of the key's ARN may be, besides what the policy's own patterns spell out
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-south-1")
ACCOUNTS = ("000000000000", "123123123123")
KEY_IDS = ("00000000-0000-4000-8000-000000000000", "mrk-00000000000040008000000000000000")


@dataclass(frozen=True)
class Key:
    """The KMS key that a request is about; a part that is not known is None and may be anything."""
    account: Optional[str] = None
    region: Optional[str] = None
    key_id: Optional[str] = None
    partition: Optional[str] = None


@dataclass(frozen=True)
class Caller:
    """Who makes a request: a principal of an account (arn: aws:PrincipalArn), or an AWS service with its names."""
    account: Optional[str] = None
    arn: Optional[str] = None
    session: Optional[str] = None
    unique_id: Optional[str] = None
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
    return (principal_matches(statement, request.caller) and action_matches(statement, request.action)
            and resource_matches(statement, request.key, request.context, variables)
            and all(holds(operator, key, values, request.context, variables)
                    for operator, key, values in conditions(statement)))


def conditions(statement: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """The statement's conditions as (operator, key, values); all of them must hold."""
    return [(operator, key, values) for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()]


def principals(statement: dict[str, Any]) -> list[tuple[str, str]]:
    """(type, name) of everyone in Principal or NotPrincipal; a bare * is AWS's."""
    element = statement.get("Principal", statement.get("NotPrincipal"))
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
    patterns = [expand(pattern, context, variables) for pattern in as_list(element)]
    found = ([pattern is not None and glob(arn, pattern) for pattern in patterns]
             for arn in key_arns(key, as_list(element), context))
    return any(any(row) == ("Resource" in statement) for row in found)


def key_arns(key: Key, patterns: list[str], context: Context) -> Iterator[str]:
    """The ARNs that the key may have; unknown parts take every value that could make a difference to the patterns."""
    spelled = {part for pattern in patterns for part in re.split("[:/]", pattern) if re.fullmatch(r"[\w-]+", part)}
    spelled |= {value for value in context.values() if isinstance(value, str) and re.fullmatch(r"[\w-]+", value)}
    accounts = {part for part in spelled if re.fullmatch(r"\d{12}", part, re.ASCII)}
    others = spelled - accounts - {"arn", "kms", "key", "alias"}
    parts = ((key.partition, {*PARTITIONS, *others}), (key.region, {*REGIONS, *others}),
             (key.account, {*ACCOUNTS, *accounts}), (key.key_id, {*KEY_IDS, *others}))
    for partition, region, account, key_id in itertools.product(
            *([known] if known is not None else sorted(options) for known, options in parts)):
        yield f"arn:{partition}:kms:{region}:{account}:key/{key_id}"
