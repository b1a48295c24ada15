"""Which files are read: those given as EVENTS=, and those in folders. Counts what is skipped."""

from __future__ import annotations

import os
import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum
from glob import glob
from pathlib import Path
from typing import NamedTuple

STDIN = "-"
ENDINGS = (".json", ".jsonl", ".ndjson", ".log", ".txt", ".csv")
"""The endings that a folder is searched for, each also with .gz after it."""

_PLACES = 3  # named of each kind; all are counted


class ReadError(Exception):
    """There is nothing to read; the text says why."""


class Kind(Enum):
    """Why something was skipped: the words for one and for several."""

    OTHER_NAME = ("file with another ending", "files with other endings")
    SPECIAL = ("pipe, socket or device", "pipes, sockets or devices")
    CLOSED = ("file or folder that cannot be opened", "files or folders that cannot be opened")
    DAMAGED = ("damaged file", "damaged files")
    TOO_LONG = ("text that is too long", "texts that are too long")
    DIGEST = ("digest of CloudTrail's own, which holds no event", "digests of CloudTrail's own, which hold no events")
    NOT_JSON = ("line that is not JSON", "lines that are not JSON")
    BROKEN = ("JSON text that is cut short or damaged", "JSON texts that are cut short or damaged")
    DEEP = ("JSON text that nests too deeply", "JSON texts that nest too deeply")
    NOTHING = ("text without an event or a key policy", "texts without an event or a key policy")


class PassedOver:
    """How many of each kind were skipped, and where the first of them are: files, or lines as file:line."""

    def __init__(self) -> None:
        self.counts: dict[Kind, int] = defaultdict(int)
        self._places: dict[Kind, list[str]] = defaultdict(list)

    def add(self, kind: Kind, place: str) -> None:
        """Counts one more."""
        self.counts[kind] += 1
        if len(self._places[kind]) < _PLACES:
            self._places[kind].append(place)

    def lines(self) -> Iterator[str]:
        """A line for each kind, in the order of Kind."""
        for kind in filter(self.counts.__contains__, Kind):
            count, places = self.counts[kind], self._places[kind]
            more = ", …" if count > len(places) else ""
            yield f"{count:,} {kind.value[count > 1]}: {', '.join(places)}{more}"


class File(NamedTuple):
    """A file to read, or STDIN; size: bytes on disk, None if unknown."""

    path: str
    size: int | None


def typed_paths(text: str) -> list[str]:
    """The paths in what was typed: one as it stands, else several, quoted as in a shell, with `~`, `*`, `?` and `[…]`.

    Raises ReadError where one of them does not exist.
    """
    if not text.strip():
        raise ReadError("EVENTS is empty; give it a file, a folder, or - for standard input")
    if _there(text):
        return [text]
    try:
        words = shlex.split(text) if len(text.split()) > 1 else [text.strip()]
    except ValueError:
        words = [text]
    return list(dict.fromkeys(path for word in words for path in _matches(word)))


def find_files(paths: Iterable[str], passed: PassedOver) -> list[File]:
    """The files among these paths and in the folders among them. Raises ReadError where there are none."""
    given = list(paths)
    files = [file for path in given for file in _files(path, passed)]
    if not files:
        why = "; ".join(passed.lines()) or "the folder is empty"
        raise ReadError(f"nothing to read in {', '.join(given)} ({why}); folders are searched for {', '.join(ENDINGS)}")
    return files


def _there(path: str) -> bool:
    return path == STDIN or os.path.lexists(path)


def _matches(word: str) -> list[str]:
    path = str(Path(word).expanduser())
    found = [path] if _there(path) else sorted(glob(path, recursive=True))  # noqa: PTH207 - takes any pattern, Path none from the root
    if not found:
        drive = re.match(r"([A-Za-z]):[\\/]", word)
        hint = f" (in WSL, drive {drive[1].upper()}: is /mnt/{drive[1].lower()})" if drive else ""
        raise ReadError(f"no such file or folder: {word}{hint}")
    return found


def _files(path: str, passed: PassedOver) -> Iterator[File]:
    if path == STDIN:
        yield File(STDIN, None)
    elif Path(path).is_dir():
        for file in _in_folder(path, passed):
            yield from _regular(file, passed)
    else:
        yield from _regular(path, passed)


def _in_folder(path: str, passed: PassedOver) -> Iterator[str]:
    def closed(error: OSError) -> None:
        passed.add(Kind.CLOSED, f"{error.filename} ({error.strerror})")

    names = (str(Path(folder, name)) for folder, _, files in os.walk(path, onerror=closed) for name in files)
    for name in sorted(names):
        if name.lower().removesuffix(".gz").endswith(ENDINGS):
            yield name
        else:
            passed.add(Kind.OTHER_NAME, name)


def _regular(path: str, passed: PassedOver) -> Iterator[File]:
    """The file, unless reading it could wait for ever, as a pipe's without a writer does."""
    file = Path(path)
    try:
        size = file.stat().st_size
    except OSError as error:
        passed.add(Kind.CLOSED, f"{path} ({error.strerror})")
        return
    if file.is_file():
        yield File(path, size)
    else:
        passed.add(Kind.SPECIAL, path)
