"""Hostile policies through the command: different ones, as long as KMS takes, of every family that is made to cost."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import NamedTuple

from dev.fuzz.cost import changed, grown
from dev.fuzz.families import FAMILIES
from dev.fuzz.shapes import policy_text
from dev.scp import Row
from dev.splunkd import run

APP = Path(__file__).resolve().parents[2]
LONGEST = 32_768
"""Characters; KMS takes a policy of so many bytes, and these are ASCII."""


class Outcome(NamedTuple):
    """What became of the policies: how many got a verdict, how many an error, and the command's CPU seconds for all."""

    policies: int
    verdicts: int
    errors: int
    seconds: float


def policies(seed: int, count: int) -> Iterator[str]:
    """`count` different policies, the families in turn, each changed at random and grown; alike for the same seed."""
    random, seen = Random(seed), set[int]()
    families = cycle(FAMILIES.values())
    while len(seen) < count:
        text = policy_text(grown(changed(random, next(families)), LONGEST))
        if len(text) <= LONGEST and hash(text) not in seen:
            seen.add(hash(text))
            yield text


def answer(seed: int, count: int, app: Path = APP, python: Path = Path(sys.executable)) -> Outcome:
    """Sends so many policies through the command of an app, as one search. Raises CommandError where it fails."""
    before = _children_cpu()
    sent: Iterator[Row] = ({"policy": text} for text in policies(seed, count))
    rows = run(app, sent, ["policy", "mode=summary"], chunk_rows=50, python=python).rows
    verdicts = sum(1 for row in rows if row["key_policy_audience"])
    errors = sum(1 for row in rows if row["key_policy_error"])
    return Outcome(len(rows), verdicts, errors, _children_cpu() - before)


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    """Prints what became of the policies. Exit status: 1 where one has no verdict."""
    parser = argparse.ArgumentParser(prog="python -m dev.fuzz.hostile", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--policies", type=int, default=10_000, help="how many (default: 10,000)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed makes the same policies")
    asked = parser.parse_args()
    found = answer(asked.seed, asked.policies)
    print(
        f"{found.policies} hostile policies of {LONGEST} characters, seed {asked.seed}: {found.verdicts} verdicts, "
        f"{found.errors} errors, {found.seconds / 60:.1f} CPU minutes"
    )
    return 0 if found.verdicts == found.policies == asked.policies else 1


if __name__ == "__main__":
    sys.exit(main())
