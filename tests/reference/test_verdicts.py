"""Verdicts that both the engine and the reference must give. verdicts.json: policies on which they once differed;
rules.json: policies for single rules of the threat model. A case has the form that `make fuzz` prints, with what to
expect; its `why` names the page that its rule comes from.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dev.fuzz.compare import differences, engine, of_engine, of_reference, reference
from dev.fuzz.generator import Case

FILES = ("verdicts.json", "rules.json")
CASES = [
    case for name in FILES for case in json.loads(Path(__file__).with_name("cases").joinpath(name).read_text("utf-8"))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_reference_says_what_is_documented(case: dict[str, Any]) -> None:
    found = of_reference(reference(_made(case)))
    assert {name: found[name] for name in case["expect"]} == case["expect"], case["why"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_engine_says_what_is_documented(case: dict[str, Any]) -> None:
    found = of_engine(engine(_made(case)))
    assert {name: found[name] for name in case["expect"]} == case["expect"], case["why"]
    assert differences(_made(case)) == {}


def _made(case: dict[str, Any]) -> Case:
    return Case(**{name: case[name] for name in Case._fields if name in case})
