"""Context keys that must be solved together: one key alone, the two clocks, and keys that policy variables link."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain
from typing import Optional

from . import automata, patterns, typed
from .budget import Budget, OutOfSteps
from .caching import lazy
from .candidates import FILLINGS, KeyValues, points
from .constraints import Constraint, OfKey
from .domains import Domain
from .echoes import echoes
from .evaluate import KEY_ID, KeyFacts, Value, variable_lookup
from .limits import limits, rows
from .operators import Family, policy_value

Goals = frozenset[tuple[int, bool]]  # (number of a constraint, whether it is to hold)
Assignment = dict[str, Value]
CLOCKS = ("aws:currenttime", "aws:epochtime")


_STEPS_OF_A_MOMENT = 12  # to read it, or to write it
_MOST_VARIABLES = 100  # that one group of keys can be solved for; more are past the bound


class Group(ABC):
    """Solves goals about its own keys; answers are remembered."""

    def __init__(self, constraints: Mapping[int, Constraint], budget: Budget) -> None:
        self.constraints = constraints
        self._budget = budget
        self._answers: dict[Goals, Optional[Assignment]] = {}

    def solve(self, goals: Goals) -> Optional[Assignment]:
        """Values of the group's keys with which every goal is met, or None when there are none."""
        if goals not in self._answers:
            self._answers[goals] = self._solve(goals)
        return self._answers[goals]

    @abstractmethod
    def _solve(self, goals: Goals) -> Optional[Assignment]: ...

    def _met(self, goals: Iterable[tuple[int, bool]], context: Mapping[str, Value]) -> bool:
        for at, wanted in goals:
            self._budget.spend(1 + self.constraints[at].effort(context))
            if self.constraints[at].holds(context) != wanted:
                return False
        return True


class OneKey(Group):
    """A key that nothing links to another."""

    def __init__(
        self, key: str, domain: Domain, constraints: Mapping[int, Constraint], lookup: patterns.Lookup, budget: Budget
    ) -> None:
        super().__init__(constraints, budget)
        self.key = key
        self._position = {number: at for at, number in enumerate(constraints)}
        conditions = [c.condition for c in constraints.values() if isinstance(c, OfKey)]
        self._values = KeyValues(key, domain, conditions, lookup, budget)

    def _solve(self, goals: Goals) -> Optional[Assignment]:
        found, value = self._values.value(frozenset((self._position[number], wanted) for number, wanted in goals))
        return {self.key: value} if found else None


class Clocks(Group):
    """`aws:CurrentTime` and `aws:EpochTime`: one moment, any from the event's time on."""

    def __init__(self, constraints: Mapping[int, Constraint], start: Optional[float], budget: Budget) -> None:
        super().__init__(constraints, budget)
        conditions = [c.condition for c in constraints.values() if isinstance(c, OfKey)]
        budget.spend(_STEPS_OF_A_MOMENT * sum(len(c.values) + sum(map(len, c.tokens)) for c in conditions))
        moments = [policy_value(text, Family.DATE) for condition in conditions for text in condition.values]
        numbers = [
            policy_value(text, Family.NUMERIC)
            for condition in conditions
            if condition.operator.family is Family.NUMERIC
            for text in condition.values
        ]
        spelled = [
            typed.moment(patterns.filled(tokens, filling))
            for condition in conditions
            if condition.operator.takes_variables
            for tokens in condition.tokens
            if not patterns.variables_in(tokens)
            for filling in FILLINGS[Family.DATE]
        ]
        earliest = typed.moment(f"{start:.3f}") if start is not None else typed.FIRST_MOMENT
        first = earliest if start is not None else typed.moment("2026-01-01T00:00:00Z")
        known = [moment for moment in chain(moments, numbers, spelled, [first]) if moment is not None]
        self._moments = [first, *(m for m in points(known) if earliest <= m <= typed.LAST_MOMENT)]

    def _solve(self, goals: Goals) -> Optional[Assignment]:
        ordered = sorted(goals)
        for moment in self._moments:
            self._budget.spend(_STEPS_OF_A_MOMENT)
            context: Assignment = {
                "aws:currenttime": typed.moment_text(moment),
                "aws:epochtime": typed.number_text(moment),
            }
            if self._met(ordered, context):
                return context
        return None


