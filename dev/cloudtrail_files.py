"""Reads events out of CloudTrail files, whatever wraps them, and goes on after anything it cannot read.
Forms: JSON lines; one JSON document or several; `Records` (CloudTrail's files in S3), arrays, `Events` (aws cloudtrail
lookup-events), `logEvents` (CloudWatch Logs subscriptions); each of them gzipped or not, in folders, or from stdin.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, BinaryIO, NamedTuple

STDIN = "-"
ENDINGS = (".json", ".jsonl", ".ndjson", ".log", ".txt")
"""What a folder is searched for, each also with .gz behind it."""

WRAPPERS = {"Records": None, "Events": "CloudTrailEvent", "logEvents": "message"}
"""Key of a list of events -> key of the event's own JSON text in each element; None: the element is the event."""

_LARGEST = 256 << 20  # bytes of one line, or of a document over several lines: those have to be in memory at once
_REMEMBERED = 20  # problems kept with their words; all are counted
_BETWEEN = re.compile(r"[\s,\ufeff]*")  # the comma: what remains of an array whose beginning was unreadable


class ReadError(Exception):
    """There is nothing to read; the text says why."""


class Problem(NamedTuple):
    """What was passed over: place is a file or file:line."""

    place: str
    why: str


class EventFiles:
    """Iterable of event texts, each the JSON of one event; JSON lines are read in bounded memory.

    paths: files, folders (searched through for ENDINGS) and `-` for stdin. Raises ReadError: nothing to read.
    total: bytes to read, None where nobody knows them; done: bytes read so far (compressed files count as stored).
    skipped: number of lines, documents and files passed over; problems: the first of those.
    others: number of files in folders that have another ending.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.problems: list[Problem] = []
        self.skipped = 0
        self.others = 0
        self.done = 0
        self._files = [(file, _size(file)) for path in paths for file in self._expand(path)]
        sizes = [size for _, size in self._files]
        self.total = None if None in sizes else sum(size or 0 for size in sizes)

    def __iter__(self) -> Iterator[str]:
        for file, size in self._files:
            before = self.done
            try:
                with _open(file) as raw:
                    for text in self._file(raw, "stdin" if file == STDIN else file):
                        if size is not None:
                            self.done = before + raw.tell()
                        yield text
            except (OSError, EOFError, zlib.error) as error:
                self._skip(file, getattr(error, "strerror", None) or f"damaged file: {error}")
            self.done = before + (size or 0)

    def _expand(self, path: str) -> Iterator[str]:
        if path == STDIN or (os.path.exists(path) and not os.path.isdir(path)):
            yield path
            return
        if not os.path.isdir(path):
            raise ReadError(f"no such file or folder: {path}")
        files = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
        wanted = sorted(file for file in files if file.lower().removesuffix(".gz").endswith(ENDINGS))
        self.others += len(files) - len(wanted)
        if not wanted:
            raise ReadError(f"no CloudTrail files in {path}: looked for {', '.join(ENDINGS)}, also with .gz behind")
        yield from wanted

    def _file(self, raw: BinaryIO, name: str) -> Iterator[str]:
        """Events of one file. Where neither of its first two lines is JSON, documents go over several lines."""
        stream: Any = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw  # type: ignore[attr-defined]
        head = [stream.readline(_LARGEST), stream.readline(_LARGEST)]
        if head[1] and not any(map(_is_json, head)):
            text = b"".join([*head, stream.read(_LARGEST)])
            if len(text) < _LARGEST:
                yield from self._documents(text, name, 1)
            else:
                self._skip(name, f"neither JSON lines nor JSON below {_LARGEST >> 20} MB")
            return
        number = 0
        while line := head.pop(0) if head else stream.readline(_LARGEST):
            number += 1
            yield from self._documents(line, name, number)

    def _documents(self, data: bytes, name: str, line: int) -> Iterator[str]:
        """Events of the JSON documents in `data`, which begins in line `line`; behind a broken one, a new line."""
        text = data.decode("utf-8", "replace")
        at = _after(text, 0)
        while at < len(text):
            place = f"{name}:{line + text.count(chr(10), 0, at)}"
            try:
                value, end = json.JSONDecoder().raw_decode(text, at)
                found = list(_events(value, text[at:end]))
            except RecursionError:
                self._skip(place, "nested too deep")
                return
            except ValueError as error:
                self._skip(place, _complaint(error, text))
                end = text.find("\n{", at) + 1
                if not end:
                    return
            else:
                for event in found:
                    if event is None:
                        self._skip(place, "no event: an object belongs here")
                    else:
                        yield event
            at = _after(text, end)

    def _skip(self, place: str, why: str) -> None:
        self.skipped += 1
        if len(self.problems) < _REMEMBERED:
            self.problems.append(Problem(place, why))


def _events(value: object, text: str) -> Iterator[str | None]:
    """Texts of the events in a JSON value that is written as `text`; None for a part that is no event."""
    if isinstance(value, list):
        for part in value:
            yield from _events(part, json.dumps(part, separators=(",", ":")))
        return
    if not isinstance(value, dict):
        yield None
        return
    if "digestS3Object" in value:
        return  # CloudTrail's own digests lie beside its logs and are none
    for wrapper, inner in WRAPPERS.items():
        parts = value.get(wrapper)
        if isinstance(parts, list):
            for part in parts:
                if inner is None:
                    yield from _events(part, json.dumps(part, separators=(",", ":")))
                else:
                    event = part.get(inner) if isinstance(part, dict) else None
                    yield event if isinstance(event, str) else None
            return
    yield text


def _complaint(error: ValueError, text: str) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return f"no JSON: {error}"
    cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    return "JSON that ends too early" if cut else f"no JSON: {error.msg}"


def _after(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _size(file: str) -> int | None:
    """Bytes on disk; None for stdin and pipes."""
    return os.path.getsize(file) if file != STDIN and os.path.isfile(file) else None


def _open(file: str) -> AbstractContextManager[Any]:
    return nullcontext(sys.stdin.buffer) if file == STDIN else open(file, "rb")
