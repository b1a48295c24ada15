"""The eval functions that the runner knows, each with its page of the Search Reference.
A test fails for one that no shipped search uses, or that has no case.
"""

from __future__ import annotations

from dev.spl.functions.conditional import CONDITIONAL
from dev.spl.functions.dates import DATES
from dev.spl.functions.define import EvalFunction
from dev.spl.functions.multivalue import MULTIVALUE
from dev.spl.functions.numbers import NUMBERS
from dev.spl.functions.text import TEXT

FUNCTIONS: dict[str, EvalFunction] = {**CONDITIONAL, **TEXT, **MULTIVALUE, **NUMBERS, **DATES}
