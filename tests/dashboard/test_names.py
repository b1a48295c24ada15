"""The views as files: Splunk's XML form, names that lead somewhere, navigation that reaches them. Needs no browser."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from dev.dashboard.knowledge import Knowledge, read_knowledge, unknown_names
from dev.dashboard.lint import lint
from dev.dashboard.views import VIEWS, View, read_view, read_views
from dev.help import VIEW as HELP

VIEWS_BY_NAME = {view.name: view for view in read_views()}

MINIMAL: dict[str, Any] = {
    "dataSources": {
        "changes": {"type": "ds.search", "options": {"query": "`changes($account|s$)`"}},
        "count": {"type": "ds.chain", "options": {"extend": "changes", "query": "| stats count"}},
    },
    "visualizations": {
        "total": {
            "type": "splunk.singlevalue",
            "dataSources": {"primary": "count"},
            "options": {"majorColor": "> majorValue | rangeValue(alarm)"},
            "context": {"alarm": [{"from": 1, "value": "#D55E00"}]},
        }
    },
    "inputs": {"account": {"type": "input.dropdown", "options": {"token": "account"}}},
}

BROKEN = {
    "visualization total: there is no data source nowhere": (
        ("visualizations", "total", "dataSources", "primary"),
        "nowhere",
    ),
    "data source count: there is no data source nowhere": (("dataSources", "count", "options", "extend"), "nowhere"),
    "data source spare: nothing uses it": (("dataSources", "spare"), {"type": "ds.search", "options": {"query": "x"}}),
    "data source count: nothing sets the token region": (
        ("dataSources", "count", "options", "query"),
        "| search region=$region|s$",
    ),
    "input account: nothing uses the token account": (("dataSources", "changes", "options", "query"), "`changes(1)`"),
    "data source saved: it names no app, so it would look in the app of the page": (
        ("dataSources", "saved"),
        {"type": "ds.savedSearch", "options": {"ref": "KMS - Check"}},
    ),
    "visualization total: there is no context alarms": (
        ("visualizations", "total", "options", "majorColor"),
        "> majorValue | rangeValue(alarm) | matchValue(alarms)",
    ),
    "visualization total: no option uses the context spare": (("visualizations", "total", "context", "spare"), []),
}

UNKNOWN = {
    "there is no report Gone": '| savedsearch "Gone"',
    "there is no lookup gone": "| inputlookup gone | stats count",
    "macro gone does not exist in this app's macros.conf": "`gone` | stats count",
}


def changed(definition: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of the definition with one value replaced or added."""
    copied = copy.deepcopy(definition)
    place: Any = copied
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copied


@pytest.mark.parametrize("view", VIEWS_BY_NAME.values(), ids=VIEWS_BY_NAME.keys())
def test_every_name_in_a_shipped_view_leads_somewhere(view: View) -> None:
    assert lint(view.definition) == ()
    assert unknown_names(view.definition, read_knowledge()) == ()


def test_a_clean_definition_is_clean() -> None:
    assert lint(MINIMAL) == ()


@pytest.mark.parametrize("finding", BROKEN)
def test_the_lint_finds_a_name_that_leads_nowhere(finding: str) -> None:
    assert finding in lint(changed(MINIMAL, *BROKEN[finding]))


@pytest.mark.parametrize("finding", UNKNOWN)
def test_the_lint_finds_what_the_app_does_not_have(finding: str) -> None:
    definition = {"dataSources": {"one": {"type": "ds.search", "options": {"query": UNKNOWN[finding]}}}}
    assert unknown_names(definition, read_knowledge()) == (f"data source one: {finding}",)


def test_a_report_is_looked_for_under_its_whole_name() -> None:
    knowledge = Knowledge(macros={}, lookups=frozenset(), reports=frozenset({"KMS - Check"}))
    sources = {name: {"type": "ds.savedSearch", "options": {"ref": name}} for name in ("KMS - Check", "KMS")}
    assert unknown_names({"dataSources": sources}, knowledge) == ("data source KMS: there is no report KMS",)


def test_a_simple_xml_dashboard_is_refused(tmp_path: Any) -> None:
    old = tmp_path / "old.xml"
    old.write_text('<dashboard version="1.1"><label>Old</label></dashboard>')
    with pytest.raises(ValueError, match=r"old\.xml: not a version 2 dashboard"):
        read_view(old)


@pytest.mark.parametrize("view", VIEWS_BY_NAME.values(), ids=VIEWS_BY_NAME.keys())
def test_a_view_says_what_it_is(view: View) -> None:
    assert view.theme in ("light", "dark")
    assert view.label == view.definition["title"]
    assert view.definition["description"].endswith(".")


def test_the_navigation_reaches_every_view_and_opens_the_overview() -> None:
    entries = ElementTree.parse(VIEWS.parent / "nav" / "default.xml").getroot().findall("view")
    names = [entry.get("name") for entry in entries]
    assert set(names) >= {*VIEWS_BY_NAME, Path(HELP).stem}
    assert [entry.get("name") for entry in entries if entry.get("default") == "true"] == ["kms_key_policies"]


@pytest.mark.parametrize("view", VIEWS_BY_NAME.values(), ids=VIEWS_BY_NAME.keys())
def test_a_link_leads_to_a_view_and_its_inputs_to_a_report_or_to_a_search_that_is_clean(view: View) -> None:
    for name, tile in view.definition["visualizations"].items():
        for handler in tile.get("eventHandlers", []):
            if handler["type"] != "drilldown.customUrl":
                continue
            path, _, query = handler["options"]["url"].partition("?")
            target = path.removeprefix("/app/kmspolicycheck/")
            given = {part.partition("=")[0]: unquote(part.partition("=")[2]) for part in query.split("&") if part}
            if target == "report":
                # Splunk Web takes s for the report's address in its REST API: a name alone leads nowhere
                folder, _, report = given["s"].rpartition("/")
                assert folder == "/servicesNS/nobody/kmspolicycheck/saved/searches", name
                assert unquote(report) in read_knowledge().reports, name
            elif target == "search":
                linked = {"dataSources": {name: {"options": {"query": given["q"]}}}}
                assert unknown_names(linked, read_knowledge()) == ()
                assert "$" not in given["q"]  # what a link brings must not become part of a search that runs by itself
            else:
                inputs = VIEWS_BY_NAME[target].definition["inputs"].values()
                tokens = {token.removeprefix("form.") for token in given}
                assert tokens <= {item["options"]["token"] for item in inputs}, name


def test_a_token_is_quoted_wherever_a_search_uses_it() -> None:
    for view in VIEWS_BY_NAME.values():
        for name, source in view.definition["dataSources"].items():
            tokens = re.findall(r"\$[^$\s]+\$", source["options"].get("query", ""))
            assert [token for token in tokens if not token.endswith("|s$")] == [], name
            macros = re.findall(r"`[^`]*`", source["options"].get("query", ""))
            assert [macro for macro in macros if "$" in macro] == [], name
