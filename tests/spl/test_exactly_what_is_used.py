"""The runner knows the commands and functions that the app ships searches with, and no other; each has a case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from dev.content.searches import searches
from dev.spl import SplError, tree
from dev.spl.aggregates import STATISTICS
from dev.spl.commands import COMMANDS, ELSEWHERE
from dev.spl.functions import FUNCTIONS
from dev.spl.runner import compile_search

CASES = [json.loads(path.read_text(encoding="utf-8")) for path in (Path(__file__).parent / "cases").glob("*.json")]


def nodes(value: Any) -> Iterator[Any]:
    """Everything that a parsed search holds."""
    if isinstance(value, tuple):
        for part in value:
            yield from nodes(part)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from nodes(getattr(value, field.name))


def used(text: str, chained: bool) -> set[str]:
    stages, _ = compile_search(text, chained=chained)
    found = set()
    for node in nodes(stages):
        if isinstance(node, tree.Stage):
            found.add(f"command {node.command}")
        elif isinstance(node, tree.Function):
            found.add(f"function {node.name}")
        elif isinstance(node, tree.Aggregate):
            found.add(f"statistic {node.function.lower()}")
    return found


IMPLEMENTED = (
    {f"command {name}" for name in COMMANDS}
    | {f"function {name}" for name in FUNCTIONS}
    | {f"statistic {name}" for name in STATISTICS}
)
RUNNABLE = [search for search in searches() if f"| {next(iter(ELSEWHERE))} " not in search[1]]


@pytest.mark.parametrize("where, text, chained", RUNNABLE, ids=[where for where, _, _ in RUNNABLE])
def test_every_shipped_search_can_be_run(where: str, text: str, chained: bool) -> None:
    assert used(text, chained)


def test_what_only_enterprise_security_can_run_is_refused_by_name() -> None:
    others = [search for search in searches() if search not in RUNNABLE]
    assert others
    for _, text, chained in others:
        with pytest.raises(SplError, match="Enterprise Security"):
            compile_search(text, chained=chained)


def test_nothing_is_implemented_that_no_shipped_search_uses() -> None:
    shipped = set().union(*(used(text, chained) for _, text, chained in RUNNABLE))
    assert sorted(IMPLEMENTED - shipped) == []


def test_everything_implemented_has_a_case_that_names_its_page() -> None:
    pages = {f"command {name}": command.page for name, command in COMMANDS.items()}
    pages |= {f"function {name}": function.page for name, function in FUNCTIONS.items()}
    pages |= {f"statistic {name}": statistic.page for name, statistic in STATISTICS.items()}
    shown = {
        (what, case["page"])
        for file in CASES
        for case in file["cases"]
        if "error" not in case and not {"macros", "savedsearches"} & case.get("conf", {}).keys()
        for what in used(case["spl"], "rows" in case)
    }
    assert sorted(what for what in IMPLEMENTED if (what, pages[what]) not in shown) == []


def test_every_shipped_search_has_a_name_of_its_own() -> None:
    named = [search.where for search in searches()]
    assert len(set(named)) == len(named)
