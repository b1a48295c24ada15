"""The engine against the reference on random policies, on every core; what differs is shrunk to a case.

Two things are compared: the verdicts, and whether the reference bears out the reasons.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from itertools import count, islice
from random import Random
from typing import Any, NamedTuple

from dev.fuzz import compare, ids, reasons
from dev.fuzz.generator import Case, case
from dev.fuzz.shrink import as_json, shrink

Compared = Callable[[Case], Mapping[str, tuple[Any, Any]]]  # a case -> what differs: (engine, reference)


class Kind(NamedTuple):
    """What is compared, of which policies, and of how many: those of the seeds from 0 on have been, and agreed."""

    compared: Compared
    made: Callable[[Random], Case]
    policies: int


KINDS = {
    "verdicts": Kind(compare.differences, case, 100_000),
    "ids": Kind(compare.differences, ids.case, 10_000),
    "reasons": Kind(reasons.differences, case, 20_000),
}

_BLOCK = 50  # policies that one task tries
_KEEP = 20  # findings that are shrunk and told in full; the rest are counted


class Finding(NamedTuple):
    """One disagreement: the seed that made the policy, the smallest case that still shows it, what differs in it."""

    seed: int
    case: str
    differs: str


class Progress(NamedTuple):
    """What has been tried so far."""

    policies: int
    disagreements: int
    findings: tuple[Finding, ...]


def run(
    first: int, policies: int, deadline: float = 0, jobs: int | None = None, kind: str = "verdicts"
) -> Iterator[Progress]:
    """Tries seeds from `first` on until `policies` are done and the monotonic clock has passed `deadline`."""
    done, bad = 0, 0
    found: dict[str, Finding] = {}
    blocks = _blocks(first, policies, deadline)
    workers = jobs or os.cpu_count() or 1
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(_block, block, kind) for block in islice(blocks, 2 * workers)}
        while waiting:
            ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            waiting |= {pool.submit(_block, block, kind) for block in islice(blocks, len(ended))}
            for tried, disagreements, findings in (future.result() for future in ended):
                done, bad = done + tried, bad + disagreements
                for finding in findings:
                    if len(found) < _KEEP:
                        found.setdefault(finding.case, finding)
            yield Progress(done, bad, tuple(found.values()))


def _blocks(first: int, policies: int, deadline: float) -> Iterator[range]:
    """Seeds, block by block."""
    for start in count(first, _BLOCK):
        left = first + policies - start
        if left <= 0 and time.monotonic() >= deadline:
            return
        yield range(start, start + (min(left, _BLOCK) if left > 0 else _BLOCK))


def _block(seeds: Iterable[int], kind: str) -> tuple[int, int, list[Finding]]:
    compared, make, _ = KINDS[kind]
    findings: list[Finding] = []
    tried = bad = 0
    for seed in seeds:
        tried += 1
        made = make(Random(seed))
        names = set(compared(made))
        if names:
            bad += 1
            if len(findings) < 3:
                findings.append(_finding(seed, made, names, compared))
    return tried, bad, findings


def _finding(seed: int, made: Case, names: set[str], compared: Compared) -> Finding:
    small = shrink(made, lambda other: not names.isdisjoint(compared(other)))
    differs = "; ".join(
        f"{name}: engine {left!r}, reference {right!r}" for name, (left, right) in compared(small).items()
    )
    return Finding(seed, as_json(small), differs)
