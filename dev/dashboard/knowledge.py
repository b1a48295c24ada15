"""Finds in a view's searches the macros, lookups and reports that the app does not have.
Splunk's pages: Search Reference (inputlookup, lookup, savedsearch), Dashboard Studio (ds.savedSearch).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.dashboard.views import APP
from dev.spl.conf import read_conf
from dev.spl.errors import SplError
from dev.spl.macros import MacroTable, expand, macro_table

_LOOKUP = re.compile(r"\|\s*(?:input)?lookup\s+(?:\w+=\S+\s+)*\"?([\w.-]+)")
_REPORT = re.compile(r'\|\s*savedsearch\s+(?:"([^"]+)"|(\S+))')


@dataclass(frozen=True)
class Knowledge:
    """The names that a search may use."""

    macros: MacroTable
    lookups: frozenset[str]
    reports: frozenset[str]


def read_knowledge(app: Path = APP) -> Knowledge:
    """What the app's default/ defines."""
    default = app / "default"
    lookups = read_conf(default / "transforms.conf")
    return Knowledge(
        macros=macro_table(read_conf(default / "macros.conf")),
        lookups=frozenset(lookups) | {lookup["filename"] for lookup in lookups.values()},
        reports=frozenset(read_conf(default / "savedsearches.conf")),
    )


def unknown_names(definition: Mapping[str, Any], knowledge: Knowledge) -> tuple[str, ...]:
    """One sentence for each macro, lookup or report that a data source uses and the app lacks."""
    return tuple(
        f"data source {name}: {finding}"
        for name, source in definition["dataSources"].items()
        for finding in _findings(source["options"], knowledge)
    )


def _findings(options: Mapping[str, str], knowledge: Knowledge) -> Iterator[str]:
    if "ref" in options and options["ref"] not in knowledge.reports:
        yield f"there is no report {options['ref']}"
    try:
        search = expand(options.get("query", ""), knowledge.macros)
    except SplError as error:
        yield error.message
        return
    for lookup in _LOOKUP.findall(search):
        if lookup not in knowledge.lookups:
            yield f"there is no lookup {lookup}"
    for quoted, plain in _REPORT.findall(search):
        if (quoted or plain) not in knowledge.reports:
            yield f"there is no report {quoted or plain}"
