"""The searches of the app's dashboards, each from its beginning, with the values that a page starts with.
Source: Dashboard Studio, "Chain searches together with a base search", "Set tokens on a visualization".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from dev.dashboard.views import View, read_views
from dev.spl.runner import APP
from dev.spl.saved import Window, saved_search
from dev.splunk.lookups import quoted

_TOKEN = re.compile(r"\$([\w.]+)(\|s)?\$")
_ANY = "*"
"""What a token holds that nothing sets when the page opens: searches compare it, and a wildcard matches all."""


class ViewSearch(NamedTuple):
    """One data source: its view and name, the whole search, the time range."""

    where: str
    text: str
    window: Window


def view_searches() -> tuple[ViewSearch, ...]:
    """Those of every view that ships."""
    return tuple(search for view in read_views() for search in _searches(view))


def _searches(view: View) -> list[ViewSearch]:
    sources, tokens = view.definition["dataSources"], _tokens(view.definition)

    def fill(text: str) -> str:
        def value(found: re.Match[str]) -> str:
            text = tokens.get(found[1], _ANY)
            return quoted(text) if found[2] else text

        return _TOKEN.sub(value, text)

    def whole(name: str) -> tuple[str, Window]:
        options = sources[name]["options"]
        if "ref" in options:
            saved = saved_search(options["ref"], APP)
            return saved.text, saved.window
        query = fill(options["query"])
        if "extend" in options:
            text, window = whole(options["extend"])
            return f"{text} {query if query.lstrip().startswith('|') else f'| {query}'}", window
        time = options.get("queryParameters", {})
        return query, Window(fill(time.get("earliest", "")), fill(time.get("latest", "")))

    return [ViewSearch(f"{view.name} {name}", *whole(name)) for name in sources]


def _tokens(definition: Mapping[str, Any]) -> dict[str, str]:
    """Token -> the value that its input starts with."""
    found = {}
    for one in definition.get("inputs", {}).values():
        options = one["options"]
        token, default = options.get("token", ""), options.get("defaultValue", _ANY)
        if one["type"] == "input.timerange":
            found[f"{token}.earliest"], _, found[f"{token}.latest"] = default.partition(",")
        else:
            found[token] = default
    return found
