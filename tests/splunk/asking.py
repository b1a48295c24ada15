"""What the tests of the suite share: whether a real Splunk is asked, and how a difference is reported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

from dev.spl.values import Row
from dev.splunk.differences import differences, table, told
from dev.splunk.jobs import Found
from dev.splunk.proof import Both, Proof

REAL = os.environ.get("KPC_PROOF") == "splunk"
"""Set by `make test-splunk`; without it the stand-in is asked."""

T = TypeVar("T")


def some(everything: Sequence[T], few: Sequence[T]) -> Sequence[T]:
    """Everything on a real Splunk; on the stand-in a few, because there it is the suite that is tried."""
    return everything if REAL else few


def ran(found: Found, proof: Proof) -> Found:
    """The search ran to its end."""
    assert not found.failed, f"{proof.target.name}: {'; '.join(found.messages)}"
    return found


def equal(both: Both, proof: Proof) -> None:
    """Splunk and the local runner gave the same rows, in whatever order."""
    ran(both.splunk, proof)
    assert not both.differences, f"{proof.target.name}:\n{table(both.differences)}"


def gives(found: Found, expected: Sequence[Row], proof: Proof) -> None:
    """The search gave these rows in this order."""
    ran(found, proof)
    different = differences(expected, found.rows)
    assert not different, f"{proof.target.name}:\n{table(different)}"
    assert [told(row) for row in found.rows] == [told(row) for row in expected], f"{proof.target.name}: another order"
