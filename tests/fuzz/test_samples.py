"""Samples of what `make nightly` does at length, drawn again in each run; a failure names the seed that repeats it.

Random policies are drawn from those that the nightly run compares, so that what fails here was broken by a change;
`make fuzz` is what goes beyond them.
"""

from __future__ import annotations

import time
from random import SystemRandom

import pytest

from dev.fuzz import differential, hostile

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("kind", "policies"), [("verdicts", 1000), ("ids", 150), ("reasons", 150)])
def test_engine_and_reference_agree_on_random_policies(kind: str, policies: int) -> None:
    seed = SystemRandom().randrange(differential.KINDS[kind].policies - policies)
    *_, last = differential.run(seed, policies, time.monotonic(), 1, kind)
    assert last.policies >= policies
    assert last.disagreements == 0, f"{kind}, seeds from {seed}: {last.findings}"


def test_a_hundred_hostile_policies_get_a_verdict_each() -> None:
    seed = SystemRandom().randrange(10**9)
    found = hostile.answer(seed, 100)
    assert (found.policies, found.verdicts, found.errors) == (100, 100, 0), f"seed {seed}"


def test_the_same_seed_makes_the_same_hostile_policies() -> None:
    first = list(hostile.policies(7, 40))
    assert first == list(hostile.policies(7, 40)) and len(set(first)) == 40
    assert {len(text) <= hostile.LONGEST for text in first} == {True}
    assert sum(len(text) > hostile.LONGEST * 0.9 for text in first) > 30
