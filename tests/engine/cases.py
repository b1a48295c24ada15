"""Reads the case files of these tests, in the forms that cases/README.md describes.

Standard library only: replay.py reads the same cases under Pythons that have no pytest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kmspolicy import ENCRYPT, KeyFacts, resolve_actions
from kmspolicy.evaluation.request import Caller, Request
from kmspolicy.policy.context_keys import KEY_ARN

CASES = Path(__file__).with_name("cases")
OURS, THEIRS = "111122223333", "444455556666"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
OUR_KEY = {"account": OURS, "region": "us-west-2", "key_id": KEY_ID, "partition": "aws"}
EVERYONE = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}


class Case(NamedTuple):
    """One case: its name with the file's, the case itself, and the page that its rule comes from."""

    name: str
    data: dict[str, Any]
    page: str


def walk(folder: str) -> Iterator[Case]:
    """Every case in the files of a folder under cases/, however deep."""
    for path in sorted((CASES / folder).rglob("*.json")):
        file = json.loads(path.read_text("utf-8"))
        for case in file["cases"]:
            yield Case(f"{path.stem}: {case['name']}", case, file.get("page", ""))


def name(case: Case) -> str:
    """What pytest calls a case."""
    return case.name


def statement(elements: dict[str, Any]) -> dict[str, Any]:
    """A statement that allows everyone everything on the key, but for these elements."""
    kept = {element: value for element, value in EVERYONE.items() if f"Not{element}" not in elements}
    return {**kept, **elements}


def document(*statements: dict[str, Any], version: str | None = "2012-10-17") -> dict[str, Any]:
    """A policy of these statements."""
    return {**({"Version": version} if version else {}), "Statement": list(statements)}


def policy_of(data: dict[str, Any]) -> dict[str, Any]:
    """The policy of a case: written out, or made of a statement's elements or a list of them."""
    if "policy" in data:
        return data["policy"]
    written = data["statement"]
    return document(*map(statement, written if isinstance(written, list) else [written]))


def request_of(data: dict[str, Any]) -> Request:
    """A request from action, caller, context and key; what is left out is one of another account for kms:Encrypt."""
    key = {**OUR_KEY, **data.get("key", {})}
    arn = "arn:{partition}:kms:{region}:{account}:key/{key_id}".format(**key)
    context = {
        name.lower(): tuple(value) if isinstance(value, list) else value
        for name, value in data.get("context", {}).items()
    }
    caller = Caller(**data.get("caller", {"account": THEIRS}))
    return Request(data.get("action", "kms:Encrypt"), caller, {**context, KEY_ARN: arn})


def question(data: dict[str, Any]) -> dict[str, Any]:
    """What analyze is asked besides the policy."""
    return {
        "actions": resolve_actions(data["actions"]) if "actions" in data else ENCRYPT,
        "key": KeyFacts(**{**OUR_KEY, **data.get("key", {})}),
    }
