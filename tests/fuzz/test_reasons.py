"""Random policies: the reference bears out every reason that the engine gives. The seeds are drawn anew in each run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from random import Random, SystemRandom

import pytest

from dev.fuzz.claims import untrue
from dev.fuzz.generator import Case, case
from dev.reference.grammar import BrokenPolicy, read

pytestmark = pytest.mark.slow

MOST = 8  # statements, since every set of Denies is judged


def readable(first: int) -> Iterator[tuple[int, Case]]:
    """Policies with statements to judge, by the seeds from the first on."""
    for seed in count(first):
        made = case(Random(seed))
        try:
            if len(read(made.text()).statements) <= MOST:
                yield seed, made
        except BrokenPolicy:
            continue


def test_the_reasons_of_300_random_policies_are_true() -> None:
    first = SystemRandom().randrange(10**9)
    found = {seed: untrue(made) for seed, made in islice(readable(first), 300)}
    assert len(found) == 300
    assert {seed: sentences for seed, sentences in found.items() if sentences} == {}
