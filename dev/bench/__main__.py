"""`make bench`: how fast the command and its engine are, as Markdown tables with targets beside the measured values.
The machine may be busy: CPU time of the measured process counts, programs take turns, medians are shown, and a ratio is
taken within a round.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dev.bench import engine, hostile, linear, peers, startup, wire
from dev.bench.apps import Apps, compile_all, lay_out
from dev.bench.process import BenchError
from dev.bench.report import Table, machine, refreshed
from dev.pythons import SPLUNK_PYTHONS, find
from dev.vendor import ROOT

PAGE = ROOT / "docs" / "bench.md"
PARTS = ("wire", "chunks", "analyze", "startup", "linear", "hostile", "peers")


@dataclass(frozen=True)
class Size:
    """How much is measured. rows: of an input on the wire; most: of the largest chunk; policies: for the engine;
    hostile: policies that are made to cost.
    """

    rounds: int
    rows: int
    most: int
    policies: int
    hostile: int


FULL = Size(rounds=5, rows=5_000, most=50_000, policies=400, hostile=200)
QUICK = Size(rounds=1, rows=500, most=5_000, policies=100, hostile=50)


def main() -> int:
    """Measures the chosen tables, prints them, and writes them into the page if told to."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part alone; may be repeated")
    parser.add_argument("--python", choices=SPLUNK_PYTHONS, action="append", help="measure this version alone")
    parser.add_argument("--quick", action="store_true", help="few rows, one round: for a look while developing")
    parser.add_argument("--rounds", type=int, help="how often each program takes its turn")
    parser.add_argument("--rows", type=int, help="how many events each input on the wire has")
    parser.add_argument("--write", action="store_true", help=f"write the tables into docs/{PAGE.name} as well")
    parser.add_argument("--hostile", type=int, help=f"how many hostile policies; all are {hostile.ALL:,}, over an hour")
    asked = parser.parse_args()
    size = QUICK if asked.quick else FULL
    size = replace(size, rounds=asked.rounds or size.rounds, rows=asked.rows or size.rows)
    size = replace(size, hostile=asked.hostile or size.hostile)
    out = [_heading(size)]
    print(out[0], flush=True)
    try:
        for table in tables(size, asked.only or PARTS, asked.python or SPLUNK_PYTHONS):
            out.append(str(table))
            print(table, flush=True)
    except BenchError as error:
        sys.exit(f"nothing to measure: {error}")
    if asked.write:
        PAGE.write_text(refreshed(PAGE.read_text("utf-8"), "\n".join(out)), "utf-8")
    return 0


def tables(size: Size, parts: tuple[str, ...] | list[str], versions: tuple[str, ...] | list[str]) -> Iterator[Table]:
    """Every table asked for, as it is measured. A Python that is not there is named on stderr. Raises BenchError."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        apps = lay_out(Path(folder))
        for version in versions:
            python = find(version)
            if python is None:
                print(f"Python {version} is not on this machine: left out", file=sys.stderr)
                continue
            compile_all(apps, python)
            yield from _of_python(size, parts, version, python, apps)
        if "peers" in parts and peers.PYTHON.exists():
            yield from peers.tables(peers.measure(apps.library, min(3, size.rounds), min(300, size.policies)))
        elif "peers" in parts:
            print("Other checks are not installed: make bench-peers", file=sys.stderr)


def _of_python(
    size: Size, parts: tuple[str, ...] | list[str], version: str, python: Path, apps: Apps
) -> Iterator[Table]:
    if "wire" in parts:
        yield wire.table(
            f"On the wire, Python {version}",
            [(load, wire.measure(load, apps, python, size.rounds)) for load in wire.loads(size.rows)],
        )
    if "chunks" in parts:
        yield wire.table(
            f"Sizes of chunks, Python {version}",
            [(load, wire.measure(load, apps, python, size.rounds)) for load in wire.chunk_loads(size.most)],
        )
    if "startup" in parts:
        yield startup.table(version, startup.measure(apps, python, 5 * size.rounds))
    if "analyze" in parts or "linear" in parts:
        measured = engine.measure(apps, python, size.rounds, size.policies)
        if "analyze" in parts:
            yield engine.table(version, measured)
        if "linear" in parts:
            yield engine.growth_table(version, measured)
    if "linear" in parts:
        yield linear.table(version, linear.measure(apps, python, size.rounds, size.most))
    if "hostile" in parts:
        yield hostile.table(version, hostile.measure(apps, python, size.hostile))


def _heading(size: Size) -> str:
    return (
        f"Machine: {machine()}. {size.rounds} rounds, programs in turn; CPU time of the measured process, "
        "medians; ratios are taken within a round, so that other work on the machine weighs on both sides.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
