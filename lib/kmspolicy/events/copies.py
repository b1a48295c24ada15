"""Copies of a record in the members of one object: pipelines keep an event beside the fields that they take from it."""

import json
from typing import Any

from ..budget import Budget
from .api_call import Json
from .ends import RECORDS, Found
from .tolerant_json import BrokenList, BrokenObject, BrokenText

_COMPARING_STEPS = 100
_TIMES = ("eventTime", "eventtime", "time", "time_dt")  # of a record
_TELLING = ("eventID", "eventid", "requestParameters", "requestparameters", "metadata", "api")  # one call from others


def without_copies(ends: list[list[Found]], budget: Budget) -> list[Found]:
    """The ends in the members of an object, without records that a member before has.

    Raises OutOfSteps.
    """
    known: set[str] = set()
    kept = []
    for some in ends:
        texts = [_text_of_record(end, budget) for end in some]
        kept += [end for end, text in zip(some, texts) if text not in known]
        known.update(filter(None, texts))
    whole = [end.value for end in kept if end.kind in RECORDS and not end.breaks]
    return [end for end in kept if not _is_cut_copy(end, whole, budget)]


def _is_cut_copy(end: Found, whole: list[Json], budget: Budget) -> bool:
    """Whether a record that is cut short begins as a whole one, with its time and what tells it from others."""
    if end.kind not in RECORDS or not end.breaks or end.passed.strip():
        return False
    budget.spend(_COMPARING_STEPS * len(whole))
    told = all(any(end.value.get(name) for name in names) for names in (_TIMES, _TELLING))
    return told and any(_begins(end.value, record) for record in whole)


def _text_of_record(end: Found, budget: Budget) -> str:
    """A text that equal records share; empty for what is no record."""
    if end.kind not in RECORDS:
        return ""
    if end.breaks:
        return end.text
    try:
        text = json.dumps(end.value, sort_keys=True)
    except RecursionError:
        return ""
    budget.spend(len(text))
    return text


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
