"""`make fuzz` from the command line: what it prints, and what it refuses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dev.fuzz import protocol
from dev.pythons import find

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def fuzz(*args: str, python: Path = Path(sys.executable)) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), "-m", "dev.fuzz", *args], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize(("args", "fewest"), [(("--policies", "60"), 60), (("--policies", "1", "--seconds", "3"), 51)])
def test_a_comparison_tries_so_many_policies_and_goes_on_for_so_long(args: tuple[str, ...], fewest: int) -> None:
    done = fuzz("--only", "differential", "--seed", "1", "--jobs", "1", *args)
    assert done.returncode == 0, done.stdout + done.stderr
    (tried,) = re.findall(r"(\d+) policies, \d+ a second, 0 disagreements", done.stdout)
    assert int(tried) == fewest if len(args) == 2 else int(tried) >= fewest
    assert "nothing found" in done.stdout


def test_without_a_number_every_run_compares_a_hundred_thousand_policies() -> None:
    assert "at least 100,000 policies" in " ".join(fuzz("--help").stdout.split())


@pytest.mark.parametrize(("only", "status"), [(["--only", "coverage"], 3), ([], 0)])
def test_what_cannot_run_is_told_last_and_refused_where_it_was_asked_for(only: list[str], status: int) -> None:
    python = find("3.9")
    if python is None:
        pytest.skip("no Python without atheris is installed")
    done = fuzz("--seconds", "1", "--policies", "1", "--jobs", "1", "--seed", "1", *only, python=python)
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("NOT DONE: coverage-guided fuzzing, because atheris exists for")


@pytest.mark.parametrize("text", ["soon", "0", "-5", "nan", "1e99"])
def test_seconds_that_are_none(text: str) -> None:
    done = fuzz(f"--seconds={text}")
    assert done.returncode == 2
    assert f"SECONDS must be a number of seconds, such as 600, not {text!r}" in done.stderr


def test_rows_are_accounted_for() -> None:
    assert sum(protocol.check(seed) for seed in range(12)) > 50


@pytest.mark.parametrize(
    "fault",
    [
        "kept = lambda rows: rows[1:]",  # a row of every policy is lost
        "kept = lambda rows: rows + rows[:1]",
        "kept = lambda rows: rows if not flagged_only else rows[:1]",
        "kept = lambda rows: rows[::-1]",
    ],
)
def test_an_account_that_is_wrong_is_seen(fault: str, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "kmspolicycheck.py"
    script.parent.mkdir()
    script.write_text(
        f"import runpy, sys; sys.path.insert(0, {str(ROOT / 'lib')!r})\n"
        "import kmspolicy.splunk.policy_rows as answers\n"
        "def faulty(make):\n"
        "    def made(facts, analysis, flagged_only):\n"
        f"        {fault}\n"
        "        return kept(list(make(facts, analysis, flagged_only)))\n"
        "    return made\n"
        "answers.statement_rows, answers.policy_rows = faulty(answers.statement_rows), faulty(answers.policy_rows)\n"
        f"runpy.run_path({str(ROOT / 'bin' / 'kmspolicycheck.py')!r}, run_name='__main__')\n"
    )
    with pytest.raises(protocol.Accounting):
        for seed in range(12):
            protocol.check(seed, tmp_path)
