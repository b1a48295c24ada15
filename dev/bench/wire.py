"""The command on the wire beside a stock no-op and the bare limit: events a second of CPU time, ratios to the no-op."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from dev.bench.apps import Apps
from dev.bench.measure import Target, at_least, at_most, ratio_within
from dev.bench.policies import PolicyMaker
from dev.bench.process import Usage, run
from dev.bench.report import Table, number, verdict
from dev.bench.rows import NARROW, RowMaker, chunks
from dev.scp import Row

CHUNK = 2_500
_LARGEST = 50_000  # rows: `maxresultrows`
_DISTINCT = 200
_MOST_MEMORY = at_most(6)
_WEIGHED = 5_000_000  # bytes: beside a smaller chunk, the few MB that code and caches take are all that is seen
_MB = 1_000_000


@dataclass(frozen=True)
class Load:
    """One input and what is run on it: arguments of the command, with the target of its ratio to the no-op."""

    name: str
    rows: Sequence[Row]
    chunk_rows: int
    runs: dict[str, Target | None]


def loads(rows: int) -> list[Load]:
    """The inputs of the targets: 80 columns, chunks of 2,500 rows, one policy in a hundred open to everyone."""
    distinct = RowMaker(1).of_policies(PolicyMaker(1).policies(rows))
    few = PolicyMaker(2).policies(_DISTINCT)
    repeated = RowMaker(2).of_policies([few[i % _DISTINCT] for i in range(rows)])
    return [
        Load(
            "policy events, all policies distinct",
            distinct,
            CHUNK,
            {
                "show=flagged": at_least(1.3),
                "show=flagged mode=summary": None,
                "mode=expand": at_least(0.5),
                "mode=expand raw=f": at_least(0.75),
                "mode=summary": at_least(0.8),
            },
        ),
        Load(
            f"policy events, {_DISTINCT} distinct policies",
            repeated,
            CHUNK,
            {"show=flagged": at_least(1.7), "mode=summary": at_least(0.95)},
        ),
        Load(
            "events without a policy",
            RowMaker(3).of_other_calls(rows),
            CHUNK,
            {"show=flagged": at_least(2.0), "show=all": at_least(0.95)},
        ),
    ]


def chunk_loads(rows: int) -> list[Load]:
    """One input in chunks of three sizes: 8 columns, one event in a hundred sets one of 200 policies."""
    listed = mixed_rows(rows)
    return [
        Load(f"{NARROW} columns, chunks of {size:,} rows", listed, size, {"show=flagged": None})
        for size in (100, CHUNK, _LARGEST)
        if size <= rows
    ]


def mixed_rows(rows: int, columns: int = NARROW) -> list[Row]:
    """Events of other calls; one in a hundred sets a key policy, of which 200 are distinct."""
    maker, few = RowMaker(4, columns), PolicyMaker(4).policies(_DISTINCT)
    setting = rows // 100
    listed = maker.of_policies([few[i % _DISTINCT] for i in range(setting)])
    others = maker.of_other_calls(rows - setting)
    for i, row in enumerate(listed):
        others.insert(i * 100, row)
    return others


def measure(load: Load, apps: Apps, python: Path, rounds: int) -> dict[str, list[Usage]]:
    """Every program once a round, in turn; name or arguments -> the rounds."""
    sent = chunks(load.rows, load.chunk_rows)
    programs: dict[str, tuple[Path, list[str]]] = {"no-op": (apps.noop, []), "limit": (apps.limit, [])}
    programs.update({args: (apps.ours, args.split()) for args in load.runs})
    taken: dict[str, list[Usage]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, (script, args) in programs.items():
            taken[name].append(run(script, python, sent, args))
    return taken


def table(title: str, measured: Sequence[tuple[Load, dict[str, list[Usage]]]]) -> Table:
    """Speeds and ratios of several inputs."""
    made = Table(
        title,
        ("input", "program", "events/s", "MB in", "MB out", "ratio to the no-op", "target", "", "memory: × chunk"),
        "Events a second of the process's CPU time, from the getinfo reply to the last reply. Memory: peak above the "
        f"idle process, per byte of the largest chunk (target {_MOST_MEMORY} for the command, chunks "
        f"from {_WEIGHED / _MB:g} MB).",
    )
    for load, taken in measured:
        noop = [usage.cpu for usage in taken["no-op"]]
        for name, usages in taken.items():
            ratio = ratio_within(noop, [usage.cpu for usage in usages])
            memory = median((usage.peak_memory - usage.idle_memory) / usage.largest_chunk for usage in usages)
            target = load.runs.get(name)
            judged = name in load.runs and usages[0].largest_chunk >= _WEIGHED
            told = number(memory) + (" **missed**" if judged and not _MOST_MEMORY.met(memory) else "")
            made.rows.append(
                (
                    load.name,
                    f"`{name}`" if name in load.runs else _YARDSTICKS[name],
                    number(len(load.rows) / median(usage.cpu for usage in usages)),
                    number(usages[0].sent / _MB),
                    number(usages[0].received / _MB),
                    f"{ratio:.2f}",
                    *verdict(ratio, target),
                    told,
                )
            )
    return made


_YARDSTICKS = {"no-op": "stock splunklib no-op", "limit": "csv + json.loads(policy) + csv"}
