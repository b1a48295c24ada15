"""Eval functions of numbers.
Page: "Mathematical functions".
"""

from __future__ import annotations

import math

from dev.spl.functions.define import EvalFunction, strict
from dev.spl.results import Result, numeric

PAGE = "Search Reference: Mathematical functions"


def _floor(value: Result) -> Result:
    amount = numeric(value)
    return None if amount is None else math.floor(amount)


def _round(value: Result, digits: Result = 0) -> Result:
    """To so many places behind the point, halves away from zero."""
    amount, places = numeric(value), numeric(digits)
    if amount is None or places is None:
        return None
    scale = 10 ** int(places)
    return math.copysign(math.floor(abs(amount) * scale + 0.5) / scale, amount)


NUMBERS: dict[str, EvalFunction] = {
    "floor": strict(PAGE, 1, 1, _floor),
    "round": strict(PAGE, 1, 2, _round),
}
