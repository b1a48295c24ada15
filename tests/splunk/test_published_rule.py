"""The published rule beside ours, as docs/comparison.md shows it: the same counts where Splunk runs both."""

from __future__ import annotations

import pytest

from dev.compare import OURS, PUBLISHED, ROWS, TWIN
from dev.spl.runner import APP
from dev.spl.saved import Window, saved_search
from dev.splunk.proof import Proof
from tests.splunk.asking import equal, some
from tests.splunk.sets import DETECTIONS
from tests.splunk.sets import PUBLISHED as EVENTS

pytestmark = pytest.mark.slow

CASES = {case.name: source for source, case in DETECTIONS.items() if case.detection == OURS}
ALL_TIME = Window("0")


def found(proof: Proof, rule: str, source: str) -> int:
    both = proof.compare(saved_search(rule, APP).text, source, ALL_TIME)
    equal(both, proof)
    return len(both.splunk.rows)


@pytest.mark.parametrize("name", some([row[0] for row in ROWS], ["every_principal", "own_role", "security_lake"]))
def test_a_line_of_the_table(proof: Proof, name: str) -> None:
    """Both rules give what the local runner gives, which the table is made from; ours finds the keys that are open."""
    proof.set_lookups({})
    (open_to_everyone,) = (row[2] for row in ROWS if row[0] == name)
    found(proof, TWIN if name.startswith("security_lake") else PUBLISHED, CASES[name])
    assert bool(found(proof, OURS, CASES[name])) == open_to_everyone


def test_it_reports_every_action_of_each_statement_that_holds_encrypt(proof: Proof) -> None:
    if proof.has_addon:
        pytest.skip("the Splunk Add-on for AWS is installed: which fields it fills depends on its version")
    assert found(proof, PUBLISHED, EVENTS) == 12
