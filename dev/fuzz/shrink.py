"""Makes a case smaller while it still shows something: drops statements, elements, conditions and values one by one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from dev.fuzz.generator import Case

_SIMPLER = {"Principal": "*", "Action": "*", "Resource": "*"}


def shrink(case: Case, shows: Callable[[Case], bool]) -> Case:
    """The smallest case found by single steps for which `shows` holds; it holds for `case`."""
    while True:
        smaller = next((c for c in _steps(case) if shows(c)), None)
        if smaller is None:
            return case
        case = smaller


def _steps(case: Case) -> Iterator[Case]:
    """Cases that are one step smaller."""
    simpler = (
        case._replace(event_time=None),
        case._replace(key_id=None),
        case._replace(region=None),
        case._replace(partition=None),
    )
    yield from (other for other in simpler if other != case)
    if case.actions != "encrypt":
        yield case._replace(actions="encrypt")
    if isinstance(case.policy, str):
        return
    for policy in _smaller(case.policy):
        yield case._replace(policy=policy)


def _smaller(value: Any) -> Iterator[Any]:
    """Values with one thing less, largest things first."""
    if isinstance(value, dict):
        for key in list(value):
            yield {k: v for k, v in value.items() if k != key}
        for key, inner in value.items():
            if key in _SIMPLER and inner != _SIMPLER[key]:
                yield {**value, key: _SIMPLER[key]}
        for key, inner in value.items():
            for smaller in _smaller(inner):
                yield {**value, key: smaller}
    elif isinstance(value, list):
        for i in range(len(value)):
            yield value[:i] + value[i + 1 :]
        if len(value) == 1:
            yield value[0]
        for i, inner in enumerate(value):
            for smaller in _smaller(inner):
                yield [*value[:i], smaller, *value[i + 1 :]]


def as_json(case: Case) -> str:
    """A case in the form of a case file; facts that are not known are left out."""
    return json.dumps({k: v for k, v in copy.deepcopy(case._asdict()).items() if v is not None})
