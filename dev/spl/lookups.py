"""Lookup tables: CSV files, found by name or by their definition in transforms.conf, matched as the definition says.
Rules: transforms.conf.spec, "Lookup tables"; Search Reference, "lookup", "inputlookup", "outputlookup".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from dev.spl.conf import Conf
from dev.spl.errors import SplError
from dev.spl.values import Row, wildcard

_KNOWN = {"filename", "match_type", "case_sensitive_match", "max_matches"}
_MATCH_TYPE = re.compile(r"\s*WILDCARD\(([^()]+)\)\s*")
_MOST = 1000


@dataclass(frozen=True)
class Definition:
    """How a lookup matches: the fields whose cells hold wildcards, case, how many rows it may yield."""

    filename: str
    wildcards: frozenset[str] = frozenset()
    case_sensitive: bool = True
    max_matches: int = _MOST


@dataclass(frozen=True)
class CsvTable:
    """A lookup's rows, empty cells left out, under its header."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


class Lookups:
    """The lookups of an app. `folders` are searched in order for a file; `outputlookup` writes to the first one."""

    def __init__(self, conf: Conf, folders: Sequence[Path]) -> None:
        self._conf = conf
        self._folders = folders

    def definition(self, name: str) -> Definition:
        """A stanza of transforms.conf, or a CSV file by its own name. SplError if it is neither."""
        settings = self._conf.get(name)
        if settings is None or "filename" not in settings:
            if name.endswith(".csv"):
                return Definition(name)
            raise SplError(f"the lookup {name} is not defined in transforms.conf")
        unknown = sorted(set(settings) - _KNOWN)
        if unknown:
            raise SplError(f"lookup {name}: the local runner does not know the setting {unknown[0]}")
        wildcards = set()
        for kind in filter(str.strip, settings.get("match_type", "").split(",")):
            match = _MATCH_TYPE.fullmatch(kind)
            if match is None:
                raise SplError(f"lookup {name}: the local runner does not know the match type {kind.strip()}")
            wildcards.add(match[1].strip())
        return Definition(
            settings["filename"],
            frozenset(wildcards),
            settings.get("case_sensitive_match", "true").lower() not in ("false", "0", "f"),
            int(settings.get("max_matches", _MOST)),
        )

    def read(self, name: str) -> CsvTable:
        """The rows of a lookup; a file that is not there (yet) has none."""
        filename = self.definition(name).filename
        path = next((folder / filename for folder in self._folders if (folder / filename).is_file()), None)
        if path is None:
            return CsvTable((), ())
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="")
            rows = [{key: cell for key, cell in row.items() if key and cell} for row in reader]
            return CsvTable(tuple(reader.fieldnames or ()), tuple(rows))

    def write(self, name: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Replaces a lookup's file; the values of a multivalue field stand in one cell, line by line."""
        path = self._folders[0] / self.definition(name).filename
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for row in rows:
                cells = [row.get(column, "") for column in columns]
                writer.writerow(["\n".join(cell) if isinstance(cell, list) else cell for cell in cells])


def matcher(definition: Definition, keys: Mapping[str, str]) -> Callable[[Mapping[str, str]], bool]:
    """Whether a row of the table matches an event. keys: column of the table -> the event's value."""
    tests: list[tuple[str, str]] = list(keys.items())

    def matches(row: Mapping[str, str]) -> bool:
        return all(_cell_matches(definition, column, row.get(column), value) for column, value in tests)

    return matches


def _cell_matches(definition: Definition, column: str, cell: str | None, value: str) -> bool:
    if cell is None:
        return False
    if column in definition.wildcards:
        return bool(wildcard(cell, not definition.case_sensitive).fullmatch(value))
    return cell == value if definition.case_sensitive else cell.lower() == value.lower()
