"""Where a policy variable stands in the texts that a literal asks for: what is before it, and what after.

Source: IAM User Guide, *IAM policy elements: Variables and tags*.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from ..budget import Budget
from ..evaluation.request import Value
from ..policy import wildcards
from ..policy.condition import Condition
from ..policy.operators import Family
from ..regular.patterns import Pattern, Row
from ..regular.quotients import between
from .literals import Literal


class Place(NamedTuple):
    """Where a variable stands in a text of a key: between these patterns."""

    literal: Literal
    before: Pattern
    after: Pattern
    ignore_case: bool

    def pieces(self, listed: Sequence[Pattern], budget: Budget) -> list[Row]:
        """What the variable must match, so that the text matches one of these."""
        found = []
        for row in listed:
            cased = wildcards.either_case(row) if self.ignore_case else row
            piece = between(cased, self.before, self.after, budget.spend)
            if piece is not None:
                found.append(piece)
        return found

    @property
    def is_exact(self) -> bool:
        """Whether the variable and what stands around it make one text."""
        around = (*self.before, *self.after)
        return not self.ignore_case and not any(repeat or chars.negated for chars, repeat in around)


def places_of(each: Literal, name: str, values: Mapping[str, Value]) -> list[Place]:
    """The places of a variable in a literal's texts; other variables that have no value yet can be any text."""
    condition, found = each.condition, []
    for tokens in condition.tokens:
        sides = _around(each, name, tokens, open_lookup(each, values))
        if sides is not None:
            before, after = _patterns_around(*sides, condition)
            found.append(Place(each, before, after, condition.operator.ignore_case))
    return found


def open_lookup(each: Literal, values: Mapping[str, Value]) -> wildcards.Lookup:
    """The lookup of variables of which those that are not chosen yet can be any text."""

    def lookup(name: str) -> "str | wildcards.Wildcard | None":
        key = each.scope.key(name)
        if key not in values:
            return wildcards.STAR
        value = values[key]
        return value if isinstance(value, str) else None

    return lookup


def _around(
    each: Literal, name: str, tokens: wildcards.Tokens, lookup: wildcards.Lookup
) -> Optional[tuple[wildcards.Tokens, wildcards.Tokens]]:
    """What stands around the variable in a text; None where it is not in it, or another has no value."""
    for at, token in enumerate(tokens):
        if isinstance(token, wildcards.Variable) and each.scope.key(token.name) == name:
            before, after = wildcards.expand(tokens[:at], lookup), wildcards.expand(tokens[at + 1 :], lookup)
            return None if before is None or after is None else (before, after)
    return None


def _patterns_around(
    before: wildcards.Tokens, after: wildcards.Tokens, condition: Condition
) -> tuple[Pattern, Pattern]:
    """The pieces around a variable as patterns; in an ARN, wildcards stay inside their part."""
    operator = condition.operator
    if operator.family is not Family.ARN:
        return wildcards.automaton(before, operator.ignore_case), wildcards.automaton(after, operator.ignore_case)
    whole = wildcards.arn_automaton((*before, "x", *after))
    at = len(wildcards.automaton(before))
    return whole[:at], whole[at + 1 :]
