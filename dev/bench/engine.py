"""`analyze` alone: against json.loads of the same text, on a policy seen before, and as policies grow a hundredfold."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from statistics import median
from typing import Any

from dev.bench import policies
from dev.bench.apps import Apps
from dev.bench.curves import CURVES
from dev.bench.measure import Target, at_most, growth, percentile
from dev.bench.process import BenchError
from dev.bench.report import Table, number, verdict

MODES = ("show=flagged", "mode=summary", "mode=expand")
WITHOUT = "without short cuts"
_CHILD = Path(__file__).with_name("engine_child.py")
_TARGET = {"show=flagged": at_most(6), "mode=summary": at_most(6)}
_SEEN = {4_096: at_most(2), 32_768: at_most(8)}  # bytes of the policy: µs
_IN_TURN = 8  # policies that are seen again in turn
_SIZES = (2, 20, 200)
_LINEAR = at_most(1.1)


def measure(apps: Apps, python: Path, rounds: int, count: int) -> dict[str, list[dict[str, Any]]]:
    """Mode, or WITHOUT, -> what each round's process measured on `count` distinct policies."""
    texts = policies.PolicyMaker(7).policies(count)
    seen = {size: [policies.sized(size, seed) for seed in range(_IN_TURN)] for size in _SEEN}
    curves = {name: {n: make(n) for n in _SIZES} for name, make in CURVES.items()}
    asked: dict[str, dict[str, Any]] = {
        mode: {"mode": mode, "shortcuts": True, "texts": texts, "seen": {}, "curves": {}} for mode in MODES
    }
    asked[WITHOUT] = {**asked["mode=summary"], "shortcuts": False}
    asked["mode=summary"].update(seen=seen, curves=curves)
    return {name: [_ask(apps, python, each) for _ in range(rounds)] for name, each in asked.items()}


def _ask(apps: Apps, python: Path, asked: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [python, _CHILD, apps.library], input=json.dumps(asked), check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise BenchError(f"the engine failed under {python}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def table(version: str, measured: dict[str, list[dict[str, Any]]]) -> Table:
    """One row for each kind of policy, times in seconds as `_ask` measured them."""
    made = Table(
        f"The engine alone, Python {version}",
        ("what", "median", "90th percentile", "× json.loads, median", "target", ""),
        "CPU time of `analyze` and of reading what a row needs, distinct policies, each analysed once. `show=flagged` "
        "reads whether everyone gets in, and the rest of flagged policies only; `mode=summary` explains every policy. "
        "Without short cuts, no answer about one policy serves another (`report/shortcuts.py`).",
    )
    for mode, rounds in measured.items():
        loads = _medians([taken["loads"] for taken in rounds])
        times = _medians([taken["analyze"] for taken in rounds])
        ratio = median(time / load for time, load in zip(times, loads))
        if mode == MODES[0]:
            made.rows.append(
                ("json.loads of the policy", _micro(median(loads)), _micro(percentile(loads, 0.9)), "1", "", "")
            )
        made.rows.append(
            (
                "as `mode=summary` reads it, without short cuts" if mode == WITHOUT else f"as `{mode}` reads it",
                _micro(median(times)),
                _micro(percentile(times, 0.9)),
                f"{ratio:.1f}",
                *verdict(ratio, _TARGET.get(mode)),
            )
        )
    for size, target in zip(measured["mode=summary"][0]["seen"], _SEEN.values()):
        time = median(taken["seen"][size] for taken in measured["mode=summary"])
        asked, met = verdict(time * 1e6, target)
        made.rows.append(
            (f"a policy of up to {int(size):,} bytes, seen before", _micro(time), "", "", f"{asked} µs", met)
        )
    return made


def growth_table(version: str, measured: dict[str, list[dict[str, Any]]]) -> Table:
    """One row for each thing that grows, with the CPU time at each size."""
    made = Table(
        f"Growth of `analyze`, Python {version}",
        ("number of", *(f"{n}" for n in _SIZES), "exponent", "target", ""),
        "CPU time as `mode=summary` reads it; exponent p of cost ~ n^p, steepest step (1 is linear).",
    )
    for name in CURVES:
        costs = {n: median(taken["curves"][name][str(n)] for taken in measured["mode=summary"]) for n in _SIZES}
        made.rows.append((name, *map(_micro, costs.values()), *growth_cells(costs)))
    return made


def growth_cells(costs: dict[int, float], target: Target = _LINEAR) -> tuple[str, str, str]:
    """The cells of an exponent and its target."""
    exponent = growth(costs)
    return (f"{exponent:.2f}", *verdict(exponent, target))


def _medians(rounds: list[list[float]]) -> list[float]:
    """For every policy the median over the rounds."""
    return [median(values) for values in zip(*rounds)]


def _micro(seconds: float) -> str:
    return f"{number(seconds * 1e6)} µs"
