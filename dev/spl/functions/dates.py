"""Eval functions of time, in Unix seconds.
Page: "Date and Time functions".
"""

from __future__ import annotations

from dev.spl import tree
from dev.spl.functions.define import EvalFunction, Scope, strict
from dev.spl.results import Result, numeric, written
from dev.spl.times import format_time

PAGE = "Search Reference: Date and Time functions"


def _strftime(when: Result, form: Result) -> Result:
    moment = numeric(when)
    return None if moment is None else format_time(moment, written(form) or "")


def _now(scope: Scope, _: tuple[tree.Expression, ...]) -> Result:
    return int(scope.now)


DATES: dict[str, EvalFunction] = {
    "now": EvalFunction(PAGE, 0, 0, _now),
    "strftime": strict(PAGE, 2, 2, _strftime),
}
