"""What a text must match and avoid, so that the conditions on its key come out as asked, as automata.

Source: IAM User Guide, *IAM JSON policy elements: Condition operators*.
"""

from collections.abc import Iterable, Sequence
from typing import Callable

from ..budget import Budget
from ..policy import cidr, wildcards
from ..policy.model import Condition
from ..policy.operators import Family, policy_value
from ..regular import languages
from . import addresses, numbers_and_dates

_LIMITING = (Family.STRING, Family.ARN, Family.NUMERIC, Family.DATE, Family.ADDRESS)


def limits(
    asked: Iterable[tuple[Condition, bool]], rows_of: Callable[[Condition], list[languages.Pattern]]
) -> tuple[list[Sequence[languages.Pattern]], list[languages.Pattern]]:
    """What a text must match (one of each group) and avoid, so that these conditions come out as asked.

    rows_of: see rows. Conditions of other operators set no limits here.
    """
    required: list[Sequence[languages.Pattern]] = []
    forbidden: list[languages.Pattern] = []
    for condition, wanted in asked:
        if condition.operator.family not in _LIMITING:
            continue
        if wanted != condition.operator.negated:
            required.append(rows_of(condition))
            if condition.operator.family is Family.DATE:
                required += numbers_and_dates.calendar()
            elif condition.operator.family is Family.ADDRESS:
                spelling, no_spelling = addresses.spelling()
                required += spelling
                forbidden += no_spelling
        else:
            forbidden += rows_of(condition)
    return required, forbidden


def rows(
    condition: Condition, lookup: wildcards.Lookup, budget: Budget, as_dates: bool = False
) -> list[languages.Pattern]:
    """The values of such a condition as automata; those that can match nothing are left out.

    as_dates: whether numbers are Unix seconds, and match dates too.
    """
    budget.spend(sum(map(len, condition.values)))
    if condition.operator.family is Family.ADDRESS:
        return addresses.rows(filter(None, map(cidr.block, condition.values)), budget.spend)
    if not condition.operator.takes_variables:
        values = [policy_value(text, condition.operator.family) for text in condition.values]
        return numbers_and_dates.rows(
            condition.operator, [value for value in values if value is not None], budget.spend, as_dates
        )
    found = []
    for written in condition.tokens:
        tokens = wildcards.expand(written, lookup)
        if tokens is None:
            continue
        arn = condition.operator.family is Family.ARN
        row = wildcards.arn_automaton(tokens) if arn else wildcards.automaton(tokens, condition.operator.ignore_case)
        if row is not None:
            found.append(row)
    return found
