"""The inventory outlives what happens to it: runs that overlap, an empty result, an upgrade of the app."""

from __future__ import annotations

import pytest

from dev.splunk.differences import differences, table
from dev.splunk.proof import Proof
from tests.content.shipped import INVENTORY
from tests.splunk.asking import ran
from tests.splunk.sets import STORY

pytestmark = pytest.mark.slow

WRITER = "KMS - Update inventory"
NOTHING = "no_such_source"


@pytest.fixture
def filled(proof: Proof) -> list[dict[str, object]]:
    """The inventory as one run leaves it."""
    proof.set_lookups({})
    for found in proof.run_saved([WRITER], STORY):
        ran(found, proof)
    rows = proof.lookup(INVENTORY)
    assert rows, f"{proof.target.name}: {WRITER} wrote nothing"
    return rows


def same(proof: Proof, filled: list[dict[str, object]]) -> None:
    different = differences(filled, proof.lookup(INVENTORY))
    assert not different, f"{proof.target.name}: before and after\n{table(different)}"


def test_it_is_what_the_local_runner_writes(proof: Proof, filled: list[dict[str, object]]) -> None:
    different = differences(proof.written_here(WRITER, STORY, INVENTORY), filled)
    assert not different, f"{proof.target.name}:\n{table(different)}"


def test_two_runs_that_overlap_leave_what_one_leaves(proof: Proof, filled: list[dict[str, object]]) -> None:
    for found in proof.run_saved([WRITER, WRITER], STORY):
        ran(found, proof)
    same(proof, filled)


def test_an_empty_result_wipes_nothing(proof: Proof, filled: list[dict[str, object]]) -> None:
    for found in proof.run_saved([WRITER], NOTHING):
        ran(found, proof)
    same(proof, filled)


def test_an_upgrade_of_the_app_leaves_it(proof: Proof, filled: list[dict[str, object]]) -> None:
    if proof.target.installed and not proof.target.package:
        pytest.skip("the package was installed by hand")
    proof.install()
    same(proof, filled)
