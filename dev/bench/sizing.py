"""Refreshes the numbers of docs/sizing.md: measures what an event, a start and a chunk cost here, and does the sums.
What stands between the page's two marks is written by this module; the words around it are by hand.
"""

from __future__ import annotations

import argparse
import gzip
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dev.bench.apps import bundle, compile_all, lay_out
from dev.bench.costs import Costs, measure
from dev.bench.report import Table, machine, number, refreshed
from dev.bench.rows import NARROW, WIDE
from dev.bench.schedule import SHARES, STARTS, Kind, Scheduled, backfill, daily_analysis, daily_start, schedule
from dev.bench.wire import CHUNK
from dev.pythons import find
from dev.vendor import ROOT

PAGE = ROOT / "docs" / "sizing.md"
_VERSION = "3.9"  # the slower of Splunk's two, and the one that every supported release has
_DAYS = {"small": 1_000_000, "medium": 20_000_000, "large": 500_000_000}
_CORE_DAY = 24 * 60 * 60


def tables(costs: Costs, plan: Sequence[Scheduled], bundled: bytes) -> list[Table]:
    """The page's tables, every sum spelled out."""
    return [
        _measured(costs, bundled),
        _searches(costs, plan),
        _together(costs, plan),
        _backfill(costs),
        _untrimmed(costs),
        _memory(costs),
    ]


def _measured(costs: Costs, bundled: bytes) -> Table:
    table = Table("What was measured", ("what", "value"))
    for what, value in (
        (f"an event without a key policy, {NARROW} columns, `show=flagged`", f"{number(costs.other_narrow * 1e6)} µs"),
        (f"an event without a key policy, {WIDE} columns, `show=flagged`", f"{number(costs.other_wide * 1e6)} µs"),
        (
            f"an event with a key policy met for the first time, {NARROW} columns, `mode=summary`",
            f"{number(costs.policy * 1e6)} µs",
        ),
        (
            f"a call to KMS that sets no policy, {NARROW} columns, `mode=summary`",
            f"{number(costs.key_call * 1e6)} µs",
        ),
        ("a start of the process, no byte code", f"{number(costs.start * 1e3)} ms"),
        ("loading the engine for the first call to KMS in a search, no byte code", f"{number(costs.engine * 1e3)} ms"),
        ("a start of the process, with byte code", f"{number(costs.start_compiled * 1e3)} ms"),
        ("memory of the process before the first event", f"{number(costs.idle / 1e6)} MB"),
        ("memory above that, per byte of the largest chunk", number(costs.memory_factor)),
        (
            f"memory above that, for the engine and {costs.policies:,} different policies",
            f"{number(costs.policies_memory / 1e6)} MB",
        ),
        ("files in the knowledge bundle (bin, default, lib, metadata)", f"{number(len(bundled) / 1e3)} kB"),
        ("the same, compressed", f"{number(len(gzip.compress(bundled)) / 1e3)} kB"),
    ):
        table.rows.append((what, value))
    return table


def _searches(costs: Costs, plan: Sequence[Scheduled]) -> Table:
    events = _DAYS["medium"]
    policy, use, grant = (f"1 in {1 / SHARES[kind]:,.0f}" for kind in Kind)
    table = Table(
        f"A day of each scheduled search, with {events:,} CloudTrail events a day and one indexer",
        (
            "search",
            "policies",
            *[kind.value for kind in Kind if kind is not Kind.policy],
            "analysis",
            "starts",
            "together",
        ),
        f"Events: {policy} sets a policy, {use} is a call from another account, {grant} is a CreateGrant. A search "
        "looks at each event once; the inventory looks at the last 30 days every hour, and so at each event "
        f"{24 * 30} times. Analysis: {number(costs.policy * 1e6)} µs for a policy, "
        f"{number(costs.key_call * 1e6)} µs for any other call to KMS. Starts: 24 × ({STARTS} starts × "
        f"{number(costs.start * 1e3)} ms + the engine, {number(costs.engine * 1e3)} ms), on each indexer. "
        "Seconds of CPU time. The two published rules do not run the command: they cost what "
        "Splunk's own commands cost.",
    )
    for search in plan:
        counts = [number(search.events(kind, events)) for kind in Kind]
        analysis, starts = search.analysis(costs, events, 1), search.start(costs)
        seconds = [
            f"{number(time)} s" if search.runs_command else "–" for time in (analysis, starts, analysis + starts)
        ]
        table.rows.append((search.name, *counts, *seconds))
    return table


