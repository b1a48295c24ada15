"""One value of one key: chooses the theory that decides the literals on it.

Source: IAM User Guide, *IAM JSON policy elements: Condition operators*.
"""

from collections.abc import Iterator, Sequence
from typing import Optional, Union

from ...budget import Budget, Undecided
from ...domains.domain import LINES, Domain, Finite, Points, Text
from ...policy import wildcards
from ...policy.operators import ORDERED, Family
from ...regular.intervals import EVERYTHING, NOTHING
from ..literals import Literal
from . import intervals, text


def solve_single(domain: Domain, literals: Sequence[Literal], budget: Budget) -> Optional[str]:
    """A value of the domain with which each literal is true; None where there is none.

    The literals are on one value: none of them is a Null. Raises Undecided, see below.
    """
    few = domain.values if isinstance(domain, Finite) else spelled_out(literals)
    if isinstance(domain, Finite) or few is not None:
        return next((value for value in few or () if _suits(value, literals, budget) and domain.holds(value)), None)
    for value in natural(domain, literals) if isinstance(domain, Text) else domain.preferred:
        if _suits(value, literals, budget) and (isinstance(domain, Text) or domain.holds(value)):
            return value
    families = {each.condition.operator.family for each in literals}
    if isinstance(domain, Points) and families <= {domain.line.family}:
        return intervals.solve(domain, literals, budget)
    if isinstance(domain, Text) and families <= _TEXTUAL:
        return text.solve(domain, literals, budget)
    return _mixed(domain, literals, budget)


def natural(domain: Text, literals: Sequence[Literal]) -> Iterator[str]:
    """Texts of a domain that read naturally: those that it prefers, what literals spell out, and ARNs like the first
    preferred one that literals ask for."""
    yield from filter(domain.allows, domain.preferred)
    for each in literals:
        operator = each.condition.operator
        if each.is_positive and operator.family in _TEXTUAL:
            for tokens in each.condition.readable[:_MOST_NATURAL]:
                like = wildcards.like(tokens, domain.preferred[0]) if domain.preferred else None
                text = wildcards.filled(tokens, "") if like is None else like
                if text and domain.holds(text):
                    yield text


_MOST_NATURAL = 4
_TEXTUAL = frozenset((Family.STRING, Family.ARN))


def spelled_out(literals: Sequence[Literal]) -> Optional[list[str]]:
    """The only values that can suit, where one literal asks for some that are spelled out."""
    for each in literals:
        operator = each.condition.operator
        if not each.is_positive:
            continue
        if operator.family in (Family.BOOLEAN, Family.BINARY):
            return text.spellings(each.condition)
        if operator.family in _TEXTUAL and not operator.ignore_case:
            listed = each.condition.readable
            if all(map(wildcards.is_plain, listed)):
                return [str(tokens[0]) if tokens else "" for tokens in listed]
    return None


def _suits(value: str, literals: Sequence[Literal], budget: Budget) -> bool:
    for each in literals:
        budget.spend(each.condition.effort)
        if not each.accepts_one(value):
            return False
    return True


def _mixed(domain: Union[Text, Points], literals: Sequence[Literal], budget: Budget) -> Optional[str]:
    """Typed conditions on a text, or conditions of several kinds on one key, which no policy in use has.

    Each type is asked alone, then how a text that suits all is written. A value that suits all is a proof; that nothing
    suits is one, too; all else is undecided.
    """
    typed = {family: [each for each in literals if each.condition.operator.family is family] for family in ORDERED}
    found = [intervals.solve(_points(domain, family), alike, budget) for family, alike in typed.items()]
    for point, alike in zip(found, typed.values()):
        if point is None and any(each.is_positive for each in alike):
            return None
    found.append(text.solve(domain if isinstance(domain, Text) else Text(domain.line.forms), literals, budget))
    if found[-1] is None:
        return None
    textual = [each.condition for each in literals if each.condition.operator.family in _TEXTUAL]
    found += [wildcards.filled(tokens, "0") for condition in textual for tokens in condition.tokens]
    for value in (*filter(None, found), "any", ""):
        if _suits(value, literals, budget) and domain.holds(value):
            return value
    raise Undecided


def _points(domain: Union[Text, Points], family: Family) -> Points:
    """The points of a type that values of a domain may be read as."""
    line = LINES[family]
    if isinstance(domain, Text):
        return Points(line, EVERYTHING)
    return Points(line, domain.within if domain.line.whole == line.whole else NOTHING)  # a number is a moment, too
