"""A reason is true where the engine says it and false in its near miss: the reference judges what it names alone."""

from __future__ import annotations

from typing import Any

import pytest

from dev.fuzz.claims import CLAIMS
from dev.fuzz.generator import Case
from dev.fuzz.judge import Judge
from dev.fuzz.reasons import true, untrue
from kmspolicy import Code
from tests.engine.cases import OUR_KEY, name, policy_of, walk
from tests.engine.cases import Case as Told

CASES = list(walk("reasons"))


def made(data: dict[str, Any]) -> Case:
    """A case of the engine's tests as one of the reference's."""
    known = {**OUR_KEY, **data.get("key", {})}
    return Case(policy_of(data), actions=data.get("actions", "encrypt"), **known)


def test_every_code_has_a_claim() -> None:
    assert set(CLAIMS) == set(Code)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_every_reason_is_true_of_what_it_names(case: Told) -> None:
    assert list(untrue(made(case.data))) == []


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_claim_is_false_of_every_element_of_the_near_miss(case: Told) -> None:
    near = Judge(made(case.data["twin"]))
    assert near.statements
    assert {place: true(near, Code[case.data["code"]], place) for place in range(len(near.statements))} == {
        place: set() for place in range(len(near.statements))
    }
