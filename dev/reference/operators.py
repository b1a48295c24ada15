"""Decides whether one condition holds: an operator, a key, the policy's values, the request's context.
From the IAM User Guide: *Condition operators*, *Conditions with multiple context keys or values*, *Single-valued vs.
multivalued context keys*, *Variables and tags*.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from functools import lru_cache
from typing import Any, Union

from dev.reference import kms

Context = Mapping[str, Union[str, Sequence[str]]]
Character = tuple[str, bool]  # a character of a policy's value, and whether a variable put it there
Pattern = list[Character]

POSITIVE = (
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
    "numericequals",
    "numericlessthan",
    "numericlessthanequals",
    "numericgreaterthan",
    "numericgreaterthanequals",
    "dateequals",
    "datelessthan",
    "datelessthanequals",
    "dategreaterthan",
    "dategreaterthanequals",
    "bool",
    "binaryequals",
    "ipaddress",
    "arnequals",
    "arnlike",
)
NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
MULTIVALUED = (
    "aws:principalorgpaths",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:vpceorgpaths",
    "aws:principalservicenameslist",
    "aws:calledvia",
    "aws:tagkeys",
    "kms:encryptioncontextkeys",
    "kms:grantoperations",
    "kms:resourcealiases",
)
SPECIAL = ("*", "?", "$")


def split_operator(name: str) -> tuple[str, str, bool]:
    """('ForAnyValue:StringLikeIfExists') -> ('foranyvalue', 'stringlike', True); names have no case."""
    prefix, _, rest = name.lower().rpartition(":")
    if prefix not in ("", "foranyvalue", "forallvalues") or name.startswith(":"):
        return "", name.lower(), False
    if_exists = rest.endswith("ifexists")
    return prefix, rest[: -len("ifexists")] if if_exists else rest, if_exists


def holds(operator: str, key: str, values: Any, context: Context, variables: bool, denies: bool = False) -> bool:
    """Whether the condition {operator: {key: values}} is true in a request.

    key: any case; context: lower-cased key -> value or list of values; variables: whether ${…} expands;
    denies: whether the statement is a Deny, which counts where AWS does not say what a condition means.
    """
    prefix, base, if_exists = split_operator(operator)
    policy_values = [_text(value) for value in (values if isinstance(values, list) else [values])]
    found = context.get(kms.key_of(key))
    missing = found is None or found in ([], ())
    if base == "null":
        # Access Analyzer, *Null with qualifier*
        return prefix != "foranyvalue" and (prefix == "forallvalues" or _null(missing, policy_values))
    if denies and not prefix and key.lower() in MULTIVALUED:
        return False  # *Single-valued vs. multivalued context keys* requires a set operator: the widest reading
    if missing:
        if if_exists or prefix == "forallvalues":
            return True
        return base in NEGATED and prefix != "foranyvalue"
    request_values = [found] if isinstance(found, str) else list(found or ())
    results = [_one(base, value, policy_values, context, variables, denies) for value in request_values]
    return all(results) if prefix == "forallvalues" else any(results)


def _null(missing: bool, policy_values: list[str]) -> bool:
    return ("true" if missing else "false") in [value.lower() for value in policy_values]


def _one(base: str, value: str, policy_values: list[str], context: Context, variables: bool, denies: bool) -> bool:
    """One value of the request against all values of the policy: OR, or NOR where the operator is negated."""
    positive = NEGATED.get(base, base)
    short = not denies or base in NEGATED  # whether a short ARN matches as StringLike: in a Deny, where it denies less
    matches = any(_matches(positive, value, other, context, variables, short) for other in policy_values)
    return matches != (base in NEGATED)


def _matches(operator: str, value: str, policy_value: str, context: Context, variables: bool, short: bool) -> bool:
    if operator.startswith(("string", "arn")):
        pattern = expand(policy_value, context, variables)
        if pattern is not None and operator.startswith("arn") and len(arn_parts(pattern)) < 6:
            return short and glob(value, pattern)
        return pattern is not None and MATCHERS[operator](value, pattern)
    if operator.startswith(("numeric", "date")):
        kind = "numeric" if operator.startswith("numeric") else "date"
        left, right = (
            (number if kind == "numeric" else instant)(value),
            (number if kind == "numeric" else instant)(policy_value),
        )
        return left is not None and right is not None and COMPARISONS[operator[len(kind) :]](left, right)
    if operator == "bool":
        return value.lower() == policy_value.lower() and value.lower() in ("true", "false")
    if operator == "binaryequals":
        return binary(value) is not None and binary(value) == binary(policy_value)
    address, network = host(value), block(policy_value)
    return address is not None and network is not None and address in network


def expand(text: str, context: Context, variables: bool) -> Pattern | None:
    """A policy's value with its variables replaced; None where one of them has neither value nor default."""
    pattern: Pattern = []
    for position, part in enumerate(re.split(r"\$\{([^}]*)\}", text) if variables else [text]):
        value = _variable(part, context) if position % 2 else part
        if value is None:
            return None
        pattern += [(character, position % 2 == 1) for character in value]
    return pattern


