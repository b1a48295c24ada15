"""Reads JSON strictly and alike on every Python: no duplicate keys, no NaN, bounded depth and numbers."""

import json
import re
from typing import Any, Optional

from .errors import Fault, PolicyError

LONGEST_TEXT = 131_072
_DEEPEST = 64
_LONGEST_NUMBER = 320
_LONGEST_SHOWN = 80


class JsonFloat:
    """A JSON number with a fraction or exponent, as it was written."""

    def __init__(self, text: str) -> None:
        self.text = text


def read_json(text: str) -> Any:
    """The JSON value in the text; fractions are JsonFloat. Raises PolicyError with what is wrong and where."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        told = _trailing_comma(text, error) or error
        message = re.sub(r"( starting)? at\Z", "", told.msg)
        raise PolicyError(Fault.NOT_JSON, message, str(told.lineno), str(told.colno), str(told.pos)) from None
    except RecursionError:
        raise PolicyError(Fault.TOO_DEEP, str(_DEEPEST)) from None


_ENDS = {"Expecting value": ("]", "array"), "Expecting property name enclosed in double quotes": ("}", "object")}


def _trailing_comma(text: str, error: json.JSONDecodeError) -> Optional[json.JSONDecodeError]:
    """Python 3.13's error for a comma before the end of a list or object, where an older Python names what it
    expected."""
    bracket, what = _ENDS.get(error.msg, ("", ""))
    before = text[: error.pos].rstrip(" \t\n\r")
    if not bracket or not text.startswith(bracket, error.pos) or not before.endswith(","):
        return None
    return json.JSONDecodeError(f"Illegal trailing comma before end of {what}", text, len(before) - 1)


_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^][{}]+")


def bound_depth(text: str) -> None:
    """Refuses JSON, well-formed or not, whose brackets nest deeper than _DEEPEST levels. Raises PolicyError.

    How deep the standard library reads and writes differs from Python to Python.
    """
    depth = deepest = 0
    for bracket in _NOT_BRACKETS.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise PolicyError(Fault.TOO_DEEP, str(_DEEPEST))


def show(value: Any) -> str:
    """A value for an error line: short, and on one line."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value, default=as_float)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise PolicyError(Fault.DUPLICATE_KEY, show(key))
            seen.add(key)
    return found


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise PolicyError(Fault.NOT_A_NUMBER, text[:20] + "…")
    return int(text)


def _float(text: str) -> JsonFloat:
    if len(text) > _LONGEST_NUMBER or float(text) in (float("inf"), float("-inf")):
        raise PolicyError(Fault.NOT_A_NUMBER, text[:20] + ("…" if len(text) > 20 else ""))
    return JsonFloat(text)


def as_float(value: JsonFloat) -> float:
    """The number itself, for a JSON encoder's `default`."""
    return float(value.text)


def _constant(text: str) -> Any:
    raise PolicyError(Fault.NOT_A_NUMBER, text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)
