"""Tries the problems of a question in turn, and none that conflicts for the reason for which another one did."""

from collections.abc import Iterator
from typing import Any, Optional

from ..budget import Budget, Undecided
from ..caching import Recent
from ..solver.literals import Conflict
from ..solver.search import Question, solve
from .access import Found
from .problems import Problem, Problems

_SEARCH_STEPS = 6_000  # one question: a statement, an action, an audience; two endless ones leave some for others
_STEPS_OF_A_QUESTION = 16
_STEPS_OF_A_REQUESTER = 12


def first_solved(listed: Iterator[Problems], budget: Budget, known: Recent[Any]) -> Optional[Found]:
    """The first problem that has a solution; None where none has. known: answers of earlier searches, to which this one
    adds. Raises Undecided."""
    budget = Budget(min(_SEARCH_STEPS, budget.left), budget, known)
    budget.spend(_STEPS_OF_A_QUESTION)
    conflicts: dict[Question, list[tuple[Conflict, Problem]]] = {}
    undecided = False
    for problems in listed:
        for make in problems:
            budget.spend(_STEPS_OF_A_REQUESTER)
            problem = make()
            met = conflicts.setdefault(problem.question, [])
            conflict = next((conflict for conflict, other in met if problem.shares(other, conflict.keys)), None)
            if conflict is None:
                try:
                    values = solve(problem.question, problem.facts, budget)
                except Undecided:
                    if not budget.left:
                        raise
                    undecided = True
                    continue
                if not isinstance(values, Conflict):
                    return Found(problem, values)
                conflict = values
                met.append((conflict, problem))
            if problem.is_about_creation(conflict.keys):
                break
    if undecided:
        raise Undecided
    return None
