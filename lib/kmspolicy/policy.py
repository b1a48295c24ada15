"""What a key policy says, as data: statements, principals, conditions.

Source: IAM User Guide, *IAM JSON policy elements reference*; KMS Developer Guide, *Key policies in AWS KMS*.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Optional

from . import patterns
from .operators import Operator, Test, signed, text_test, typed_test


class Quantifier(Enum):
    """The set prefix of a condition operator."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


class Comparand(NamedTuple):
    """One value of a condition: as written, and split into literal text, wildcards and variables."""

    text: str
    tokens: patterns.Tokens


@dataclass(frozen=True)
class Condition:
    """One context key under one operator, with all its values."""

    operator: Operator
    quantifier: Optional[Quantifier]
    if_exists: bool
    key: str  # in lower case
    operator_written: str
    key_written: str
    values: tuple[Comparand, ...]

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the policy variables in its values."""
        names = (variable.name for value in self.values for variable in patterns.variables_in(value.tokens))
        return tuple(dict.fromkeys(names))

    @cached_property
    def test(self) -> Test:
        """The test of one value of a request, for a condition without variables."""
        if self.operator.takes_variables:
            return signed(self.operator, text_test(self.operator, [value.tokens for value in self.values]))
        return signed(self.operator, typed_test(self.operator, [value.text for value in self.values]))

    def __str__(self) -> str:
        values = ", ".join(value.text for value in self.values)
        return f"{self.operator_written} {self.key_written} = {values}"


class Named(Enum):
    """What a value under the principal type `AWS` stands for."""

    ANYONE = "anyone"
    ACCOUNT = "account"
    PRINCIPAL = "principal"
    SESSION = "session"
    UNIQUE_ID = "unique id"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Principals:
    """The principal element of a statement."""

    negated: bool = False
    anyone: bool = False
    accounts: frozenset[str] = frozenset()
    arns: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    unique_ids: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    written: tuple[str, ...] = ()

    @property
    def open_ended(self) -> bool:
        """Whether it covers principals that it does not name."""
        return self.negated or self.anyone


@dataclass(frozen=True)
class Resources:
    """The resource element of a statement; `key` when it is the plain `*`."""

    patterns: tuple[patterns.Tokens, ...]
    negated: bool = False

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the policy variables in its patterns."""
        return tuple(dict.fromkeys(v.name for tokens in self.patterns for v in patterns.variables_in(tokens)))


@dataclass(frozen=True)
class Statement:
    """One statement. `actions` is a bit mask over the KMS actions; 0 where the statement has no effect on any."""

    index: int
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
    def text(self) -> str:
        """The statement as compact JSON; escaped where its characters cannot be written as UTF-8."""
        text = json.dumps(self.source, separators=(",", ":"), ensure_ascii=False)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return json.dumps(self.source, separators=(",", ":"))
        return text

    @property
    def name(self) -> str:
        """How a reason refers to the statement: its Sid in quotes, else its position."""
        return f'statement "{self.sid}"' if self.sid else f"Statement[{self.index}]"

    @cached_property
    def actions_written(self) -> tuple[str, ...]:
        """The actions as written; those of NotAction behind `!`."""
        listed = self.source.get("NotAction" if self.all_but else "Action", [])
        texts = [listed] if isinstance(listed, str) else listed
        return tuple(("!" if self.all_but else "") + text for text in texts)


@dataclass(frozen=True)
class Policy:
    """A whole key policy that keeps to the grammar."""

    statements: tuple[Statement, ...]
    source: Mapping[str, Any]

    @cached_property
    def allows(self) -> tuple[Statement, ...]:
        return tuple(s for s in self.statements if s.allow and s.actions and s.resources is not None)

    @cached_property
    def denies(self) -> tuple[Statement, ...]:
        return tuple(s for s in self.statements if not s.allow and s.actions and s.resources is not None)

    @cached_property
    def spelling(self) -> Mapping[str, str]:
        """How the policy spells the context keys that it tests, by their name in lower case."""
        return {c.key: c.key_written for statement in self.statements for c in statement.conditions}

    def texts(self) -> Iterator[str]:
        """Every text in which an account, an organization, a network or a principal can be spelled out."""
        for statement in self.statements:
            yield from statement.principals.written
            for condition in statement.conditions:
                yield from (value.text for value in condition.values)
            if statement.resources is not None:
                for tokens in statement.resources.patterns:
                    yield from (token for token in tokens if isinstance(token, str))


@lru_cache(maxsize=4096)
def named(value: str) -> tuple[Named, str]:
    """What a value under the principal type `AWS` names: its kind, and the account id, ARN or unique id.

    Source: IAM User Guide, *AWS JSON policy elements: Principal*.
    """
    if value == "*":
        return Named.ANYONE, value
    if "*" in value or "?" in value:
        return Named.NOBODY, value
    if len(value) == 12 and value.isascii() and value.isdigit():
        return Named.ACCOUNT, value
    if is_unique_id(value):
        return Named.UNIQUE_ID, value
    parts = value.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[3] or not is_account(parts[4]):
        return Named.NOBODY, value
    kind, _, name = parts[5].partition("/")
    if parts[2] == "iam":
        if parts[5] == "root":
            return Named.ACCOUNT, parts[4]
        if kind in ("role", "user") and name:
            return Named.PRINCIPAL, value
    if parts[2] == "sts":
        if kind == "assumed-role" and name.count("/") == 1 and all(name.split("/")):
            return Named.SESSION, value
        if kind == "federated-user" and name:
            return Named.PRINCIPAL, value
    return Named.NOBODY, value


def is_account(text: str) -> bool:
    """Whether the text is an account id."""
    return len(text) == 12 and text.isascii() and text.isdigit()


def is_unique_id(text: str) -> bool:
    """Whether the text is the unique id of a user or role (16 characters or more)."""
    return (
        len(text) >= 16 and text[:4] in ("AIDA", "AROA") and text.isascii() and text.isalnum() and text == text.upper()
    )


def account_of(arn: str) -> str:
    """The account in the fifth part of an ARN."""
    return arn.split(":", 5)[4]
