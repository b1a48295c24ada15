"""Copies of a record in the members of one object: pipelines keep an event beside the fields that they take from it."""

import json
from typing import Any, NamedTuple

from ..budget import Budget
from .api_call import Call
from .broken_values import BrokenList, BrokenObject, BrokenText
from .call_policy import with_policy
from .ends import Found, Kind
from .faults import EventFault

_READING_STEPS = 1_000
_COMPARING_STEPS = 100


class _Record(NamedTuple):
    """What a record tells of its call.

    same: of a call to KMS its operation and eventID, or the record's text if it has none; nothing of any other call.
    rest: of a call with an eventID the time, the key's id, the policy, the outcome, and whether the record is whole,
    each None where it does not say. rank: of records that tell the same, the best has the highest. Its last number is
    the record's member, negated.
    """

    same: tuple[str, ...] = ()
    rest: tuple[Any, ...] = ()
    rank: tuple[int, ...] = ()


_Ranks = dict[tuple[Any, ...], tuple[int, ...]]  # the highest, by the rest that records of a call tell


def without_copies(ends: list[list[Found]], budget: Budget) -> list[Found]:
    """The ends in the members of an object, without the copies of records.

    Of records that tell the same of a call, those in the member with the best count; a record that leaves out some of
    what another one tells does not count beside it. Of a copy that breaks, the text after the break is kept, which is
    not read. Raises OutOfSteps.
    """
    found = [
        (end, _read(end, end.call, member, budget) if end.call else None)
        for member, some in enumerate(ends)
        for end in some
    ]
    calls: dict[tuple[str, ...], _Ranks] = {}
    for _, record in found:
        if record is not None:
            ranks = calls.setdefault(record.same, {})
            ranks[record.rest] = max(ranks.get(record.rest, ()), record.rank)
    counting = [record is None or _counts(record, calls[record.same], budget) for _, record in found]
    whole = [end.call for (end, _), counts in zip(found, counting) if end.call and counts and not end.breaks]
    left: list[Found] = []
    for (end, _), counts in zip(found, counting):
        if counts and not (end.call and end.breaks and _is_cut_copy(end.call, whole, budget)):
            left.append(end)
        elif end.passed.strip():
            left.append(Found(Kind.LOST, None, end.passed, end.breaks))
    return left


def _read(end: Found, call: Call, member: int, budget: Budget) -> _Record:
    budget.spend(_READING_STEPS)
    if not (call.of_kms or call.sets_policy):
        return _Record()
    if call.event:
        facts, policy, fault = with_policy(call, end.breaks)
        policy = policy and _canonical(policy, budget)
        excerpt = fault == EventFault.NO_PARAMETERS.value  # an error code may be left out, too
        outcome = None if excerpt else facts.call or None
        rest = (facts.time, facts.key_details.key_id, policy or None, outcome, not end.breaks or None)
        return _Record((call.operation, call.event), rest, (not fault, sum(map(bool, facts)), -member))
    try:
        text = end.text or json.dumps(end.value, sort_keys=True)
    except RecursionError:
        return _Record()
    budget.spend(len(text))
    return _Record((text,), rank=(-member,))


def _canonical(policy: str, budget: Budget) -> str:
    """A text that equal policies share."""
    budget.spend(len(policy))
    try:
        return json.dumps(json.loads(policy), sort_keys=True)
    except (ValueError, RecursionError):
        return policy


def _counts(record: _Record, ranks: _Ranks, budget: Budget) -> bool:
    """Whether a record counts beside all that is told of the same call."""
    if not record.same:
        return True
    budget.spend(_COMPARING_STEPS * len(ranks))
    for rest in ranks:
        if rest != record.rest and all(mine in (None, other) for mine, other in zip(record.rest, rest)):
            return False
    return ranks[record.rest][-1] == record.rank[-1]


def _is_cut_copy(call: Call, whole: list[Call], budget: Budget) -> bool:
    """Whether a record that is cut short begins as a whole one, with its time and what tells it from others."""
    if call.time is None or not (call.event or call.request):
        return False
    budget.spend(_COMPARING_STEPS * len(whole))
    told = call._replace(broken=False, request_fault="")
    try:
        return any(all(not mine or _begins(mine, other) for mine, other in zip(told, one)) for one in whole)
    except RecursionError:
        return False


def _begins(part: Any, whole: Any) -> bool:
    """Whether a value that is cut short can be the beginning of a whole one; a whole value is its own beginning.

    The order of members does not count, nor does one that is null, since forms of a record differ in these.
    """
    if isinstance(part, BrokenText):
        return isinstance(whole, str) and whole.startswith(part.text)
    if isinstance(part, BrokenObject) and isinstance(whole, dict):
        return all(_begins(value, whole.get(name)) for name, value in part.items())
    if isinstance(part, BrokenList) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(_begins, part, whole))
    return bool(part == whole)
