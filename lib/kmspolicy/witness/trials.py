"""Tries the problems of a question in turn, and none that conflicts for the reason for which another one did."""

from collections.abc import Iterator
from typing import Any, Optional

from ..budget import Budget, Undecided
from ..caching import Recent
from ..solver.literals import Conflict, Solution
from ..solver.search import Question, solve
from .access import Found
from .problems import Problem, Problems

_SEARCH_STEPS = 6_000  # one question: a statement, an action, an audience; two endless ones leave some for others
_STEPS_OF_A_QUESTION = 16
_STEPS_OF_A_REQUESTER = 12
Met = tuple[Conflict, Problem]


def first_solved(listed: Iterator[Problems], budget: Budget, known: Recent[Any]) -> Optional[Found]:
    """The first problem that has a solution; None where none has. known: answers of earlier searches, to which this one
    adds. Raises Undecided."""
    budget = Budget(min(_SEARCH_STEPS, budget.left), budget, known)
    budget.spend(_STEPS_OF_A_QUESTION)
    conflicts: dict[Question, list[Met]] = {}
    undecided = False
    for problems in listed:
        for make in problems:
            budget.spend(_STEPS_OF_A_REQUESTER)
            problem = make()
            try:
                values = _solved(problem, conflicts.setdefault(problem.question, []), budget)
            except Undecided:
                if not budget.left:
                    raise
                undecided = True
                continue
            if not isinstance(values, Conflict):
                return Found(problem, values)
            if problem.is_about_creation(values.keys):
                break
    if undecided:
        raise Undecided
    return None


def _solved(problem: Problem, met: list[Met], budget: Budget) -> Solution:
    """Values that solve the problem, or the conflict. met: the conflicts of its question, to which its own is added."""
    for conflict, other in met:
        if problem.shares(other, conflict.keys):
            return conflict
    found = solve(problem.question, problem.facts, budget)
    if isinstance(found, Conflict):
        met.append((found, problem))
    return found
