"""Puts rows into lookup files by searches, as anyone can who may search: no file has to be copied to the machine.
Rules: Search Reference, "outputlookup"; REST API Reference, data/lookup-table-files.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev.spl.conf import app_conf
from dev.spl.macros import expand, macro_table
from dev.spl.values import Row
from dev.splunk import jobs
from dev.splunk.target import ProofError
from dev.vendor import ROOT
from splunklib import binding, client

LookupRows = Sequence[Mapping[str, str]]

_WRITES = re.compile(r"\|\s*outputlookup\s+(?:\w+=\S+\s+)*\"?([\w.-]+)")


def quoted(text: str) -> str:
    """A text as a string of eval."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rows_search(rows: Sequence[Row]) -> str:
    """A search that makes these rows: a null field is not set, a list becomes multivalue."""
    made = [f"makeresults{_assignments(row)}{'' if '_time' in row else ' | fields - _time'}" for row in rows]
    first, *others = made or ["makeresults | where 1=0"]
    return f"| {first}" + "".join(f" | append [| {one}]" for one in others)


def _assignments(row: Row) -> str:
    values = {
        name: f"mvappend({','.join(map(quoted, value))})" if isinstance(value, list) else quoted(value)
        for name, value in row.items()
    }
    if not values:
        return ""
    return " | eval " + ", ".join(f"{_field(name)}={value}" for name, value in values.items())


def _field(name: str) -> str:
    """A field's name on the left of `=` in eval: quoted where it is no plain word."""
    return name if name.isidentifier() else quoted(name)


def write(service: client.Service, name: str, rows: LookupRows) -> None:
    """Replaces a lookup file of the app. Raises ProofError where the search fails."""
    columns = dict.fromkeys(column for row in rows for column in row)
    filled: list[Row] = [{column: row[column] for column in row if row[column]} for row in rows]
    search = f"{rows_search(filled)} | table {' '.join(columns)} | outputlookup {name}"
    found = jobs.run(service, search)
    if found.failed:
        raise ProofError(f"the lookup {name} cannot be written: {'; '.join(found.messages)}")


def forget(service: client.Service, name: str) -> None:
    """Removes a lookup file of the app, if it is there."""
    try:
        service.delete(f"data/lookup-table-files/{name}", owner="nobody", app="kmspolicycheck")
    except binding.HTTPError as error:
        if error.status != 404:
            raise


def written_by(search: str) -> list[str]:
    """The lookup files that a search of the app writes, by themselves or by their definition."""
    text = expand(search, macro_table(app_conf(ROOT, "macros")))
    defined = app_conf(ROOT, "transforms")
    return [defined.get(name, {}).get("filename", name) for name in _WRITES.findall(text)]


def shipped_rows(name: str) -> LookupRows:
    """The rows of a lookup file that the app brings; [] for one that it does not."""
    return read(ROOT / "lookups" / name)


def read(path: Path) -> LookupRows:
    """The rows of a lookup file; [] for one that is not there."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def save(path: Path, rows: LookupRows) -> None:
    """The same rows as a file for the local runner."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, list(dict.fromkeys(column for row in rows for column in row)), lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
