"""The condition operators: what each compares, and whether one value of a request matches one value of a policy.

Source: IAM User Guide, *IAM JSON policy elements: Condition operators*.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Callable, NamedTuple, Optional, Union

from ..caching import cached_for_short, lazy
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


class Order(NamedTuple):
    """A comparison with a list of values: the one that is easiest to pass, and how the request's value passes it."""

    easiest: Callable[[Iterable[Any]], Any]
    passes: Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Operator:
    """One operator, as a row of the table below."""

    name: str
    family: Family
    negated: bool = False
    wildcards: bool = False
    ignore_case: bool = False
    order: Optional[Order] = None  # None: equality

    @lazy
    def takes_variables(self) -> bool:
        return self.family in (Family.STRING, Family.ARN)


_ORDERS: dict[str, Optional[Order]] = {
    "Equals": None,
    "NotEquals": None,
    "LessThan": Order(max, lambda given, edge: bool(given < edge)),
    "LessThanEquals": Order(max, lambda given, edge: bool(given <= edge)),
    "GreaterThan": Order(min, lambda given, edge: bool(given > edge)),
    "GreaterThanEquals": Order(min, lambda given, edge: bool(given >= edge)),
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
        Operator(kind.value + name, kind, negated=name.startswith("Not"), order=order)
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

_READ: dict[Family, Callable[[str], Any]] = {
    Family.NUMERIC: typed_values.number,
    Family.DATE: typed_values.moment,
    Family.BOOLEAN: typed_values.boolean,
    Family.BINARY: typed_values.binary,
    Family.NULL: typed_values.boolean,
}


_LONGEST_WRITTEN = 100


@cached_for_short(64)
def read(text: str, family: Family) -> Any:
    """A typed value of a policy or a request; None when the text is not of the type."""
    return _READ[family](text)


def policy_value(text: str, family: Family) -> Any:
    """The same for a value of a policy, which is short: what lies between two of them must still be readable."""
    return read(text, family) if len(text) <= _LONGEST_WRITTEN or family is Family.BINARY else None


Test = Callable[[str], bool]


def text_test(operator: Operator, listed: Sequence[wildcards.Tokens]) -> Test:
    """Whether a request's value matches one of the expanded texts of a policy, for the string and ARN operators."""
    plain = frozenset([str(tokens[0]) if tokens else "" for tokens in listed if wildcards.is_plain(tokens)])
    if operator.ignore_case:
        folded = frozenset(map(wildcards.fold, plain))
        return lambda value: wildcards.fold(value) in folded
    globs: list[Union[wildcards.Glob, wildcards.ArnGlob]]
    wild = [tokens for tokens in listed if not wildcards.is_plain(tokens)]
    if operator.family is Family.ARN:
        plain = frozenset(filter(wildcards.is_arn, plain))
        globs = [wildcards.ArnGlob(parts) for parts in map(wildcards.arn_parts, wild) if parts is not None]
    else:
        globs = [wildcards.Glob(tokens) for tokens in wild]
    if not globs:
        return plain.__contains__
    return lambda value: value in plain or any(glob.matches(value) for glob in globs)


def typed_test(operator: Operator, texts: Sequence[str]) -> Test:
    """The same for the other operators; a text that is not of the operator's type matches nothing."""
    if operator.family is Family.ADDRESS:
        ranges = cidr.Ranges(block for block in map(cidr.block, texts) if block)

        def inside(value: str) -> bool:
            host = cidr.address(value)
            return host is not None and ranges.hold(*host)

        return inside
    wanted = frozenset(found for found in (policy_value(text, operator.family) for text in texts) if found is not None)
    if not wanted:
        return lambda value: False
    order = operator.order
    edge = order.easiest(wanted) if order else None

    def holds(value: str) -> bool:
        given = read(value, operator.family)
        if given is None:
            return False
        return order.passes(given, edge) if order else given in wanted

    return holds


def signed(operator: Operator, test: Test) -> Test:
    """The test as the operator means it: turned round when it is negated."""
    return (lambda value: not test(value)) if operator.negated else test
