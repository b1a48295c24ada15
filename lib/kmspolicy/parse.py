"""Reads the text of a key policy into statements, or says why it cannot be read.

Source: IAM User Guide, *Grammar of the IAM JSON policy language* and *IAM JSON policy elements reference*.
"""

import json
import re
from typing import Any, Optional

from . import patterns
from .actions import EVERY_ACTION, covered
from .operators import OPERATORS, Family, Operator
from .policy import Comparand, Condition, Named, Policy, Principals, Quantifier, Resources, Statement, named
from .problems import Fault, PolicyError

LONGEST_TEXT = 131_072
DEEPEST = 64
VERSIONS = ("2012-10-17", "2008-10-17")
_LONGEST_NUMBER = 320
_KNOWN = frozenset(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
)
_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")


class JsonFloat(float):
    """A JSON number with a fraction or exponent, which remembers how it was written."""

    text: str


def parse(text: str) -> Policy:
    """The policy in the text. Raises PolicyError with what is wrong and where."""
    document = read_json(text)
    if not isinstance(document, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, _show(document), place="policy")
    _bound_depth(document)
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise PolicyError(Fault.VERSION, _show(version))
    if not isinstance(document.get("Id", ""), str):
        raise PolicyError(Fault.NOT_TEXT, _show(document["Id"]), place="Id")
    statements = document.get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    elif not isinstance(statements, list):
        raise PolicyError(Fault.NOT_AN_OBJECT, _show(statements), place="Statement")
    if not statements:
        raise PolicyError(Fault.NO_STATEMENT)
    variables = version == VERSIONS[0]
    return Policy(tuple(_statement(source, index, variables) for index, source in enumerate(statements)), document)


def read_json(text: str) -> Any:
    """The JSON value in the text, strictly: no duplicate keys, no NaN. Raises PolicyError."""
    if len(text) > LONGEST_TEXT:
        raise PolicyError(Fault.TOO_LONG, f"{len(text):,}", f"{LONGEST_TEXT:,}")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        message = error.msg.replace(" starting at", "")
        raise PolicyError(Fault.NOT_JSON, message, str(error.lineno), str(error.colno), str(error.pos)) from None
    except RecursionError:
        raise PolicyError(Fault.TOO_DEEP, str(DEEPEST)) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise PolicyError(Fault.DUPLICATE_KEY, _show(key))
            seen.add(key)
    return found


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise PolicyError(Fault.NOT_A_NUMBER, text[:20] + "…")
    return int(text)


def _float(text: str) -> JsonFloat:
    value = JsonFloat(text)
    if len(text) > _LONGEST_NUMBER or value in (float("inf"), float("-inf")):
        raise PolicyError(Fault.NOT_A_NUMBER, text[:20] + ("…" if len(text) > 20 else ""))
    value.text = text
    return value


def _constant(text: str) -> Any:
    raise PolicyError(Fault.NOT_A_NUMBER, text)


def _bound_depth(document: Any) -> None:
    """Refuses what nests too deep for every supported Python alike; only deep documents cost anything."""
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise PolicyError(Fault.TOO_DEEP, str(DEEPEST))
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, (dict, list))
        ]


def _show(value: Any) -> str:
    """A value for an error line: short, and on one line."""
    text = (
        json.dumps(value)
        if not isinstance(value, (dict, list))
        else "an object"
        if isinstance(value, dict)
        else "a list"
    )
    return text if len(text) <= 80 else text[:79] + "…"


def _statement(source: Any, index: int, variables: bool) -> Statement:
    place = f"Statement[{index}]"
    if not isinstance(source, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, _show(source), place=place)
    effect = source.get("Effect")
    if effect not in ("Allow", "Deny"):
        shown = _show(effect) if "Effect" in source else "missing"
        raise PolicyError(Fault.WRONG_EFFECT, shown, place=place + ".Effect")
    sid = source.get("Sid", "")
    if not isinstance(sid, str):
        raise PolicyError(Fault.NOT_TEXT, _show(sid), place=place + ".Sid")
    principals = _principals(source, place)
    actions = _actions(source, place)
    resources = _resources(source, place, variables)
    conditions = _conditions(source["Condition"], place + ".Condition", variables) if "Condition" in source else ()
    return Statement(index, source, sid, effect == "Allow", principals, actions, resources, conditions)


def _either(source: dict[str, Any], element: str, place: str) -> Optional[str]:
    """Which of X and NotX the statement has."""
    negated = "Not" + element
    if element in source:
        if negated in source:
            raise PolicyError(Fault.BOTH, element, place=place)
        return element
    return negated if negated in source else None


