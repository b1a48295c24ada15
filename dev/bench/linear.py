"""A hundred times as many rows in one chunk: the cost of a row must not depend on how many there are, up to splunkd's
50,000.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

from dev.bench.apps import Apps
from dev.bench.engine import growth_cells
from dev.bench.process import run
from dev.bench.report import Table, number
from dev.bench.rows import chunks
from dev.bench.wire import mixed_rows

ARGUMENTS = ("show=flagged", "mode=summary", "mode=expand")
_SIZES = (500, 5_000, 50_000)


def measure(apps: Apps, python: Path, rounds: int, most: int) -> dict[str, dict[int, float]]:
    """Arguments -> number of rows -> seconds of CPU time, medians of interleaved rounds."""
    sizes = [size for size in _SIZES if size <= most]
    sent = {size: chunks(mixed_rows(size), size) for size in sizes}
    taken: dict[str, dict[int, list[float]]] = {args: {size: [] for size in sizes} for args in ARGUMENTS}
    for _ in range(rounds):
        for args in ARGUMENTS:
            for size in sizes:
                taken[args][size].append(run(apps.ours, python, sent[size], args.split()).cpu)
    return {args: {size: median(times) for size, times in by_size.items()} for args, by_size in taken.items()}


def table(version: str, measured: dict[str, dict[int, float]]) -> Table:
    """One row for each set of arguments: CPU time per row at each size of chunk, and how it grows."""
    sizes = list(next(iter(measured.values())))
    made = Table(
        f"Growth with the rows of one chunk, Python {version}",
        ("arguments", *(f"{size:,} rows" for size in sizes), "exponent", "target", ""),
        "CPU time per row; 8 columns, one event in a hundred sets one of 200 policies, so the first sizes also pay for "
        "policies met for the first time.",
    )
    for args, costs in measured.items():
        made.rows.append(
            (f"`{args}`", *(f"{number(cost / size * 1e6)} µs" for size, cost in costs.items()), *growth_cells(costs))
        )
    return made
