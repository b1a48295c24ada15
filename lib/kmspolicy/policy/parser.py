"""Reads the text of a key policy into statements, or says why it cannot be read.

Source: IAM User Guide, *Grammar of the IAM JSON policy language* and *IAM JSON policy elements reference*.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Optional

from ..caching import cached_for_short
from .actions import Mask, covered
from .condition import Condition, Quantifier, differing_in_case
from .context_keys import KEY_ARN, context_key
from .errors import Fault, PolicyError, Problem
from .identifiers import VERSIONS
from .model import Policy, Statement
from .operators import OPERATORS, Family, Operator
from .principals import ANYONE, Principals, one_principal
from .strict_json import DEEPEST, JsonFloat, bound_depth, nests_too_deep, read_json, show

_ELEMENTS = frozenset(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
)
_TOP_ELEMENTS = frozenset(("Version", "Id", "Statement"))
_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")


def parse(text: str, extra: tuple[str, ...] = ()) -> Policy:
    """The policy in the text. Raises PolicyError where the policy as a whole cannot be read.

    An error inside one statement is among the policy's problems, and that statement has no effect.

    extra: actions that the table does not know and that are asked for, see actions.mask_of.
    """
    try:
        return _policy(text, extra)
    except PolicyError:
        if nests_too_deep(text):
            raise PolicyError(Fault.TOO_DEEP, str(DEEPEST)) from None
        raise


def _policy(text: str, extra: tuple[str, ...]) -> Policy:
    document = read_json(text)
    if not isinstance(document, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, show(document), place="policy")
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise PolicyError(Fault.VERSION, show(version))
    if not isinstance(document.get("Id", ""), str):
        raise PolicyError(Fault.NOT_TEXT, show(document["Id"]), place="Id")
    _bound_unknown(document, _TOP_ELEMENTS)
    statements = document.get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    elif not isinstance(statements, list):
        raise PolicyError(Fault.NOT_AN_OBJECT, show(statements), place="Statement")
    if not statements:
        raise PolicyError(Fault.NO_STATEMENT)
    expands = version == VERSIONS[0]
    found: list[Statement] = []
    problems: list[Problem] = []
    for index, source in enumerate(statements):
        try:
            found.append(_statement(source, index, expands, extra))
        except PolicyError as error:
            broken = _unreadable(source, index)
            found.append(broken)
            problems.append(replace(error.within(broken.name, ", ").problem, statement=index))
    times = Counter([each.sid for each in found])
    told = [each._replace(repeats_sid=True) if each.sid and times[each.sid] > 1 else each for each in found]
    return Policy(tuple(told), document, text, tuple(problems))


def _unreadable(source: Any, index: int) -> Statement:
    """A statement that breaks the grammar: it gives and denies nothing."""
    sid = source.get("Sid", "") if isinstance(source, dict) else ""
    allow = not isinstance(source, dict) or source.get("Effect") != "Deny"
    return Statement(index, source, sid if isinstance(sid, str) else "", allow, _NOBODY, 0)


def _bound_unknown(source: dict[str, Any], known: frozenset[str]) -> None:
    """Bounds the depth of elements that the grammar does not know; it bounds the others by itself."""
    if not source.keys() <= known:
        bound_depth([value for element, value in source.items() if element not in known])


def _statement(source: Any, index: int, expands: bool, extra: tuple[str, ...]) -> Statement:
    if not isinstance(source, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, show(source))
    effect = source.get("Effect")
    if effect != "Allow" and effect != "Deny":
        if "Effect" not in source:
            raise PolicyError(Fault.NO_EFFECT)
        raise PolicyError(Fault.WRONG_EFFECT, show(effect), place="Effect")
    sid = source.get("Sid", "")
    if not isinstance(sid, str):
        raise PolicyError(Fault.NOT_TEXT, show(sid), place="Sid")
    _bound_unknown(source, _ELEMENTS)
    place, resource, action = _side(source, "Principal"), _side(source, "Resource"), _side(source, "Action")
    if place not in source:
        raise PolicyError(Fault.NO_PRINCIPAL)
    allow = effect == "Allow"
    covers_keys, resource_test = False, None
    conditions: tuple[Condition, ...] = ()
    alternatives: tuple[tuple[Condition, ...], ...] = ()
    actions = 0
    try:
        principals = _principals(source[place], place == "NotPrincipal")
        if (place := resource) in source:
            covers_keys, resource_test = _resources(source[place], place == "NotResource", expands)
        if (place := "Condition") in source:
            conditions, alternatives = _conditions(source[place], expands, allow)
        if (place := action) in source:
            actions = _actions(source[place], place == "NotAction", extra)
    except PolicyError as error:
        raise error.within(place) from None
    if not covers_keys:
        actions = 0  # KMS accepts a statement that lists no resource, and it has no effect
    return Statement(index, source, sid, allow, principals, actions, resource_test, conditions, alternatives)


def _side(source: dict[str, Any], element: str) -> str:
    """Which of an element and its complement a statement has; the element where it has neither."""
    complement = "Not" + element
    if complement not in source:
        return element
    if element in source:
        raise PolicyError(Fault.BOTH, element)
    return complement


def _texts(value: Any) -> list[str]:
    """A string or a list of strings; an empty object counts as an empty list."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        if value == {}:
            return []
        raise PolicyError(Fault.NOT_TEXT, show(value))
    try:
        "".join(value)
    except TypeError:
        position, item = next((at, item) for at, item in enumerate(value) if not isinstance(item, str))
        raise PolicyError(Fault.NOT_TEXT, show(item), place=f"[{position}]") from None
    return value


