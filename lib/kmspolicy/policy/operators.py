"""The condition operators: what each compares, and whether one value of a request matches one value of a policy.

Source: IAM User Guide, *IAM JSON policy elements: Condition operators*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Callable

from ..caching import lazy
from ..regular.intervals import NOTHING, Intervals, above, below, points, union
from . import cidr, typed_values, wildcards


class Family(Enum):
    """What an operator compares."""

    STRING = "String"
    ARN = "Arn"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOLEAN = "Bool"
    BINARY = "Binary"
    ADDRESS = "Ip"
    NULL = "Null"


Points = Callable[[Sequence[Any]], Intervals]


@dataclass(frozen=True)
class Operator:
    """One operator, as a row of the table below."""

    name: str
    family: Family
    negated: bool = False
    wildcards: bool = False
    ignore_case: bool = False
    points: Points = points  # unless it compares texts: the points that match one of these values

    @lazy
    def takes_variables(self) -> bool:
        return self.family in (Family.STRING, Family.ARN)


_ORDERS: dict[str, Points] = {
    "Equals": points,
    "NotEquals": points,
    "LessThan": lambda values: below(max(values), False),
    "LessThanEquals": lambda values: below(max(values), True),
    "GreaterThan": lambda values: above(min(values), False),
    "GreaterThanEquals": lambda values: above(min(values), True),
}

_TABLE = (
    Operator("StringEquals", Family.STRING),
    Operator("StringNotEquals", Family.STRING, negated=True),
    Operator("StringEqualsIgnoreCase", Family.STRING, ignore_case=True),
    Operator("StringNotEqualsIgnoreCase", Family.STRING, negated=True, ignore_case=True),
    Operator("StringLike", Family.STRING, wildcards=True),
    Operator("StringNotLike", Family.STRING, negated=True, wildcards=True),
    Operator("ArnEquals", Family.ARN, wildcards=True),
    Operator("ArnLike", Family.ARN, wildcards=True),
    Operator("ArnNotEquals", Family.ARN, negated=True, wildcards=True),
    Operator("ArnNotLike", Family.ARN, negated=True, wildcards=True),
    *(
        Operator(kind.value + name, kind, negated=name.startswith("Not"), points=order)
        for kind in (Family.NUMERIC, Family.DATE)
        for name, order in _ORDERS.items()
    ),
    Operator("Bool", Family.BOOLEAN),
    Operator("BinaryEquals", Family.BINARY),
    Operator("IpAddress", Family.ADDRESS),
    Operator("NotIpAddress", Family.ADDRESS, negated=True),
    Operator("Null", Family.NULL),
)
OPERATORS: dict[str, Operator] = {operator.name.lower(): operator for operator in _TABLE}

ORDERED = (Family.NUMERIC, Family.DATE, Family.ADDRESS)
_READ: dict[Family, Callable[[str], Any]] = {
    Family.NUMERIC: typed_values.number,
    Family.DATE: typed_values.moment,
    Family.ADDRESS: cidr.position,
    Family.BOOLEAN: typed_values.boolean,
    Family.BINARY: typed_values.binary,
    Family.NULL: typed_values.boolean,
}
_LONGEST_WRITTEN = 100


def read(text: str, family: Family) -> Any:
    """A typed value of a policy or a request; None when the text is not of the type."""
    return _READ[family](text)


def policy_value(text: str, family: Family) -> Any:
    """The same for a value of a policy, which is short: what lies between two of them must still be readable."""
    return read(text, family) if len(text) <= _LONGEST_WRITTEN or family is Family.BINARY else None


def matching_points(operator: Operator, texts: Sequence[str]) -> Intervals:
    """The points that match one of a policy's values, before any negation, for an operator that compares no texts."""
    if operator.family is Family.ADDRESS:
        return union(block.interval for block in filter(None, map(cidr.block, texts)))
    values = [value for value in (policy_value(text, operator.family) for text in texts) if value is not None]
    return operator.points(values) if values else NOTHING


Test = Callable[[str], bool]


def text_test(operator: Operator, listed: Sequence[wildcards.Tokens]) -> Test:
    """Whether a request's value matches one of the expanded texts of a policy, for the string and ARN operators."""
    if operator.ignore_case:
        test = text_test(OPERATORS["stringequals"], list(map(wildcards.without_case, listed)))
        return lambda value: test(wildcards.fold(value))
    plain = frozenset([str(tokens[0]) if tokens else "" for tokens in listed if wildcards.is_plain(tokens)])
    wild = [tokens for tokens in listed if not wildcards.is_plain(tokens)]
    globs = [
        wildcards.arn_test(tokens) if operator.family is Family.ARN else wildcards.Glob(tokens).matches
        for tokens in wild
    ]
    if not globs:
        return plain.__contains__
    return lambda value: value in plain or any(matches(value) for matches in globs)


def points_test(family: Family, points: Intervals) -> Test:
    """The same for the other operators, by the points that match; a text that is not of their type matches nothing."""

    def holds(value: str) -> bool:
        point = read(value, family)
        return point is not None and point in points

    return holds
