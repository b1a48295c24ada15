"""Runs different hostile policies, each nearly as long as KMS accepts, through the command as one search.
`make nightly` sends 10,000 of them (dev/fuzz/hostile.py); the sample here shows what they cost.
"""

from __future__ import annotations

from pathlib import Path

from dev.bench.apps import Apps
from dev.bench.process import BenchError
from dev.bench.report import Table, number
from dev.fuzz import hostile
from dev.splunkd import CommandError

ALL = 10_000
_SEED = 1


def measure(apps: Apps, python: Path, count: int) -> hostile.Outcome:
    """What became of `count` hostile policies, and the CPU time that they took, with the start. Raises BenchError."""
    try:
        return hostile.answer(_SEED, count, apps.ours.parents[1], python)
    except CommandError as error:
        raise BenchError(f"the command failed on hostile policies under {python}: {error}") from None


def table(version: str, measured: hostile.Outcome) -> Table:
    """One row: what the sample took, and what so many would take that it is a sample of."""
    minutes = measured.seconds / 60
    made = Table(
        f"Hostile policies, Python {version}",
        ("measured", "verdicts", "errors", "CPU minutes", f"CPU minutes for {ALL:,}", "ms a policy"),
        f"Different policies of every family that is made to cost, up to {hostile.LONGEST:,} bytes each, through the "
        f"command with `mode=summary`. Of a sample, the minutes for {ALL:,} are those of the sample, multiplied.",
    )
    whole = measured.policies >= ALL
    made.rows.append(
        (
            f"{measured.policies:,} policies" if whole else f"a sample of {measured.policies:,} policies",
            f"{measured.verdicts:,}",
            f"{measured.errors:,}",
            number(minutes),
            number(minutes * ALL / measured.policies),
            number(1000 * measured.seconds / measured.policies),
        )
    )
    return made
