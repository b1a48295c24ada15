"""Refreshes the numbers of docs/sizing.md: measures what an event, a start and a chunk cost here, and does the sums.
What stands between the page's two marks is written by this module; the words around it are by hand.
"""

from __future__ import annotations

import argparse
import configparser
import gzip
import platform
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from dev.bench import startup
from dev.bench.apps import Apps, bundle, compile_all, drop_byte_code, lay_out
from dev.bench.policies import PolicyMaker
from dev.bench.process import Usage, run
from dev.bench.report import Table, machine, number, refreshed
from dev.bench.rows import NARROW, WIDE, RowMaker, chunks
from dev.bench.wire import CHUNK
from dev.pythons import find
from dev.vendor import ROOT

PAGE = ROOT / "docs" / "sizing.md"
_VERSION = "3.9"  # the slower of Splunk's two, and the one that every supported release has
_STARTS = 3  # of the process for one search on one indexer: getinfo may be asked more than once
_SHARE = 1 / 100_000  # of CloudTrail's events set a key policy: an assumption that the page tells how to replace
_DAYS = {"small": 1_000_000, "medium": 20_000_000, "large": 500_000_000}
_CORE_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Costs:
    """What was measured. Seconds of CPU time, bytes.

    engine: what the first policy of a process takes; memory_factor: peak above idle, per byte of the largest chunk.
    """

    other_narrow: float
    other_wide: float
    policy: float
    engine: float
    start: float
    start_compiled: float
    idle: int
    memory_factor: float
    row_wide: int


def measure(apps: Apps, python: Path, rounds: int, rows: int) -> Costs:
    """Medians of `rounds` runs."""
    policy_rows = RowMaker(21, NARROW).of_policies(PolicyMaker(21).policies(rows))
    inputs = {
        "policy": chunks(policy_rows, CHUNK),
        "narrow": chunks(RowMaker(22, NARROW).of_other_calls(CHUNK), CHUNK),
        "wide": chunks(RowMaker(23, WIDE).of_other_calls(CHUNK), CHUNK),
    }
    first = chunks(policy_rows[:1], CHUNK)
    drop_byte_code(apps)
    engines = [run(apps.ours, python, first, ["mode=summary"], byte_code=False).cpu for _ in range(3 * rounds)]
    starts = startup.measure(apps, python, 3 * rounds)
    taken: dict[str, list[Usage]] = {name: [] for name in inputs}
    for _ in range(rounds):
        for name, sent in inputs.items():
            # the inventory asks for every policy, the detections only for flagged ones, which costs less
            args = ["mode=summary"] if name == "policy" else ["mode=summary", "show=flagged"]
            taken[name].append(run(apps.ours, python, sent, args))
    return Costs(
        other_narrow=median(usage.cpu for usage in taken["narrow"]) / CHUNK,
        other_wide=median(usage.cpu for usage in taken["wide"]) / CHUNK,
        policy=median(usage.cpu for usage in taken["policy"]) / rows,
        engine=median(engines),
        start=median(usage.start_cpu for usage in starts["without .pyc"][0]),
        start_compiled=median(usage.start_cpu for usage in starts["with .pyc"][0]),
        idle=max(usage.idle_memory for usage in taken["wide"]),
        memory_factor=max((u.peak_memory - u.idle_memory) / u.largest_chunk for u in taken["wide"] + taken["policy"]),
        row_wide=taken["wide"][0].sent // CHUNK,
    )


@dataclass(frozen=True)
class Schedule:
    """The app's hourly searches that run the command, all enabled. hour: those that look at the last hour's events by
    index time; month: those that look at 30 days in every run.
    """

    hour: int
    month: int

    @property
    def searches(self) -> int:
        """How many searches run per day."""
        return self.hour + self.month

    @property
    def looks(self) -> int:
        """How often the events of one day are looked at, per day."""
        return self.hour + self.month * 24 * 30


def schedule() -> Schedule:
    """What default/savedsearches.conf schedules. Raises ValueError for a window that this page does not explain."""
    conf = configparser.RawConfigParser(strict=False, interpolation=None)
    conf.optionxform = str  # type: ignore[assignment,method-assign]
    conf.read_string((ROOT / "default" / "savedsearches.conf").read_text("utf-8").replace("\\\n", " "))
    windows: Counter[str] = Counter()
    for name in conf.sections():
        if conf.has_option(name, "cron_schedule") and conf.get(name, "search").startswith("`kmspolicycheck_"):
            if not conf.get(name, "cron_schedule").endswith(" * * * *"):
                raise ValueError(f"{name} does not run hourly")
            earliest = conf.get(name, "dispatch.index_earliest", fallback=conf.get(name, "dispatch.earliest_time"))
            windows[earliest] += 1
    hour, month = windows.pop("-70m@m", 0), windows.pop("-30d@d", 0)
    if windows:
        raise ValueError(f"searches with other windows: {dict(windows)}")
    return Schedule(hour, month)


