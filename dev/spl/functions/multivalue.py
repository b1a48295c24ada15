"""Eval functions of multivalue fields.
Page: "Multivalue eval functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.functions.define import EvalFunction, Scope, of_values, strict
from dev.spl.regexes import compile_regex
from dev.spl.results import Result, each, numeric, storable, written
from dev.spl.values import pack

PAGE = "Search Reference: Multivalue eval functions"

Arguments = tuple[tree.Expression, ...]


def _mvindex(values: Result, start: Result, end: Result = None) -> Result:
    """Counted from 0, from the end if negative; both ends belong to it; null outside."""
    found = each(values)
    first = int(numeric(start) or 0)
    last = first if end is None else int(numeric(end) or 0)
    first, last = (index + len(found) if index < 0 else index for index in (first, last))
    return pack(found[first : last + 1]) if first >= 0 else None


def _mvfind(values: Result, regex: Result) -> int | None:
    pattern = compile_regex(written(regex) or "")
    return next((index for index, text in enumerate(each(values)) if pattern.search(text)), None)


def _mvfilter(scope: Scope, arguments: Arguments) -> Result:
    """The values for which the condition holds; it may name one field only."""
    field = _only_field(arguments[0])
    return pack(text for text in each(scope.row.get(field)) if scope.having(field, text).holds(arguments[0]))


def _mvmap(scope: Scope, arguments: Arguments) -> Result:
    """What the second argument yields for each value of the field that is the first; null yields none."""
    field, expression = arguments
    if not isinstance(field, tree.Field):
        raise SplError("the local runner only knows mvmap of a field", field.position)
    found = (scope.having(field.name, text).evaluate(expression) for text in each(scope.row.get(field.name)))
    return pack(text for result in found for text in each(storable(result)))


def _only_field(expression: tree.Expression) -> str:
    names: set[str] = set(_fields(expression))
    if len(names) != 1:
        raise SplError("exactly one field may occur here", expression.position)
    return names.pop()


def _fields(expression: tree.Expression) -> Iterator[str]:
    if isinstance(expression, tree.Field):
        yield expression.name
    elif isinstance(expression, (tree.Operation, tree.Function)):
        parts = expression.operands if isinstance(expression, tree.Operation) else expression.arguments
        for part in parts:
            yield from _fields(part)


def _mvzip(left: Result, right: Result, separator: Result = ",") -> Result:
    """Pairs of values, as many as the shorter field has."""
    return pack(f"{one}{written(separator)}{other}" for one, other in zip(each(left), each(right)))


def _split(text: Result, separator: Result) -> Result:
    return pack((written(text) or "").split(written(separator) or ""))


MULTIVALUE: dict[str, EvalFunction] = {
    "mvappend": of_values(PAGE, 1, None, lambda *values: pack(text for value in values for text in each(value))),
    "mvcount": strict(PAGE, 1, 1, lambda values: len(each(values))),
    "mvdedup": strict(PAGE, 1, 1, lambda values: pack(dict.fromkeys(each(values)))),
    "mvindex": strict(PAGE, 2, 3, _mvindex),
    "mvjoin": strict(PAGE, 2, 2, lambda values, separator: (written(separator) or "").join(each(values))),
    "mvfind": strict(PAGE, 2, 2, _mvfind),
    "mvfilter": EvalFunction(PAGE, 1, 1, _mvfilter),
    "mvmap": EvalFunction(PAGE, 2, 2, _mvmap),
    "mvzip": strict(PAGE, 2, 3, _mvzip),
    "split": strict(PAGE, 2, 2, _split),
}
