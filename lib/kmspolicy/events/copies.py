"""Copies of a record in the members of one object: pipelines keep an event beside the fields that they take from it."""

import json
from typing import Any, NamedTuple, Optional

from ..budget import Budget
from .api_call import Json
from .call_policy import with_policy
from .ends import RECORDS, STEPS_OF_A_CALL, Found, call_of
from .tolerant_json import BrokenList, BrokenObject, BrokenText

_COMPARING_STEPS = 100


class _Told(NamedTuple):
    """What a record of a call to KMS tells, and how many facts it has.

    call: its operation and eventID; of a record without that its text. rest: of a call with an eventID the time, the
    key's id, the policy, the outcome, and whether the record is whole, each None where it does not say.
    """

    call: tuple[str, ...]
    rest: tuple[Any, ...] = ()
    facts: int = 0


def without_copies(ends: list[list[Found]], budget: Budget) -> list[Found]:
    """The ends in the members of an object, without the copies of records.

    Of records that tell the same of a call, those in the member with most facts count; a record that leaves out some of
    what another one tells does not count beside it. Raises OutOfSteps.
    """
    told = [[_told(end, budget) for end in some] for some in ends]
    calls: dict[tuple[str, ...], dict[tuple[Any, ...], dict[int, int]]] = {}
    for member, some in enumerate(told):
        for one in filter(None, some):
            calls.setdefault(one.call, {}).setdefault(one.rest, {})[member] = one.facts
    kept = [
        end
        for member, some in enumerate(ends)
        for end, one in zip(some, told[member])
        if one is None or _counts(one, member, calls[one.call], budget)
    ]
    whole = [end.value for end in kept if end.kind in RECORDS and not end.breaks]
    return [end for end in kept if not _is_cut_copy(end, whole, budget)]


def _told(end: Found, budget: Budget) -> Optional[_Told]:
    """What a record tells; None for an end that no other one can be a copy of."""
    if end.kind not in RECORDS:
        return None
    budget.spend(STEPS_OF_A_CALL)
    call = call_of(end)
    if not (call.of_kms or call.sets_policy):
        return None
    if call.event and not end.passed.strip():
        facts, policy, _ = with_policy(call, end.breaks)
        policy = policy and _canonical(policy, budget)
        rest = (facts.time, facts.key_details.key_id, policy or None, facts.call or None, not end.breaks or None)
        return _Told((call.operation, call.event), rest, sum(map(bool, facts)))
    try:
        text = end.text or json.dumps(end.value, sort_keys=True)
    except RecursionError:
        return None
    budget.spend(len(text))
    return _Told((text,))


def _canonical(policy: str, budget: Budget) -> str:
    """A text that equal policies share."""
    budget.spend(len(policy))
    try:
        return json.dumps(json.loads(policy), sort_keys=True)
    except (ValueError, RecursionError):
        return policy


def _counts(one: _Told, member: int, same_call: dict[tuple[Any, ...], dict[int, int]], budget: Budget) -> bool:
    """Whether a record in a member counts beside all records of the same call.

    same_call: for all that is told of the call, the members that tell it, and with how many facts.
    """
    budget.spend(_COMPARING_STEPS * len(same_call))
    for rest in same_call:
        if rest != one.rest and all(mine in (None, other) for mine, other in zip(one.rest, rest)):
            return False
    facts = same_call[one.rest]
    return max(facts, key=lambda other: facts[other]) == member


def _is_cut_copy(end: Found, whole: list[Json], budget: Budget) -> bool:
    """Whether a record that is cut short begins as a whole one, with its time and what tells it from others."""
    if end.kind not in RECORDS or not end.breaks or end.passed.strip():
        return False
    budget.spend(STEPS_OF_A_CALL + _COMPARING_STEPS * len(whole))
    call = call_of(end)
    told = call.time is not None and (call.event or call.request)
    return bool(told) and any(_begins(end.value, record) for record in whole)


def _begins(part: Any, whole: Any) -> bool:
    """Whether a value that is cut short can be the beginning of a whole one; a whole value is its own beginning."""
    if isinstance(part, BrokenText):
        return isinstance(whole, str) and whole.startswith(part.text)
    if isinstance(part, BrokenObject) and isinstance(whole, dict):
        pairs = zip(part.items(), whole.items())
        return len(part) <= len(whole) and all(one == other and _begins(v, w) for (one, v), (other, w) in pairs)
    if isinstance(part, BrokenList) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(_begins, part, whole))
    return bool(part == whole)
