"""The reference evaluator against AWS's documentation, rule by rule; each case names the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dev.reference.evaluator import Caller, Request, evaluate
from dev.reference.grammar import read

CASES = json.loads(Path(__file__).with_name("cases").joinpath("evaluator.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_documented_rule(case: dict[str, Any]) -> None:
    caller = Caller(**{**case["caller"], "services": tuple(case["caller"].get("services", ()))})
    request = Request(case["action"], caller, case["key"], case["context"])
    assert evaluate(read(json.dumps(case["policy"])), request) == case["expected"], case["page"]
