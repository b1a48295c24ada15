"""Keys that policy variables link: a value is chosen for each variable, then the rest has no variables any more.

Where some values of a variable are tried and others are not, no conflict is claimed. Source: IAM User Guide, *IAM
policy elements: Variables and tags*.
"""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Optional

from ..budget import Budget, OutOfSteps, Undecided
from ..domains.domain import Points
from ..evaluation.request import Value
from ..policy import wildcards
from ..policy.context_keys import context_key
from .candidates import Candidates, absent, equals
from .groups import Group, solve_apart
from .literals import Assignment, Conflict, Literal, Solution, equal_keys, keys_of, needed

_MOST_VARIABLES = 60  # that one component can be solved for
_STEPS_OF_A_VALUE = 24


def solve_linked(group_of: Mapping[str, Group], literals: Sequence[Literal], budget: Budget) -> Solution:
    """Values of the groups' keys, which variables may link, with which each literal is true, or the conflict.

    group_of: the group of each key. Raises Undecided.
    """
    if not any(each.variables for each in literals):
        return solve_apart(group_of, literals, budget)
    never = [each for each in literals if each.condition.settled not in (None, each.wanted)]
    if never:
        return Conflict(keys_of(never))
    left = [each for each in literals if each.condition.settled is None]
    return _Linked(group_of, left, budget).solve()


class _Linked:
    def __init__(self, group_of: Mapping[str, Group], literals: Sequence[Literal], budget: Budget) -> None:
        self._group_of = group_of
        self._literals = literals
        self._budget = budget
        self._equal = equal_keys(literals)
        self._reads = self._read_by_key()
        self._is_tangle = self._reads_variables_that_depend()
        self._sampled = any(map(_is_sampled, literals))
        self._candidates = Candidates(group_of, literals, budget, self._equal, self._sampled, self._is_tangle)
        names = [name for each in literals for name in each.variables]
        first = sorted([self._equal.get(name, name) for name in names], key=self._reads.__contains__)
        self._names = list(dict.fromkeys([*first, *names]))  # texts that follow from others come last

    def solve(self) -> Solution:
        """See solve_linked."""
        ruling: dict[str, list[Literal]] = {}
        for each in self._literals:
            if each.variables and not each.is_positive:
                ruling.setdefault(each.key, []).append(each)
        for each in self._literals:
            if each.variables and any(_contradict(each, other) for other in ruling.get(each.key, ())):
                return Conflict(keys_of((each, *ruling[each.key])))
        if len(self._names) > _MOST_VARIABLES:
            raise Undecided
        for at, each in enumerate(self._literals):
            alternatives = _alternatives(each)
            if len(alternatives) > 1:
                before, after = self._literals[:at], self._literals[at + 1 :]
                return self._one_of([[*before, other, *after] for other in alternatives])
        for weaker in self._weaker():
            values = self._solved(weaker)
            if isinstance(values, Conflict):
                return Conflict(keys_of(self._literals))
            if values is not None and all(each.is_met(values) for each in self._literals):
                return values
        for names in (self._names, self._names[::-1]) if self._is_tangle else (self._names,):
            found = self._assign(names, {})
            if found is not None:
                return found
        if self._candidates.incomplete or self._only_sampled() or self._read_one_another():
            raise Undecided
        return Conflict(keys_of(self._literals))

    def _one_of(self, ways: Sequence[Sequence[Literal]]) -> Solution:
        """The first solution of several lists of literals; the conflict where none has one."""
        undecided = False
        for literals in ways:
            found = self._solved(literals)
            if found is not None and not isinstance(found, Conflict):
                return found
            undecided = undecided or found is None
        if undecided:
            raise Undecided
        return Conflict(keys_of(self._literals))

    def _solved(self, literals: Sequence[Literal]) -> Optional[Solution]:
        """The solution for other literals of the same groups; None where it is not decided."""
        try:
            return solve_linked(self._group_of, literals, self._budget)
        except OutOfSteps:
            raise
        except Undecided:
            return None

    def _only_sampled(self) -> bool:
        """Whether a variable is an address, a number or a time: of these only some are tried."""
        linked = {*self._names, *self._equal}
        return any(isinstance(domain, Points) for name in linked for (domain,) in self._candidates.domains_of((name,)))

    def _read_by_key(self) -> dict[str, set[str]]:
        """The variables that the texts of each key read. Keys that must be equal are one."""
        found: dict[str, set[str]] = {}
        for each in self._literals:
            own = self._equal.get(each.key, each.key)
            read = {self._equal.get(name, name) for name in each.variables} - {own}
            if read:
                found.setdefault(own, set()).update(read)
        return found

    def _reads_variables_that_depend(self) -> bool:
        """Whether a key reads several variables, or one whose own text reads others: a text of one that leaves another
        none is not the only one."""
        read = frozenset[str]().union(*self._reads.values())
        return not read.isdisjoint(self._reads) or any(len(names) > 1 for names in self._reads.values())

    def _read_one_another(self) -> bool:
        """Whether the text of a key reads, by way of others or not, that of a key which reads it: what one can be is
        known only from what the other is, and only some texts are tried."""
        try:
            TopologicalSorter(self._reads).prepare()
        except CycleError:
            return True
        return False

    def _weaker(self) -> Iterator[list[Literal]]:
        """Literals that are true wherever these are: while variables can be any text, and the keys are there that they
        need; while some can; while all but those of one literal can."""
        linked = [each for each in self._literals if each.variables]
        opened = [each.opened for each in self._literals]
        keys = dict.fromkeys(chain.from_iterable(map(needed, linked)))
        yield [*opened, *map(self._candidates.is_present, keys)]
        if self._sampled:
            yield [each.opened if _is_sampled(each) else each for each in self._literals]
        if len(linked) > 1 and (self._sampled or self._is_tangle):
            yield from ([each, *opened] for each in linked)

    def _assign(self, names: Sequence[str], values: Assignment) -> Optional[Assignment]:
        if not names:
            return self._rest(values)
        name, tried = names[0], dict[Value, None]()
        for value in self._candidates.of(name, values):
            self._budget.spend(_STEPS_OF_A_VALUE)
            if value not in tried:
                tried[value] = None
                chosen = {**values, name: value}
                found = self._assign(names[1:], chosen) if self._agrees(name, chosen) else None
                if found is not None:
                    return found
        return None

    def _agrees(self, name: str, values: Mapping[str, Value]) -> bool:
        """Whether the literals whose keys all have values are true."""
        complete = [each for each in self._literals if each.key in values and values.keys() >= set(each.variables)]
        return all(each.is_met(values) for each in complete if name in (each.key, *each.variables))

    def _rest(self, values: Assignment) -> Optional[Assignment]:
        """All keys, once the variables have values: no literal has variables any more."""
        chosen = [equals(*self._candidates.named[name], value) for name, value in values.items()]
        literals = [*chosen, *(each.given(values) for each in self._literals)]
        found = solve_apart(self._group_of, literals, self._budget)
        return None if isinstance(found, Conflict) else found


