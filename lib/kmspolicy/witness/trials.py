"""Tries the problems of a question in turn, and none that conflicts for the reason for which another one did."""

from collections.abc import Callable, Iterator
from typing import Optional

from ..budget import Budget, Undecided
from ..solver.literals import Assignment, Conflict
from ..solver.search import Question, solve
from .access import Found
from .asked import Known
from .problems import Problem

SEARCH_STEPS = 8_000  # one question: a statement, an action, an audience
_STEPS_OF_A_REQUESTER = 16
_STEPS_OF_A_CLAUSE = 1
_STEPS_OF_A_COMPARISON = 2
Problems = Iterator[Callable[[], Problem]]  # each is made when there are steps for it


class Trials:
    """The trials of questions about one statement and audience. known: what they start from, and add to."""

    def __init__(self, budget: Budget, known: Known) -> None:
        self.budget = budget
        self.known = known
        self._conflicts: dict[Question, list[tuple[Conflict, Problem]]] = {}

    def first(self, problems: Problems) -> Optional[Found]:
        """The first problem that has a solution; None where none has. Raises Undecided."""
        budget = Budget(min(SEARCH_STEPS, self.budget.left), self.budget)
        undecided = False
        for make in problems:
            budget.spend(_STEPS_OF_A_REQUESTER)
            problem = make()
            try:
                values = self._solution(problem, budget)
            except Undecided:
                if not budget.left:
                    raise
                undecided = True
                continue
            if values is not None:
                return Found(problem, values)
        if undecided:
            raise Undecided
        return None

    def _solution(self, problem: Problem, budget: Budget) -> Optional[Assignment]:
        conflicts = self._conflicts.get(problem.question)
        if conflicts is None:
            budget.spend(_STEPS_OF_A_CLAUSE * len(problem.question.clauses))
            conflicts = self._conflicts[problem.question] = []
        budget.spend(_STEPS_OF_A_COMPARISON * len(conflicts))
        if any(problem.shares(other, conflict.keys) for conflict, other in conflicts):
            return None
        values = solve(problem.question, problem.facts, budget, self.known.memory)
        if isinstance(values, Conflict):
            conflicts.append((values, problem))
            return None
        return values
