"""`make nightly`: runs at length what CI only samples, and writes outcome and date of each into docs/verification.md.
The output of each is kept in build/nightly/. Exit status: 1 where one of them found something.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from dev.fuzz.differential import KINDS
from dev.vendor import ROOT

PAGE = ROOT / "docs" / "verification.md"
LOGS = ROOT / "build" / "nightly"
_TABLE = re.compile(r"(<!-- nightly -->\n).*?(<!-- /nightly -->)", re.DOTALL)
_HEAD = ("what", "command", "outcome", "date", "commit")


class Step(NamedTuple):
    """One long check: what it shows, its module, its numbers by option, and which of its lines say the outcome."""

    name: str
    module: str
    options: tuple[str, ...]
    numbers: Mapping[str, int]
    tells: str

    def arguments(self, share: float) -> list[str]:
        """The command line behind `python -m`, with each number cut to a share of it."""
        cut = [text for name, number in self.numbers.items() for text in (name, str(max(1, round(number * share))))]
        return [self.module, *self.options, *cut]


STEPS = (
    Step(
        "the engine and the reference on random policies",
        "dev.fuzz",
        ("--only", "differential", "--seed", "0"),
        {"--policies": KINDS["verdicts"].policies},
        r"a second",
    ),
    Step(
        "the engine and the reference on parts of ids",
        "dev.fuzz",
        ("--only", "ids", "--seed", "0"),
        {"--policies": KINDS["ids"].policies},
        r"a second",
    ),
    Step(
        "the reasons for random policies",
        "dev.fuzz",
        ("--only", "reasons", "--seed", "0"),
        {"--policies": KINDS["reasons"].policies},
        r"a second",
    ),
    Step(
        "coverage-guided fuzzing of policies and events",
        "dev.fuzz",
        ("--only", "coverage"),
        {"--seconds": 3_600},
        r"number_of_executed|findings|nothing found|NOT DONE",
    ),
    Step("hostile rows through the command", "dev.fuzz", ("--only", "protocol"), {"--seconds": 1_800}, r"searches"),
    Step("hostile policies through the command", "dev.fuzz.hostile", (), {"--policies": 10_000}, r"verdicts"),
    Step("the costliest policies found", "dev.fuzz.cost", (), {"--seconds": 1_200}, r"^The costliest"),
    Step("one search of many rows", "dev.bench.soak", (), {"--rows": 10_000_000}, r"rows"),
)


class Outcome(NamedTuple):
    """How a step ended: whether it found nothing, and what it said, as one line."""

    passed: bool
    said: str


def run(step: Step, share: float = 1) -> Outcome:
    """Runs one step; its output goes to build/nightly/ while it runs."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / (re.sub(r"\W+", "-", step.name) + ".log")
    with path.open("w", encoding="utf-8") as log:
        command = [sys.executable, "-m", *step.arguments(share)]
        status = subprocess.run(command, cwd=ROOT, check=False, stdout=log, stderr=subprocess.STDOUT).returncode
    return outcome(step, status, path.read_text("utf-8", "replace"))


def outcome(step: Step, status: int, output: str) -> Outcome:
    """What a step's exit status and output come down to; of lines that repeat with the progress, the last one."""
    told = [line.strip() for line in output.splitlines() if re.search(step.tells, line)]
    last = {re.sub(r"[\d.,]+", "#", line): line for line in told}
    said = "; ".join(last.values()) or "no line says the outcome"
    return Outcome(status == 0, said if status == 0 else f"FAILED ({status}): {said}")


def refresh(text: str, step: Step, row: Sequence[str]) -> str:
    """The page's text with another row for one step; the rows of other steps stay as they were."""

    def table(marks: re.Match[str]) -> str:
        old = {line.split(" | ")[0][2:]: line for line in marks[0].splitlines() if line.startswith("| ")}
        lines = {
            each.name: old.get(each.name, f"| {each.name} | `{_command(each)}` | not run yet | | |") for each in STEPS
        }
        lines[step.name] = f"| {' | '.join(row)} |"
        head = [f"| {' | '.join(_HEAD)} |", "|---" * len(_HEAD) + "|"]
        return "\n".join([marks[1].rstrip("\n"), *head, *lines.values(), marks[2]])

    return _TABLE.sub(table, text)


def _command(step: Step) -> str:
    return f"python -m {' '.join(step.arguments(1))}"


def _commit() -> str:
    """The short name of the commit that is checked out; with a + where tracked files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return described.stdout.strip()


def main() -> int:
    """Runs all steps, or those that are named, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m dev.nightly", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", choices=[step.name for step in STEPS], help="may be repeated")
    parser.add_argument(
        "--share", type=float, default=1, help="this part of each number, to try it out; writes no page"
    )
    asked = parser.parse_args()
    passed, commit = True, _commit()
    for step in STEPS:
        if asked.only and step.name not in asked.only:
            continue
        print(f"{step.name}: {_command(step)}", flush=True)
        found = run(step, asked.share)
        print(f"  {found.said}", flush=True)
        passed = passed and found.passed
        if asked.share == 1:
            today = datetime.now(timezone.utc).date().isoformat()
            row = (step.name, f"`{_command(step)}`", found.said.replace("|", "\\|"), today, commit)
            PAGE.write_text(refresh(PAGE.read_text("utf-8"), step, row), "utf-8")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
