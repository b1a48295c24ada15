"""`make bench-peers`: installs other public-policy checks in a venv of their own and compares `analyze` with them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from dev.bench.apps import lay_out
from dev.bench.policies import PolicyMaker
from dev.bench.process import BenchError
from dev.bench.report import Table, machine, number
from dev.vendor import ROOT

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
_HERE = Path(__file__).parent
_ALONE = "prowler==5.46.0"  # goes in without what it depends on
_CHILD = _HERE / "peers_child.py"
_SETS = {
    "policies as accounts have them, 1 in 100 open": lambda count: PolicyMaker(11).policies(count),
    "contested: an Allow for everyone under a condition or a Deny": lambda count: PolicyMaker(12).contested(count),
}


def install() -> None:
    """Makes the venv. Says which of the packages could not be had; the others are compared all the same."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", PYTHON.parents[1]], check=True)
    wanted = [
        line for line in (_HERE / "peers-requirements.txt").read_text("utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    for package, options in [*((name, []) for name in wanted), (_ALONE, ["--no-deps"])]:
        done = subprocess.run(
            [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", *options, package],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            print(f"{package} could not be installed: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)


def measure(library: Path, rounds: int, count: int) -> list[dict[str, Any]]:
    """What each round's process found. Raises BenchError."""
    asked = json.dumps({title: make(count) for title, make in _SETS.items()})
    rounds_taken = []
    for _ in range(rounds):
        done = subprocess.run([PYTHON, _CHILD, library], input=asked, check=False, capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"the comparison failed:\n{done.stderr[-2000:]}")
        rounds_taken.append(json.loads(done.stdout))
    return rounds_taken


def tables(rounds: list[dict[str, Any]]) -> list[Table]:
    """One table a set: time, and how the answers compare with ours. A disagreement says nothing of who is right."""
    version = subprocess.run(
        [PYTHON, "-c", "import platform; print(platform.python_version())"], check=False, capture_output=True, text=True
    )
    made = []
    for title in _SETS:
        loads = median(time for taken in rounds for time in taken["json.loads"]["sets"][title]["times"])
        ours = rounds[0]["kmspolicy"]["sets"][title]["open"]
        table = Table(
            f"Other checks, Python {version.stdout.strip()}: {title}",
            (
                "check",
                "median",
                "× json.loads",
                "both open",
                "both closed",
                "only ours open",
                "only theirs open",
                "failed",
            ),
            f"{len(ours):,} policies, text in and verdict out, CPU time. The others answer with yes or no; kmspolicy "
            "also with actions, reasons, witness, encrypt-only and hash.",
        )
        for name in rounds[0]:
            if "missing" in rounds[0][name]:
                table.rows.append((name, f"not installed: {rounds[0][name]['missing']}", *[""] * 6))
                continue
            time = median(time for taken in rounds for time in taken[name]["sets"][title]["times"])
            pairs = list(zip(ours, rounds[0][name]["sets"][title]["open"]))
            agreement = [pairs.count(pair) for pair in ((True, True), (False, False), (True, False), (False, True))]
            failed = sum(theirs is None for _, theirs in pairs)
            counts = [""] * 5 if name in ("kmspolicy", "json.loads") else [str(n) for n in (*agreement, failed)]
            table.rows.append(
                (
                    f"{name} {rounds[0][name]['version']}".strip(),
                    f"{number(time * 1e6)} µs",
                    number(time / loads),
                    *counts,
                )
            )
        made.append(table)
    return made


def main() -> None:
    """Installs the other tools, asks each of them about the same policies, and prints how the answers compare."""
    install()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        apps = lay_out(Path(folder))
        print(f"Machine: {machine()}\n")
        for table in tables(measure(apps.library, rounds=3, count=300)):
            print(table)


if __name__ == "__main__":
    main()
