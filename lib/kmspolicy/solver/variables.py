"""Keys that policy variables link: a value is chosen for each variable, then the rest has no variables any more.

Keys that must be equal are one class. Of a variable inside other text, the quotient of the text's language by what
stands around the variable says what it can be. Source: IAM User Guide, *IAM policy elements: Variables and tags*.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from graphlib import CycleError, TopologicalSorter
from itertools import chain, islice, product
from typing import Optional

from ..budget import Budget, Undecided
from ..domains.domain import Domain, Finite, Points, Text
from ..evaluation.request import Value
from ..policy import wildcards
from ..policy.condition import Condition
from ..policy.operators import OPERATORS, Family
from ..regular.languages import Check, Groups, find
from ..regular.patterns import ANYTHING, SOMETHING, Pattern, Row, literal
from .groups import Group, solve_apart
from .literals import Assignment, Conflict, Literal, Scope, Solution, equal_keys, keys_of, needed
from .places import Place, open_lookup, places_of
from .theories.single import spelled_out
from .theories.text import Limits, patterns

_MOST_VARIABLES = 60  # that one component can be solved for
_MOST_CASES = 256  # of the groups of keys in which variables stand
_STEPS_OF_A_CANDIDATE = 16
_STEPS_OF_A_CHOICE = 8


def solve_linked(group_of: Mapping[str, Group], literals: Sequence[Literal], budget: Budget) -> Solution:
    """Values of the groups' keys with which each literal is true, or the conflict. Raises Undecided.

    group_of: the group of each key.
    """
    return _Linked(group_of, literals, budget).solve()


class _Linked:
    def __init__(self, group_of: Mapping[str, Group], literals: Sequence[Literal], budget: Budget) -> None:
        self._group_of = group_of
        self._literals = literals
        self._budget = budget
        self._equal = equal_keys(literals)
        self._named = {
            each.scope.key(name): (name, each.scope)
            for each in literals
            for name in (each.condition.key, *each.condition.variables)
        }
        reading = {each.key for each in literals if each.variables}  # whose texts follow from others: they come last
        names = sorted(dict.fromkeys(name for each in literals for name in each.variables), key=reading.__contains__)
        self._variables = list(dict.fromkeys(self._equal.get(name, name) for name in names))
        self._cut_short = False  # whether there were more cases than are tried
        self._names = [*self._variables, *(name for name in names if name not in self._variables)]

    def solve(self) -> Solution:
        """See solve_linked."""
        ruling: dict[str, list[Literal]] = {}
        for each in self._literals:
            if not each.is_positive:
                ruling.setdefault(each.key, []).append(each)
        for each in self._literals:
            if each.is_positive and any(_contradict(each, other) for other in ruling.get(each.key, ())):
                return Conflict(keys_of((each,)))
        if isinstance(self._opened(), Conflict):
            return Conflict(keys_of(self._literals))
        if len(self._names) > _MOST_VARIABLES:
            raise Undecided
        found = self._assign(self._names, {})
        if found is not None:
            return found
        if self._cut_short or self._only_sampled() or self._read_one_another():
            raise Undecided
        return Conflict(keys_of(self._literals))

    def _only_sampled(self) -> bool:
        """Whether a variable is an address, a number or a time: of these only some are tried."""
        linked = {*self._names, *self._equal}
        return any(isinstance(domain, Points) for name in linked for domain in self._domains(name))

    def _read_one_another(self) -> bool:
        """Whether the text of a key reads, by way of others or not, that of a key which reads it: what one can be is
        known only from what the other is, and only some texts are tried. Keys that must be equal are one."""
        reads: dict[str, set[str]] = {}
        for each in self._literals:
            own = self._equal.get(each.key, each.key)
            reads.setdefault(own, set()).update({self._equal.get(name, name) for name in each.variables} - {own})
        try:
            TopologicalSorter(reads).prepare()
        except CycleError:
            return True
        return False

    def _opened(self) -> Solution:
        """Values with which the literals are true while variables can be any text, and the keys are there that they
        need."""
        plain = [each.opened for each in self._literals]
        keys = dict.fromkeys(chain.from_iterable(needed(each) for each in self._literals if each.variables))
        return solve_apart(self._group_of, [*plain, *map(self._is_present, keys)], self._budget)

    def _is_present(self, name: str) -> Literal:
        return _equals(*self._named[name], None).negation

    def _assign(self, names: Sequence[str], values: Assignment) -> Optional[Assignment]:
        if not names:
            return self._rest(values)
        name, tried = names[0], set[Value]()
        for value in self._candidates(name, values):
            self._budget.spend(_STEPS_OF_A_CANDIDATE)
            if value not in tried:
                self._budget.spend(_STEPS_OF_A_CHOICE + len(self._literals))
                tried.add(value)
                chosen = {**values, name: value}
                if self._agrees(name, chosen):
                    found = self._assign(names[1:], chosen)
                    if found is not None:
                        return found
        return None

    def _agrees(self, name: str, values: Mapping[str, Value]) -> bool:
        """Whether the literals whose keys all have values are true."""
        complete = [each for each in self._literals if each.key in values and values.keys() >= set(each.variables)]
        return all(each.is_met(values) for each in complete if name in (each.key, *each.variables))

    def _rest(self, values: Assignment) -> Optional[Assignment]:
        """All keys, once the variables have values: no literal has variables any more."""
        chosen = [_equals(*self._named[name], value) for name, value in values.items()]
        literals = [*chosen, *(each.given(values) for each in self._literals)]
        found = solve_apart(self._group_of, literals, self._budget)
        return None if isinstance(found, Conflict) else found

    # --- candidates ---------------------------------------------------------------------------------------------------

    def _candidates(self, name: str, values: Assignment) -> Iterator[Value]:
        """Values to try for a variable, while those before it have theirs."""
        same = self._equal.get(name)
        if same is not None and same != name and same in values:
            yield values[same]
            return
        plain = [each for each in self._literals if each.key == name and not each.variables]
        yield from spelled_out(plain) or _spelled(name, self._literals)
        for key in dict.fromkeys((name, *self._same(name))):
            yield from self._of_group(key, values)
        listed = [places for places in self._places(name, values) if places]
        for domain in self._domains(name):
            if isinstance(domain, Finite):
                yield from domain.values
                continue
            own = self._limits(name, domain, values)
            yield from self._in_places(name, own, listed, values)
            yield from self._find(*own)
            yield from getattr(domain, "preferred", ())
            if domain.optional:
                yield None
        yield None

    def _of_group(self, name: str, values: Assignment) -> Iterator[Value]:
        """One value that what is asked of the key's own group, without variables, leaves it."""
        group = self._group_of[name]
        plain = [each for each in self._literals if not each.variables and self._group_of[each.key] is group]
        plain += [_equals(*self._named[key], value) for key, value in values.items() if self._group_of[key] is group]
        plain.append(self._is_present(name))
        found = solve_apart({each.key: group for each in plain}, plain, self._budget)
        value = None if isinstance(found, Conflict) else found[name]
        if isinstance(value, str):
            yield value

    def _same(self, name: str) -> list[str]:
        """The keys that must equal a key, itself among them if there are others."""
        root = self._equal.get(name)
        return [] if root is None else [key for key, of in self._equal.items() if of == root]

    def _domains(self, name: str) -> list[Domain]:
        """What a key can hold, in each case of its group that differs in that."""
        cases = self._group_of[name].cases
        found = [part.domains[name] for case in cases for part in case if name in part.domains]
        return list({id(domain): domain for domain in found}.values())

    def _in_places(
        self, name: str, own: Limits, listed: Sequence[Sequence[Place]], values: Assignment
    ) -> Iterator[str]:
        """Texts that stand in every place where literals spell the variable, then in each place alone."""
        alone = [[[place]] for places in listed for place in places]
        for chosen in [listed, *alone] if len(alone) > 1 else alone:
            cases = product(*(self._domains(places[0].literal.key) for places in chosen))
            for domains in islice(cases, _MOST_CASES):
                required: list[Sequence[Row]] = list(own[0])
                forbidden: list[Row] = list(own[1])
                for places, domain in zip(chosen, domains):
                    more, avoided = self._limits(places[0].literal.key, domain, values, without=places[0].literal)
                    for group in more:
                        required.append([piece for place in places for piece in place.pieces(group, self._budget)])
                    if len(places) == 1 and places[0].is_exact:
                        forbidden += places[0].pieces(avoided, self._budget)
                twice = [
                    (places[0].literal.key, d)
                    for places, d in zip(chosen, domains)
                    if any(p.again or not p.is_exact for p in places)
                ]
                yield from self._find(required, forbidden, partial(self._leaves, name, twice, values))
            self._cut_short = self._cut_short or next(cases, None) is not None

    def _leaves(self, name: str, keys: Sequence[tuple[str, Domain]], values: Assignment, text: str) -> bool:
        """Whether these keys can still have a value, once a variable has this text."""
        chosen = {**values, name: text}
        limits = (self._limits(key, domain, chosen) for key, domain in keys)
        return all(find(*each, self._budget.spend) is not None for each in limits)

    def _places(self, name: str, values: Assignment) -> Iterator[list[Place]]:
        """For each literal that asks for a text in which the variable stands: where it stands in it."""
        for each in self._literals:
            if each.is_positive and name in each.variables and each.key != name:
                yield places_of(each, name, values)

    def _limits(self, key: str, domain: Domain, values: Assignment, without: Optional[Literal] = None) -> Limits:
        """What a text of the key must match and avoid, as far as variables that are not chosen leave it open."""
        required: list[Sequence[Pattern]] = []
        forbidden: list[Pattern] = []
        known = values.get(key)
        if isinstance(known, str):
            required.append([literal(known)])
        elif isinstance(domain, Finite):
            required.append(list(map(literal, domain.values)))
        elif isinstance(domain, Text):
            required.append(domain.languages)
            forbidden += domain.excluded
        same = {key, *self._same(key)}
        for each in self._literals:
            condition = each.condition
            if each.key not in same or each is without or not condition.operator.takes_variables:
                continue
            is_open = not values.keys() >= set(each.variables)
            if is_open and (not each.is_positive or not same.isdisjoint(each.variables)):
                continue
            found = self._patterns(each, values)
            if each.is_positive:
                required.append(found)
            else:
                forbidden += found
        for other in same - {key}:
            for more in self._domains(other):
                if isinstance(more, Text):
                    required.append(more.languages)
                    forbidden += more.excluded
                break
        return required, forbidden

    def _patterns(self, each: Literal, values: Assignment) -> list[Pattern]:
        """The texts that match one of a literal's values, where variables that are not chosen can be any of theirs."""
        condition = each.condition
        if not each.variables or values.keys() >= set(each.variables) or condition.operator.family is Family.ARN:
            return patterns(condition.expanded(open_lookup(each, values)), self._budget)
        found = []
        for tokens in condition.tokens:
            row: Pattern = ()
            for token in tokens:
                if isinstance(token, wildcards.Variable) and each.scope.key(token.name) not in values:
                    row += self._any_value(each.scope.key(token.name))
                else:
                    known = wildcards.expand((token,), open_lookup(each, values))
                    row += wildcards.automaton(known or (), condition.operator.ignore_case)
            found.append(row)
        return found

    def _any_value(self, name: str) -> Pattern:
        """What a variable can be: its language where it has but one, else any text."""
        domains = [domain for domain in self._domains(name) if isinstance(domain, Text)]
        only = len(domains) == 1 and len(domains[0].languages) == 1
        return domains[0].languages[0] if only else ANYTHING

    def _find(self, required: Groups, forbidden: Sequence[Row], good: Check = lambda text: True) -> Iterator[str]:
        if all(required):
            text = find(required, forbidden, self._budget.spend, good)
            if text == "":
                longer = find([*required, [SOMETHING]], forbidden, self._budget.spend, good)
                yield from () if longer is None else (longer,)
            yield from () if text is None else (text,)


