"""The values to try for a policy variable: what its key can hold, and what stands where literals spell the variable.

Of a variable inside other text, the quotient of the text's language by what stands around the variable says what it can
be. Keys that must be equal are one. Source: IAM User Guide, *IAM policy elements: Variables and tags*.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice, product
from typing import Optional

from ..budget import Budget
from ..domains.domain import Domain, Finite, Text
from ..evaluation.request import Value
from ..policy import wildcards
from ..policy.condition import Condition
from ..policy.context_keys import context_key
from ..policy.operators import OPERATORS, Operator
from ..regular.languages import Check, Groups, find
from ..regular.patterns import SOMETHING, Pattern, Row, literal
from .groups import Group, solve_apart
from .literals import Assignment, Conflict, Literal, Scope
from .places import Place, open_lookup, places_of
from .theories.text import Limits, patterns

Domains = tuple[Domain, ...]  # of keys that must be equal
_MOST_CASES = 256  # of the groups of keys in which variables stand
_MOST_TEXTS = 8  # that are looked at where not every text does


class Candidates:
    """The values to try for the variables of some literals.

    incomplete: whether there were more cases than are tried, or a variable may have other texts than were.
    """

    def __init__(
        self,
        group_of: Mapping[str, Group],
        literals: Sequence[Literal],
        budget: Budget,
        equal: Mapping[str, str],
        sampled: bool,
        tangled: bool,
    ) -> None:
        """group_of: the group of each key; equal: see equal_keys; sampled, tangled: whether others may do where the
        first texts that a variable can have, or those that fit its places, do not."""
        self._group_of = group_of
        self._literals = literals
        self._budget = budget
        self._equal = equal
        self._sampled = sampled
        self._tangled = tangled
        self.incomplete = False
        self.named = {
            each.scope.key(name): (name, each.scope)
            for each in literals
            for name in (each.condition.key, *each.condition.variables)
        }

    def is_present(self, name: str) -> Literal:
        """The literal that a key is there."""
        return absent(*self.named[name]).negation

    def of(self, name: str, values: Assignment) -> Iterator[Value]:
        """Values to try for a variable, while those before it have theirs; some come twice."""
        same = self._equal.get(name)
        if same is not None and same != name and same in values:
            yield values[same]
            return
        keys = self._same(name)
        cases = list(self._cases(keys, values))
        yield from _spelled(name, self._literals) if cases else ()
        for key in keys if cases else ():
            yield from self._of_group(key, values)
        listed = [places for places in self._places(keys, values) if places]
        for domain, own in cases:
            if isinstance(domain, Finite):
                yield from domain.values
                continue
            if listed:
                yield from self._in_places(name, own, listed, values)
            yield from self._find(*own, several=self._sampled)
        if len(keys) == 1:
            yield None

    def _cases(self, keys: Sequence[str], values: Assignment) -> Iterator[tuple[Domain, Limits]]:
        """What the first of equal keys can hold and what its text must match, by case of their groups; none in which no
        text is left to all."""
        for domains in self.domains_of(keys):
            limits = self._limits(keys[0], domains, values)
            if len(keys) == 1 or self._is_possible(limits):
                yield domains[0], limits

    def _of_group(self, name: str, values: Assignment) -> Iterator[Value]:
        """One value that what is asked of the key's own group, without variables, leaves it."""
        group = self._group_of[name]
        plain = [each for each in self._literals if not each.variables and self._group_of[each.key] is group]
        plain += [equals(*self.named[key], value) for key, value in values.items() if self._group_of[key] is group]
        plain.append(self.is_present(name))
        found = solve_apart({each.key: group for each in plain}, plain, self._budget)
        value = None if isinstance(found, Conflict) else found[name]
        if isinstance(value, str):
            yield value

    def _same(self, name: str) -> list[str]:
        """A key, and those that must equal it."""
        root = self._equal.get(name)
        return [name, *(key for key, of in self._equal.items() if of == root and key != name)]

    def domains_of(self, keys: Sequence[str]) -> list[Domains]:
        """What keys that must be equal can hold, of the first one first, in each case of their groups that differs."""
        together: dict[Group, list[str]] = {}
        for key in keys:
            together.setdefault(self._group_of[key], []).append(key)
        cases = product(*(_domains_in(group, listed) for group, listed in together.items()))
        found = [tuple(chain.from_iterable(each)) for each in islice(cases, _MOST_CASES)]
        self.incomplete = self.incomplete or next(cases, None) is not None
        return found

    def _in_places(
        self, name: str, own: Limits, listed: Sequence[Sequence[Place]], values: Assignment
    ) -> Iterator[str]:
        """Texts that stand in every place where literals spell the variable."""
        cases = product(*(self.domains_of(self._same(places[0].literal.key)) for places in listed))
        for domains in islice(cases, _MOST_CASES):
            required: list[Sequence[Row]] = list(own[0])
            forbidden: list[Row] = list(own[1])
            unsure: list[tuple[Literal, Domains]] = []
            for places, together in zip(listed, domains):
                asked = places[0].literal
                more, avoided = self._limits(asked.key, together, values, without=asked)
                for group in more:
                    required.append([piece for place in places for piece in place.pieces(group, self._budget)])
                if not all(place.is_exact for place in places):
                    unsure.append((asked, together))
                elif len(places) == 1:
                    forbidden += places[0].pieces(avoided, self._budget)
            leaves = partial(self._leaves, name, unsure, values)
            yield from self._find(required, forbidden, leaves, self._tangled)
        self.incomplete = self.incomplete or next(cases, None) is not None

    def _leaves(self, name: str, asked: Sequence[tuple[Literal, Domains]], values: Assignment, text: str) -> bool:
        """Whether the keys of these literals can still have a value, once a variable has this text."""
        chosen = {**values, name: text}
        limits = (self._limits(each.key, domains, chosen, about=each) for each, domains in asked)
        return all(map(self._is_possible, limits))

    def _places(self, keys: Sequence[str], values: Assignment) -> Iterator[list[Place]]:
        """For each literal that asks for a text in which one of equal variables stands: where it stands in it."""
        for each in self._literals:
            if each.is_positive and each.key not in keys:
                yield from (places_of(each, key, values) for key in keys if key in each.variables)

    def _limits(
        self,
        key: str,
        domains: Domains,
        values: Assignment,
        without: Optional[Literal] = None,
        about: Optional[Literal] = None,
    ) -> Limits:
        """What a text of the key must match and avoid, as far as variables that are not chosen leave it open.

        domains: of the key and of those that must equal it; about: the literal that asks for the text, where the key
        may have others for other literals.
        """
        required: list[Sequence[Pattern]] = []
        forbidden: list[Pattern] = []
        known = values.get(key)
        if isinstance(known, str):
            required.append([literal(known)])
        for domain in domains if known is None else ():
            if isinstance(domain, Finite):
                required.append(list(map(literal, domain.values)))
            elif isinstance(domain, Text):
                required.append(domain.languages)
                forbidden += domain.excluded
        same = set(self._same(key))
        for each in self._literals:
            condition = each.condition
            if each.key not in same or each is without or not condition.operator.takes_variables:
                continue
            if context_key(condition.key).multivalued and not each.is_universal and each is not about:
                continue
            is_open = not values.keys() >= set(each.variables)
            if is_open and (not each.is_positive or not same.isdisjoint(each.variables)):
                continue
            found = patterns(condition.expanded(open_lookup(each, values)), self._budget)
            if each.is_positive:
                required.append(found)
            else:
                forbidden += found
        return required, forbidden

    def _find(
        self, required: Groups, forbidden: Sequence[Row], good: Optional[Check] = None, several: bool = False
    ) -> Iterator[str]:
        """A good text that matches one pattern of each required group and none of the forbidden, one that is not empty
        first; or several.

        One text is asked about for all that the patterns do not tell apart; then others are, but a few only.
        """
        avoided = list(forbidden)
        for _ in range(_MOST_TEXTS if all(required) else 0):
            found = self._shortest(required, avoided, good)
            yield from found
            if found and not several:
                return
            if not found and good is not None:
                found = self._shortest(required, avoided)
            if not found:
                return
            avoided += map(literal, found)
        self.incomplete = self.incomplete or all(required)

    def _is_possible(self, limits: Limits) -> bool:
        """Whether there is a text within these limits."""
        return find(*limits, self._budget.spend) is not None

    def _shortest(self, required: Groups, forbidden: Sequence[Row], good: Optional[Check] = None) -> list[str]:
        check, spend = good or (lambda text: True), self._budget.spend
        text = find(required, forbidden, spend, check)
        longer = find([*required, [SOMETHING]], forbidden, spend, check) if text == "" else None
        return [each for each in (longer, text) if each is not None]


