"""One thing that a request must meet or avoid: a condition, or a resource element that reads policy variables."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import patterns
from .budget import Budget
from .caching import cached_for_shared
from .evaluate import KeyFacts, Value, condition_holds, covers_key, resource_matches, variable_lookup
from .keys import context_key
from .policy import THE_KEY, Condition, Statement


@dataclass(frozen=True)
class Constraint:
    """key: the context key it tests ('' for a resource element); variables: single-valued keys it reads besides."""

    key: str
    variables: tuple[str, ...]

    def holds(self, context: Mapping[str, Value]) -> bool:
        """Whether it holds for a request with these context keys."""
        raise TypeError(self)


@dataclass(frozen=True)
class OfKey(Constraint):
    """A condition of a statement."""

    condition: Condition

    def holds(self, context: Mapping[str, Value]) -> bool:
        return condition_holds(self.condition, context.get(self.key), variable_lookup(context))


@dataclass(frozen=True)
class OfResource(Constraint):
    """A statement's resource element with variables."""

    statement: Statement
    facts: KeyFacts
    budget: Budget

    def holds(self, context: Mapping[str, Value]) -> bool:
        return covers_key(self.statement, self.facts, variable_lookup(context), self.budget)


def constraints_of(statement: Statement, key: KeyFacts, budget: Budget) -> list[Constraint]:
    """All that a request must meet for the statement to match, once action, principal and plain resource do."""
    found: list[Constraint] = []
    found += map(_of_key, statement.conditions)
    resources = statement.resources
    if resources is not None and resources.variables:
        plain = resources.without_variables
        if resources.negated or not resource_matches(plain, key, patterns.no_values, budget):
            found.append(OfResource("", _single(resources.variables), statement, key, budget))
    return found


@cached_for_shared
def _of_key(condition: Condition) -> OfKey:
    return OfKey(condition.key, _single(condition.variables), condition)


def _single(variables: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in variables if not context_key(name).multivalued)


def plain_resource_covers(statement: Statement, key: KeyFacts, budget: Budget) -> bool:
    """Whether a resource element without variables covers the key; one with variables may."""
    if statement.resources is None:
        return False
    if statement.resources is THE_KEY:
        return True
    return bool(statement.resources.variables) or covers_key(statement, key, patterns.no_values, budget)
