"""The pipes to splunkd as splunklib sees them: it reads and writes the chunks, while their bodies bypass it as bytes.

splunklib's CSV holds a chunk seven to ten times in memory, rewrites cells that are not ours, and stops the search at a
bare CR, a NUL (Python 3.9) or a cell above 10 MB. Nothing private of it is used here: what it sees is a session of
chunks without a body. Source: custom search command protocol v2 as recorded from splunkd.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress

from .options import shown

TYPE_CHECKING = False  # as type checkers read it; importing typing for it would cost a tenth of the start
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Callable, NoReturn

_HEADER = re.compile(rb"chunked\s+1\.0\s*,\s*(\d+)\s*,\s*(\d+)\s*\n")
_LONGEST_HEADER = 200  # bytes
_PARTS_AT_ONCE, _PARTS_COPIED = 1_000, 50  # writev takes 1,024 on Linux and macOS
_DEFAULT_PIPE, _WIDE_PIPE = 1 << 16, 1 << 19  # bytes
_F_SETPIPE_SZ = 1031  # Python's fcntl has it since 3.10
# On Windows writing into a pipe whose other end is closed is EINVAL, too (Python's subprocess, bpo-19612).
_NOBODY_READS = (errno.EPIPE, errno.EINVAL)

# What splunklib must find in a request. Its own options come with the arguments and act before any of our code runs:
# `logging_configuration` loads and evaluates a file that the searcher names, `record` writes the session to disk.
_GETINFO = json.dumps(
    {
        "action": "getinfo",
        "preview": False,
        "searchinfo": {
            "args": [],
            "raw_args": [],
            "dispatch_dir": "",
            "sid": "",
            "search": "",
            "splunk_version": "",
            "earliest_time": 0,
            "latest_time": 0,
        },
    }
).encode()
_EXECUTE = {finished: json.dumps({"action": "execute", "finished": finished}).encode() for finished in (False, True)}


class Input:
    """stdin. body and finished: of the chunk whose header splunklib read last. refuse: ends the search with one line,
    where what comes is not the protocol. When stdin ends, the process ends; a chunk that is cut short is not answered.
    """

    def __init__(
        self, stream: BinaryIO, take_arguments: Callable[[list[str]], None], refuse: Callable[[str], NoReturn]
    ) -> None:
        self.body = b""
        self.finished = False
        self._stream = stream
        self._take_arguments = take_arguments
        self._refuse = refuse
        self._metadata = b""
        self._begun = False

    def readline(self) -> bytes:
        """The header of the next chunk, as if it had no body."""
        try:
            metadata = self._chunk()
        except OSError as fault:
            self._refuse(f"standard input cannot be read: {fault}")
        except (MemoryError, OverflowError):
            self._refuse("the next chunk of rows does not fit into memory")
        if self._begun:
            self.finished = bool(metadata.get("finished"))
            self._metadata = _EXECUTE[self.finished]
        else:
            self._begun = True
            self._metadata = _GETINFO
            self._take_arguments(self._arguments(metadata))
        return b"chunked 1.0,%d,0\n" % len(self._metadata)

    def read(self, size: int) -> bytes:
        """The metadata, which is all that follows such a header."""
        data, self._metadata = self._metadata[:size], self._metadata[size:]
        return data

    def _chunk(self) -> dict[str, Any]:
        """The metadata of the next chunk; its body is kept in `body`."""
        header = self._stream.readline(_LONGEST_HEADER)
        if len(header) < _LONGEST_HEADER and not header.endswith(b"\n"):
            exit_process()
        sizes = _HEADER.match(header)
        if not sizes:
            self._refuse(f"expected a chunk of protocol 2, not {shown(header.decode('ascii', 'replace'))}")
        text = self._whole(int(sizes[1]))
        self.body = self._whole(int(sizes[2]))
        try:
            metadata: dict[str, Any] = json.loads(text)
            action = metadata["action"]
        except (ValueError, TypeError, LookupError, RecursionError):
            self._refuse("the metadata of a chunk cannot be read")
        due = "execute" if self._begun else "getinfo"
        if action != due:
            self._refuse(f"expected the action {due}, not {shown(str(action))}")
        return metadata

    def _whole(self, size: int) -> bytes:
        data = self._stream.read(size)
        return data if len(data) == size else exit_process()

    def _arguments(self, metadata: dict[str, Any]) -> list[str]:
        searchinfo = metadata.get("searchinfo")
        arguments = (searchinfo.get("args") or []) if isinstance(searchinfo, dict) else None
        if not isinstance(arguments, list):
            self._refuse("the getinfo request has no searchinfo, or no list of arguments in it")
        return [str(argument) for argument in arguments]


class Output:
    """stdout. body: what the next chunk carries. When nobody reads it any more, the search was cancelled or is done."""

    def __init__(self, stream: BinaryIO) -> None:
        self.body: Sequence[bytes | memoryview] = ()
        self._pipe = stream.fileno()
        self._wide = False
        self._head = b""

    def write(self, data: bytes) -> None:
        """A part of a chunk from splunklib, which has no body to write."""
        self._head += data

    def flush(self) -> None:
        """The end of a chunk."""
        body, self.body = self.body, ()
        head, self._head = self._head, b""
        size = sum(map(len, body))
        if size:
            head = _HEADER.sub(lambda found: b"chunked 1.0,%s,%d\n" % (found[1], size), head, count=1)
        if size > _DEFAULT_PIPE and not self._wide:
            self._wide = True
            _widen(self._pipe)
        try:
            self._write([head, *body])
        except OSError as fault:
            exit_process(fault)

    def _write(self, parts: Sequence[bytes | memoryview]) -> None:
        for at in range(0, len(parts), _PARTS_AT_ONCE):
            some = parts[at : at + _PARTS_AT_ONCE]
            left = sum(map(len, some))
            while left:
                written = _write_parts(self._pipe, some)
                left -= written
                if left:  # a signal came, or these are gigabytes
                    some = _behind(written, some)


def _behind(written: int, parts: Sequence[bytes | memoryview]) -> Sequence[bytes | memoryview]:
    """The rest of the parts after this many bytes."""
    at = 0
    while written >= len(parts[at]):
        written -= len(parts[at])
        at += 1
    return [memoryview(parts[at])[written:], *parts[at + 1 :]]


def _write_copied(pipe: int, parts: Sequence[bytes | memoryview]) -> int:
    return os.write(pipe, b"".join(parts[:_PARTS_COPIED]))


_write_parts = getattr(os, "writev", _write_copied)  # Windows has no writev


def _widen(pipe: int) -> None:
    """Lets a pipe hold more, where that is possible, so that writer and reader wake each other less often.

    Source: pipe(7) and fcntl(2), F_SETPIPE_SZ. A user's pipes may hold 64 MB together before new ones get less.
    """
    if sys.platform == "linux":
        from fcntl import fcntl

        with suppress(OSError):  # no pipe, or no room for a wide one
            fcntl(pipe, _F_SETPIPE_SZ, _WIDE_PIPE)


def exit_process(fault: OSError | None = None) -> NoReturn:
    """Ends the process, silently, since splunkd copies every word on stderr into search.log as an error. Only a fault
    that loses output which a reader waits for gives a line, and status 1.
    """
    lost = fault is not None and fault.errno not in _NOBODY_READS
    try:
        if lost:
            os.write(2, f"kmspolicycheck: standard output cannot be written: {fault}\n".encode("ascii", "replace"))
    finally:
        os._exit(lost)  # not sys.exit: splunklib and the interpreter would try to write to the closed pipe once more
