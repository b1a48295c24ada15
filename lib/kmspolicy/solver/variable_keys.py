"""Context keys that policy variables tie together: values of the variables are tried, the other keys follow.

Source: IAM User Guide, *IAM policy elements: Variables and tags*.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain
from typing import Optional

from ..budget import Budget, OutOfSteps
from ..caching import lazy
from ..domains.domain import Domain
from ..evaluation.evaluator import variable_lookup
from ..evaluation.request import KeyFacts, Value
from ..policy import typed_values, wildcards
from ..policy.context_keys import CLOCKS, CURRENT_TIME
from .key_groups import Assignment, Goals, Group
from .key_values import KeyValues
from .literals import Constraint, OfKey
from .time_keys import at_moment, moments
from .time_keys import domains as clock_domains
from .variable_languages import Joints
from .variable_seeds import echoes

_MOST_VARIABLES = 100  # that one group of keys can be solved for; more are past the bound


class Linked(Group):
    """Keys that policy variables tie together."""

    def __init__(
        self,
        constraints: Mapping[int, Constraint],
        domains: Mapping[str, Domain],
        facts: KeyFacts,
        fixed: Assignment,
        budget: Budget,
    ) -> None:
        super().__init__(constraints, budget)
        clocks = any(clock in domains for clock in CLOCKS)
        seeds = moments(constraints.values(), facts.event_time, budget) if clocks else []
        self._domains = {**domains, **clock_domains(facts.event_time, seeds)} if clocks else domains
        self._fixed = fixed
        self._facts = facts
        self._variables = [
            name
            for name in dict.fromkeys(chain.from_iterable(c.variables for c in constraints.values()))
            if name not in fixed
        ]
        if clocks and not any(clock in self._variables for clock in CLOCKS):
            self._variables.append(CURRENT_TIME)
        self._joints = Joints(constraints, self._domains, facts, budget)
        self._own: dict[str, tuple[KeyValues, dict[int, int]]] = {}  # by variable

    @lazy
    def _echoes(self) -> dict[str, list[str]]:
        return echoes(self.constraints.values(), self._domains, self._fixed, self._facts, self._budget)

    def _solve(self, goals: Goals) -> Optional[Assignment]:
        if len(self._variables) > _MOST_VARIABLES:
            raise OutOfSteps
        return self._assign(sorted(goals), self._variables, dict(self._fixed))

    def _assign(
        self, goals: Sequence[tuple[int, bool]], names: Sequence[str], context: Assignment
    ) -> Optional[Assignment]:
        if not names:
            return self._rest(goals, context)
        name = names[0]
        if name in context:  # the other clock's moment
            return self._assign(goals, names[1:], context)
        known = context.keys() | {name, *(CLOCKS if name in CLOCKS else ())}
        self._budget.spend(len(known) + 2 * len(goals))
        complete = [(number, wanted) for number, wanted in goals if self._is_complete(number, known)]
        seen: set[Value] = set()
        for value in self._candidates(name, goals, context):
            self._budget.spend(1 + len(context))
            if value in seen:
                continue
            seen.add(value)
            clocks = at_moment(typed_values.moment(value)) if name in CLOCKS and isinstance(value, str) else {}
            tried = {**context, **clocks, name: value}
            if self._met(complete, tried):
                found = self._assign(goals, names[1:], tried)
                if found is not None:
                    return found
        return None

    def _is_complete(self, number: int, known: Set[str]) -> bool:
        """Whether a condition reads these keys only."""
        constraint = self.constraints[number]
        return bool(constraint.key) and constraint.key in known and known >= set(constraint.variables)

    def _rest(self, goals: Sequence[tuple[int, bool]], context: Assignment) -> Optional[Assignment]:
        """The keys that no variable names, once the variables have values."""
        self._budget.spend(2 * len(self.constraints))
        lookup = variable_lookup(context)
        open_goals: dict[str, list[tuple[int, bool]]] = {
            c.key: [] for c in self.constraints.values() if c.key and c.key not in context
        }
        for number, wanted in goals:
            if self.constraints[number].key in open_goals:
                open_goals[self.constraints[number].key].append((number, wanted))
            elif not self._met(((number, wanted),), context):
                return None
        for key, of_key in open_goals.items():
            conditions = [c.condition for c in (self.constraints[n] for n, _ in of_key) if isinstance(c, OfKey)]
            values = KeyValues(key, self._domains[key], conditions, lookup, self._budget)
            found, value = values.value(frozenset((at, wanted) for at, (_, wanted) in enumerate(of_key)))
            if not found:
                return None
            context = {**context, key: value}
        return context

    def _candidates(self, name: str, goals: Sequence[tuple[int, bool]], context: Assignment) -> Iterator[Value]:
        """Values to try for a variable, while those before it have theirs."""
        domain = self._domains[name]
        if name not in self._own:
            self._own[name] = self._alone(name)
        own, position = self._own[name]
        if domain.values is None:
            found, value = own.value(
                frozenset((position[number], wanted) for number, wanted in goals if number in position)
            )
            if found and isinstance(value, str):
                yield value
            yield from filter(domain.holds, self._joints.texts(name, goals, context))
        yield from own.texts
        if domain.optional:
            yield None

    def _alone(self, name: str) -> tuple[KeyValues, dict[int, int]]:
        """What the conditions on a variable suggest that read no other, and the place of each among them."""
        plain = {
            number: c.condition
            for number, c in self.constraints.items()
            if isinstance(c, OfKey) and c.key == name and not c.variables
        }
        values = KeyValues(
            name, self._domains[name], list(plain.values()), wildcards.no_values, self._budget, self._echoes[name]
        )
        return values, {number: at for at, number in enumerate(plain)}
