"""Reads the text of a key policy into statements, or says why it cannot be read.

Source: IAM User Guide, *Grammar of the IAM JSON policy language* and *IAM JSON policy elements reference*.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Optional

from ..caching import Recent
from .actions import Mask, covered
from .condition import Condition, Quantifier, differing_in_case
from .context_keys import KEY_ARN
from .errors import Fault, PolicyError, Problem
from .identifiers import VERSIONS
from .model import Policy, Statement
from .operators import OPERATORS, Family, Operator
from .principals import ANYONE, NOBODY, Principals, one_principal
from .strict_json import LONGEST_TEXT, JsonFloat, bound_depth, read_json, show

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
    if len(text) > LONGEST_TEXT:
        raise PolicyError(Fault.TOO_LONG, f"{len(text):,}", f"{LONGEST_TEXT:,}")
    try:
        return _policy(text, extra)
    except PolicyError:
        bound_depth(text)  # reported before any other fault
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
            place = ", ".join(filter(None, (broken.name, error.problem.place)))
            problems.append(replace(error.problem, place=place, statement=index))
    if problems or not (_TOP_ELEMENTS.issuperset(document) and _ELEMENTS.issuperset(chain.from_iterable(statements))):
        bound_depth(text)  # the grammar bounds the elements that it knows
    sids = [each.sid for each in found if each.sid]
    if len(set(sids)) < len(sids):
        times = Counter(sids)
        found = [each._replace(repeats_sid=times[each.sid] > 1) for each in found]
    return Policy(tuple(found), document, text, tuple(problems))


def _unreadable(source: Any, index: int) -> Statement:
    """A statement that breaks the grammar: it gives and denies nothing."""
    sid = source.get("Sid", "") if isinstance(source, dict) else ""
    allow = not isinstance(source, dict) or source.get("Effect") != "Deny"
    return Statement(index, source, sid if isinstance(sid, str) else "", allow, NOBODY, 0)


def _statement(source: Any, index: int, expands: bool, extra: tuple[str, ...]) -> Statement:
    if not isinstance(source, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, show(source))
    if "Effect" not in source:
        raise PolicyError(Fault.NO_EFFECT)
    effect = source["Effect"]
    if effect not in ("Allow", "Deny"):
        raise PolicyError(Fault.WRONG_EFFECT, show(effect), place="Effect")
    sid = source.get("Sid", "")
    if not isinstance(sid, str):
        raise PolicyError(Fault.NOT_TEXT, show(sid), place="Sid")
    who, what, which = _SIDES if _COMPLEMENTS.isdisjoint(source) else _sides(source)
    if who not in source:
        raise PolicyError(Fault.NO_PRINCIPAL)
    allow = effect == "Allow"
    principals = _principals(source[who], who)
    resource = _resource(source.get(which, []), which, expands)
    conditions, alternatives = _conditions(source["Condition"], expands, allow) if "Condition" in source else ((), ())
    actions = _actions(source.get(what, []), what, extra)
    if resource is not None and not resource.values:
        actions = 0  # KMS accepts a statement that lists no resource, and it has no effect
    return Statement(index, source, sid, allow, principals, actions, resource, conditions, alternatives)


_SIDES = ("Principal", "Action", "Resource")
_COMPLEMENTS = frozenset(("NotPrincipal", "NotAction", "NotResource"))


def _sides(source: dict[str, Any]) -> tuple[str, ...]:
    """Which of each element and its complement a statement has; the element where it has neither."""
    for element in _SIDES:
        if element in source and "Not" + element in source:
            raise PolicyError(Fault.BOTH, element)
    return tuple(["Not" + element if "Not" + element in source else element for element in _SIDES])


def _texts(value: Any, *place: str) -> Sequence[str]:
    """A string or a list of strings; an empty object counts as an empty list. place: of elements around it."""
    if isinstance(value, str):
        return (value,)
    if value == {}:
        return ()
    if not isinstance(value, list):
        raise PolicyError(Fault.NOT_TEXT, show(value), place=".".join(place))
    try:
        "".join(value)
    except TypeError:
        position, item = next((at, item) for at, item in enumerate(value) if not isinstance(item, str))
        raise PolicyError(Fault.NOT_TEXT, show(item), place=f"{'.'.join(place)}[{position}]") from None
    return value


def _principals(value: Any, element: str) -> Principals:
    negated = element == "NotPrincipal"
    if value == "*":
        return Principals(True, ANYONE.listed) if negated else ANYONE
    if value == []:
        return NOBODY
    if not isinstance(value, dict):
        raise PolicyError(Fault.NOT_PRINCIPALS, show(value), place=element)
    listed = []
    for kind, texts in value.items():
        if kind not in _PRINCIPAL_TYPES:
            raise PolicyError(Fault.PRINCIPAL_TYPE, show(kind), place=element)
        listed.append((kind, _texts(texts, element, kind)))
    if len(listed) == 1 and len(listed[0][1]) == 1 and not negated:
        return one_principal(listed[0][1][0], listed[0][0])
    # A NotPrincipal that lists nobody at all has no effect; it is not the complement of nobody.
    return Principals(negated and any(texts for _, texts in listed), tuple(listed))


def _actions(value: Any, element: str, extra: tuple[str, ...]) -> Mask:
    listed = tuple(_texts(value, element))
    if element == "NotAction":
        return ~covered(listed, extra) if listed else 0
    return covered(listed, extra)


def _resource(value: Any, element: str, expands: bool) -> Optional[Condition]:
    """What tests the key's ARN; None for the plain `*`."""
    if element == "Resource" and value in ("*", ["*"]):
        return None
    listed = tuple(_texts(value, element))
    return Condition(_RESOURCE[element], None, False, element, KEY_ARN, listed, expands)


