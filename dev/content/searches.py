"""Every search that the app ships: saved searches, their drilldowns, those of the views, and those that the README and
docs/ tell users to type (blocks marked `spl`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from dev.spl.saved import APP, saved_searches

_DRILLDOWNS = "action.notable.param.drilldown_searches"
_TYPED = re.compile(r"^```spl\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(r"\$[\w.]+(?:\|s)?\$")


class ShippedSearch(NamedTuple):
    """A search: where it is (each place once), its text with every token of a view or finding filled in, and whether it
    continues another search.
    """

    where: str
    text: str
    chained: bool


def searches() -> list[ShippedSearch]:
    """All of them, in the order of their files."""
    found = [(f"savedsearches.conf [{name}]", settings["search"], False) for name, settings in saved_searches().items()]
    for name, settings in saved_searches().items():
        drilldowns = json.loads(settings.get(_DRILLDOWNS, "[]"))
        found += [(f"drilldown of [{name}]: {one['name']}", one["search"], False) for one in drilldowns]
    for view in sorted((APP / "default" / "data" / "ui" / "views").glob("*.xml")):
        found += [(f"{view.name} {name}", query, chained) for name, query, chained in _sources(view)]
    for page in (APP / "README.md", *sorted((APP / "docs").glob("*.md"))):
        typed = _TYPED.findall(page.read_text(encoding="utf-8"))
        found += [(f"{page.name} search {number}", text, False) for number, text in enumerate(typed, 1)]
    return [ShippedSearch(where, _TOKEN.sub("token", text), chained) for where, text, chained in found]


def _sources(view: Path) -> Iterator[tuple[str, str, bool]]:
    definition: dict[str, Any] = json.loads(ElementTree.parse(view).findtext("definition") or "{}")
    for name, source in definition.get("dataSources", {}).items():
        if "query" in source.get("options", {}):
            yield name, source["options"]["query"], source["type"] == "ds.chain"