def _variable(name: str, context: Context) -> str | None:
    if name in SPECIAL:
        return name
    with_default = re.fullmatch(r"(.*), '(.*)'", name, re.DOTALL)
    key, default = with_default.groups() if with_default else (name, None)
    value = context.get(kms.key_of(key))
    return value if isinstance(value, str) else default


def glob(value: str, pattern: Pattern, case: bool = True) -> bool:
    """* and ? of the policy's own text span any text and any one character; what a variable gave is literal."""
    return _expression(tuple(pattern), case).fullmatch(value) is not None


@lru_cache(maxsize=1 << 14)
def _expression(pattern: tuple[Character, ...], case: bool) -> re.Pattern[str]:
    parts = []
    for character, fixed in pattern:
        parts.append(re.escape(character) if fixed or character not in "*?" else {"*": ".*", "?": "."}[character])
    return re.compile("".join(parts), re.DOTALL if case else re.DOTALL | re.IGNORECASE)


def _equals(value: str, pattern: Pattern) -> bool:
    return value == "".join(character for character, _ in pattern)


def _equals_ignore_case(value: str, pattern: Pattern) -> bool:
    return value.lower() == "".join(character for character, _ in pattern).lower()


def arn_parts(pattern: Pattern) -> list[Pattern]:
    """The parts of an ARN, of which the sixth may hold colons; fewer where it is short."""
    parts: list[Pattern] = [[]]
    for character in pattern:
        if character[0] == ":" and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(character)
    return parts


def _arn(value: str, pattern: Pattern) -> bool:
    """Each of the six parts on its own: *Condition operators*, Amazon Resource Name (ARN)."""
    parts, values = arn_parts(pattern), value.split(":", 5)
    return len(values) == 6 and all(glob(v, p) for v, p in zip(values, parts))


MATCHERS: dict[str, Callable[[str, Pattern], bool]] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_ignore_case,
    "stringlike": glob,
    "arnequals": _arn,
    "arnlike": _arn,
}
COMPARISONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "equals": lambda a, b: a == b,
    "lessthan": lambda a, b: a < b,
    "lessthanequals": lambda a, b: a <= b,
    "greaterthan": lambda a, b: a > b,
    "greaterthanequals": lambda a, b: a >= b,
}


def number(text: str) -> Fraction | None:
    """An integer or decimal value, or None."""
    return Fraction(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text) else None


def instant(text: str) -> Fraction | None:
    """Unix seconds of a W3C date (YYYY[-MM[-DD[Thh:mm[:ss[.f]]TZD]]]) or of Unix seconds, or None."""
    date = re.fullmatch(
        r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?", text, re.ASCII
    )
    if not date:
        return number(text)
    year, month, day, hour, minute, second, fraction, zone = date.groups()
    try:
        offset = timedelta()
        if zone and zone != "Z":
            offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:])) * (-1 if zone[0] == "-" else 1)
        moment = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=timezone.utc,
        )
        seconds = (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) - offset
    except (ValueError, OverflowError):
        return None
    return Fraction(seconds.days * 86400 + seconds.seconds) + Fraction("0" + (fraction or ""))


def binary(text: str) -> bytes | None:
    """The bytes of a base64 text, or None."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def block(text: str) -> Any:
    """The network of a CIDR block or a single address, or None."""
    if not re.fullmatch(r"[0-9a-fA-F:.]+(/[0-9]+)?", text):
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def host(text: str) -> Any:
    """One address, or None."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