def _together(costs: Costs, plan: Sequence[Scheduled]) -> Table:
    starts = daily_start(costs, plan)
    ours = [search for search in plan if search.runs_command]
    table = Table(
        "A day of all scheduled searches together",
        (
            "CloudTrail events a day",
            "indexers",
            "policies looked at",
            "other events",
            "analysis",
            "starts",
            "together",
            "of one core",
        ),
        f"The sums of the table above, for the {len(ours)} searches that run the command, all enabled: analysis ÷ "
        "indexers, starts on each indexer. Seconds of CPU time a day on one indexer.",
    )
    for events in _DAYS.values():
        policies, *others = (sum(search.events(kind, events) for search in ours) for kind in Kind)
        for indexers in (1, 100):
            analysis = daily_analysis(costs, plan, events, indexers)
            seconds = [f"{number(time)} s" for time in (analysis, starts, analysis + starts)]
            share = f"{100 * (analysis + starts) / _CORE_DAY:.2f} %"
            looked = (number(policies), number(sum(others)))
            table.rows.append((f"{events:,}", str(indexers), *looked, *seconds, share))
    return table


def _backfill(costs: Costs) -> Table:
    table = Table(
        "One look at 30 days of key policies: a run of the inventory, a report, a dashboard",
        ("CloudTrail events a day", "policies in 30 days", "one indexer", "each of a hundred"),
        f"Policies: events a day × {SHARES[Kind.policy]:g} × 30; time: those × {number(costs.policy * 1e6)} µs ÷ "
        "indexers, seconds of CPU time.",
    )
    for events in _DAYS.values():
        times = [f"{number(backfill(costs, events, indexers))} s" for indexers in (1, 100)]
        table.rows.append((f"{events:,}", f"{number(events * SHARES[Kind.policy] * 30)}", *times))
    return table


def _untrimmed(costs: Costs) -> Table:
    table = Table(
        "The most careless search: every event of a day through the command",
        (
            "CloudTrail events a day",
            "trimmed by `fields`, one indexer",
            "all columns, one indexer",
            "all columns, each of a hundred",
        ),
        f"Events × {number(costs.other_narrow * 1e6)} µs with {NARROW} columns, × {number(costs.other_wide * 1e6)} µs "
        f"with {WIDE}, ÷ indexers; seconds of CPU time with `show=flagged`. Splunk's own reading of those events "
        "comes on top and is far more.",
    )
    for events in _DAYS.values():
        times = (events * costs.other_narrow, events * costs.other_wide, events * costs.other_wide / 100)
        table.rows.append((f"{events:,}", *(f"{number(time)} s" for time in times)))
    return table


def _memory(costs: Costs) -> Table:
    table = Table(
        "Memory of one process",
        ("rows in the largest chunk", "chunk", "peak"),
        f"Chunk: rows × {costs.row_wide:,} bytes ({WIDE} columns); peak: {number(costs.idle / 1e6)} MB + "
        f"{number(costs.policies_memory / 1e6)} MB for {costs.policies:,} different policies + chunk × "
        f"{number(costs.memory_factor)}. One process for each running search on each indexer.",
    )
    for rows in (100, 2_500, 50_000):
        chunk = rows * costs.row_wide
        peak = costs.idle + costs.policies_memory + chunk * costs.memory_factor
        table.rows.append((f"{rows:,}", f"{number(chunk / 1e6)} MB", f"{number(peak / 1e6)} MB"))
    return table


def main() -> None:
    """Measures what a search costs and prints the tables of docs/sizing.md."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench.sizing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often each measurement is repeated")
    parser.add_argument("--rows", type=int, default=CHUNK, help="how many events with policies are analysed a round")
    asked = parser.parse_args()
    python = find(_VERSION)
    if python is None:
        sys.exit(f"Python {_VERSION} is not on this machine: nothing to measure")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        apps = lay_out(Path(folder))
        compile_all(apps, python)
        costs = measure(apps, python, asked.rounds, asked.rows)
    where = f"{machine()} ({platform.machine()})"
    heading = f"Measured under Python {_VERSION} on: {where}. CPU time, medians of {asked.rounds}.\n"
    text = "\n".join([heading, *map(str, tables(costs, schedule(), b"".join(bundle().values())))])
    PAGE.write_text(refreshed(PAGE.read_text("utf-8"), text), "utf-8")
    print(text)


if __name__ == "__main__":
    main()
