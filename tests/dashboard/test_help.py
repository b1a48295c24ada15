"""The Help view: a dashboard that Splunk can show, with what the app's pages promise that it explains."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dev.help import PAGES, help_view
from dev.spl.conf import read_conf
from dev.vendor import ROOT


def shown(root: Path = ROOT) -> dict[str, str]:
    """Title of each panel of the view -> the text that a person reads there."""
    dashboard = ElementTree.fromstring(help_view(root))
    assert (dashboard.tag, dashboard.get("version")) == ("dashboard", "1.1")
    panels = dashboard.iter("panel")
    return {str(panel.findtext("title")): "".join(panel.find("html").itertext()) for panel in panels}  # type: ignore[union-attr]


def written(folder: Path, text: str) -> Path:
    """A folder whose docs/ hold this text as the first page, and nothing on the others."""
    (folder / "docs").mkdir()
    for page in PAGES:
        (folder / page).write_text(text if page == PAGES[0] else "", "utf-8")
    return folder


def test_everything_that_can_be_tuned_is_explained() -> None:
    text = "\n".join(shown().values())
    macros = (ROOT / "default" / "macros.conf").read_text("utf-8")
    tuned = re.findall(r"^\[(kmspolicycheck_\w+)\]", macros.partition("### TUNING ###")[2].partition("###")[0], re.M)
    assert tuned
    assert [macro for macro in tuned if macro not in text] == []
    assert [lookup for lookup in read_conf(ROOT / "default" / "transforms.conf") if lookup not in text] == []


@pytest.mark.parametrize("path", sorted((ROOT / "lookups").glob("*_example.csv")), ids=lambda path: str(path.stem))
def test_each_list_is_shown_with_a_row_that_fills_its_columns(path: Path) -> None:
    header = path.read_text("utf-8").splitlines()[0]
    (example,) = re.findall(rf"^{header}\n(.+)$", "\n".join(shown().values()), re.MULTILINE)
    (row,) = csv.reader([example])
    assert len(row) == len(header.split(",")) and all(row)


def test_each_chapter_is_a_panel(tmp_path: Path) -> None:
    page = "# One\n\nfirst\n\n## Two\n\nsecond\n\n### Below\n\nthird\n"
    panels = shown(written(tmp_path, page))
    assert list(panels) == ["One", "Two"]
    assert panels["Two"].split() == ["second", "Below", "third"]


def test_links_into_the_repository_are_text_and_others_stay(tmp_path: Path) -> None:
    page = "# One\n\n[there](command.md#fields), [**here**](#one), [AWS](https://docs.aws.amazon.com/kms/)\n"
    view = help_view(written(tmp_path, page)).decode()
    assert re.findall(r'href="([^"]*)"', view) == ["https://docs.aws.amazon.com/kms/"]
    assert "there, <strong>here</strong>, " in view


def test_what_means_nothing_in_splunk_is_left_out(tmp_path: Path) -> None:
    page = "# One\n\nkept\n\n<!-- repository -->\n## Samples\n\nmake demo\n<!-- /repository -->\n"
    assert list(shown(written(tmp_path, page))) == ["One"]


def test_a_dollar_sign_begins_no_token(tmp_path: Path) -> None:
    assert b"<code>$$key$$</code>" in help_view(written(tmp_path, "# One\n\n`$key$`\n"))


def test_text_that_looks_like_markup_stays_text(tmp_path: Path) -> None:
    assert "a <b> & c" in shown(written(tmp_path, "# One & <i>\n\n`a <b> & c`\n"))["One & <i>"]
