"""Eval functions that decide, compare, and tell or convert types.
Pages: "Comparison and Conditional functions", "Informational functions", "Conversion functions".
"""
from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.functions.define import EvalFunction, of_values, strict
from dev.spl.regexes import compile_regex
from dev.spl.results import Result, compare, each, numeric, written
from dev.spl.values import number, spell

if TYPE_CHECKING:
    from dev.spl.expressions import Scope

COMPARISON = "Search Reference: Comparison and Conditional functions"
INFORMATION = "Search Reference: Informational functions"
CONVERSION = "Search Reference: Conversion functions"
STATISTICAL = "Search Reference: Statistical eval functions"

Arguments = tuple[tree.Expression, ...]


def _if(scope: Scope, arguments: Arguments) -> Result:
    condition, then, otherwise = arguments
    return scope.evaluate(then if scope.holds(condition) else otherwise)


def _case(scope: Scope, arguments: Arguments) -> Result:
    if len(arguments) % 2:
        raise SplError("case() takes pairs of a condition and a value")
    for condition, value in zip(arguments[::2], arguments[1::2]):
        if scope.holds(condition):
            return scope.evaluate(value)
    return None


def _coalesce(scope: Scope, arguments: Arguments) -> Result:
    return next((value for argument in arguments if (value := scope.evaluate(argument)) is not None), None)


def _in(value: Result, *listed: Result) -> bool | None:
    """True if the value equals one of the list, case-sensitive and without wildcards."""
    return any(compare("=", value, one) for one in listed)


def _match(subject: Result, regex: Result) -> bool:
    """True if the regular expression is found anywhere; in a multivalue field in any of its values."""
    pattern = compile_regex(written(regex) or "")
    return any(pattern.search(text) for text in each(subject))


def _like(subject: Result, pattern: Result) -> bool:
    """% stands for any text, _ for one character; case-sensitive, the whole value."""
    parts = {"%": ".*", "_": "."}
    regex = "".join(parts.get(character) or re.escape(character) for character in written(pattern) or "")
    return any(re.fullmatch(regex, text, re.DOTALL) for text in each(subject))


def _cidrmatch(block: Result, address: Result) -> bool:
    try:
        return ipaddress.ip_address(written(address) or "") in ipaddress.ip_network(written(block) or "", strict=False)
    except ValueError:
        return False


def _nullif(left: Result, right: Result) -> Result:
    return None if compare("=", left, right) else left


def _tonumber(text: Result, base: Result = 10) -> Result:
    if base == 10:
        return numeric(text)
    try:
        return int(written(text) or "", int(numeric(base) or 10))
    except ValueError:
        return None


def _tostring(value: Result, form: Result = None) -> Result:
    if form is None:
        return ("True" if value else "False") if isinstance(value, bool) else value if value is None else written(value)
    if form == "commas" and (amount := numeric(value)) is not None:
        return f"{amount:,}" if isinstance(amount, int) else f"{amount:,.2f}"
    raise SplError(f"the local runner does not know tostring(…, {form!r})")


def _isnum(value: Result) -> bool:
    return not isinstance(value, (list, bool)) and (not isinstance(value, str) or number(value) is not None)


def _max(*values: Result) -> Result:
    """The largest of numbers; texts are larger than numbers."""
    texts = [text for value in values for text in each(value)]
    numbers = [found for text in texts if (found := number(text)) is not None]
    others = [text for text in texts if number(text) is None]
    return max(others) if others else spell(max(numbers)) if numbers else None


CONDITIONAL: dict[str, EvalFunction] = {
    "if": EvalFunction(COMPARISON, 3, 3, _if),
    "case": EvalFunction(COMPARISON, 2, None, _case),
    "coalesce": EvalFunction(COMPARISON, 1, None, _coalesce),
    "in": strict(COMPARISON, 2, None, _in),
    "match": strict(COMPARISON, 2, 2, _match),
    "like": strict(COMPARISON, 2, 2, _like),
    "cidrmatch": strict(COMPARISON, 2, 2, _cidrmatch),
    "null": of_values(COMPARISON, 0, 0, lambda: None),
    "nullif": of_values(COMPARISON, 2, 2, _nullif),
    "true": of_values(COMPARISON, 0, 0, lambda: True),
    "false": of_values(COMPARISON, 0, 0, lambda: False),
    "isnull": of_values(INFORMATION, 1, 1, lambda value: value is None),
    "isnotnull": of_values(INFORMATION, 1, 1, lambda value: value is not None),
    "isnum": strict(INFORMATION, 1, 1, _isnum),
    "tonumber": strict(CONVERSION, 1, 2, _tonumber),
    "tostring": strict(CONVERSION, 1, 2, _tostring),
    "max": of_values(STATISTICAL, 1, None, _max),
}
