"""Keys that hold a set of values: what every value must meet, and one value for each thing that some value must meet.

Source: IAM User Guide, *Single-valued vs. multivalued context keys* (ForAllValues, ForAnyValue).
"""

from collections.abc import Sequence
from typing import Optional

from ...budget import Budget
from ...domains.domain import Domain
from ..literals import Literal
from .single import solve_single


def solve(
    domain: Domain, literals: Sequence[Literal], members: Sequence[str], budget: Budget
) -> Optional[tuple[str, ...]]:
    """A set of one or more values with which each literal is true; None where there is none.

    members: values that are in the set at any rate.
    """
    every, some = part(literals)
    if not all(each.accepts_one(member) for each in every for member in members):
        return None
    found = dict.fromkeys(members)
    left = [each for each in some if not any(each.accepts_one(member) for member in members)]
    for asked in [[*every, each] for each in left] or ([] if found else [every]):
        text = solve_single(domain, asked, budget)
        if text is None:
            return None
        found[text] = None
    return tuple(found)


def part(literals: Sequence[Literal]) -> tuple[list[Literal], list[Literal]]:
    """The literals that every value must meet, and those that one value must meet."""
    every: list[Literal] = []
    some: list[Literal] = []
    for each in literals:
        (every if each.is_universal else some).append(each)
    return every, some
