"""What an eval function is to the runner, and the two ways of defining one.
Null handling follows the Search Reference: a function of null is null unless its page says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Protocol

from dev.spl import tree
from dev.spl.results import Result
from dev.spl.values import Row, Value


class Scope(Protocol):
    """What a function may ask of the expression that calls it: one row, and the time of the search in Unix seconds."""

    row: Row
    now: float

    def evaluate(self, expression: tree.Expression) -> Result:
        """The value of an expression on the row; SplError where Splunk refuses it."""

    def holds(self, expression: tree.Expression) -> bool:
        """Whether a condition is true on the row; null is not."""

    def having(self, field: str, value: Value) -> Scope:
        """The same scope with another value of one field."""


@dataclass(frozen=True)
class EvalFunction:
    """One function: the page that documents it, how many arguments it takes (most: None for any number), its work."""

    page: str
    least: int
    most: int | None
    apply: Callable[[Scope, tuple[tree.Expression, ...]], Result]


def of_values(page: str, least: int, most: int | None, function: Callable[..., Result]) -> EvalFunction:
    """A function that sees its arguments' values, null included."""
    return EvalFunction(page, least, most, lambda scope, arguments: function(*map(scope.evaluate, arguments)))


def strict(page: str, least: int, most: int | None, function: Callable[..., Result]) -> EvalFunction:
    """A function that is null as soon as one of its arguments is."""

    def apply(*values: Result) -> Result:
        return None if None in values else function(*values)

    return of_values(page, least, most, apply)
