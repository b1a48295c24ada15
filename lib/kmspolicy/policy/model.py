"""What a key policy says, as data: statements, principals, conditions.

Source: IAM User Guide, *IAM JSON policy elements reference*; KMS Developer Guide, *Key policies in AWS KMS*.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Optional

from ..caching import lazy
from . import serialization, wildcards
from .operators import Family, Operator, Test, signed, text_test, typed_test
from .principals import Principals

_LONGEST_NAME = 64  # of a statement, in a reason
_STEPS_OF_A_TYPED_VALUE = 4
_STEPS_OF_AN_ADDRESS = 20
_STEPS_OF_A_TEXT = 64  # of 1,024 characters


class Quantifier(Enum):
    """The set prefix of a condition operator."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


class Condition:
    """One context key under one operator, with all its values. Alike ones may be one object."""

    def __init__(
        self,
        operator: Operator,
        quantifier: Optional[Quantifier],
        if_exists: bool,
        operator_written: str,
        key_written: str,
        values: tuple[str, ...],
        expands: bool,
        shared: bool,
    ) -> None:
        """values: as written; expands: whether the policy's Version has variables; shared: whether it is the only one
        of all that are alike."""
        self.operator = operator
        self.quantifier = quantifier
        self.if_exists = if_exists
        self.key = key_written.lower()
        self.operator_written = operator_written
        self.key_written = key_written
        self.values = values
        self.expands = expands
        self.shared = shared

    @lazy
    def tokens(self) -> tuple[wildcards.Tokens, ...]:
        """The values split into literal text, wildcards and variables."""
        takes = self.expands and self.operator.takes_variables
        return tuple([wildcards.tokens_of(text, self.operator.wildcards, takes) for text in self.values])

    @lazy
    def variables(self) -> tuple[str, ...]:
        """Names of the policy variables in its values."""
        if "${" not in "\n".join(self.values):
            return ()
        return tuple(dict.fromkeys(v.name for tokens in self.tokens for v in wildcards.variables_in(tokens)))

    @lazy
    def test(self) -> Test:
        """The test of one value of a request, for a condition without variables."""
        if self.operator.takes_variables:
            return signed(self.operator, text_test(self.operator, self.tokens))
        return signed(self.operator, typed_test(self.operator, self.values))

    @lazy
    def _effort(self) -> tuple[int, int]:
        if not self.operator.takes_variables:
            return _STEPS_OF_AN_ADDRESS if self.operator.family is Family.ADDRESS else _STEPS_OF_A_TYPED_VALUE, 1
        of_each = list(map(wildcards.effort, self.tokens))
        return 1 + sum(steps for steps, _ in of_each), _STEPS_OF_A_TEXT + sum(more for _, more in of_each)

    def effort(self, length: int) -> int:
        """The steps that a test of a value of so many characters takes at most."""
        steps, more = self._effort
        return steps + (more * length >> 10)

    @lazy
    def text(self) -> str:
        """The condition on one line."""
        return f"{self.operator_written} {self.key_written} = {', '.join(self.values)}"


@dataclass(frozen=True)
class Resources:
    """The resource element of a statement."""

    patterns: tuple[wildcards.Tokens, ...]
    negated: bool = False

    @lazy
    def variables(self) -> tuple[str, ...]:
        """Names of the policy variables in its patterns."""
        return tuple(dict.fromkeys(v.name for tokens in self.patterns for v in wildcards.variables_in(tokens)))

    @lazy
    def without_variables(self) -> "Resources":
        """Those of its patterns that read no variables."""
        return Resources(tuple(t for t in self.patterns if not wildcards.variables_in(t)), self.negated)

    @lazy
    def answers(self) -> dict[tuple[object, ...], Optional[bool]]:
        """Whether it covers a key, by expanded patterns and the key's parts, as far as that was asked."""
        return {}


THE_KEY = Resources(((wildcards.STAR,),))  # the plain `*`


def _listed(value: Any) -> Iterable[str]:
    return (value,) if isinstance(value, str) else value


class Statement(NamedTuple):
    """One statement. `actions` is a bit mask over the KMS actions; 0 where the statement has no effect on any."""

    number: int  # its 0-based position
    source: Mapping[str, Any]
    sid: str
    allow: bool
    principals: Principals
    actions: int
    resources: Optional[Resources]
    conditions: tuple[Condition, ...]

    @property
    def all_but(self) -> bool:
        """Whether the statement lists the actions that it does not cover."""
        return "NotAction" in self.source

    @property
    def actions_written(self) -> tuple[str, ...]:
        """The actions as written; those of NotAction behind `!`."""
        listed = self.source.get("Action")
        if listed is None:
            return tuple(["!" + text for text in _listed(self.source.get("NotAction", ()))])
        return (listed,) if isinstance(listed, str) else tuple(listed)

    @property
    def name(self) -> str:
        """How a reason refers to the statement: its Sid in quotes, else its position."""
        sid = self.sid if len(self.sid) <= _LONGEST_NAME else self.sid[: _LONGEST_NAME - 1] + "…"
        return f'statement "{sid}"' if sid else f"Statement[{self.number}]"


@dataclass(frozen=True)
class Policy:
    """A whole key policy that keeps to the grammar."""

    statements: tuple[Statement, ...]
    source: Mapping[str, Any]
    written: str  # the text that was read

    @lazy
    def allows(self) -> tuple[Statement, ...]:
        return tuple([s for s in self.statements if s.allow and s.actions and s.resources is not None])

    @lazy
    def denies(self) -> tuple[Statement, ...]:
        return tuple([s for s in self.statements if not s.allow and s.actions and s.resources is not None])

    @lazy
    def denied(self) -> int:
        """The actions that Denies cover, as a bit mask."""
        return reduce(or_, [deny.actions for deny in self.denies], 0)

    @lazy
    def open_ended(self) -> tuple[Statement, ...]:
        """The Allow statements that cover principals they do not name."""
        found = [s for s in self.statements if s.principals.open_ended]
        return tuple([s for s in found if s.allow and s.actions and s.resources is not None])

    @lazy
    def texts(self) -> Sequence[str]:
        """The statements as compact JSON."""
        sources = [statement.source for statement in self.statements]
        return serialization.of_statements(self.written, self.source.keys(), sources, self.canonical)

    @lazy
    def canonical(self) -> str:
        """The policy as canonical JSON."""
        return serialization.canonical(self.source)

    @lazy
    def spelling(self) -> Mapping[str, str]:
        """How the policy spells the context keys that it tests, by their name in lower case."""
        return {c.key: c.key_written for statement in self.statements for c in statement.conditions}

    @lazy
    def reads(self) -> frozenset[str]:
        """Every context key that a condition or a variable reads."""
        found: set[str] = set()
        for statement in self.statements:
            for condition in statement.conditions:
                found.add(condition.key)
                found.update(condition.variables)
            if statement.resources is not None and statement.resources is not THE_KEY:
                found.update(statement.resources.variables)
        return frozenset(found)

    @lazy
    def names_resources(self) -> bool:
        """Whether a resource element is more than the plain `*`."""
        return any(s.resources is not None and s.resources is not THE_KEY for s in self.statements)

    def spelled(self) -> Iterator[str]:
        """Every text in which an account, an organization, a network or a principal can be spelled out."""
        for statement in self.statements:
            yield from statement.principals.written
            for condition in statement.conditions:
                yield from condition.values
            if statement.resources is not None:
                for tokens in statement.resources.patterns:
                    yield from (token for token in tokens if isinstance(token, str))
