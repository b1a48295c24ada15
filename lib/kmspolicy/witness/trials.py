"""Tries the problems of a question in turn, and none that conflicts for the reason for which another one did."""

from collections.abc import Callable, Iterator
from typing import Optional

from ..budget import Budget, Undecided
from ..solver.literals import Conflict
from ..solver.search import Question, solve
from .access import Found
from .asked import Known
from .problems import Problem

_SEARCH_STEPS = 7_800  # one question: a statement, an action, an audience; three endless ones leave some for others
_STEPS_OF_A_QUESTION = 8
_STEPS_OF_A_REQUESTER = 12
Problems = Iterator[Callable[[], Problem]]  # each is made when there are steps for it


class Trials:
    """The trials of questions about one statement and audience. known: what they start from, and add to."""

    def __init__(self, budget: Budget, known: Known) -> None:
        self.budget = budget
        self.known = known

    def first(self, problems: Problems) -> Optional[Found]:
        """The first problem that has a solution; None where none has. Raises Undecided."""
        budget = Budget(min(_SEARCH_STEPS, self.budget.left), self.budget, self.known.by_search)
        budget.spend(_STEPS_OF_A_QUESTION)
        conflicts: dict[Question, list[tuple[Conflict, Problem]]] = {}
        undecided = False
        for make in problems:
            budget.spend(_STEPS_OF_A_REQUESTER)
            problem = make()
            known = conflicts.setdefault(problem.question, [])
            if any(problem.shares(other, conflict.keys) for conflict, other in known):
                continue
            try:
                values = solve(problem.question, problem.facts, budget)
            except Undecided:
                if not budget.left:
                    raise
                undecided = True
                continue
            if not isinstance(values, Conflict):
                return Found(problem, values)
            known.append((values, problem))
        if undecided:
            raise Undecided
        return None
