"""The nightly checks: what each one's output comes down to, and the row it writes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dev import nightly
from dev.vendor import ROOT

STEP = nightly.STEPS[0]
SAID = """engine and reference on random policies, seeds from 7
  400 policies, 0 disagreements
  800 policies, 90 a second, 0 disagreements
  1000 policies, 120 a second, 0 disagreements
nothing found
"""


def test_of_lines_that_repeat_the_last_one_counts() -> None:
    assert nightly.outcome(STEP, 0, SAID) == nightly.Outcome(True, "1000 policies, 120 a second, 0 disagreements")


def test_a_step_that_failed_says_so() -> None:
    assert nightly.outcome(STEP, 1, SAID.replace(" 0 dis", " 3 dis")).said.startswith(
        "FAILED (1): 1000 policies, 120 a second, 3 dis"
    )
    assert nightly.outcome(STEP, 2, "") == nightly.Outcome(False, "FAILED (2): no line says the outcome")


def test_a_row_takes_the_place_of_the_last_one_of_its_step_alone() -> None:
    page = "before\n<!-- nightly -->\n<!-- /nightly -->\nafter\n"
    once = nightly.refresh(page, STEP, (STEP.name, "`c`", "fine", "2026-12-01", "abc"))
    twice = nightly.refresh(once, STEP, (STEP.name, "`c`", "broken", "2026-12-02", "abd"))
    rows = [line for line in twice.splitlines() if line.startswith("| ")]
    assert rows[1] == f"| {STEP.name} | `c` | broken | 2026-12-02 | abd |"
    assert len(rows) == 1 + len(nightly.STEPS) and all("not run yet" in row for row in rows[2:])
    assert twice.startswith("before\n") and twice.endswith("\nafter\n")
    other = nightly.STEPS[1]
    assert rows[1] in nightly.refresh(twice, other, (other.name, "`d`", "fine", "2026-12-03", "abe")).splitlines()


@pytest.mark.parametrize("step", nightly.STEPS, ids=lambda step: step.name)
def test_every_step_is_a_command_with_these_options(step: nightly.Step) -> None:
    helped = subprocess.run(
        [sys.executable, "-m", step.module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {option for option in (*step.options, *step.numbers) if option.startswith("--")} <= set(
        helped.stdout.replace("[", " ").replace(",", " ").split()
    )
