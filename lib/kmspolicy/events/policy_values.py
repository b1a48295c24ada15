"""Decides which JSON values are policies, and writes each as the text that the engine reads.

Source: IAM User Guide, *IAM JSON policy elements reference*.
"""

import json
from typing import Any, Union

from ..policy.identifiers import VERSIONS
from .api_call import Json, decoded

_STATEMENT_MEMBERS = frozenset(("Effect", "Principal", "NotPrincipal", "Action", "NotAction"))


def is_policy(value: Union[Json, list[Any]]) -> bool:
    """Whether a value is a policy, or a list of a policy's statements.

    An object with a Version of the policy language is one, and a broken one without a Statement.
    """
    if isinstance(value, dict):
        return "Statement" in value or value.get("Version") in VERSIONS
    return bool(value) and all(isinstance(item, dict) and "Effect" in item for item in value)


def is_sure_policy(value: Any) -> bool:
    """Whether a value is a policy, and not a log that has a member Statement."""
    if not isinstance(value, dict) or "Statement" not in value:
        return False
    listed = value["Statement"] if isinstance(value["Statement"], list) else [value["Statement"]]
    return any(isinstance(item, dict) and not _STATEMENT_MEMBERS.isdisjoint(item) for item in listed)


def policy_text(value: Any) -> str:
    """The JSON of what stands in a policy's place; of a text its own, so that nothing of it is lost.

    A policy that was encoded again is decoded, and a list of statements becomes a policy.
    """
    text = decoded(value) if isinstance(value, str) else json.dumps(value)
    if text.lstrip().startswith("["):
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if is_policy(listed):
            return f'{{"Version": "2012-10-17", "Statement": {text}}}'
    return text
