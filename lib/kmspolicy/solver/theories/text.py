"""Texts: a condition is a regular language, and a value a shortest text in the product of their automata."""

from collections.abc import Sequence
from itertools import combinations, product
from typing import Optional

from ...budget import Budget, Undecided
from ...domains.domain import LINES, Text
from ...policy import wildcards
from ...policy.condition import Condition
from ...policy.operators import Family, policy_value
from ...regular.languages import Check, find
from ...regular.patterns import SOMETHING, Pattern, literal
from ..literals import Literal

Limits = tuple[list[Sequence[Pattern]], list[Pattern]]
_STEPS_OF_A_TEXT = 2_000  # of one search
_MOST_PAIRED = 8  # literals of which each two are asked alone, where all together take too many steps


def solve(domain: Text, literals: Sequence[Literal], budget: Budget) -> Optional[str]:
    """A text of the domain with which each literal is true; None where there is none.

    Raises Undecided where all together take too many steps and no two of them contradict one another.
    """
    try:
        return find_text(domain, limits(literals, budget), budget)
    except Undecided:
        if any(_contradict(domain, few, budget) for few in combinations(literals[:_MOST_PAIRED], 2)):
            return None
        raise


def _contradict(domain: Text, literals: Sequence[Literal], budget: Budget) -> bool:
    try:
        return find_text(domain, limits(literals, budget), budget) is None
    except Undecided:
        return False


def limits(literals: Sequence[Literal], budget: Budget) -> Limits:
    """What a text must match, one pattern of each group, and what it must not, so that each literal is true. A number,
    a moment or an address must be written as one; which one it is, is not asked here."""
    required: list[Sequence[Pattern]] = []
    forbidden: list[Pattern] = []
    for each in literals:
        if each.is_positive:
            required.append(patterns(each.condition, budget))
        elif each.condition.operator.family not in LINES:
            forbidden += patterns(each.condition, budget)
    return required, forbidden


def find_text(domain: Text, asked: Limits, budget: Budget, good: Optional[Check] = None) -> Optional[str]:
    """A shortest text of the domain within these limits, not an empty one where another serves; None for none.

    good: a last check.
    """
    if good is not None:  # it may belong to one part alone: nothing is kept
        return _find(domain, asked, budget, good)
    question = domain, tuple(map(tuple, asked[0])), tuple(asked[1])
    found: Optional[str] = budget.known.answer(question, lambda: _find(domain, asked, budget))
    return found


def _find(domain: Text, asked: Limits, budget: Budget, good: Check = lambda text: True) -> Optional[str]:
    required = [*asked[0], *([] if domain.is_anything else [domain.languages])]
    forbidden = [*asked[1], *domain.excluded]
    if not all(required):
        return None
    spend = Budget(_STEPS_OF_A_TEXT, budget).spend
    found = find(required, forbidden, spend, lambda text: domain.is_short(text) and good(text))
    if found == "" and domain.is_anything:  # a request that KMS could receive has a value there
        return find([*required, [SOMETHING]], forbidden, spend) or found
    return found


def patterns(condition: Condition, budget: Budget) -> list[Pattern]:
    """The texts that match one of the condition's values, before any negation, as patterns; of an ordered type all its
    texts."""
    family = condition.operator.family
    if family in LINES:
        return list(LINES[family].forms)
    found: list[Pattern] = budget.known.answer((patterns, condition), lambda: _patterns(condition, budget))
    return found


def _patterns(condition: Condition, budget: Budget) -> list[Pattern]:
    family = condition.operator.family
    budget.spend(4 + (sum(map(len, condition.values)) >> 3))
    if family in (Family.BOOLEAN, Family.BINARY):
        return [literal(value) for value in spellings(condition)]
    if family is Family.ARN:
        return list(map(wildcards.arn_automaton, condition.readable))
    return [wildcards.automaton(tokens, condition.operator.ignore_case) for tokens in condition.readable]


def spellings(condition: Condition) -> list[str]:
    """Every text that matches one of the values of a Boolean or a binary condition."""
    operator = condition.operator
    read = [value for value in condition.values if policy_value(value, operator.family) is not None]
    if operator.family is Family.BINARY:
        return read
    words = dict.fromkeys(map(str.lower, read))  # they have no case
    return ["".join(letters) for word in words for letters in product(*((c, c.upper()) for c in word))]
