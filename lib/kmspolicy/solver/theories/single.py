"""One value of one key: chooses the theory that decides the literals on it.

Source: IAM User Guide, *IAM JSON policy elements: Condition operators*.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Optional

from ...budget import Budget, Undecided
from ...domains.domain import LINES, Domain, Finite, Points, Text
from ...policy import wildcards
from ...policy.operators import ORDERED, Family
from ...regular.patterns import CharClass, restricted
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
        return intervals.solve(domain, literals)
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
        if operator.family is Family.BOOLEAN:
            return _BOOLEANS
        if operator.family is Family.BINARY:
            return list(each.condition.values)
        if operator.family in _TEXTUAL and not operator.ignore_case:
            listed = each.condition.readable
            if all(map(wildcards.is_plain, listed)):
                return [str(tokens[0]) if tokens else "" for tokens in listed]
    return None


# Every spelling of the two: they have no case.
_BOOLEANS = ["".join(letters) for word in ("true", "false") for letters in product(*((c, c.upper()) for c in word))]


def _suits(value: str, literals: Sequence[Literal], budget: Budget) -> bool:
    for each in literals:
        budget.spend(each.condition.effort)
        if not each.accepts_one(value):
            return False
    return True


def _mixed(domain: Domain, literals: Sequence[Literal], budget: Budget) -> Optional[str]:
    """Conditions of several kinds on one key, which no policy in use has: each kind is asked alone.

    A value that suits all is a proof; a kind that nothing suits is one, too; all else is undecided.
    """
    for value in _candidates(domain, literals, budget):
        if _suits(value, literals, budget) and domain.holds(value):
            return value
    textual = [each for each in literals if each.condition.operator.family in _TEXTUAL]
    families = {each.condition.operator.family for each in literals}
    if text.solve(domain if isinstance(domain, Text) else Text(), textual, budget) is None:
        return None
    for family in families.intersection(ORDERED):
        alike = [each for each in literals if each.condition.operator.family is family]
        if intervals.find_any(domain, family, alike) is None:
            return None
        if any(each.is_positive for each in alike) and not _can_show(domain, family):
            return None
    raise Undecided


_WRITTEN = {
    Family.NUMERIC: CharClass(frozenset("0123456789+-.eE")),
    Family.DATE: CharClass(frozenset("0123456789+-.:TZ")),
    Family.ADDRESS: CharClass(frozenset("0123456789abcdefABCDEF.:")),
}


def _can_show(domain: Domain, family: Family) -> bool:
    """Whether some value of a domain may be read as a point of a line: it has only characters of such points."""
    if isinstance(domain, Points):
        point = domain.within.lowest(domain.line.whole)
        return point is not None and LINES[family].read(domain.line.write(point)) is not None
    return isinstance(domain, Text) and any(restricted(row, _WRITTEN[family]) is not None for row in domain.languages)


def _candidates(domain: Domain, literals: Sequence[Literal], budget: Budget) -> Iterator[str]:
    """Values that one kind of condition alone suggests, and one that is of no type at all."""
    for each in literals:
        operator = each.condition.operator
        if operator.family in _TEXTUAL:
            yield from (wildcards.filled(tokens, "0") for tokens in each.condition.tokens)
        elif operator.family in ORDERED:
            alike = [other for other in literals if other.condition.operator.family is operator.family]
            point = intervals.find_any(domain, operator.family, alike)
            yield from () if point is None else (point,)
        else:
            yield from each.condition.values
    yield from ("any", "")
    if isinstance(domain, Points):
        for families in [{domain.line.family}, *([] if domain.line.whole else [{Family.NUMERIC, Family.DATE}])]:
            alike = [each for each in literals if each.condition.operator.family in families]
            point = intervals.solve(domain, alike)
            yield from () if point is None else (point,)
    if isinstance(domain, Text):
        textual = [each for each in literals if each.condition.operator.family in _TEXTUAL]
        found = text.solve(domain, textual, budget)
        yield from () if found is None else (found,)
