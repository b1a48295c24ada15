"""Eval functions that decide, compare, and tell or convert types.
Pages: "Comparison and Conditional functions", "Informational functions", "Conversion functions".
"""

from __future__ import annotations

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.functions.define import EvalFunction, Scope, of_values, strict
from dev.spl.regexes import compile_regex
from dev.spl.results import Result, each, numeric, written

COMPARISON = "Search Reference: Comparison and Conditional functions"
INFORMATION = "Search Reference: Informational functions"
CONVERSION = "Search Reference: Conversion functions"

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


def _match(subject: Result, regex: Result) -> bool:
    """True if the regular expression is found anywhere; in a multivalue field in any of its values."""
    pattern = compile_regex(written(regex) or "")
    return any(pattern.search(text) for text in each(subject))


CONDITIONAL: dict[str, EvalFunction] = {
    "if": EvalFunction(COMPARISON, 3, 3, _if),
    "case": EvalFunction(COMPARISON, 2, None, _case),
    "coalesce": EvalFunction(COMPARISON, 1, None, _coalesce),
    "match": strict(COMPARISON, 2, 2, _match),
    "null": of_values(COMPARISON, 0, 0, lambda: None),
    "true": of_values(COMPARISON, 0, 0, lambda: True),
    "isnull": of_values(INFORMATION, 1, 1, lambda value: value is None),
    "isnotnull": of_values(INFORMATION, 1, 1, lambda value: value is not None),
    "tonumber": strict(CONVERSION, 1, 1, numeric),
}