def _is_sampled(each: Literal) -> bool:
    """Whether only some texts of a literal's variables are tried: it rules texts out, or asks for one of several, or
    for one where its key is there."""
    tokens = each.condition.tokens
    several = len(tokens) > 1 and (len(each.variables) > 1 or not all(map(_reads_one, tokens)))
    return bool(each.variables) and (several or not each.is_positive or each.condition.without_key == each.wanted)


def _reads_one(tokens: wildcards.Tokens) -> bool:
    return len(wildcards.variables_in(tokens)) == 1


def _alternatives(each: Literal) -> list[Literal]:
    """Literals one of which is true wherever a literal is: of one that asks for one of several texts those without
    variables, each of the others, and that the key is absent, if it may be."""
    condition = each.condition
    if not each.variables or not each.is_positive or condition.quantifier or condition.lacks_set_operator:
        return [each]
    if condition.without_key != each.wanted and all(map(_reads_one, condition.tokens)) and len(each.variables) == 1:
        return [each]
    values = condition.values
    linked = [(value,) for value, tokens in zip(values, condition.tokens) if wildcards.variables_in(tokens)]
    plain = tuple([value for value in values if (value,) not in linked])
    apart = [plain, *linked] if plain else linked
    found = [each._replace(condition=condition.of_values(those, if_exists=False)) for those in apart]
    if condition.without_key == each.wanted:
        found.append(absent(each.condition.key, each.scope))
    return found if len(found) > 1 else [each]


def _contradict(one: Literal, other: Literal) -> bool:
    """Whether all texts that one literal asks for, spelled with the same variables, are among those that another one of
    its key rules out."""
    asked, ruled_out = one.condition, other.condition
    if not one.is_positive or asked.without_key == one.wanted:
        return False
    if context_key(asked.key).multivalued and not other.is_universal:
        return False
    alike = (
        asked.operator.family is ruled_out.operator.family
        and asked.operator.ignore_case == ruled_out.operator.ignore_case
    )
    same = set(one.variables) <= set(other.variables)  # each request fills its own
    return alike and same and asked.operator.takes_variables and set(asked.tokens) <= set(ruled_out.tokens)
