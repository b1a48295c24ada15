"""The search command kmspolicycheck: search command protocol v2 on splunklib's StreamingCommand.

What it answers is decided in lib/kmspolicy; this file connects that to splunkd's pipes.
"""
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

_LIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")
sys.path.insert(0, _LIB)


class _Input:
    """stdin. Its end is the end of the search; within a chunk, so that half a chunk is not taken for a whole one."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        line = self._stream.readline()
        return line if line.endswith(b"\n") else _leave()

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        return data if len(data) == size else _leave()


class _Output:
    """stdout. When nobody reads it any more, the search was cancelled or has all it wants: that is no error."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        try:
            self._stream.write(data)
        except OSError:
            _leave()

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            _leave()


def _leave() -> NoReturn:
    """Ends the process in silence: splunkd copies every word on stderr into search.log as an error."""
    os._exit(0)  # not sys.exit: splunklib and the interpreter would try to write to the closed pipe once more


def _refuse(message: str) -> NoReturn:
    """Answers getinfo so that the search stops with `Error in 'kmspolicycheck' command: <message>`.

    splunklib can only add messages to a reply that goes on; `error` is the protocol's own word for the end.
    """
    reply = json.dumps({"finished": True, "error": message}).encode()
    output = _Output(sys.stdout.buffer)
    output.write(b"chunked 1.0,%d,0\n" % len(reply) + reply)
    output.flush()
    os._exit(1)  # not sys.exit, on which splunklib would send replies of its own


try:
    import splunklib
    from kmspolicy.options import OptionError, parse
    from kmspolicy.search import Search
    from kmspolicy.table import read_rows
    from splunklib.searchcommands import Configuration, StreamingCommand
except ImportError as missing:
    _refuse(f"{missing}: the app's folder lib is not complete here ({_LIB}). Search heads send it to their indexers "
            "only with [replicationAllowlist] kmspolicycheck_lib = apps/kmspolicycheck/lib/... in distsearch.conf")

if splunklib.__version__ != "2.1.1":  # the two methods below that begin with _ were checked against this version
    _refuse(f"this app needs splunklib 2.1.1, but {splunklib.__file__} is {splunklib.__version__}")


@Configuration()
class KmsPolicyCheckCommand(StreamingCommand):  # type: ignore[misc]
    """Tells which statements of AWS KMS key policies let everyone in, and proves it with a request."""

    def _protocol_v2_option_parser(self, arg: str) -> list[str]:
        """Leaves every argument to `prepare`, whole.

        splunklib would set its own options here, before any of our code runs: `logging_configuration` loads and
        evaluates a file that the searcher names, `record` writes the session to disk.
        """
        return [arg]

    def prepare(self) -> None:
        """Reads the options; a wrong one stops the search."""
        try:
            self._search = Search(parse(self.fieldnames))
        except OptionError as error:
            _refuse(str(error))

    def stream(self, records: Iterator[list[str]]) -> Iterator[list[str]]:
        """Rows in, rows out: lists of cells, the header first."""
        return self._search.answer(records)

    def _execute_chunk_v2(self, process: Any, chunk: Any) -> None:
        """One chunk, row by row and cell by cell.

        splunklib's own way keeps all rows of the reply in memory, rewrites multivalue cells that are not ours, and
        stops the search at a NUL (Python 3.9), a bare CR or a cell above 10 MB.
        """
        metadata, body = chunk
        rows = process(read_rows(body))
        header, first = next(rows, None), next(rows, None)
        if first is not None:
            write_row = self._record_writer._writerow
            write_row(header)
            write_row(first)
            for row in rows:
                write_row(row)
        if getattr(metadata, "finished", False):
            for warning in self._search.warnings():
                self.write_warning("{}", warning)  # the first argument goes through str.format


if __name__ == "__main__":
    # Without arguments splunklib speaks protocol v2; with any it would speak v1 and set its own options again.
    KmsPolicyCheckCommand().process(sys.argv[:1], _Input(sys.stdin.buffer), _Output(sys.stdout.buffer))
