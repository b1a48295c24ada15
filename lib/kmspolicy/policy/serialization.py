"""Writes a policy as JSON: the whole of it in canonical form, for its hash, and each statement for its row."""

import json
from collections.abc import Mapping
from typing import Any

from .strict_json import JsonFloat, as_float


def _as_object(value: JsonFloat) -> dict[str, str]:
    """A fraction as an object of its text: conditions tell 1.5 from 1.50, and finer ones than a float."""
    return {"number": value.text}


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False, default=_as_object)
_READABLE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False, default=as_float)
_ESCAPED = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=as_float)


def canonical(source: Mapping[str, Any]) -> str:
    """The policy with sorted keys, no spaces, ASCII escapes: the same text however the policy is spelled."""
    return _CANONICAL.encode(source)


def of_statement(source: Any) -> str:
    """A statement as compact JSON; escaped where its characters cannot be written as UTF-8."""
    text = _READABLE.encode(source)
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _ESCAPED.encode(source)
    return text
