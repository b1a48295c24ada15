"""From exec to the getinfo reply, with and without byte code: splunkd starts the process several times a search."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from dev.bench.apps import Apps, compile_all, drop_byte_code
from dev.bench.measure import at_most, ratio_within
from dev.bench.process import Usage, run
from dev.bench.report import Table, verdict

_TARGET = at_most(1.1)


def measure(apps: Apps, python: Path, rounds: int) -> dict[str, tuple[list[Usage], list[Usage]]]:
    """With what byte code -> the rounds of the command and of the no-op. Leaves byte code behind."""
    taken = {}
    for name, byte_code in (("without .pyc", False), ("with .pyc", True)):
        drop_byte_code(apps)
        if byte_code:
            compile_all(apps, python)
        ours, noop = [], []
        for _ in range(rounds):
            noop.append(run(apps.noop, python, [], byte_code=byte_code))
            ours.append(run(apps.ours, python, [], byte_code=byte_code))
        taken[name] = (ours, noop)
    return taken


def table(version: str, measured: dict[str, tuple[list[Usage], list[Usage]]]) -> Table:
    """One row for each state of the byte code: CPU and wall time of our start and of the no-op's."""
    made = Table(
        f"Start, Python {version}",
        ("byte code", "command, CPU ms", "no-op, CPU ms", "ratio", "target", "", "command, wall ms", "no-op, wall ms"),
        "From exec to the getinfo reply. The knowledge bundle carries no .pyc; where an indexer may not write into it, "
        "every start is one without.",
    )
    for name, (ours, noop) in measured.items():
        ratio = ratio_within([usage.start_cpu for usage in ours], [usage.start_cpu for usage in noop])
        times = [
            f"{1000 * median(getattr(usage, clock) for usage in side):.0f}"
            for clock in ("start_cpu", "start_wall")
            for side in (ours, noop)
        ]
        made.rows.append(
            (name, *times[:2], f"{ratio:.2f}", *verdict(ratio, _TARGET if name == "with .pyc" else None), *times[2:])
        )
    return made
