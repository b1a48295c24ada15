"""The search: values of keys with which every required literal is true, and of every clause at least one literal.

Keys fall into groups, groups that variables link into components; each component is solved for the literals chosen so
far, and a clause that its values do not meet is branched on. Source: the DPLL(T) scheme of SMT solvers.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Optional, Protocol

from ..budget import Budget
from .groups import Group
from .literals import Assignment, Clause, Conflict, Literal, Solution, joined, keys_of
from .variables import solve_linked

_LITERALS_OF_A_STEP = 2
_STEPS_OF_A_BRANCH = 6
_STEPS_OF_A_KEY = 3

Component = int
Chosen = dict[Component, frozenset[Literal]]
Found = dict[Component, Assignment]
State = tuple[Chosen, Found]


class Facts(Protocol):
    """Which fact decides a key, and the group of the keys that a fact decides."""

    def fact_of(self, key: str) -> Hashable: ...

    def group(self, key: str) -> Group: ...


Groups = tuple[tuple[str, Group], ...]  # of keys


class Question:
    """Literals that must be true, clauses of which one must be, and how they split into components: the same for every
    requester.

    Keys that have a fact in common, or are linked by variables, are solved together.
    """

    def __init__(
        self, required: Iterable[Literal], clauses: Iterable[Clause], fact_of: Callable[[str], Hashable]
    ) -> None:
        """fact_of: which fact decides a key."""
        listed = [*((each,) for each in required), *clauses]
        self.clauses = sorted(listed, key=_is_linked)  # those that are solved fast come first
        literals = list(chain.from_iterable(self.clauses))
        self.size = 1 + len(literals)
        self.component_of = _parted(literals, fact_of)
        self.keys: dict[Component, list[str]] = {}
        for key, component in self.component_of.items():
            self.keys.setdefault(component, []).append(key)


def _is_linked(clause: Clause) -> bool:
    return len(clause) == 1 and bool(clause[0].variables)


def _parted(literals: Sequence[Literal], fact_of: Callable[[str], Hashable]) -> dict[str, Component]:
    """The component of each key."""
    facts = {key: fact_of(key) for key in keys_of(literals)}
    root = joined((facts[name], facts[each.key]) for each in literals for name in each.variables)
    numbers: dict[Hashable, Component] = {}
    return {key: numbers.setdefault(root(fact), len(numbers)) for key, fact in sorted(facts.items())}


def solve(question: Question, facts: Facts, budget: Budget) -> Solution:
    """Values of the keys that a question is about, or keys on which its literals conflict.

    Raises Undecided where the budget ends, or a theory cannot decide.
    """
    return _Search(question, facts, budget).run()


def _in_order(each: Literal) -> tuple[str, bool, str, tuple[str, ...], str]:
    """What literals are sorted by: all that tells those of one search apart."""
    return each.key, each.wanted, each.condition.text, each.condition.values, each.scope.prefix


class _Search:
    def __init__(self, question: Question, facts: Facts, budget: Budget) -> None:
        self._budget = budget
        self._question = question
        self._instead: dict[Literal, frozenset[str]] = {}  # of a clause: keys of those that cannot be true
        budget.spend(question.size // _LITERALS_OF_A_STEP + _STEPS_OF_A_KEY * len(question.component_of))
        self._component_of = question.component_of
        self._group_of = {key: facts.group(key) for key in question.component_of}
        self._groups = {
            component: tuple([(key, self._group_of[key]) for key in listed])
            for component, listed in question.keys.items()
        }

    # --- one component ---------------------------------------------------------------------------------------

    def _solve(self, groups: Groups, literals: frozenset[Literal]) -> Solution:
        """Values of a component's keys, or the conflict."""

        def values() -> Solution:
            return solve_linked(dict(groups), sorted(literals, key=_in_order), self._budget)

        found: Solution = self._budget.known.answer((groups, literals), values)
        return found

    def _alone(self, each: Literal) -> bool:
        """Whether some value makes a literal true by itself."""
        keys = sorted(keys_of((each,))) if each.variables else (each.key,)
        groups = tuple([(key, self._group_of[key]) for key in keys])
        return not isinstance(self._solve(groups, frozenset((each,))), Conflict)

    def _reasons(self, literals: Collection[Literal]) -> frozenset[str]:
        """The keys that literals are about, and those of literals that cannot be true instead of them."""
        return keys_of(literals).union(*[self._instead.get(each, ()) for each in literals])

    # --- the search ------------------------------------------------------------------------------------------

    def run(self) -> Solution:
        """See solve. Plain contradictions come first: a clause of which no literal can be true by itself."""
        units: dict[Component, set[Literal]] = {component: set() for component in self._groups}
        clauses: list[Clause] = []
        for clause in self._question.clauses:
            left = tuple([each for each in clause if self._alone(each)])
            if not left:
                return Conflict(keys_of(clause))
            if len(left) < len(clause):
                lost = keys_of([each for each in clause if each not in left])
                self._instead.update((each, self._instead.get(each, lost) | lost) for each in left)
            if len(left) == 1:
                units[self._component_of[left[0].key]].add(left[0])
            else:
                clauses.append(left)
        chosen: Chosen = {component: frozenset(those) for component, those in units.items()}
        found: Found = {}
        for component, literals in chosen.items():
            values = self._solve(self._groups[component], literals)
            if isinstance(values, Conflict):
                return Conflict(self._reasons(literals))
            found[component] = values
        for together in self._independent(clauses):
            state = self._satisfied(together, (chosen, found))
            if state is None:
                touched = {self._component_of[each.key] for clause in together for each in clause}
                required = [each for component in touched for each in chosen[component]]
                return Conflict(self._reasons([*required, *(each for clause in together for each in clause)]))
            chosen, found = state
        return {key: value for values in found.values() for key, value in values.items()}

    def _independent(self, clauses: Sequence[Clause]) -> list[list[Clause]]:
        """Clauses that share no component are satisfied one after the other, without backtracking between them."""
        of = self._component_of
        root = joined((of[each.key], of[clause[0].key]) for clause in clauses for each in clause[1:])
        together: dict[Component, list[Clause]] = {}
        for clause in clauses:
            together.setdefault(root(of[clause[0].key]), []).append(clause)
        return list(together.values())

    def _satisfied(self, clauses: Sequence[Clause], state: State) -> Optional[State]:
        """Depth first: of a clause that the values do not meet one literal is chosen, and the values follow."""
        stack: list[Iterator[State]] = [iter([state])]
        while stack:
            current = next(stack[-1], None)
            if current is None:
                stack.pop()
                continue
            self._budget.spend(_STEPS_OF_A_BRANCH * (1 + len(clauses)))
            values = current[1]
            unmet = [c for c in clauses if not any(each.is_met(values[self._component_of[each.key]]) for each in c)]
            if not unmet:
                return current
            stack.append(iter(self._branches(unmet, current)))
        return None

    def _branches(self, unmet: Sequence[Clause], state: State) -> list[State]:
        """The states that satisfy one of the clauses: the one with the fewest ways."""
        fewest: Optional[list[State]] = None
        for clause in unmet:
            ways = list(self._ways(clause, state))
            if fewest is None or len(ways) < len(fewest):
                fewest = ways
            if len(fewest) <= 1:
                break
        return fewest or []

    def _ways(self, clause: Clause, state: State) -> Iterator[State]:
        chosen, found = state
        for each in clause:
            component = self._component_of[each.key]
            before = chosen[component]
            self._budget.spend(_STEPS_OF_A_BRANCH)
            if each.negation in before:
                continue
            literals = before | {each}
            values = self._solve(self._groups[component], literals)
            if not isinstance(values, Conflict):
                yield {**chosen, component: literals}, {**found, component: values}
