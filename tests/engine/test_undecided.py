"""What the engine does not decide: access is assumed, nothing is proven, and the reason says so."""

from __future__ import annotations

import json

import pytest

from kmspolicy import Audience, Code, analyze
from tests.engine.cases import Case, name, policy_of, question, walk


@pytest.mark.parametrize("case", list(walk("undecided")), ids=name)
def test_access_is_assumed_without_proof_and_told_so(case: Case) -> None:
    found = analyze(json.dumps(policy_of(case.data)), **question(case.data))
    assert (found.audience, found.witness, found.proven) == (Audience.everyone, None, False)
    assert Code.UNPROVEN in {reason.code for reason in found.reasons} and case.data["why"]
