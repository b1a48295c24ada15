"""What the local runner assumes where Splunk's documentation leaves something open, each decided by Splunk."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dev.splunk.lookups import rows_search
from dev.splunk.proof import Proof
from tests.splunk.asking import gives, ran

TABLE = Path(__file__).resolve().parents[2] / "dev" / "spl" / "assumptions.json"
README = TABLE.with_name("README.md")
ASSUMPTIONS: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))["assumptions"]
CASES = TABLE.parents[2] / "tests" / "spl" / "cases"
NAMED = re.compile(r"assumed \(([\w-]+)\)")
LOOKUP = "kmspolicycheck_proof.csv"


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda one: one["name"])
def test_assumption(proof: Proof, assumption: dict[str, Any]) -> None:
    written = json.dumps(assumption, ensure_ascii=False)
    for sign, meaning in {"«pad»": "x" * 5000, "«now»": str(int(proof.now)), "«lookup»": LOOKUP}.items():
        written = written.replace(sign, meaning)
    case = json.loads(written)
    proof.set_lookups({LOOKUP: case["lookup"]} if "lookup" in case else {})
    if "before" in case:
        ran(proof.search(case["before"]), proof)
    made = f"{rows_search(case['rows'])} " if "rows" in case else ""
    gives(proof.search(made + case["spl"]), case["expected"], proof)


def test_each_has_a_name_of_its_own_and_a_place_in_the_runner() -> None:
    assert len({one["name"] for one in ASSUMPTIONS}) == len(ASSUMPTIONS)
    assert [one["name"] for one in ASSUMPTIONS if not (TABLE.parent / one["code"]).is_file()] == []


def test_a_case_that_rests_on_an_assumption_names_it() -> None:
    """Each such case of the runner's says which: its note begins with `assumed (name)`."""
    cases = [case for path in CASES.glob("*.json") for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]
    notes = [case["note"] for case in cases if case.get("note", "").startswith("assumed")]
    named = [NAMED.match(note) for note in notes]
    assert notes and [note for note, match in zip(notes, named) if match is None] == []
    assert {match[1] for match in named if match} <= {one["name"] for one in ASSUMPTIONS}


def test_the_readme_lists_them() -> None:
    chapter = README.read_text(encoding="utf-8").partition("## What is assumed")[2]
    shown = [line for line in chapter.splitlines() if line.startswith("| `")]
    assert [f"| `{one['name']}` | {one['assumed']} | `{one['code']}` |" for one in ASSUMPTIONS] == shown
