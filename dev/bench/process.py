"""Runs one search command on chunks that are bytes already, and measures that process alone: CPU time, memory, start.
The clock is the process's own (clock_getcpuclockid(3)): on a shared machine only that says what a command costs.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dev.scp import encode_chunk

_HEADER = re.compile(rb"chunked 1\.0,(\d+),(\d+)\n")
_READ = 1 << 20


@dataclass(frozen=True)
class Usage:
    """What one run of a command took. Seconds and bytes; rows are those of the input."""

    cpu: float
    """From the getinfo reply to the last reply."""
    wall: float
    start_cpu: float
    """From exec to the getinfo reply."""
    start_wall: float
    idle_memory: int
    """The most that the process held resident until the getinfo reply."""
    peak_memory: int
    largest_chunk: int
    sent: int
    received: int


class BenchError(Exception):
    """A command that failed where it should have been measured; the text is what it said."""


def run(script: Path, python: Path, chunks: Sequence[bytes], args: Sequence[str] = (), byte_code: bool = True) -> Usage:
    """Plays splunkd for one search over `chunks`. Raises BenchError.

    byte_code: without it Python writes no .pyc files; whether any are there is up to the caller.
    """
    with tempfile.TemporaryDirectory(prefix="dispatch-") as dispatch, tempfile.TemporaryFile() as log:
        command = [str(python), *([] if byte_code else ["-B"]), str(script)]
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=dispatch, bufsize=0
        )
        assert process.stdin and process.stdout
        try:
            measured = _measure(process, begun, _getinfo(args, dispatch), chunks)
        except (EOFError, OSError) as error:
            process.kill()
            process.wait()
            log.seek(0)
            raise BenchError(
                f"{script.name} {' '.join(args)}: {error}\n{log.read().decode(errors='replace')[-2000:]}"
            ) from None
        process.stdin.close()
        process.stdout.read()
        if process.wait():
            log.seek(0)
            raise BenchError(
                f"{script.name}: exit status {process.returncode}\n{log.read().decode(errors='replace')[-2000:]}"
            )
        return measured


def _measure(process: subprocess.Popen[bytes], begun: float, getinfo: bytes, chunks: Sequence[bytes]) -> Usage:
    assert process.stdin and process.stdout
    stdin, stdout = process.stdin, process.stdout
    clock = (~process.pid << 3) | 2  # what clock_getcpuclockid(3) makes of a process id on Linux
    received = 0

    def ask(request: bytes) -> None:
        nonlocal received
        writer = threading.Thread(target=_write, args=(stdin, request), daemon=True)
        writer.start()
        received += _drain(stdout)
        writer.join()

    ask(getinfo)
    ready, start_cpu, idle = time.perf_counter(), time.clock_gettime(clock), _peak(process.pid)
    received = 0
    for chunk in chunks:
        ask(chunk)
    done, cpu, peak = time.perf_counter(), time.clock_gettime(clock), _peak(process.pid)
    counted = received
    ask(encode_chunk({"action": "execute", "finished": True}))
    return Usage(
        cpu - start_cpu,
        done - ready,
        start_cpu,
        ready - begun,
        idle,
        peak,
        max(map(len, chunks), default=0),
        sum(map(len, chunks)),
        counted,
    )


def _write(pipe: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[pipe.write(view[:_READ]) :]
    except BrokenPipeError:
        pass  # the reading side tells why


def _drain(pipe: IO[bytes]) -> int:
    """Reads one reply and drops it; its size in bytes. The reply is not looked at: that is not what is measured."""
    head = b""
    while b"\n" not in head:
        got = pipe.read(_READ)
        if not got:
            raise EOFError(f"no reply; {head[:200]!r}")
        head += got
    line, _, rest = head.partition(b"\n")
    match = _HEADER.fullmatch(line + b"\n")
    if not match:
        raise EOFError(f"not the header of a chunk: {line[:200]!r}")
    size = sum(map(int, match.groups()))
    left = size - len(rest)
    while left > 0:
        got = pipe.read(min(left, _READ))
        if not got:
            raise EOFError("the reply ends early")
        left -= len(got)
    if left:
        raise EOFError("more than one reply for one chunk")
    return size


def _peak(pid: int) -> int:
    """The most memory that a process has held resident, in bytes: VmHWM of proc_pid_status(5)."""
    text = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) * 1024  # type: ignore[index]


def _getinfo(args: Sequence[str], dispatch: str) -> bytes:
    info = {
        "args": list(args),
        "raw_args": list(args),
        "dispatch_dir": dispatch,
        "sid": "1762000000.1",
        "app": "search",
        "owner": "admin",
        "username": "admin",
        "session_key": "",
        "splunkd_uri": "https://127.0.0.1:8089",
        "splunk_version": "10.0.2",
        "search": "search%20index%3Daws",
        "command": "bench",
        "maxresultrows": 50000,
        "earliest_time": "0",
        "latest_time": "0",
    }
    return encode_chunk(
        {"action": "getinfo", "preview": False, "streaming_command_will_restart": False, "searchinfo": info}
    )
