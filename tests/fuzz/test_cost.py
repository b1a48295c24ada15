"""The families of explosive policies, grown to what KMS takes: within the bound, and alike on every Python."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from dev.fuzz.cost import cost_of, grown
from dev.fuzz.families import FAMILIES
from dev.fuzz.shapes import policy_text
from dev.pythons import SPLUNK_PYTHONS, find
from kmspolicy.witness.searcher import POLICY_STEPS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
KMS_TAKES = 32_768
ENOUGH = 8_192  # characters, to see whether interpreters differ
SAY = f"""
import json
from dev.fuzz.cost import KEY, everything, grown
from dev.fuzz.families import FAMILIES
from dev.fuzz.shapes import policy_text
from kmspolicy import analyze
for genes in FAMILIES.values():
    found = analyze(policy_text(grown(genes, {ENOUGH})), key=KEY)
    print(found.verdict.searcher.budget.left, json.dumps(everything(found)))
"""


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_fills_what_kms_takes_and_stays_within_the_bound(family: str) -> None:
    text = policy_text(grown(FAMILIES[family], KMS_TAKES))
    assert KMS_TAKES * 0.9 < len(text) <= KMS_TAKES
    assert 0 <= cost_of(text).steps <= POLICY_STEPS


def test_every_python_and_every_order_of_sets_takes_the_same_steps_to_the_same_answers() -> None:
    pythons = [interpreter for interpreter in map(find, SPLUNK_PYTHONS) if interpreter]
    if len(pythons) < 2:
        pytest.skip("both of Splunk's Pythons are needed")
    said = set()
    for interpreter, seed in zip(pythons, ("1", "4242")):
        environment = {**os.environ, "PYTHONPATH": f"lib{os.pathsep}.", "PYTHONHASHSEED": seed}
        ran = subprocess.run([interpreter, "-c", SAY], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert len(ran.stdout.splitlines()) == len(FAMILIES)
        said.add(ran.stdout)
    assert len(said) == 1
