"""Accounts and unique ids that statements cannot tell apart: what one party gets by them, the other gets.

Two ids are alike where each stands in the same places, in the same texts: with the two swapped, the statements say what
they said. Source: docs/threat-model.md, *Who might send a request*.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Optional

from ..policy.condition import Condition
from ..policy.context_keys import Bound, context_key
from ..policy.identifiers import ACCOUNT_ID
from ..policy.model import Statement
from ..policy.operators import Family

Said = Mapping[str, Hashable]  # by id: where it stands, and in which texts
_IDS = re.compile(r"([A-Z0-9]{12,})")
# A wildcard beside part of an id, or for one character: such a pattern can match one id and not another.
_PART_OF_ID = re.compile(r"[A-Z0-9][*?]|[*?][A-Z0-9]|\?")
_HOLD_IDS = frozenset((Bound.ACCOUNT, Bound.PRINCIPAL, Bound.NETWORK, Bound.SERVICE, Bound.GRANT))
_MOST_TEXTS = 64  # in a statement that is compared with others
_NO_TEXTS = (Family.NUMERIC, Family.DATE, Family.BINARY)


def said_of_ids(statements: Sequence[Statement]) -> Optional[Said]:
    """What the statements say of each id that they spell out; None where a condition may tell others apart, too."""
    said: dict[str, set[Hashable]] = {}

    def note(text: str, place: Hashable) -> None:
        pieces = _IDS.split(text)
        for name in {*pieces[1::2]}:
            said.setdefault(name, set()).add((place, _without(name, pieces)))

    for number, statement in enumerate(statements):
        for text in statement.principals.aws:
            note(text, number)
        for at, condition in enumerate(statement.tests):
            holds_ids = _holds_ids(condition)
            if holds_ids and _may_tell_apart(condition):
                return None
            for text in condition.values:
                # Elsewhere stands what a requester chooses: an id there is alike to no other.
                note(text, (number, at) if holds_ids else (number, at, text))
    return {name: frozenset(places) for name, places in said.items()}


def kinds(*said: Optional[Said]) -> Callable[[str], Hashable]:
    """Of an id what is the same for all ids that some statements cannot tell apart. said: see said_of_ids."""
    known = [each for each in said if each is not None]
    if len(known) < len(said):
        return str
    return lambda name: (ACCOUNT_ID.match(name) is None and name[:4], *[each.get(name) for each in known])


def without_id(statement: Statement, own: Optional[str]) -> Optional[tuple[str, Hashable]]:
    """The only id that a statement spells out beside the key's own account, and its elements without that id: the same
    for statements that differ in nothing else. None where it spells out none or several, or may tell others apart."""
    tests, element = statement.tests, statement.principals
    if statement.alternatives or len(element.aws) + sum([len(each.values) for each in tests]) > _MOST_TEXTS:
        return None
    texts = "\n".join([*element.aws, *(text for each in tests for text in each.values)])
    names = {*_IDS.findall(texts)} - {own}
    if len(names) != 1:
        return None
    (name,) = names
    for each in tests:
        if _may_tell_apart(each) if _holds_ids(each) else name in "\n".join(each.values):
            return None
    rest: list[Hashable] = [element.negated, element.partition, statement.resource is None]
    for what, values in (*element.listed, *(((each.operator_written, each.key), each.values) for each in tests)):
        rest.append((what, *(_without(name, _IDS.split(text)) for text in values)))
    return name, tuple(rest)


def _without(name: str, pieces: Sequence[str]) -> str:
    return "".join(["\0" if piece == name else piece for piece in pieces])


def _holds_ids(condition: Condition) -> bool:
    """Whether the values of a condition's key, or of a variable in it, may hold an id."""
    return any(context_key(name).bound in _HOLD_IDS for name in (condition.key, *condition.variables))


def _may_tell_apart(condition: Condition) -> bool:
    """Whether a condition may tell ids apart that it does not spell out."""
    operator = condition.operator
    if condition.has_variables or operator.ignore_case or operator.family in _NO_TEXTS:
        return True
    return operator.wildcards and any(map(_PART_OF_ID.search, condition.values))