class Linked(Group):
    """Keys that policy variables tie together: values of the variables are tried, the other keys follow."""

    def __init__(
        self,
        constraints: Mapping[int, Constraint],
        domains: Mapping[str, Domain],
        facts: KeyFacts,
        fixed: Assignment,
        budget: Budget,
    ) -> None:
        super().__init__(constraints, budget)
        self._domains = domains
        self._fixed = fixed
        self._facts = facts
        self._variables = [
            name
            for name in dict.fromkeys(chain.from_iterable(c.variables for c in constraints.values()))
            if name not in fixed
        ]

    @lazy
    def _echoes(self) -> dict[str, list[str]]:
        return echoes(self.constraints.values(), self._domains, self._fixed, self._facts, self._budget)

    def _solve(self, goals: Goals) -> Optional[Assignment]:
        if len(self._variables) > _MOST_VARIABLES:
            raise OutOfSteps
        candidates = [list(dict.fromkeys(self._candidates(name, goals))) for name in self._variables]
        return self._assign(goals, candidates, dict(self._fixed))

    def _assign(self, goals: Goals, candidates: Sequence[Sequence[Value]], context: Assignment) -> Optional[Assignment]:
        if not candidates:
            return self._rest(goals, context)
        name = self._variables[-len(candidates)]
        known = context.keys() | {name}
        self._budget.spend(len(known) + 2 * len(goals))
        complete = [(number, wanted) for number, wanted in sorted(goals) if self._is_complete(number, known)]
        for value in candidates[0]:
            self._budget.spend(1 + len(context))
            tried = {**context, name: value}
            if self._met(complete, tried):
                found = self._assign(goals, candidates[1:], tried)
                if found is not None:
                    return found
        return None

    def _is_complete(self, number: int, known: Set[str]) -> bool:
        """Whether a condition reads these keys only."""
        constraint = self.constraints[number]
        return bool(constraint.key) and constraint.key in known and known >= set(constraint.variables)

    def _rest(self, goals: Goals, context: Assignment) -> Optional[Assignment]:
        """The keys that no variable names, once the variables have values."""
        self._budget.spend(2 * len(self.constraints))
        lookup = variable_lookup(context)
        open_goals: dict[str, list[tuple[int, bool]]] = {
            c.key: [] for c in self.constraints.values() if c.key and c.key not in context
        }
        for number, wanted in sorted(goals):
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

    def _conditions(self) -> Iterator[tuple[int, OfKey]]:
        return ((number, c) for number, c in self.constraints.items() if isinstance(c, OfKey))

    # --- values of a variable ---------------------------------------------------------------------------------------

    def _candidates(self, name: str, goals: Goals) -> Iterator[Value]:
        domain = self._domains[name]
        plain = {n: c.condition for n, c in self._conditions() if c.key == name and not c.variables}
        position = {number: at for at, number in enumerate(plain)}
        own = KeyValues(name, domain, list(plain.values()), patterns.no_values, self._budget, self._echoes[name])
        if domain.values is None:
            asked = frozenset((position[number], wanted) for number, wanted in goals if number in position)
            found, value = own.value(asked)
            if found and isinstance(value, str):
                yield value
            for shared in chain(self._shared(name, goals), self._no_part_of_an_arn(name, goals)):
                if domain.holds(shared):
                    yield shared
        yield from own.texts
        if domain.optional:
            yield None

    def _shared(self, name: str, goals: Goals) -> Iterator[str]:
        """Texts that suit the variable and a key that must equal it, by the conditions on both."""
        for number, wanted in sorted(goals):
            constraint = self.constraints[number]
            if not isinstance(constraint, OfKey) or constraint.key not in self._domains or constraint.key == name:
                continue
            if wanted and any(_is_variable(tokens, name) for tokens in constraint.condition.tokens):
                text = self._joint((name, constraint.key), goals)
                if text is not None:
                    yield text

    def _no_part_of_an_arn(self, name: str, goals: Goals) -> Iterator[str]:
        """A text that suits the variable and with which a resource element covers no key, where it must not."""
        if any(not c.key and name in c.variables for c in (self.constraints[number] for number, _ in goals)):
            text = self._joint((name,), goals, [automata.any_of(KEY_ID)])
            if text is not None:
                yield text

    def _joint(self, keys: tuple[str, ...], goals: Goals, avoided: Sequence[automata.Pattern] = ()) -> Optional[str]:
        required = [list(self._domains[key].languages) for key in keys if self._domains[key].values is None]
        required += [
            [automata.literal(v) for v in self._domains[key].values or ()]
            for key in keys
            if self._domains[key].values is not None
        ]
        forbidden = [*avoided, *chain.from_iterable(self._domains[key].excluded for key in keys)]
        about = {n: c.condition for n, c in self._conditions() if c.key in keys and not c.variables}
        asked = ((about[number], wanted) for number, wanted in goals if number in about)
        more_required, more_forbidden = limits(asked, lambda c: rows(c, patterns.no_values, self._budget))
        return automata.find(required + more_required, forbidden + more_forbidden, self._budget.spend)


def _is_variable(tokens: patterns.Tokens, name: str) -> bool:
    """Whether a text is this variable and nothing else."""
    return len(tokens) == 1 and isinstance(tokens[0], patterns.Variable) and tokens[0].name == name
