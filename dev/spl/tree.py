"""What a parsed search is made of: stages, arguments, filters, expressions and aggregates, each with its position.
The kinds follow the syntax sections of Splunk's Search Reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Word:
    """A bare or quoted text; quotation marks and their escapes are gone."""

    text: str
    position: int
    quoted: bool = False


@dataclass(frozen=True)
class Option:
    """`name=value` or `name!=value` among the arguments of a command."""

    name: str
    operator: str
    value: Word
    position: int


@dataclass(frozen=True)
class Call:
    """`function(field)` among the arguments of a command, as in `convert ctime(_time)`."""

    name: str
    argument: Word
    position: int


@dataclass(frozen=True)
class Subsearch:
    """`[ … ]` among the arguments of a command."""

    stages: tuple[Stage, ...]
    position: int


# --- filters: what `search` and `inputlookup … where` take


@dataclass(frozen=True)
class Compare:
    """`field=value` and its kin; in a value `*` is a wildcard."""

    field: Word
    operator: str
    value: Word


@dataclass(frozen=True)
class AnyOf:
    """`field IN (a, b)`."""

    field: Word
    values: tuple[Word, ...]


@dataclass(frozen=True)
class Term:
    """A text to look for in _raw."""

    word: Word


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Filter


Filter = Union[Compare, AnyOf, Term, All, Some, Not, Subsearch]


# --- expressions: what `eval` and `where` take


@dataclass(frozen=True)
class Literal:
    """A number or a text in double quotation marks."""

    value: int | float | str
    position: int


@dataclass(frozen=True)
class Field:
    """The value of a field."""

    name: str
    position: int


@dataclass(frozen=True)
class Operation:
    """An operator between its operands; NOT and the minus sign have one."""

    operator: str
    operands: tuple[Expression, ...]
    position: int


@dataclass(frozen=True)
class Function:
    """A call of an eval function."""

    name: str
    arguments: tuple[Expression, ...]
    position: int


Expression = Union[Literal, Field, Operation, Function]


@dataclass(frozen=True)
class Assignment:
    """`field=expression` of `eval`."""

    field: str
    expression: Expression
    position: int


# --- aggregates: what `stats`, `chart` and `timechart` take


@dataclass(frozen=True)
class Aggregate:
    """`function(argument) AS alias`; the argument is a field, an eval expression, or missing as in `count`."""

    function: str
    argument: Word | Expression | None
    alias: str | None
    written: str
    position: int


@dataclass(frozen=True)
class Aggregation:
    """The arguments of a statistics command; `over` only occurs in `chart`."""

    options: tuple[Option, ...]
    aggregates: tuple[Aggregate, ...]
    over: Word | None
    by: tuple[Word, ...]


Arguments = Union[
    tuple[Union[Word, Option, Call, Subsearch], ...], Filter, None, Expression, tuple[Assignment, ...], Aggregation
]


@dataclass(frozen=True)
class Stage:
    """One command of a pipeline. `text` is what stands behind its name, `arguments` what the command's syntax makes
    of it.
    """

    command: str
    arguments: Arguments
    text: str
    position: int
