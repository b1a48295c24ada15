"""One theory for each kind of key: each finds a value that makes all literals on the key true, or shows that none does.

`solve` is the only door. A theory decides exactly, or raises Undecided.
"""

from collections.abc import Sequence
from typing import Union

from ...budget import Budget
from ...domains.domain import Domain, possible
from ...evaluation.request import Texts, Value
from ..literals import Conflict, Literal, of_present
from . import sets
from .single import solve_single

_STEPS_OF_A_CALL = 2


def solve(
    key: str, domain: Domain, literals: Sequence[Literal], budget: Budget, several: bool = False, members: Texts = ()
) -> Union[Value, Conflict]:
    """A value of the key (None: absent) with which each literal is true, or the conflict.

    several: whether the key holds a set of values, members among them. Raises Undecided where that takes too many
    steps.
    """
    budget.spend(_STEPS_OF_A_CALL + len(literals))
    conflict, asked = Conflict(frozenset((key,))), []
    for each in literals:
        outcome = each.condition.settled
        if outcome is None:
            asked.append(each)
        elif outcome != each.wanted:
            return conflict
    if domain.optional and all(each.condition.without_key == each.wanted for each in asked):
        return None
    limiting = of_present(asked) if possible(domain) else None
    if limiting is None:
        return conflict
    found = sets.solve(domain, limiting, members, budget) if several else solve_single(domain, limiting, budget)
    return conflict if found is None else found