def _texts(value: Any, place: str) -> list[str]:
    """A string or a list of strings; an empty object counts as an empty list."""
    if isinstance(value, str):
        return [value]
    if value == {}:
        return []
    if not isinstance(value, list):
        raise PolicyError(Fault.NOT_TEXT, _show(value), place=place)
    for position, item in enumerate(value):
        if not isinstance(item, str):
            raise PolicyError(Fault.NOT_TEXT, _show(item), place=f"{place}[{position}]")
    return value


def _principals(source: dict[str, Any], place: str) -> Principals:
    element = _either(source, "Principal", place)
    if element is None:
        raise PolicyError(Fault.NO_PRINCIPAL, place=place)
    value, place = source[element], f"{place}.{element}"
    negated = element == "NotPrincipal"
    mark = "!" if negated else ""
    if value == "*":
        return Principals(negated, anyone=True, written=(mark + "*",))
    if value == [] or value == {}:
        return Principals()
    if not isinstance(value, dict):
        raise PolicyError(Fault.NOT_PRINCIPALS, _show(value), place=place)
    found: dict[Named, list[str]] = {kind: [] for kind in Named}
    services: list[str] = []
    written: list[str] = []
    for kind, values in value.items():
        if kind not in _PRINCIPAL_TYPES:
            raise PolicyError(Fault.PRINCIPAL_TYPE, _show(kind), place=place)
        for text in _texts(values, f"{place}.{kind}"):
            written.append(f"{mark}{text}" if kind == "AWS" else f"{mark}{kind}:{text}")
            if kind == "AWS":
                what, who = named(text)
                found[what].append(who)
            elif kind == "Service" and "*" not in text and "?" not in text:
                services.append(text)
    # A NotPrincipal that lists nobody at all has no effect; it is not the complement of nobody.
    return Principals(
        negated and bool(written),
        bool(found[Named.ANYONE]),
        frozenset(found[Named.ACCOUNT]),
        frozenset(found[Named.PRINCIPAL]),
        frozenset(found[Named.SESSION]),
        frozenset(found[Named.UNIQUE_ID]),
        frozenset(services),
        tuple(written),
    )


def _actions(source: dict[str, Any], place: str) -> int:
    element = _either(source, "Action", place)
    if element is None:
        return 0
    listed = _texts(source[element], f"{place}.{element}")
    mask = 0
    for text in listed:
        mask |= covered(text)
    if element == "NotAction":
        return EVERY_ACTION & ~mask if listed else 0
    return mask


def _resources(source: dict[str, Any], place: str, variables: bool) -> Optional[Resources]:
    element = _either(source, "Resource", place)
    if element is None:
        return None
    listed = _texts(source[element], f"{place}.{element}")
    if not listed:
        return None
    return Resources(tuple(patterns.tokens_of(text, True, variables) for text in listed), element == "NotResource")


_OPERATOR_NAME = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?\Z", re.IGNORECASE | re.DOTALL)


def _operator(name: str, place: str) -> tuple[Operator, Optional[Quantifier], bool]:
    prefix, bare, if_exists = _OPERATOR_NAME.match(name).groups()  # type: ignore[union-attr]  # it matches every text
    operator = OPERATORS.get(bare.lower())
    if operator is None:
        raise PolicyError(Fault.OPERATOR, _show(name), place=place)
    if operator.family is Family.NULL and (prefix or if_exists):
        raise PolicyError(Fault.NULL_FORM, _show(name), place=place)
    quantifier = {"forallvalues": Quantifier.ALL, "foranyvalue": Quantifier.ANY}.get((prefix or "").lower())
    return operator, quantifier, bool(if_exists)


def _conditions(source: Any, place: str, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(source, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, _show(source), place=place)
    found: list[Condition] = []
    for name, keys in source.items():
        operator, quantifier, if_exists = _operator(name, place)
        if not isinstance(keys, dict):
            raise PolicyError(Fault.NOT_AN_OBJECT, _show(keys), place=f"{place}.{name}")
        seen = set()
        for key, values in keys.items():
            folded = key.lower()
            if folded in seen:
                raise PolicyError(Fault.DUPLICATE_KEY, _show(key), place=f"{place}.{name}")
            seen.add(folded)
            texts = _condition_values(values, f"{place}.{name}.{key}")
            takes = variables and operator.takes_variables
            comparands = tuple(Comparand(text, patterns.tokens_of(text, operator.wildcards, takes)) for text in texts)
            found.append(Condition(operator, quantifier, if_exists, folded, name, key, comparands))
    return tuple(found)


def _condition_values(value: Any, place: str) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    texts: list[str] = []
    for position, item in enumerate(listed):
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, bool):
            texts.append("true" if item else "false")
        elif isinstance(item, JsonFloat):
            texts.append(item.text)
        elif isinstance(item, int):
            texts.append(str(item))
        else:
            raise PolicyError(Fault.NOT_TEXT, _show(item), place=f"{place}[{position}]" if value is listed else place)
    return texts
