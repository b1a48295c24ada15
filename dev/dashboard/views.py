"""Reads the app's dashboards: Studio definitions as JSON in a version 2 dashboard's XML.
Splunk's page: "Dashboard Studio", manage and store dashboards as XML views.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

APP = Path(__file__).resolve().parents[2]
VIEWS = APP / "default" / "data" / "ui" / "views"


@dataclass(frozen=True)
class View:
    """One dashboard of the app; `name` is the file's and the URL's."""

    name: str
    label: str
    theme: str
    definition: dict[str, Any]


def read_view(path: Path) -> View:
    """The view in an XML file; ValueError where it is no version 2 dashboard with a JSON definition."""
    dashboard = ElementTree.parse(path).getroot()
    definition = dashboard.findtext("definition")
    if dashboard.tag != "dashboard" or dashboard.get("version") != "2" or definition is None:
        raise ValueError(f"{path.name}: not a version 2 dashboard with a definition")
    return View(
        name=path.stem,
        label=dashboard.findtext("label", ""),
        theme=dashboard.get("theme", ""),
        definition=json.loads(definition),
    )


def read_views(folder: Path = VIEWS) -> tuple[View, ...]:
    """Every view of the app, by name."""
    return tuple(read_view(path) for path in sorted(folder.glob("*.xml")))