def _contradict(one: Literal, other: Literal) -> bool:
    """Whether all texts that one literal asks for, spelled with the same variables, are among those that another one of
    its key rules out."""
    asked, ruled_out = one.condition, other.condition
    if asked.quantifier or ruled_out.quantifier or asked.if_exists or not asked.tokens:
        return False
    alike = (
        asked.operator.family is ruled_out.operator.family
        and asked.operator.ignore_case == ruled_out.operator.ignore_case
    )
    same = set(one.variables) <= set(other.variables)  # each request fills its own
    return alike and same and asked.operator.takes_variables and set(asked.tokens) <= set(ruled_out.tokens)


def _spelled(name: str, literals: Sequence[Literal]) -> Iterator[str]:
    """The texts that literals ask of a key, among others with variables."""
    for each in literals:
        if each.key == name and each.is_positive:
            yield from (str(tokens[0]) for tokens in each.condition.tokens if tokens and wildcards.is_plain(tokens))


_EQUALS, _IS_NULL = OPERATORS["stringequals"], OPERATORS["null"]


def _equals(name: str, scope: Scope, value: Value) -> Literal:
    """The literal that a key has this value, or is absent. name: the key's in the scope."""
    operator, text = (_IS_NULL, "true") if value is None else (_EQUALS, str(value))
    return Literal(Condition(operator, None, False, operator.name, name, (text,)), True, scope)
