"""What an eval function is to the runner, and the two ways of defining one.
Null handling follows the Search Reference: a function of null is null unless its page says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from dev.spl import tree
from dev.spl.results import Result

if TYPE_CHECKING:
    from dev.spl.expressions import Scope


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
