"""Keys that hold a set of values: what every value must meet, and one value for each thing that some value must meet.

Source: IAM User Guide, *Single-valued vs. multivalued context keys* (ForAllValues, ForAnyValue).
"""

from collections.abc import Callable, Sequence
from typing import Optional

from ..literals import Literal


def solve(
    literals: Sequence[Literal], members: Sequence[str], find: Callable[[Sequence[Literal]], Optional[str]]
) -> Optional[tuple[str, ...]]:
    """A set of one or more values with which each literal is true; None where there is none.

    members: values that are in the set at any rate; find: finds one value with which some literals are true.
    """
    every, some = part(literals)
    if not all(each.accepts_one(member) for each in every for member in members):
        return None
    found = dict.fromkeys(members)
    for goal in [[each] for each in some] or [[]]:
        if any(all(each.accepts_one(text) for each in goal) for text in found):
            continue
        text = find([*every, *goal])
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
