"""The README and the page of the command show what the project really does: example output, targets, fields, links."""

import re
from pathlib import Path

import pytest

from dev import readme
from dev.splunkd import run
from dev.vendor import ROOT

pytestmark = pytest.mark.slow

README = readme.README.read_text("utf-8")


def test_every_example_is_what_the_demo_prints() -> None:
    assert README.count("\n$ make demo EVENTS=") == 1
    assert readme.refresh(README) == README, "run: .venv/bin/python -m dev.readme"


def test_every_target_it_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", README)) | set(re.findall(r"^    make ([a-z-]+)", README, re.MULTILINE))
    assert named >= {"demo", "package", "check", "test"} and named <= targets


def test_the_page_of_the_command_explains_every_field_and_no_other() -> None:
    answer = run(ROOT, [{"policy": "{}"}], ["policy"])
    fields = {name for name in answer.rows[0] if name != "policy"}
    page = (ROOT / "docs" / "command.md").read_text("utf-8")
    tables = [line for line in page.splitlines() if line.startswith("| `key_policy_")]
    assert {name for line in tables for name in re.findall(r"`(key_policy_\w+)`", line.split(" | ")[0])} == fields


PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "dev").glob("*/README.md"),
    ROOT / "samples" / "README.md",
]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    for target, anchor in re.findall(r"\]\((?!https?://)([^)#]*)#?([^)]*)\)", text):
        aim = page.parent / target if target else page
        assert aim.exists(), target
        assert not anchor or anchor in anchors(aim.read_text("utf-8")), f"{target}#{anchor}"


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
