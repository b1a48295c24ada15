"""What Splunk's documentation says of each command and function, as data: cases/*.json.

A case: name; page, the documentation it is taken from; spl; what it runs on, either events (CloudTrail records) or rows
(of a search it is chained to); then the expected rows, or the beginning of the error. Optional: now, earliest, latest;
columns; note, which begins with `assumed (name)` where no page says it but dev/spl/assumptions.json; conf (files of an
app made for the case, name -> text); lookups (CSV files, name -> lines). In all texts of a case, «pad» stands for
5,000 times the letter x.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dev.spl import SplError, run_search
from dev.spl.runner import APP

_TEXT = {"«pad»": "x" * 5000}


def read(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    for sign, meaning in _TEXT.items():
        text = text.replace(sign, meaning)
    return [pytest.param(case, id=f"{path.stem}: {case['name']}") for case in json.loads(text)["cases"]]


CASES = [case for path in sorted((Path(__file__).parent / "cases").glob("*.json")) for case in read(path)]


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    app = APP
    for name, text in case.get("conf", {}).items():
        app = tmp_path / "app"
        (app / "default").mkdir(parents=True, exist_ok=True)
        (app / "default" / f"{name}.conf").write_text(text, encoding="utf-8")
    for name, lines in case.get("lookups", {}).items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    options = {key: case[key] for key in ("rows", "now", "earliest", "latest") if key in case}
    if "error" in case:
        with pytest.raises(SplError) as raised:
            run_search(case["spl"], case.get("events", []), app=app, lookups=tmp_path, **options)
        assert str(raised.value).startswith(case["error"])
        return
    found = run_search(case["spl"], case.get("events", []), app=app, lookups=tmp_path, **options)
    assert found.rows == case["expected"]
    if "columns" in case:
        assert list(found.columns) == case["columns"]
