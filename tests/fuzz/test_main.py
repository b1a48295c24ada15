"""`make fuzz` from the command line: what it prints, and what it refuses."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dev.fuzz import protocol

ROOT = Path(__file__).resolve().parents[2]


def fuzz(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "dev.fuzz", *args], cwd=ROOT, capture_output=True, text=True,
                          timeout=300, check=False)


def test_a_short_comparison() -> None:
    done = fuzz("--seconds", "3", "--only", "differential", "--seed", "1", "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 disagreements" in done.stdout and "nothing found" in done.stdout


@pytest.mark.parametrize("text", ["soon", "0", "-5", "nan", "1e99"])
def test_seconds_that_are_none(text: str) -> None:
    done = fuzz(f"--seconds={text}")
    assert done.returncode == 2
    assert f"SECONDS must be a number of seconds, such as 600, not {text!r}" in done.stderr


@pytest.mark.parametrize("seed", range(6))
def test_rows_are_accounted_for(seed: int) -> None:
    assert protocol.check(seed) >= 0