_RESOURCE = {"Resource": OPERATORS["stringlike"], "NotResource": OPERATORS["stringnotlike"]}

_QUANTIFIERS = {"": None, "forallvalues:": Quantifier.ALL, "foranyvalue:": Quantifier.ANY}
_OPERATORS = {
    prefix + name + ending: (operator, quantifier, ending != "")
    for prefix, quantifier in _QUANTIFIERS.items()
    for name, operator in OPERATORS.items()
    for ending in ("", "ifexists")
}


def _operator(name: str) -> tuple[Operator, Optional[Quantifier], bool]:
    """The operator, set prefix and IfExists in a name."""
    found = _OPERATORS.get(name.lower())
    if found is None:
        raise PolicyError(Fault.OPERATOR, show(name), place="Condition")
    operator, _, if_exists = found
    if operator.family is Family.NULL and if_exists:
        raise PolicyError(Fault.NULL_FORM, show(name), place="Condition")
    return found


def _conditions(
    source: Any, expands: bool, allow: bool
) -> tuple[tuple[Condition, ...], tuple[tuple[Condition, ...], ...]]:
    """The conditions, and of an Allow those whose keys differ in case only: AWS does not say what they mean together,
    so that one of them is enough; in a Deny all must hold."""
    if not isinstance(source, dict):
        raise PolicyError(Fault.NOT_AN_OBJECT, show(source), place="Condition")
    found: list[Condition] = []
    alternatives: list[tuple[Condition, ...]] = []
    for name, keys in source.items():
        _operator(name)
        if not isinstance(keys, dict):
            raise PolicyError(Fault.NOT_AN_OBJECT, show(keys), place=f"Condition.{name}")
        for key, value in keys.items():
            values = (value,) if isinstance(value, str) else _condition_values(value, name, key)
            known = _SHARED.get((name, key, values, expands, allow))
            found.append(known or _new_condition(name, key, values, expands, allow))
        if allow and len(keys) > 1:
            alternatives += differing_in_case(found[-len(keys) :])
    return tuple(found), tuple(alternatives)


# Policies have many conditions in common: one object stands for all that are alike, and keeps what is known of it.
_SHARED: Recent[Condition] = Recent(2048)
_LONGEST_SHARED = 256


def _new_condition(name: str, key: str, values: tuple[str, ...], expands: bool, allow: bool) -> Condition:
    shared = len(key) + len(values) + sum(map(len, values)) <= _LONGEST_SHARED
    found = Condition(*_operator(name), name, key, values, expands, allow, shared)
    return _SHARED.keep((name, key, values, expands, allow), found) if shared else found


def condition(operator: str, key: str, *values: str) -> Condition:
    """A condition of an Allow in the current version of the language. operator, key: names that it knows."""
    return Condition(*_operator(operator), operator, key, values, expands=True)


def _condition_values(value: Any, name: str, key: str) -> tuple[str, ...]:
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
            at = f"[{position}]" if isinstance(value, list) else ""
            raise PolicyError(Fault.NOT_TEXT, show(item), place=f"Condition.{name}.{key}{at}")
    return tuple(texts)
