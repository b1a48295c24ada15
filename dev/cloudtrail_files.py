"""Reads events and key policies out of files, and goes on after anything it cannot read.

What is in a text, the command's own code decides (lib/kmspolicy/events): a file is read as an event in Splunk would be.
Files: JSON lines, JSON over several lines, logs with JSON in their lines, CSV; gzipped or not; UTF-8, UTF-16, UTF-32.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from dev.event_paths import STDIN, File, Kind, PassedOver, ReadError, find_files, typed_paths
from kmspolicy.budget import Budget, OutOfSteps
from kmspolicy.events import cloudtrail, envelopes, ocsf
from kmspolicy.events.ends import Kind as End
from kmspolicy.events.prefilter import operation_named_in

_LARGEST = 256 << 20  # characters of one line, or of JSON over several lines: those have to be in memory at once
_CELL = 1 << 30  # characters: the csv module stops at 131,072, less than one large event
_STEPS, _STEPS_OF_A_CHARACTER = 2_000_000, 64
_FRUITLESS_FILES, _FRUITLESS_BYTES = 1_000, 1 << 30  # without a single event: this is not where CloudTrail's files are


class PolicyText(NamedTuple):
    """A key policy that is in no event. place: the file, or file:line; text: its JSON."""

    place: str
    text: str


class EventFiles:
    """Iterable of event texts, each the JSON of one record. JSON lines, logs and CSV are read in bounded memory.

    typed: what was typed as EVENTS, see event_paths.typed_paths. Raises ReadError where there is nothing to read, and
    while it goes through a large folder that holds no event.
    total: bytes to read, None where nobody knows them; done: bytes read so far (compressed files count as stored).
    policies: the key policies outside of events that were met so far; passed: what was passed over so far.
    """

    def __init__(self, typed: Iterable[str]) -> None:
        self.passed = PassedOver()
        self.policies: list[PolicyText] = []
        self.done = 0
        self._files = find_files([path for text in typed for path in typed_paths(text)], self.passed)
        sizes = [file.size for file in self._files]
        self.total = None if None in sizes else sum(size or 0 for size in sizes)

    def __iter__(self) -> Iterator[str]:
        fruitful = False
        for number, file in enumerate(self._files):
            if not fruitful and (number >= _FRUITLESS_FILES or self.done >= _FRUITLESS_BYTES):
                raise ReadError(
                    f"no event or key policy in the first {number:,} of {len(self._files):,} files; "
                    "give the folder that holds CloudTrail's files (AWSLogs/…), or the files themselves"
                )
            for text in self._file(file):
                fruitful = True
                yield text
            fruitful = fruitful or bool(self.policies)

    def _file(self, file: File) -> Iterator[str]:
        """Event texts of one file. A file that turns out to be damaged has given what stands before the damage."""
        before = self.done
        try:
            with _opened(file.path) as raw:
                for place, text in self._texts(raw, "stdin" if file.path == STDIN else file.path):
                    if file.size is not None:
                        self.done = before + raw.tell()
                    yield from self._events(place, text)
        except (OSError, EOFError, zlib.error) as error:
            unopened = isinstance(error, OSError) and error.errno is not None
            self.passed.add(Kind.CLOSED if unopened else Kind.DAMAGED, f"{file.path} ({_why(error)})")
        self.done = before + (file.size or 0)

    def _texts(self, raw: BinaryIO, name: str) -> Iterator[tuple[str, str]]:
        """The texts of a file and their places: each row of CSV, JSON over several lines as a whole, or each line."""
        stream: Any = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw  # type: ignore[attr-defined]
        lines = _decoded(stream)
        head = [lines.readline(_LARGEST), lines.readline(_LARGEST)]
        if _is_csv(name, head[0]):
            yield from self._rows(_Joined(head, lines), name)
        elif head[0].lstrip()[:1] in ("{", "[") and head[1] and not any(map(_json, head)):
            text = "".join([*head, lines.read(_LARGEST)])
            if len(text) < _LARGEST:
                yield name, text
            else:
                self.passed.add(Kind.TOO_LONG, name)
        else:
            for number, line in enumerate(_Joined(head, lines), 1):
                if not line.isspace():
                    yield f"{name}:{number}", line

    def _rows(self, lines: Iterable[str], name: str) -> Iterator[tuple[str, str]]:
        """Each row of CSV as a JSON object of its cells: one container more."""
        csv.field_size_limit(_CELL)
        rows = csv.DictReader(lines)
        try:
            for row in rows:
                cells = {column: cell for column, cell in row.items() if column is not None}
                yield f"{name}:{rows.line_num}", json.dumps(cells)
        except csv.Error as error:
            self.passed.add(Kind.DAMAGED, f"{name}:{rows.line_num} ({error})")

    def _events(self, place: str, text: str) -> Iterator[str]:
        """The records in a text, each as JSON. What cannot be read and may be ours goes on to the command as it is."""
        if _is_record(text):
            yield text
            return
        opener = envelopes.Opener(Budget(_STEPS + _STEPS_OF_A_CHARACTER * len(text)), policies=True)
        unread = []
        try:
            opener.open_text(text)
        except OutOfSteps:
            opener.too_deep = True
        if opener.too_deep:
            unread.append((Kind.DEEP, text))
        for end in opener.ends:
            if end.kind is End.POLICY:
                self.policies.append(PolicyText(place, end.text))
            elif end.breaks:
                unread.append((Kind.BROKEN, end.text))
            else:
                yield json.dumps(end.value, separators=(",", ":"))
        for kind, lost in unread:
            if operation_named_in(lost):
                yield lost
            else:
                self.passed.add(kind, place)
        if not opener.found and not unread:
            self.passed.add(_kind_of_nothing(text), place)


class _Joined:
    """The lines that were read ahead, and those after them."""

    def __init__(self, head: list[str], lines: io.TextIOWrapper) -> None:
        self._head, self._lines = head, lines

    def __iter__(self) -> Iterator[str]:
        yield from filter(None, self._head)
        while line := self._lines.readline(_LARGEST):
            yield line


def _is_record(text: str) -> bool:
    """Whether the text is one record and nothing else: it then stays as it is written."""
    value = _json(text)
    return isinstance(value, dict) and "_raw" not in value and (cloudtrail.is_record(value) or ocsf.is_event(value))


def _kind_of_nothing(text: str) -> Kind:
    """What a text is that holds neither event nor policy."""
    value = _json(text)
    if value is None:
        return Kind.NOT_JSON
    return Kind.DIGEST if isinstance(value, dict) and "digestS3Object" in value else Kind.NOTHING


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_csv(name: str, first: str) -> bool:
    """Whether a file is CSV: by its name, or because its first line has the column of Splunk's that holds the event."""
    return name.lower().removesuffix(".gz").endswith(".csv") or "_raw" in next(csv.reader([first]), [])


def _decoded(stream: BinaryIO) -> io.TextIOWrapper:
    """The text of a file. Bytes that its encoding does not have become U+FFFD."""
    head = stream.peek(4)[:4]  # type: ignore[attr-defined]
    encoding = json.detect_encoding(head)
    return io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _opened(path: str) -> AbstractContextManager[Any]:
    return nullcontext(sys.stdin.buffer) if path == STDIN else Path(path).open("rb")
