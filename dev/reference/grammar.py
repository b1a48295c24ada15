"""Reads a key policy and says what does not keep to the grammar, for the whole policy or for one statement.
From the IAM User Guide, *Grammar of the IAM JSON policy language*, and docs/threat-model.md, *Policies that cannot be
read*.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dev.reference.operators import NEGATED, POSITIVE, split_operator

OLD, NEW = "2008-10-17", "2012-10-17"
PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")


class BrokenPolicy(Exception):
    """The policy, or one statement of it, cannot be read; the text says why."""


class Number(str):
    """A JSON number in a policy, as it is written there."""

    __slots__ = ()


@dataclass(frozen=True)
class Policy:
    """A policy that can be read. statements: {} for each that breaks the grammar; errors: why, statements from 1."""

    statements: tuple[dict[str, Any], ...]
    variables: bool  # whether ${…} expands: *Variables and tags*, Introduction, note
    errors: tuple[str, ...]


def read(text: str) -> Policy:
    """Parses and checks a policy text; numbers become Number, so that their spelling survives.

    Raises BrokenPolicy where nothing of the policy can be read.
    """
    try:
        policy = json.loads(
            text, object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_constant
        )
    except (ValueError, RecursionError) as error:
        raise BrokenPolicy(f"not JSON: {error}") from error
    _demand(isinstance(policy, dict), "the policy is not an object")
    if "Version" in policy:
        _demand(policy["Version"] in (OLD, NEW) and type(policy["Version"]) is str, "unknown Version")
    _demand("Id" not in policy or type(policy["Id"]) is str, "Id is not a string")
    _demand("Statement" in policy, "no Statement")
    found = policy["Statement"]
    _demand(isinstance(found, (dict, list)) and found != [], "Statement is neither an object nor a list of them")
    statements, errors = [], []
    for number, statement in enumerate(as_list(found), 1):
        try:
            _statement(statement)
            statements.append(statement)
        except BrokenPolicy as error:
            statements.append({})
            errors.append(f"statement {number}: {error}")
    return Policy(tuple(statements), policy.get("Version") == NEW, tuple(errors))


def as_list(value: Any) -> list[Any]:
    """A value that may be written alone or in a list."""
    return value if isinstance(value, list) else [value]


def _statement(statement: Any) -> None:
    _demand(isinstance(statement, dict), "it is not an object")
    _demand(statement.get("Effect") in ("Allow", "Deny"), "Effect is neither Allow nor Deny")
    _demand("Sid" not in statement or type(statement["Sid"]) is str, "Sid is not a string")
    for name in ("Principal", "Action", "Resource"):
        _demand(not (name in statement and f"Not{name}" in statement), f"both {name} and Not{name}")
    _demand("Principal" in statement or "NotPrincipal" in statement, "no principal element")
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in statement:
            _strings(statement[name], name)
    for name in ("Principal", "NotPrincipal"):
        if name in statement:
            _principal(statement[name], name)
    if "Condition" in statement:
        _condition(statement["Condition"])


def _principal(value: Any, name: str) -> None:
    if value in ("*", []):
        return
    _demand(isinstance(value, dict), f"{name} is neither * nor an object")
    for kind, names in value.items():
        _demand(kind in PRINCIPAL_TYPES, f"unknown principal type {kind}")
        _strings(names, f"{name}.{kind}")


def _condition(condition: Any) -> None:
    _demand(isinstance(condition, dict), "Condition is not an object")
    for operator, keys in condition.items():
        _, base, if_exists = split_operator(operator)
        _demand(base in POSITIVE or base in NEGATED or base == "null", f"unknown condition operator {operator}")
        _demand(base != "null" or not if_exists, f"{operator}: Null takes no IfExists")
        _demand(isinstance(keys, dict), f"{operator} is not an object")
        for key, values in keys.items():
            _demand(all(isinstance(value, (str, bool)) for value in as_list(values)), f"{operator}.{key}: not a string")


def _strings(value: Any, where: str) -> None:
    if value != {}:
        _demand(all(type(item) is str for item in as_list(value)), f"{where}: not a string")


def _demand(holds: bool, text: str) -> None:
    if not holds:
        raise BrokenPolicy(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise BrokenPolicy("a key twice in one object")
    return result


def _constant(name: str) -> None:
    raise BrokenPolicy(f"not JSON: {name}")
