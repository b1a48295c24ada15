"""One theory for each kind of key: each finds a value that makes all literals on the key true, or shows that none does.

`solve` is the only door. A theory decides exactly, or raises Undecided.
"""

from collections.abc import Sequence
from functools import partial
from typing import Union

from ...budget import Budget
from ...domains.domain import Domain
from ...evaluation.request import Texts, Value
from ..literals import Conflict, Literal, about_values, forbid_presence
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
    if domain.optional and all(each.accepts(None) for each in literals):
        return None
    found: Value = None
    if not forbid_presence(literals):
        limiting = about_values(literals)
        if several:
            found = sets.solve(limiting, members, partial(solve_single, domain, budget=budget))
        else:
            found = solve_single(domain, limiting, budget)
    return Conflict(frozenset((key,))) if found is None else found