def tables(costs: Costs, plan: Schedule, bundled: bytes) -> list[Table]:
    """The page's tables, every sum spelled out."""
    return [_measured(costs, bundled), _scheduled(costs, plan), _backfill(costs), _untrimmed(costs), _memory(costs)]


def daily_start(costs: Costs, plan: Schedule) -> float:
    """Seconds of CPU time a day on one indexer for starting the command and loading the engine, without byte code."""
    return plan.searches * 24 * (_STARTS * costs.start + costs.engine)


def backfill(costs: Costs, events_a_day: int, indexers: int, days: int = 30) -> float:
    """Seconds of CPU time on one indexer for analysing every key policy of `days` days."""
    return events_a_day * _SHARE * days * costs.policy / indexers


def _measured(costs: Costs, bundled: bytes) -> Table:
    table = Table("What was measured", ("what", "value"))
    for what, value in (
        (f"an event without a key policy, {NARROW} columns, `show=flagged`", f"{number(costs.other_narrow * 1e6)} µs"),
        (f"an event without a key policy, {WIDE} columns, `show=flagged`", f"{number(costs.other_wide * 1e6)} µs"),
        (
            f"an event with a key policy met for the first time, {NARROW} columns, `mode=summary`",
            f"{number(costs.policy * 1e6)} µs",
        ),
        ("a start of the process, no byte code", f"{number(costs.start * 1e3)} ms"),
        ("loading the engine for the first key policy of a search, no byte code", f"{number(costs.engine * 1e3)} ms"),
        ("a start of the process, with byte code", f"{number(costs.start_compiled * 1e3)} ms"),
        ("memory of the process before the first event", f"{number(costs.idle / 1e6)} MB"),
        ("memory above that, per byte of the largest chunk", number(costs.memory_factor)),
        ("files in the knowledge bundle (bin, default, lib, metadata)", f"{number(len(bundled) / 1e3)} kB"),
        ("the same, compressed", f"{number(len(gzip.compress(bundled)) / 1e3)} kB"),
    ):
        table.rows.append((what, value))
    return table


def daily_analysis(costs: Costs, plan: Schedule, events_a_day: int, indexers: int) -> float:
    """Seconds of CPU time a day on one indexer for the key policies that the scheduled searches look at."""
    return events_a_day * _SHARE * plan.looks * costs.policy / indexers


def _scheduled(costs: Costs, plan: Schedule) -> Table:
    starts = daily_start(costs, plan)
    table = Table(
        "A day of the app's scheduled searches, all enabled",
        ("CloudTrail events a day", "indexers", "policies looked at", "analysis", "starts", "together", "of one core"),
        f"Policies looked at: events a day × {_SHARE:g} × {plan.looks}, for {plan.hour} searches look at each event "
        f"once and {plan.month}, the inventory, at the last 30 days every hour ({plan.hour} + {plan.month} × 24 × 30). "
        f"Analysis: those × {number(costs.policy * 1e6)} µs ÷ indexers. Starts: {plan.searches} searches × 24 × "
        f"({_STARTS} starts × {number(costs.start * 1e3)} ms + the engine, {number(costs.engine * 1e3)} ms), on each "
        "indexer, if each search meets a policy there. Seconds of CPU time a day on one indexer.",
    )
    for events in _DAYS.values():
        for indexers in (1, 100):
            analysis = daily_analysis(costs, plan, events, indexers)
            seconds = [f"{number(time)} s" for time in (analysis, starts, analysis + starts)]
            looked = number(events * _SHARE * plan.looks)
            share = f"{100 * (analysis + starts) / _CORE_DAY:.2f} %"
            table.rows.append((f"{events:,}", str(indexers), looked, *seconds, share))
    return table


def _backfill(costs: Costs) -> Table:
    table = Table(
        "One look at 30 days of key policies: a run of the inventory, a report, a dashboard",
        ("CloudTrail events a day", "policies in 30 days", "one indexer", "each of a hundred"),
        f"Policies: events a day × {_SHARE:g} × 30; time: those × {number(costs.policy * 1e6)} µs ÷ indexers, "
        "seconds of CPU time.",
    )
    for events in _DAYS.values():
        times = [f"{number(backfill(costs, events, indexers))} s" for indexers in (1, 100)]
        table.rows.append((f"{events:,}", f"{number(events * _SHARE * 30)}", *times))
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
        f"Chunk: rows × {costs.row_wide:,} bytes ({WIDE} columns); peak: {number(costs.idle / 1e6)} MB + chunk × "
        f"{number(costs.memory_factor)}. One process for each running search on each indexer.",
    )
    for rows in (100, 2_500, 50_000):
        chunk = rows * costs.row_wide
        peak = costs.idle + chunk * costs.memory_factor
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
