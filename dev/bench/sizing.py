"""Refreshes the numbers of docs/sizing.md: measures what an event, a start and a chunk cost here, and does the sums.
What stands between the page's two marks is written by this module; the words around it are by hand.
"""

from __future__ import annotations

import argparse
import gzip
import platform
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
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
from dev.spl.conf import Conf, read_conf
from dev.vendor import ROOT

PAGE = ROOT / "docs" / "sizing.md"
_VERSION = "3.9"  # the slower of Splunk's two, and the one that every supported release has
_STARTS = 3  # of the process for one search on one indexer: getinfo may be asked more than once
_DAYS = {"small": 1_000_000, "medium": 20_000_000, "large": 500_000_000}
_CORE_DAY = 24 * 60 * 60


class Kind(Enum):
    """Events that searches of the app select, by what they are."""

    policy = "policies"
    use = "calls from other accounts"
    grant = "CreateGrant calls"


_SHARES = {Kind.policy: 1 / 100_000, Kind.use: 1 / 1_000, Kind.grant: 1 / 1_000}
"""Kind -> its part of CloudTrail's events: assumptions that the page tells how to replace."""

_SELECTED = {
    "kmspolicycheck_events": (Kind.policy,),
    "kmspolicycheck_key_events": (Kind.policy,),
    "kmspolicycheck_use_events": (Kind.policy, Kind.use),
    "kmspolicycheck_grant_events": (Kind.grant,),
    "cloudtrail": (Kind.policy,),
    "amazon_security_lake": (Kind.policy,),
}
"""The macro that a search begins with -> what it selects. Calls that disable or delete keys are rare and left out."""


@dataclass(frozen=True)
class Costs:
    """What was measured. Seconds of CPU time, bytes.

    engine: what the first policy of a process takes; memory_factor: peak above idle, per byte of the largest chunk;
    policies: how many were analysed, and policies_memory, what the engine then holds beside the chunk.
    """

    other_narrow: float
    other_wide: float
    policy: float
    engine: float
    start: float
    start_compiled: float
    idle: int
    memory_factor: float
    policies: int
    policies_memory: float
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
    factor = max((usage.peak_memory - usage.idle_memory) / usage.largest_chunk for usage in taken["wide"])
    return Costs(
        other_narrow=median(usage.cpu for usage in taken["narrow"]) / CHUNK,
        other_wide=median(usage.cpu for usage in taken["wide"]) / CHUNK,
        policy=median(usage.cpu for usage in taken["policy"]) / rows,
        engine=median(engines),
        start=median(usage.start_cpu for usage in starts["without .pyc"][0]),
        start_compiled=median(usage.start_cpu for usage in starts["with .pyc"][0]),
        idle=max(usage.idle_memory for usage in taken["wide"]),
        memory_factor=factor,
        policies=rows,
        policies_memory=max(u.peak_memory - u.idle_memory - factor * u.largest_chunk for u in taken["policy"]),
        row_wide=taken["wide"][0].sent // CHUNK,
    )


@dataclass(frozen=True)
class Scheduled:
    """A search that runs every hour, once it is enabled.

    looks: how often it looks at one event; runs_command: whether kmspolicycheck is in it.
    """

    name: str
    kinds: tuple[Kind, ...]
    looks: int
    runs_command: bool = True

    def events(self, kind: Kind, events_a_day: int) -> float:
        """How many events of a kind it looks at in a day."""
        return events_a_day * _SHARES[kind] * self.looks if kind in self.kinds else 0

    def start(self, costs: Costs) -> float:
        """Seconds of CPU time a day on one indexer for starting the command, and its engine where it reads policies."""
        engine = costs.engine if Kind.policy in self.kinds else 0
        return 24 * (_STARTS * costs.start + engine) if self.runs_command else 0

    def analysis(self, costs: Costs, events_a_day: int, indexers: int) -> float:
        """Seconds of CPU time a day on one indexer for the events that the command gets."""
        each = {Kind.policy: costs.policy, Kind.use: costs.other_narrow, Kind.grant: costs.other_narrow}
        seconds = sum(self.events(kind, events_a_day) * each[kind] for kind in self.kinds)
        return seconds / indexers if self.runs_command else 0


def schedule(searches: Conf | None = None) -> tuple[Scheduled, ...]:
    """Every search that default/savedsearches.conf schedules. Raises ValueError for one that cannot be explained."""
    conf = read_conf(ROOT / "default" / "savedsearches.conf") if searches is None else searches
    macros = read_conf(ROOT / "default" / "macros.conf")
    return tuple(_scheduled(name, conf[name], macros) for name in conf if "cron_schedule" in conf[name])


def _scheduled(name: str, settings: dict[str, str], macros: Conf) -> Scheduled:
    if not re.fullmatch(r"\d+ \* \* \* \*", settings["cron_schedule"]):
        raise ValueError(f"{name} does not run hourly")
    earliest = settings.get("dispatch.index_earliest", settings["dispatch.earliest_time"])
    looks = {"-70m@m": 1, "-30d@d": 24 * 30}.get(earliest)
    if looks is None:
        raise ValueError(f"{name} looks at an unknown time: {earliest}")
    chain = tuple(_chain(settings["search"], macros))
    if chain[-1] not in _SELECTED:
        raise ValueError(f"{name} begins with an unknown selection of events: {chain[-1]}")
    runs_command = chain[0].startswith("kmspolicycheck_") or "kmspolicycheck " in settings["search"]
    return Scheduled(name, _SELECTED[chain[-1]], looks, runs_command)


def _chain(search: str, macros: Conf) -> Iterator[str]:
    """The macros with which a search begins, each the beginning of the one before, down to one that selects events."""
    called = re.match(r"\s*`(\w+)`", search)
    name = called[1] if called else search.partition("|")[0].strip()
    yield name
    if called and name not in _SELECTED:
        yield from _chain(macros[name]["definition"], macros)


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


def daily_start(costs: Costs, plan: Sequence[Scheduled]) -> float:
    """Seconds of CPU time a day on one indexer for all starts of the command, without byte code."""
    return sum(search.start(costs) for search in plan)


def daily_analysis(costs: Costs, plan: Sequence[Scheduled], events_a_day: int, indexers: int) -> float:
    """Seconds of CPU time a day on one indexer for the events that the scheduled searches give to the command."""
    return sum(search.analysis(costs, events_a_day, indexers) for search in plan)


def backfill(costs: Costs, events_a_day: int, indexers: int, days: int = 30) -> float:
    """Seconds of CPU time on one indexer for analysing every key policy of `days` days."""
    return events_a_day * _SHARES[Kind.policy] * days * costs.policy / indexers


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
    policy, use, grant = (f"1 in {1 / _SHARES[kind]:,.0f}" for kind in Kind)
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
        f"{number(costs.other_narrow * 1e6)} µs for any other event. Starts: 24 × ({_STARTS} starts × "
        f"{number(costs.start * 1e3)} ms + the engine, {number(costs.engine * 1e3)} ms, where the search finds a "
        "policy), on each indexer. Seconds of CPU time. The two published rules do not run the command: they cost what "
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
        f"Policies: events a day × {_SHARES[Kind.policy]:g} × 30; time: those × {number(costs.policy * 1e6)} µs ÷ "
        "indexers, seconds of CPU time.",
    )
    for events in _DAYS.values():
        times = [f"{number(backfill(costs, events, indexers))} s" for indexers in (1, 100)]
        table.rows.append((f"{events:,}", f"{number(events * _SHARES[Kind.policy] * 30)}", *times))
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
