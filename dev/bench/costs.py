"""Measures what the command costs here: an event, a call to KMS, a start, a policy met for the first time, memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import median

from dev.bench import startup
from dev.bench.apps import Apps, drop_byte_code
from dev.bench.policies import PolicyMaker
from dev.bench.process import Usage, run
from dev.bench.rows import NARROW, WIDE, RowMaker, chunks
from dev.bench.wire import CHUNK


@dataclass(frozen=True)
class Costs:
    """What was measured. Seconds of CPU time, bytes.

    key_call: a call to KMS that sets no policy; engine: what the first call of a process takes;
    memory_factor: peak above idle, per byte of the largest chunk;
    policies: how many were analysed, and policies_memory, what the engine then holds beside the chunk.
    """

    other_narrow: float
    other_wide: float
    policy: float
    key_call: float
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
        "key call": chunks(RowMaker(24, NARROW).of_key_calls(CHUNK), CHUNK),
        "wide": chunks(RowMaker(23, WIDE).of_other_calls(CHUNK), CHUNK),
    }
    first = chunks(policy_rows[:1], CHUNK)
    drop_byte_code(apps)
    engines = [run(apps.ours, python, first, ["mode=summary"], byte_code=False).cpu for _ in range(3 * rounds)]
    starts = startup.measure(apps, python, 3 * rounds)
    taken: dict[str, list[Usage]] = {name: [] for name in inputs}
    for _ in range(rounds):
        for name, sent in inputs.items():
            # the inventory asks for every call, most detections only for flagged policies, which costs less
            args = ["mode=summary"] if name in ("policy", "key call") else ["mode=summary", "show=flagged"]
            taken[name].append(run(apps.ours, python, sent, args))
    factor = max((usage.peak_memory - usage.idle_memory) / usage.largest_chunk for usage in taken["wide"])
    return Costs(
        other_narrow=median(usage.cpu for usage in taken["narrow"]) / CHUNK,
        other_wide=median(usage.cpu for usage in taken["wide"]) / CHUNK,
        policy=median(usage.cpu for usage in taken["policy"]) / rows,
        key_call=median(usage.cpu for usage in taken["key call"]) / CHUNK,
        engine=median(engines),
        start=median(usage.start_cpu for usage in starts["without .pyc"][0]),
        start_compiled=median(usage.start_cpu for usage in starts["with .pyc"][0]),
        idle=max(usage.idle_memory for usage in taken["wide"]),
        memory_factor=factor,
        policies=rows,
        policies_memory=max(u.peak_memory - u.idle_memory - factor * u.largest_chunk for u in taken["policy"]),
        row_wide=taken["wide"][0].sent // CHUNK,
    )
