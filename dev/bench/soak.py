"""`python -m dev.bench.soak`: one long search of many rows, to see that the command's memory stays bounded. Rows of all
kinds, one in a hundred with a key policy, are sent again and again; growth with their number would show.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import overload

from dev.bench.apps import lay_out
from dev.bench.process import BenchError, Usage, run
from dev.bench.rows import chunks
from dev.bench.wire import mixed_rows
from dev.pythons import SPLUNK_PYTHONS, find

_CHUNK_ROWS = 2_500
_DISTINCT_ROWS = 100_000
_ARGUMENTS = ("show=flagged", "mode=summary")


class Repeated(Sequence[bytes]):
    """A few chunks, taken in turn until there are `count`."""

    def __init__(self, few: Sequence[bytes], count: int) -> None:
        self._few, self._count = few, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(self._count))]
        if not 0 <= at < self._count:
            raise IndexError(at)
        return self._few[at % len(self._few)]


def main() -> int:
    """Sends the rows, and prints memory and speed on the way."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench.soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000, help="how many rows one search has")
    parser.add_argument("--python", choices=SPLUNK_PYTHONS, default=SPLUNK_PYTHONS[0])
    asked = parser.parse_args()
    python = find(asked.python)
    if python is None:
        sys.exit(f"Python {asked.python} is not on this machine")
    few = chunks(mixed_rows(min(asked.rows, _DISTINCT_ROWS)), _CHUNK_ROWS)
    count = -(-asked.rows // _CHUNK_ROWS)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        command = lay_out(Path(folder)).ours
        for argument in _ARGUMENTS:
            for length in sorted({min(count, len(few)), count}):
                try:
                    usage = run(command, python, Repeated(few, length), [argument])
                except BenchError as error:
                    sys.exit(f"{argument}: {error}")
                print(_line(argument, length * _CHUNK_ROWS, usage), flush=True)
    return 0


def _line(argument: str, rows: int, usage: Usage) -> str:
    mb = 1024 * 1024
    return (
        f"{argument}: {rows:,} rows, {usage.sent / mb:,.0f} MB in, {usage.received / mb:,.0f} MB out, "
        f"{usage.cpu:,.0f} s of CPU; peak memory {usage.peak_memory / mb:.1f} MB, "
        f"{usage.idle_memory / mb:.1f} MB before the first row"
    )


if __name__ == "__main__":
    raise SystemExit(main())