def _domains_in(group: Group, keys: Sequence[str]) -> list[Domains]:
    """What keys of one group can hold, in each of its cases that has them all and differs in that."""
    found: dict[tuple[int, ...], Domains] = {}
    for case in group.cases:
        held = [part.domains[key] for key in keys for part in case if key in part.domains]
        if len(held) == len(keys):
            found[tuple(map(id, held))] = tuple(held)
    return list(found.values())


def _spelled(name: str, literals: Sequence[Literal]) -> Iterator[str]:
    """The texts that literals ask of a key, among others with variables."""
    for each in literals:
        if each.key == name and each.is_positive:
            yield from (str(tokens[0]) for tokens in each.condition.tokens if tokens and wildcards.is_plain(tokens))


_EQUALS, _IS_NULL = OPERATORS["stringequals"], OPERATORS["null"]


def equals(name: str, scope: Scope, value: Value) -> Literal:
    """The literal that a key has this value, or is absent. name: the key's in the scope."""
    return absent(name, scope) if value is None else _literal(_EQUALS, name, scope, str(value))


def absent(name: str, scope: Scope) -> Literal:
    """The literal that a key is absent."""
    return _literal(_IS_NULL, name, scope, "true")


def _literal(operator: Operator, name: str, scope: Scope, text: str) -> Literal:
    return Literal(Condition(operator, None, False, operator.name, name, (text,)), True, scope)
