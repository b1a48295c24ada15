"""Eval functions of time, in Unix seconds.
Page: "Date and Time functions".
"""
from __future__ import annotations

from typing import Dict

from dev.spl.results import Result, numeric, written
from dev.spl.functions.define import EvalFunction, strict
from dev.spl.times import apply_modifier, format_time, parse_time

PAGE = "Search Reference: Date and Time functions"


def _strftime(when: Result, form: Result) -> Result:
    moment = numeric(when)
    return None if moment is None else format_time(moment, written(form) or "")


def _relative_time(when: Result, modifier: Result) -> Result:
    moment = numeric(when)
    return None if moment is None else apply_modifier(written(modifier) or "", moment)


DATES: Dict[str, EvalFunction] = {
    "now": EvalFunction(PAGE, 0, 0, lambda scope, arguments: int(scope.now)),
    "time": EvalFunction(PAGE, 0, 0, lambda scope, arguments: scope.now),
    "strftime": strict(PAGE, 2, 2, _strftime),
    "strptime": strict(PAGE, 2, 2, lambda text, form: parse_time(written(text) or "", written(form) or "")),
    "relative_time": strict(PAGE, 2, 2, _relative_time),
}
