"""The values that eval computes with, and how they turn into text, numbers, truth and fields.
Rules: Search Reference, "eval", and Search Manual, "Evaluate and manipulate fields with multiple values".
"""

from __future__ import annotations

from typing import Callable, Union

from dev.spl.errors import SplError
from dev.spl.values import Number, Value, number, pack, spell

Result = Union[str, int, float, bool, None, list[str]]
"""What an expression yields; None is null, a list has two or more texts."""


def truth(result: Result) -> bool | None:
    """A condition's value: true, false, or null."""
    if result is None or isinstance(result, bool):
        return result
    raise SplError("a condition is expected here, not a value")


def numeric(result: Result) -> Number | None:
    """The number that a value is or spells, None otherwise."""
    if isinstance(result, bool) or result is None or isinstance(result, list):
        return None
    return number(result) if isinstance(result, str) else result


def written(result: Result) -> str | None:
    """A single value as text; SplError for a condition and for a multivalue, which no text function documents."""
    if result is None or isinstance(result, str):
        return result
    if isinstance(result, bool):
        raise SplError("a value is expected here, not a condition")
    if isinstance(result, list):
        raise SplError("a single value is expected here, not a multivalue field")
    return spell(result)


def each(result: Result) -> list[str]:
    """The values of a field that may be multivalue."""
    if isinstance(result, list):
        return result
    text = written(result)
    return [] if text is None else [text]


def storable(result: Result) -> Value | None:
    """A result as a field's value. SplError for a condition: eval refuses to assign booleans."""
    if isinstance(result, list):
        return pack(result)
    if isinstance(result, bool):
        raise SplError("eval cannot assign a condition to a field; use if(…) or tostring(…)")
    return written(result)


def compare(operator: str, left: Result, right: Result) -> bool | None:
    """A comparison: by number if both sides are numbers, else by text, case-sensitive; null if a side is null.

    A multivalue field equals a value if one of its values does; no other comparison of it is documented.
    """
    if left is None or right is None:
        return None
    if isinstance(left, list) or isinstance(right, list):
        if operator != "=":
            raise SplError(f"what {operator} means for a multivalue field is not documented; use mvfilter or mvcount")
        return any(compare("=", one, other) for one in each(left) for other in each(right))
    numbers = numeric(left), numeric(right)
    if numbers[0] is not None and numbers[1] is not None:
        return ORDER[operator](numbers[0], numbers[1])
    return ORDER[operator](written(left), written(right))


ORDER: dict[str, Callable[..., bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
