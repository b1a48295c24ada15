"""What a key policy says, as data: statements and the policy of them.

Source: IAM User Guide, *IAM JSON policy elements reference*; KMS Developer Guide, *Key policies in AWS KMS*.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Optional

from ..caching import lazy
from . import wildcards
from .actions import DECRYPT_MASK, ENCRYPT_MASK, GRANTS_MASK, Mask
from .condition import Condition, keys_read
from .errors import Problem
from .principals import Principals

_LONGEST_NAME = 64  # of a statement, in a reason


class Statement(NamedTuple):
    """One statement. One that cannot be read, or has no effect, covers no action.

    number: its 0-based position; actions: a bit mask, see actions.py; resource: what tests the key's ARN, None for the
    plain `*`; conditions: as written; alternatives: of an Allow, conditions whose keys differ in case only: one of
    each tuple is enough; repeats_sid: whether another statement has the same Sid. Source: KMS Developer Guide,
    *Default key policy*, Resource.
    """

    number: int
    source: Any
    sid: str
    allow: bool
    principals: Principals
    actions: Mask
    resource: Optional[Condition] = None
    conditions: tuple[Condition, ...] = ()
    alternatives: tuple[tuple[Condition, ...], ...] = ()
    repeats_sid: bool = False

    @property
    def required(self) -> tuple[Condition, ...]:
        """The conditions that must all hold, the resource's first."""
        conditions = self.conditions
        if self.alternatives:
            either = [condition for listed in self.alternatives for condition in listed]
            conditions = tuple([condition for condition in conditions if condition not in either])
        return conditions if self.resource is None else (self.resource, *conditions)

    @property
    def tests(self) -> tuple[Condition, ...]:
        """Every condition, the resource's first."""
        return self.conditions if self.resource is None else (self.resource, *self.conditions)

    @property
    def is_unconditional(self) -> bool:
        """Whether its principal element alone decides about the actions that it covers."""
        return not self.conditions and self.resource is None

    @property
    def effect_written(self) -> str:
        """The effect as written; empty where none is."""
        effect = self.source.get("Effect") if isinstance(self.source, dict) else None
        return effect if isinstance(effect, str) else ""

    @property
    def actions_written(self) -> tuple[str, ...]:
        """The actions as written; those of NotAction after `!`."""
        return _written(self.source, "Action")

    @property
    def conditions_written(self) -> tuple[str, ...]:
        """One line for every operator and key."""
        return tuple([condition.text for condition in self.conditions])

    @property
    def name(self) -> str:
        """What texts for people call the statement, see statement_name."""
        return statement_name(self.number, self.sid, self.repeats_sid)


def statement_name(number: int, sid: str, repeated: bool = False) -> str:
    """What texts for people call a statement: its Sid in quotes, else its position from 1; both where others have its
    Sid. number: its 0-based position; sid: '' for none; repeated: whether others have it."""
    if not sid:
        return f"statement {number + 1}"
    shown = sid if len(sid) <= _LONGEST_NAME else sid[: _LONGEST_NAME - 1] + "…"
    return f'statement {number + 1} "{shown}"' if repeated else f'statement "{shown}"'


def _written(source: Any, element: str) -> tuple[str, ...]:
    if not isinstance(source, dict):
        return ()
    for mark, name in (("", element), ("!", "Not" + element)):
        listed = source.get(name)
        if listed is not None:
            texts = [listed] if isinstance(listed, str) else listed
            return tuple([mark + text for text in texts if isinstance(text, str)]) if isinstance(texts, list) else ()
    return ()


@dataclass(frozen=True)
class Policy:
    """A key policy. written: the text that was read; problems: why some of its statements cannot be read."""

    statements: tuple[Statement, ...]
    source: Mapping[str, Any]
    written: str
    problems: tuple[Problem, ...] = ()

    @lazy
    def unreadable(self) -> frozenset[int]:
        """The positions of the statements that cannot be read."""
        return frozenset(problem.statement for problem in self.problems if problem.statement is not None)

    @lazy
    def allows(self) -> tuple[Statement, ...]:
        """The Allow statements that cover some action."""
        return tuple([s for s in self.statements if s.allow and s.actions])

    @lazy
    def denies(self) -> tuple[Statement, ...]:
        """The Deny statements that cover some action."""
        return tuple([s for s in self.statements if not s.allow and s.actions])

    @lazy
    def denied(self) -> Mask:
        """The actions that Denies cover."""
        return reduce(or_, [deny.actions for deny in self.denies], 0)

    def hit_by_denies(self, actions: Mask) -> Mask:
        """Those of the actions that a Deny covers, and the grants if it covers what a grant is for."""
        hit = self.denied & actions
        return hit | actions & GRANTS_MASK if self.denied & (ENCRYPT_MASK | DECRYPT_MASK) else hit

    @lazy
    def open_ended(self) -> tuple[Statement, ...]:
        """The Allow statements that cover principals they do not name."""
        return tuple([s for s in self.allows if s.principals.open_ended])

    def within(self, partition: str) -> "Policy":
        """The policy for a key of this partition: principals of another one are nobody's."""
        begins = f"arn:{partition}:"
        if self.written.count("arn:") == self.written.count(begins) and "\\" not in self.written:
            return self  # no text of the policy is an ARN of another partition
        if all(text.startswith(begins) for text in self.principal_arns):
            return self
        statements = tuple([s._replace(principals=s.principals.within(partition)) for s in self.statements])
        return Policy(statements, self.source, self.written, self.problems)

    @lazy
    def principal_arns(self) -> tuple[str, ...]:
        """The ARNs in principal elements, as written."""
        texts = [text for s in self.statements for text in s.principals.aws if text.startswith("arn:")]
        return tuple(dict.fromkeys(texts))

    @lazy
    def spelling(self) -> Mapping[str, str]:
        """How the policy spells the context keys that it tests or reads, by their name in lower case."""
        found: dict[str, str] = {}
        for text in wildcards.variable_names(self.written):
            found.setdefault(text.lower(), text)
        for condition in self.conditions:
            found[condition.key] = condition.key_written
        return found

    @lazy
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of a statement that covers some action, those of resource elements among them."""
        return tuple(_tests_of([s for s in self.statements if s.actions]))

    @lazy
    def reads(self) -> frozenset[str]:
        """Every context key that a condition or a variable reads."""
        return keys_read(self.conditions)

    def spelled(self) -> Iterator[str]:
        """Every text in which an account, an organization, a network or a principal can be spelled out."""
        for statement in self.statements:
            yield from statement.principals.aws
        for condition in _tests_of(self.statements):
            yield from condition.values


def _tests_of(statements: Sequence[Statement]) -> Iterator[Condition]:
    """The conditions of all statements, then their resource elements."""
    for statement in statements:
        yield from statement.conditions
    yield from (statement.resource for statement in statements if statement.resource is not None)