def _principals(value: Any, negated: bool) -> Principals:
    if isinstance(value, dict):
        if len(value) == 1 and not negated:
            ((kind, who),) = value.items()
            if isinstance(who, str) and kind in _PRINCIPAL_TYPES:
                return one_principal(who, kind)
        listed = tuple([(kind, _principal_texts(kind, values)) for kind, values in value.items()])
        # A NotPrincipal that lists nobody at all has no effect; it is not the complement of nobody.
        anyone = any(kind == "AWS" and "*" in texts for kind, texts in listed)
        return Principals(negated and any(texts for _, texts in listed), anyone, listed)
    if value == "*":
        return _ALL_BUT_ANYONE if negated else ANYONE
    if value == []:
        return _NOBODY
    raise PolicyError(Fault.NOT_PRINCIPALS, show(value))


_ALL_BUT_ANYONE = Principals(True, True, (("*", ("*",)),))
_NOBODY = Principals(False, False, ())


def _principal_texts(kind: str, values: Any) -> Sequence[str]:
    if kind not in _PRINCIPAL_TYPES:
        raise PolicyError(Fault.PRINCIPAL_TYPE, show(kind))
    try:
        return _texts(values)
    except PolicyError as error:
        raise error.within(kind) from None


def _actions(value: Any, negated: bool, extra: tuple[str, ...]) -> Mask:
    listed = _texts(value)
    mask = reduce(or_, [covered(text, extra) for text in listed], 0)
    if negated:
        return ~mask if listed else 0
    return mask


def _resources(value: Any, negated: bool, expands: bool) -> tuple[bool, Optional[Condition]]:
    """Whether anything is listed, and what tests the key's ARN: None for the plain `*`."""
    if value == "*" and not negated:
        return True, None
    listed = tuple(_texts(value))
    if listed == ("*",) and not negated:
        return True, None
    element = "NotResource" if negated else "Resource"
    return bool(listed), Condition(_RESOURCE[negated], None, False, element, KEY_ARN, listed, expands)


_RESOURCE = {False: OPERATORS["stringlike"], True: OPERATORS["stringnotlike"]}

_OPERATOR_NAME = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?\Z", re.IGNORECASE | re.DOTALL)
_QUANTIFIERS = {"forallvalues": Quantifier.ALL, "foranyvalue": Quantifier.ANY}


@cached_for_short(64)
def _operator(name: str) -> tuple[Operator, Optional[Quantifier], bool]:
    """The operator, set prefix and IfExists in a name."""
    prefix, bare, if_exists = _OPERATOR_NAME.match(name).groups()  # type: ignore[union-attr]  # it matches every text
    operator = OPERATORS.get(bare.lower())
    if operator is None:
        raise PolicyError(Fault.OPERATOR, show(name))
    if operator.family is Family.NULL and if_exists:
        raise PolicyError(Fault.NULL_FORM, show(name))
    return operator, _QUANTIFIERS.get((prefix or "").lower()), bool(if_exists)


def _conditions(
    source: Any, expands: bool, allow: bool
) -> tuple[tuple[Condition, ...], tuple[tuple[Condition, ...], ...]]:
    """The conditions, and of an Allow those whose keys differ in case only: AWS does not say what they mean together,
    so that one of them is enough; in a Deny all must hold."""
    if not isinstance(source, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, show(source))
    found: list[Condition] = []
    alternatives: list[tuple[Condition, ...]] = []
    for name, keys in source.items():
        _operator(name)
        try:
            listed = _of_operator(name, keys, expands, allow)
        except PolicyError as error:
            raise error.within(name) from None
        found += listed
        if allow and len(listed) > 1:
            alternatives += differing_in_case(listed)
    return tuple(found), tuple(alternatives)


def _of_operator(name: str, keys: Any, expands: bool, allow: bool) -> list[Condition]:
    if not isinstance(keys, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, show(keys))
    found = []
    for key, value in keys.items():
        if isinstance(value, str):
            length = len(value)
            values: tuple[str, ...] = (value,)
        else:
            values = _condition_values(key, value)
            length = len(values) + sum(map(len, values))
        short = len(key) + length <= _LONGEST_SHARED
        make = _shared_condition if short else _condition
        found.append(make(name, key, values, expands, allow or not _is_read_by_effect(name, key), short))
    return found


@cached_for_short(64)
def _is_read_by_effect(name: str, key: str) -> bool:
    """Whether a Deny reads such a condition differently from an Allow."""
    operator, quantifier, _ = _operator(name)
    return operator.family is Family.ARN or (quantifier is None and context_key(key.lower()).multivalued)


def _condition(name: str, key: str, values: tuple[str, ...], expands: bool, allow: bool, shared: bool) -> Condition:
    operator, quantifier, if_exists = _operator(name)
    return Condition(operator, quantifier, if_exists, name, key, values, expands, allow, shared)


def condition(operator: str, key: str, *values: str) -> Condition:
    """A condition of an Allow in the current version of the language. operator, key: names that it knows."""
    return _condition(operator, key, values, True, True, False)


# Policies have many conditions in common: one object stands for all that are alike, and keeps what is known of it.
_LONGEST_SHARED = 256
_shared_condition = lru_cache(maxsize=2048)(_condition)


def _condition_values(key: str, value: Any) -> tuple[str, ...]:
    texts: list[str] = []
    for position, item in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, bool):
            texts.append("true" if item else "false")
        elif isinstance(item, JsonFloat):
            texts.append(item.text)
        elif isinstance(item, int):
            texts.append(str(item))
        else:
            place = f"{key}[{position}]" if isinstance(value, list) else key
            raise PolicyError(Fault.NOT_TEXT, show(item), place=place)
    return tuple(texts)
