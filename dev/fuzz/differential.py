"""The engine against the reference on random policies, on every core; what differs is shrunk to a case."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from itertools import count, islice
from random import Random
from typing import NamedTuple

from dev.fuzz.compare import differences
from dev.fuzz.generator import Case, case
from dev.fuzz.shrink import as_json, shrink

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


def run(first: int, policies: int, deadline: float = 0, jobs: int | None = None) -> Iterator[Progress]:
    """Tries seeds from `first` on until `policies` are done and the monotonic clock has passed `deadline`."""
    done, bad = 0, 0
    found: dict[str, Finding] = {}
    blocks = _blocks(first, policies, deadline)
    workers = jobs or os.cpu_count() or 1
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(_block, block) for block in islice(blocks, 2 * workers)}
        while waiting:
            ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            waiting |= {pool.submit(_block, block) for block in islice(blocks, len(ended))}
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


def _block(seeds: Iterable[int]) -> tuple[int, int, list[Finding]]:
    findings: list[Finding] = []
    tried = bad = 0
    for seed in seeds:
        tried += 1
        made = case(Random(seed))
        kinds = set(differences(made))
        if kinds:
            bad += 1
            if len(findings) < 3:
                findings.append(_finding(seed, made, kinds))
    return tried, bad, findings


def _finding(seed: int, made: Case, kinds: set[str]) -> Finding:
    small = shrink(made, lambda other: not kinds.isdisjoint(differences(other)))
    differs = "; ".join(
        f"{name}: engine {left!r}, reference {right!r}" for name, (left, right) in differences(small).items()
    )
    return Finding(seed, as_json(small), differs)
