"""Texts of a policy variable that suit it and the keys whose conditions spell it, by the conditions on all of them.

Source: IAM User Guide, *IAM policy elements: Variables and tags*.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Callable, NamedTuple, Optional

from ..budget import Budget
from ..domains.conditions import limits, rows
from ..domains.domain import Domain, Limits
from ..evaluation.evaluator import KEY_ID, key_arns, variable_lookup
from ..evaluation.request import KeyFacts, Value
from ..policy import wildcards
from ..policy.operators import Family
from ..regular import languages
from ..regular.quotients import between
from .literals import Constraint, OfKey, OfResource

_ONE = languages.one_of("x")


class _Place(NamedTuple):
    """Where a variable stands in a text of a key: between these rows."""

    constraint: int
    key: str  # '' for a resource element
    before: languages.Pattern
    after: languages.Pattern
    ignore_case: bool
    again: bool  # whether the variable stands in the text a second time, where anything is let through

    @property
    def is_literal(self) -> bool:
        return not any(repeat or chars.negated for chars, repeat in chain(self.before, self.after))

    @property
    def literal(self) -> "_Place":
        """The same, with the simplest text in place of its wildcards."""
        return self._replace(before=_simplest(self.before), after=_simplest(self.after))

    def rows(self, listed: Iterable[languages.Pattern], budget: Budget) -> Iterator[languages.Row]:
        """What the variable must match, so that the text matches one of these."""
        for row in listed:
            budget.spend(1 + len(row))
            cased = wildcards.either_case(row) if self.ignore_case else row
            found = between(cased, self.before, self.after, budget.spend)
            if found is not None:
                yield found


def _simplest(row: languages.Pattern) -> languages.Pattern:
    return tuple(_ONE if element.chars.negated else element for element in row if not element.repeat)


class Joints:
    """Finds texts of one variable after the other, while the variables before it have their values."""

    def __init__(
        self, constraints: Mapping[int, Constraint], domains: Mapping[str, Domain], facts: KeyFacts, budget: Budget
    ) -> None:
        self._constraints = constraints
        self._domains = domains
        self._facts = facts
        self._budget = budget

    def texts(self, name: str, goals: Sequence[tuple[int, bool]], context: Mapping[str, Value]) -> Iterator[str]:
        """Texts to try for a variable. context: the values of other keys, as far as they are chosen."""
        self._budget.spend(1 + 2 * len(goals))
        own = self._limits(name, goals, context)
        listed = [places for places in self._places(name, goals, context) if places]
        alone = [[[place]] for places in listed for place in places]
        if not alone and any(self._constraints[n].key == name and self._constraints[n].variables for n, _ in goals):
            yield from self._find(*own)
        for chosen in [listed, *alone] if len(alone) > 1 else alone:
            if not all(place.is_literal for places in chosen for place in places):
                yield from self._found(name, own, [[p.literal for p in places] for places in chosen], goals, context)
            yield from self._found(name, own, chosen, goals, context)
        if any(
            not isinstance(self._constraints[n], OfKey) and name in self._constraints[n].variables for n, _ in goals
        ):
            # A resource element covers no key with a text that is no part of an ARN.
            yield from self._find(own[0], [*own[1], languages.any_of(KEY_ID)])

    def _places(
        self, name: str, goals: Sequence[tuple[int, bool]], context: Mapping[str, Value]
    ) -> Iterator[list[_Place]]:
        """Of each constraint that is to find its text spelled with the variable: where it stands."""
        for number, wanted in goals:
            constraint = self._constraints[number]
            if name not in constraint.variables or constraint.key == name:
                continue
            ignore_case = arn = False
            if isinstance(constraint, OfKey):
                operator, spelled = constraint.condition.operator, constraint.condition.tokens
                negated, ignore_case, arn = operator.negated, operator.ignore_case, operator.family is Family.ARN
            elif isinstance(constraint, OfResource) and constraint.statement.resources is not None:
                negated, spelled = constraint.statement.resources.negated, constraint.statement.resources.patterns
            if wanted != negated:
                self._budget.spend(1 + sum(wildcards.effort(tokens)[0] for tokens in spelled))
                found = []
                for tokens in spelled:
                    sides = _around(name, tokens, _open_lookup(context))
                    if sides is not None:
                        again = sum(variable.name == name for variable in wildcards.variables_in(tokens)) > 1
                        rows_beside = _rows(*sides, arn, ignore_case)
                        found.append(_Place(number, constraint.key, *rows_beside, ignore_case, again))
                yield found

    def _found(
        self,
        name: str,
        own: Limits,
        chosen: Sequence[Sequence[_Place]],
        goals: Sequence[tuple[int, bool]],
        context: Mapping[str, Value],
    ) -> Iterator[str]:
        """A text that stands in one of each of these places."""
        required: list[Sequence[languages.Row]] = list(own[0])
        forbidden: list[languages.Row] = list(own[1])
        for places in chosen:
            # That the text is spelled so need not be asked of it again.
            others = [goal for goal in goals if goal[0] != places[0].constraint]
            groups, avoided = self._limits(places[0].key, others, context)
            for group in groups:
                required.append([row for place in places for row in place.rows(group, self._budget)])
            if len(places) == 1 and places[0].is_literal:
                forbidden += places[0].rows(avoided, self._budget)
        twice = {places[0].key for places in chosen if any(place.again for place in places)}

        def good(text: str) -> bool:
            return all(self._leaves(key, goals, {**context, name: text}) for key in twice)

        yield from self._find(required, forbidden, good)

    def _leaves(self, key: str, goals: Sequence[tuple[int, bool]], context: Mapping[str, Value]) -> bool:
        """Whether a key can still have a text."""
        required, forbidden = self._limits(key, goals, context)
        return languages.find(required, forbidden, self._budget.spend) is not None

    def _find(
        self,
        required: Sequence[Sequence[languages.Row]],
        forbidden: Sequence[languages.Row],
        good: Callable[[str], bool] = lambda text: True,
    ) -> Iterator[str]:
        text = languages.find(required, forbidden, self._budget.spend, good) if all(required) else None
        if text is not None:
            yield text

    def _limits(self, key: str, goals: Sequence[tuple[int, bool]], context: Mapping[str, Value]) -> Limits:
        """What a text of the key must match and avoid, as far as the variables that are not chosen leave it open."""
        self._budget.spend(1 + len(goals))
        if not key:
            return [key_arns(self._facts)], []
        asked = []
        for number, wanted in goals:
            constraint = self._constraints[number]
            if isinstance(constraint, OfKey) and constraint.key == key:
                spells = wanted != constraint.condition.operator.negated
                if spells or context.keys() >= set(constraint.variables):
                    asked.append((constraint.condition, wanted))
        required, forbidden = limits(asked, lambda condition: rows(condition, _open_lookup(context), self._budget))
        own_required, own_forbidden = self._domain_limits(key, context)
        return [*own_required, *required], [*own_forbidden, *forbidden]

    def _domain_limits(self, key: str, context: Mapping[str, Value]) -> Limits:
        known = context.get(key)
        if isinstance(known, str):
            return [[languages.literal(known)]], []
        domain = self._domains[key]
        if domain.values is not None:
            return [list(map(languages.literal, domain.values))], []
        return domain.limits(self._budget.spend)


def _around(
    name: str, tokens: wildcards.Tokens, lookup: wildcards.Lookup
) -> Optional[tuple[wildcards.Tokens, wildcards.Tokens]]:
    """What stands around the variable in a text; None where it is not in it, or another has no value."""
    for at, token in enumerate(tokens):
        if isinstance(token, wildcards.Variable) and token.name == name:
            before, after = wildcards.expand(tokens[:at], lookup), wildcards.expand(tokens[at + 1 :], lookup)
            return None if before is None or after is None else (before, after)
    return None


def _rows(
    before: wildcards.Tokens, after: wildcards.Tokens, arn: bool, ignore_case: bool
) -> tuple[languages.Pattern, languages.Pattern]:
    """The pieces around a variable as rows; in an ARN, wildcards stay inside their part."""
    whole = wildcards.arn_automaton((*before, "x", *after)) if arn else None
    if whole is None:
        return wildcards.automaton(before, ignore_case), wildcards.automaton(after, ignore_case)
    at = len(wildcards.automaton(before))
    return whole[:at], whole[at + 1 :]


def _open_lookup(context: Mapping[str, Value]) -> wildcards.Lookup:
    """The lookup of variables of which those that are not chosen yet can be any text."""
    chosen = variable_lookup(context)
    return lambda name: chosen(name) if name in context else wildcards.STAR
