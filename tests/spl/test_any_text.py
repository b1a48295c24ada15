"""Any text is run or refused as a search; nothing else happens."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dev.spl import SplError, run_search

_PIECES = [
    "|",
    '"',
    "'",
    "`",
    "(",
    ")",
    "[",
    "]",
    "{}",
    "=",
    "!=",
    "<",
    ",",
    " ",
    "*",
    "-",
    ".",
    "\\",
    "\n",
    "a",
    "b",
    "1",
    "search",
    "eval",
    "where",
    "stats",
    "count",
    "max(",
    "if(",
    "by",
    "as",
    "AND",
    "OR",
    "NOT",
    "IN",
    "rename",
    "sort",
    "table",
    "spath",
    "path=",
    "mvexpand",
    "append",
    "inputlookup",
    "é",
]
_EVENTS = [{"eventTime": "2026-01-31T12:00:00Z", "a": ["x", "y"], "b": "1"}]


@given(st.lists(st.sampled_from(_PIECES), max_size=12))
@settings(max_examples=150, deadline=None)
@example(["|"])
@example(["a", "|", "eval", " ", "b", "=", "if("])
def test_a_search_is_run_or_refused_at_its_place(pieces: list[str]) -> None:
    spl = " ".join(pieces)
    try:
        found = run_search(spl, _EVENTS)
    except SplError as error:
        assert error.message in str(error)
    else:
        assert all(isinstance(value, (str, list)) for row in found.rows for value in row.values())


@pytest.mark.parametrize("text", ["[" * 300, "(" * 300, "| eval a=" + "(" * 300 + "1" + ")" * 300, "`" * 301])
def test_deep_nesting_is_no_crash(text: str) -> None:
    try:
        assert run_search(text, _EVENTS).total == 1
    except SplError as error:
        assert error.message
