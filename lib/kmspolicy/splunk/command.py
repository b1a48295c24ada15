"""The search command kmspolicycheck: search command protocol v2 on splunklib's StreamingCommand."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

from .options import OptionError, Options, parse
from .protocol import Input, Output
from .sdk import Configuration, StreamingCommand

TYPE_CHECKING = False  # as type checkers read it; importing typing for it would cost a tenth of the start
if TYPE_CHECKING:
    from typing import Any, Callable, NoReturn

    from .stream import RowStream


@Configuration()
class KmsPolicyCheckCommand(StreamingCommand):  # type: ignore[misc]
    """Reports the statements of AWS KMS key policies that are open to everyone, each with an example request.

    refuse: ends the search, and the process, with one line for the searcher; missing: the line for a part of lib/
    that cannot be imported.
    """

    def __init__(self, refuse: Callable[[str], NoReturn], missing: Callable[[Exception], str]) -> None:
        super().__init__()
        self._refuse = refuse
        self._missing = missing
        self._parsed_options = Options()
        self._rows: RowStream | None = None
        self._output = Output(sys.stdout.buffer)
        self._input = Input(sys.stdin.buffer, self._begin, refuse)

    def run(self) -> None:
        """Answers splunkd until the search ends."""
        # Policies are trees of small objects that live for one row and hold no cycles. To look for cycles after every
        # 700 objects, Python's default, takes a third of the time; after every 20,000, a tenth. 200,000 objects take 20
        # MB.
        gc.set_threshold(200_000, 10, 10)
        # Without arguments splunklib speaks protocol v2; with any it would speak v1 and set its own options.
        self.process(sys.argv[:1], self._input, self._output)

    def stream(self, records: Iterator[Any]) -> Iterator[Any]:
        """Answers one chunk. `records` is empty: the rows bypass splunklib, see protocol.py."""
        try:
            if self._rows is None:
                from .stream import RowStream  # not needed by a process that only answers getinfo

                self._rows = RowStream(self._parsed_options)
            self._output.body = self._rows.answer(self._input.body)
        except (ImportError, SyntaxError) as fault:  # the engine is loaded with the first policy
            self._refuse(self._missing(fault))
        except Exception as fault:  # splunklib would show the searcher a file and a line
            self._refuse(f"the command failed on a chunk of rows: {fault!r:.200}")
        self._input.body = b""  # before the next chunk is read
        if self._input.finished:
            for warning in self._rows.warnings():
                self.write_warning("{}", warning)  # the first argument goes through str.format
        return records

    def _begin(self, arguments: list[str]) -> None:
        try:
            self._parsed_options = parse(arguments)
        except OptionError as error:
            self._refuse(str(error))
