"""Computes eval expressions: operators, null, and calls of functions.
Rules: Search Reference, "eval" (operators, order of evaluation) and "where"; functions are in dev.spl.functions.
"""

from __future__ import annotations

from typing import Callable

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.functions import FUNCTIONS
from dev.spl.results import ORDER, Result, compare, numeric, truth, written
from dev.spl.values import Number, Row, Value


class Scope:
    """What an expression is computed against: one row, and the time of the search in Unix seconds."""

    def __init__(self, row: Row, now: float) -> None:
        self.row = row
        self.now = now

    def evaluate(self, expression: tree.Expression) -> Result:
        """The value of an expression; SplError where Splunk refuses it, or where its behaviour is not documented."""
        if isinstance(expression, tree.Literal):
            return expression.value
        if isinstance(expression, tree.Field):
            return self.row.get(expression.name)
        try:
            if isinstance(expression, tree.Function):
                return FUNCTIONS[expression.name].apply(self, expression.arguments)
            return _OPERATORS[expression.operator](self, expression.operands)
        except SplError as error:
            raise error.at(expression.position) from None

    def holds(self, expression: tree.Expression) -> bool:
        """Whether a condition is true; null is not."""
        return truth(self.evaluate(expression)) is True

    def having(self, field: str, value: Value) -> Scope:
        """The same scope with another value of one field."""
        return Scope({**self.row, field: value}, self.now)


def check(expression: tree.Expression) -> None:
    """SplError for a function that is not known, or that is called with too few or too many arguments."""
    if isinstance(expression, tree.Operation):
        for operand in expression.operands:
            check(operand)
    if not isinstance(expression, tree.Function):
        return
    function = FUNCTIONS.get(expression.name)
    if function is None:
        raise SplError(f"the local runner does not know the function {expression.name!r}", expression.position)
    count = len(expression.arguments)
    if count < function.least or (function.most is not None and count > function.most):
        raise SplError(f"{expression.name}() does not take {count} argument{'s' * (count != 1)}", expression.position)
    for argument in expression.arguments:
        check(argument)


Operands = tuple[tree.Expression, ...]
Operator = Callable[[Scope, Operands], Result]


def _comparison(operator: str) -> Operator:
    return lambda scope, operands: compare(operator, *map(scope.evaluate, operands))


def _arithmetic(combine: Callable[[Number, Number], Number]) -> Operator:
    def apply(scope: Scope, operands: Operands) -> Result:
        left, right = (numeric(scope.evaluate(operand)) for operand in operands)
        try:
            return None if left is None or right is None else combine(left, right)
        except ZeroDivisionError:
            return None

    return apply


def _add(scope: Scope, operands: Operands) -> Result:
    """Adds two numbers, joins two texts; null for a number and a text."""
    left, right = map(scope.evaluate, operands)
    if (first := numeric(left)) is not None and (second := numeric(right)) is not None:
        return first + second
    return left + right if isinstance(left, str) and isinstance(right, str) else None


def _concatenate(scope: Scope, operands: Operands) -> Result:
    parts = [written(scope.evaluate(operand)) for operand in operands]
    return None if None in parts else "".join(part for part in parts if part is not None)


def _negative(scope: Scope, operands: Operands) -> Result:
    value = numeric(scope.evaluate(operands[0]))
    return None if value is None else -value


def _and(scope: Scope, operands: Operands) -> Result:
    parts = [truth(scope.evaluate(operand)) for operand in operands]
    return False if False in parts else None if None in parts else True


def _or(scope: Scope, operands: Operands) -> Result:
    parts = [truth(scope.evaluate(operand)) for operand in operands]
    return True if True in parts else None if None in parts else False


def _not(scope: Scope, operands: Operands) -> Result:
    part = truth(scope.evaluate(operands[0]))
    return None if part is None else not part


_OPERATORS: dict[str, Operator] = {
    **{operator: _comparison(operator) for operator in ORDER},
    "+": _add,
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _arithmetic(lambda a, b: a / b),
    "%": _arithmetic(lambda a, b: a % b),
    ".": _concatenate,
    "negative": _negative,
    "AND": _and,
    "OR": _or,
    "NOT": _not,
}
