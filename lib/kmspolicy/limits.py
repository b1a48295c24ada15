"""What a text must match and avoid, so that string and ARN conditions come out as asked, as automata.

Source: IAM User Guide, *IAM JSON policy elements: Condition operators*.
"""

from collections.abc import Iterable
from typing import Callable

from . import automata, patterns
from .budget import Budget
from .operators import Family
from .policy import Condition


def limits(
    asked: Iterable[tuple[Condition, bool]], rows_of: Callable[[Condition], list[automata.Pattern]]
) -> tuple[list[list[automata.Pattern]], list[automata.Pattern]]:
    """What a text must match (one of each group) and avoid, so that these conditions come out as asked.

    rows_of: see rows. Conditions of other operators than the string and ARN ones set no limits here.
    """
    required: list[list[automata.Pattern]] = []
    forbidden: list[automata.Pattern] = []
    for condition, wanted in asked:
        if not condition.operator.takes_variables:
            continue
        if wanted != condition.operator.negated:
            required.append(rows_of(condition))
        else:
            forbidden += rows_of(condition)
    return required, forbidden


def rows(condition: Condition, lookup: patterns.Lookup, budget: Budget) -> list[automata.Pattern]:
    """The values of a string or ARN condition as automata; those that can match nothing are left out."""
    budget.spend(sum(map(len, condition.values)))
    found = []
    for written in condition.tokens:
        tokens = patterns.expand(written, lookup)
        if tokens is None:
            continue
        arn = condition.operator.family is Family.ARN
        row = patterns.arn_automaton(tokens) if arn else patterns.automaton(tokens, condition.operator.ignore_case)
        if row is not None:
            found.append(row)
    return found
