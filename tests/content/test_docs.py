"""The documentation names everything that ships under its name, and its comparison is what the command prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from dev.compare import table
from kmspolicy.policy.actions import CLASSES, shown
from kmspolicy.splunk.output_fields import FIELDS
from tests.content.shipped import APP, DETECTIONS, SEARCHES, conf

pytestmark = pytest.mark.slow

PAGES = {path.name: path.read_text(encoding="utf-8") for path in (APP / "docs").glob("*.md")}
GUIDE = PAGES["detections.md"]


COMPARISONS = re.findall(r"<!-- compare.*?-->\n(.*?)\n<!-- /compare", PAGES["comparison.md"], re.DOTALL)


def test_the_comparison_is_what_the_command_prints() -> None:
    assert [table()] == COMPARISONS


def test_in_the_comparison_ours_reports_once_what_is_open_and_nothing_else() -> None:
    rows = [line.split(" | ")[1:] for printed in COMPARISONS for line in printed.splitlines()[2:]]
    assert {(row[0], row[-1].rstrip(" |")) for row in rows} == {("yes", "1"), ("no", "0")}


def test_every_search_is_described() -> None:
    assert [name for name in SEARCHES if name not in GUIDE] == []


@pytest.mark.parametrize("name", DETECTIONS)
def test_the_table_of_detections_says_what_the_settings_say(name: str) -> None:
    (row,) = [
        line.split(" | ")[2:] for line in GUIDE.splitlines() if re.match(rf"\| \d? ?\| {re.escape(name)} \|", line)
    ]
    _, kind, severities, scores = (cell.strip(" |") for cell in row)
    settings = SEARCHES[name]
    assert kind == ("finding" if settings.get("action.notable") == "1" else "risk only")
    if severities != "as the row says":
        objects = json.loads(settings.get("action.notable.param._entities") or settings["action.risk.param._risk"])
        assert {str(it["risk_score"]) for it in objects if "risk_score" in it} <= set(re.findall(r"\d+", scores))
        assert settings.get("action.notable.param.severity", "low") in severities


def test_every_macro_that_others_may_use_is_described() -> None:
    names = [name.split("(")[0] for name in conf("macros") if not name.endswith("_filter")]
    assert [name for name in names if name not in GUIDE] == []


def test_everything_tunable_is_in_the_table_with_its_default() -> None:
    text = (APP / "default" / "macros.conf").read_text(encoding="utf-8")
    tunable = re.findall(r"^\[(\w+)\]\ndefinition = (.*)$", text.split("### EVENTS")[0], re.M)
    assert tunable
    for name, definition in tunable:
        row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{name}`"))
        for value in re.findall(r"(?:sourcetype=)?([\w:*=]+)", definition):
            assert value in row or value == "OR"


def test_the_tests_that_the_pages_name_exist() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in [*APP.glob("*.md"), *APP.glob("docs/*.md")])
    tests = "".join(path.read_text(encoding="utf-8") for path in (APP / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", text))
    assert len(named) > 20 and named <= set(re.findall(r"^def (test_\w+)", tests, re.M))


def test_the_fields_that_pages_and_forms_name_exist() -> None:
    pages = [*APP.glob("*.md"), *APP.glob("docs/*.md"), *APP.glob(".github/ISSUE_TEMPLATE/*.yml")]
    named = {
        name for page in pages for name in re.findall(r"(?<![\w/])key_policy_\w+\b(?!\*)", page.read_text("utf-8"))
    }
    made = {f"key_policy_{name}" for name in FIELDS} | set(re.findall(r"key_policy_\w+", json.dumps(conf("macros"))))
    assert len(named) > 40 and named <= made


@pytest.mark.parametrize("name", [name for name in CLASSES if name != "all"])
def test_the_threat_model_lists_the_actions_of_each_class(name: str) -> None:
    (listed,) = re.findall(rf"^\| `{name}`[^|]*\| (.*) \|$", PAGES["threat-model.md"], re.MULTILINE)
    assert {f"kms:{found}" for found in re.findall(r"\b[A-Z]\w+", listed)} == set(shown(CLASSES[name]))


def cited() -> Iterator[tuple[str, str, str]]:
    """Who cites which page of docs/ and which of its sections: code in docstrings (docs/x.md, *A*, *B* and *C*), cases
    in their page (docs/x.md: A, a detail; B) or their why (docs/x.md, A: a detail).
    """
    for path in [path for folder in ("lib/kmspolicy", "dev") for path in (APP / folder).rglob("*.py")]:
        if "node_modules" not in path.parts:
            text = " ".join(path.read_text("utf-8").split())
            for page, listed in re.findall(r"docs/([a-z-]+\.md)((?:(?:, | and |, and )\*[^*]+\*)+)", text):
                yield from ((path.name, page, section) for section in re.findall(r"\*([^*]+)\*", listed))
    for path in (APP / "tests" / "engine" / "cases").rglob("*.json"):
        for page, listed in re.findall(
            r"docs/([a-z-]+\.md): ([^:]*?)(?=; [^;:]*: |$)", json.loads(path.read_text("utf-8"))["page"]
        ):
            yield from ((path.name, page, section.split(",")[0]) for section in listed.split("; "))
    for path in (APP / "tests" / "reference" / "cases").glob("*.json"):
        for page, section in re.findall(r'"why": "docs/([a-z-]+\.md), ([^:"]*)', path.read_text("utf-8")):
            yield path.name, page, section


def test_a_section_that_is_cited_is_there() -> None:
    found = list(cited())
    headings = {name: re.findall(r"^#+ (.*)|^\*\*(.*?)\.?\*\*", text, re.MULTILINE) for name, text in PAGES.items()}
    known = {name: [part for parts in listed for part in parts if part] for name, listed in headings.items()}
    assert len(found) > 50
    assert [cite for cite in found if not any(head.startswith(cite[2]) for head in known.get(cite[1], []))] == []


def test_no_page_holds_the_marks_of_a_merge() -> None:
    pages = [*APP.glob("*.md"), *APP.glob("docs/*.md")]
    assert len(pages) > 10
    marked = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
    assert [page.name for page in pages if marked.search(page.read_text(encoding="utf-8"))] == []
