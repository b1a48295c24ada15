"""Reads fields out of JSON text: all of them, as KV_MODE=json and `spath` do, or those of one path.
Rules: Search Reference, "spath"; limits.conf.spec, [spath] and [kv]; props.conf.spec, KV_MODE.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import ijson

from dev.spl.errors import SplError
from dev.spl.values import Row, pack

EXTRACTION_CUTOFF = 5000
"""[spath] extraction_cutoff: bytes of a text that are read when all fields are extracted."""

AUTOMATIC_LIMIT = 100
"""[kv] limit: fields that automatic extraction makes. ([kv] maxchars, 10,240, never bites: the cutoff comes first.)"""

_STEP = re.compile(r"(?P<key>[^.{}]*)(?P<indexes>(?:\{\d*\})*)(?:\.|$)")
_SPACE = re.compile(r"[\s,:]*")
_DECODER = json.JSONDecoder(strict=False)
_SHOWN: dict[str, dict[Any, str]] = {"boolean": {True: "true", False: "false"}, "null": {None: "null"}}


def all_fields(text: str, limit: int | None = None) -> Row:
    """The fields of a JSON text by their paths (`a.b`, `list{}.c`); repeated paths become multivalue.

    Reading stops at the cutoff, at the first mistake, and before a field beyond `limit`. A value that the cutoff splits
    is not extracted (assumed: the documentation only says that the setting applies to the first bytes).
    """
    found: dict[str, list[str]] = {}
    for path, value in _leaves(text.encode("utf-8", "replace")[:EXTRACTION_CUTOFF]):
        if limit is not None and path not in found and len(found) == limit:
            break
        found.setdefault(path, []).append(value)
    return {path: packed for path, values in found.items() if (packed := pack(values)) is not None}


def at_path(text: str, path: str) -> list[str]:
    """The values at one path, `{}` meaning every element of an array: text plain, objects as written.

    No cutoff applies. An array is no value itself, only its elements are. A path that does not exist, or a text that
    is not JSON up to it, has no values.
    """
    nodes = [text]
    for key, indexes in _steps(path):
        if key:
            nodes = [value for node in nodes for name, value in _members(node) if name == key]
        for index in indexes:
            nodes = [value for node in nodes for place, value in enumerate(_elements(node)) if index in (None, place)]
    return [_plain(node) for node in nodes if not node.startswith("[")]


def _leaves(data: bytes) -> Iterator[tuple[str, str]]:
    path: list[str] = []
    try:
        for event, value in ijson.basic_parse(data):
            if event == "map_key":
                path[-1] = f".{value}" if len(path) > 1 else value
            elif event in ("start_map", "start_array"):
                path.append("{}" if event == "start_array" else "")
            elif event in ("end_map", "end_array"):
                path.pop()
            else:
                yield "".join(path), _SHOWN.get(event, {}).get(value, str(value))
    except ijson.JSONError:
        return


def _steps(path: str) -> Iterator[tuple[str, list[int | None]]]:
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None or step.end() == position:
            raise SplError(f"not a path: {path!r}")
        yield step["key"], [int(index) if index else None for index in re.findall(r"\{(\d*)\}", step["indexes"])]
        position = step.end()


def _members(text: str) -> Iterator[tuple[str, str]]:
    """Key and value, the value as written, of an object."""
    parts = iter(_parts(text, "{", "}"))
    for (key, _), (_, value) in zip(parts, parts):
        yield key, value


def _elements(text: str) -> list[str]:
    return [written for _, written in _parts(text, "[", "]")]


def _parts(text: str, opening: str, closing: str) -> Iterator[tuple[Any, str]]:
    """The values inside the outermost brackets: as Python has them and as written."""
    position = _SPACE.match(text).end()  # type: ignore[union-attr]
    if text[position : position + 1] != opening:
        return
    position += 1
    while True:
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
        if text[position : position + 1] == closing:
            return
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError):
            return
        yield value, text[position:end]
        position = end


def _plain(written: str) -> str:
    if not written.startswith('"'):
        return written
    return str(json.loads(written, strict=False))
