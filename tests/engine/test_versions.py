"""The same answers, witnesses and error lines on every Python that Splunk brings, in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev.pythons import SPLUNK_PYTHONS, find
from tests.engine.replay import line, texts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def replay(interpreter: Path | str, seed: str, *order: str) -> list[str]:
    """What an interpreter says of every case, with this seed of its hashes."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'lib'}{os.pathsep}{ROOT}", "PYTHONHASHSEED": seed}
    asked = [interpreter, "-m", "tests.engine.replay", *order]
    ran = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


@pytest.fixture(scope="module")
def here() -> list[str]:
    """What this interpreter says."""
    said = [line(*each) for each in texts()]
    assert len(said) > 1_000
    return said


def differences(said: list[str], here: list[str]) -> list[tuple[str, str]]:
    """The lines of two replays that are not the same."""
    assert len(said) == len(here)
    return [(theirs, ours) for theirs, ours in zip(said, here) if theirs != ours]


@pytest.mark.parametrize("version", SPLUNK_PYTHONS)
def test_every_python_says_the_same(version: str, here: list[str]) -> None:
    interpreter = find(version)
    if interpreter is None:
        pytest.skip(f"Python {version} is not on this machine")
    assert differences(replay(interpreter, "1"), here) == []


def test_neither_the_order_of_sets_nor_what_was_asked_before_matters(here: list[str]) -> None:
    assert differences(replay(sys.executable, "4242", "backwards"), here) == []
