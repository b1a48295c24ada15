"""One thing that a request must meet or avoid: a condition, or a resource element that reads policy variables."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..budget import Budget
from ..caching import cached_for_shared
from ..evaluation.evaluator import condition_holds, covers_key, resource_matches, variable_lookup
from ..evaluation.request import KeyFacts, Value
from ..policy import wildcards
from ..policy.context_keys import context_key
from ..policy.model import Condition, Statement


@dataclass(frozen=True)
class Constraint:
    """key: the context key it tests ('' for a resource element); variables: single-valued keys it reads besides."""

    key: str
    variables: tuple[str, ...]

    def holds(self, context: Mapping[str, Value]) -> bool:
        """Whether it holds for a request with these context keys."""
        raise TypeError(self)

    def effort(self, context: Mapping[str, Value]) -> int:
        """The steps that it takes at most to say so."""
        raise TypeError(self)


@dataclass(frozen=True)
class OfKey(Constraint):
    """A condition of a statement."""

    condition: Condition

    def holds(self, context: Mapping[str, Value]) -> bool:
        return condition_holds(self.condition, context.get(self.key), variable_lookup(context))

    def effort(self, context: Mapping[str, Value]) -> int:
        value = context.get(self.key)
        if value is None:
            return 1
        if isinstance(value, str):
            return 1 + self.condition.effort(len(value))
        return 1 + sum(self.condition.effort(len(each)) for each in value)


@dataclass(frozen=True)
class OfResource(Constraint):
    """A statement's resource element with variables."""

    statement: Statement
    facts: KeyFacts
    budget: Budget

    def holds(self, context: Mapping[str, Value]) -> bool:
        return covers_key(self.statement, self.facts, variable_lookup(context), self.budget)

    def effort(self, context: Mapping[str, Value]) -> int:
        listed = self.statement.resources.patterns if self.statement.resources is not None else ()
        return sum(1 + _EFFORTS_OF_A_RESOURCE * wildcards.effort(tokens)[0] for tokens in listed)


_EFFORTS_OF_A_RESOURCE = 3  # it is expanded, made an automaton or a glob, and matched


def constraints_of(statement: Statement, key: KeyFacts, budget: Budget) -> list[Constraint]:
    """All that a request must meet for the statement to match, once action, principal and plain resource do."""
    found: list[Constraint] = [*map(_of_key, statement.conditions)]
    resources = statement.resources
    if resources is not None and resources.variables:
        plain = resources.without_variables
        if resources.negated or not resource_matches(plain, key, wildcards.no_values, budget):
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
    return bool(statement.resources.variables) or covers_key(statement, key, wildcards.no_values, budget)
