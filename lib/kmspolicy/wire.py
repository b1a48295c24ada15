"""The pipes to splunkd as splunklib sees them: it reads and writes the chunks, and their bodies go past it as bytes.

splunklib's CSV holds a chunk seven to ten times in memory, rewrites cells that are not ours, and stops the search at a
bare CR, a NUL (Python 3.9) or a cell above 10 MB. Nothing private of it is used here: what it sees is a session of
chunks without a body. Source: custom search command protocol v2 as recorded from splunkd.
"""
from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from io import BufferedWriter

TYPE_CHECKING = False  # as type checkers read it; importing typing for it would cost a tenth of the start
if TYPE_CHECKING:
    from typing import BinaryIO, Callable, NoReturn

_HEADER = re.compile(rb"chunked\s+1.0\s*,\s*(\d+)\s*,\s*(\d+)\s*\n")
_WRITTEN_AT_ONCE = 1 << 18  # bytes


class Input:
    """stdin. body: that of the chunk which splunklib has last read the head of.

    Its end is the end of the search; within a chunk, so that half a chunk is not taken for a whole one.
    """

    def __init__(self, stream: BinaryIO, take_arguments: Callable[[list[str]], None]) -> None:
        self.body = b""
        self._stream = stream
        self._take_arguments = take_arguments
        self._metadata = b""
        self._begun = False

    def readline(self) -> bytes:
        """The header of the next chunk, as if it had no body."""
        header = self._stream.readline()
        if not header.endswith(b"\n"):
            leave()
        sizes = _HEADER.match(header)
        if not sizes:
            return header  # splunklib says what is wrong
        self._metadata = self._whole(int(sizes[1]))
        self.body = self._whole(int(sizes[2]))
        if not self._begun:
            self._begun = True
            self._metadata = self._without_arguments(self._metadata)
        return b"chunked 1.0,%d,0\n" % len(self._metadata)

    def read(self, size: int) -> bytes:
        """The metadata, which is all that stands behind such a header."""
        data, self._metadata = self._metadata[:size], self._metadata[size:]
        return data

    def _whole(self, size: int) -> bytes:
        data = self._stream.read(size)
        return data if len(data) == size else leave()

    def _without_arguments(self, metadata: bytes) -> bytes:
        """The metadata of getinfo as a command without arguments would get it; ours go where they are checked.

        splunklib would set its own options, before any of our code runs: `logging_configuration` loads and evaluates a
        file that the searcher names, `record` writes the session to disk.
        """
        told = json.loads(metadata)
        arguments = told["searchinfo"].get("args")
        told["searchinfo"].update(args=[], raw_args=[])
        self._take_arguments([str(argument) for argument in arguments or []])
        return json.dumps(told).encode()


class Output:
    """stdout. body: what the next chunk carries. When nobody reads it any more, the search was cancelled or is done."""

    def __init__(self, stream: BinaryIO) -> None:
        self.body: Iterable[bytes] = ()
        self._stream = BufferedWriter(getattr(stream, "raw", stream), _WRITTEN_AT_ONCE)  # python -u: no buffer, so raw
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
        self._send(head, body)

    def refuse(self, message: str) -> NoReturn:
        """Answers getinfo so that the search stops with `Error in 'kmspolicycheck' command: <message>`.

        splunklib can only add messages to a reply that goes on; `error` is the protocol's own word for the end.
        """
        reply = json.dumps({"finished": True, "error": message}).encode()
        self._send(b"chunked 1.0,%d,0\n" % len(reply) + reply, ())
        os._exit(1)  # not sys.exit, on which splunklib would send replies of its own

    def _send(self, head: bytes, body: Iterable[bytes]) -> None:
        try:
            self._stream.write(head)
            self._stream.writelines(body)
            self._stream.flush()
        except OSError:
            leave()


def leave() -> NoReturn:
    """Ends the process in silence: splunkd copies every word on stderr into search.log as an error."""
    os._exit(0)  # not sys.exit: splunklib and the interpreter would try to write to the closed pipe once more
