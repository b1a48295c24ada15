"""This app's detections as content of the publisher's builder: what it would make of them, and the folder it reads."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dev.content.builder_rules import problems
from dev.content.compare import TABLE, differences, expected
from dev.content.contentctl import ContentError, conf, content, detections, write
from dev.content.detection import Detection
from dev.content.listed import read_rows, report
from tests.content.shipped import OURS

pytestmark = pytest.mark.slow

DETECTIONS = detections()
FILES = content(DETECTIONS)


@pytest.mark.parametrize("detection", DETECTIONS, ids=lambda one: one.name)
def test_the_builder_takes_every_detection_of_this_app(detection: Detection) -> None:
    assert problems(detection) == []


def test_every_detection_of_this_app_is_content() -> None:
    assert sorted(detection.stanza for detection in DETECTIONS) == sorted(OURS)


def test_the_builder_writes_what_ships_except_where_the_table_says() -> None:
    found = [one for name, made in expected(DETECTIONS).items() for one in differences(name, conf(name), made)]
    stanzas = {"savedsearches": "*", "analyticstories": "savedsearch://*"}
    rows = [row for row in read_rows(TABLE) if stanzas.get(row.patterns["conf"]) == row.patterns["stanza"]]
    assert report(found, rows) == []


def test_the_folder_holds_yaml_under_the_names_that_the_builder_wants(tmp_path: Path) -> None:
    write(tmp_path / "folder", FILES)
    for name, fields in FILES.items():
        path = tmp_path / "folder" / name
        assert yaml.safe_load(path.read_text(encoding="utf-8")) == fields
        if "name" in fields:
            assert path.stem == fields["name"].lower().replace(" ", "_")
        if name.startswith("lookups/"):
            columns, *_ = path.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
            assert "key" in columns or "account" in columns


def test_a_folder_is_written_anew_and_one_with_other_files_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    write(folder, FILES)
    (folder / "detections" / "old.yml").touch()
    write(folder, FILES)
    assert not (folder / "detections" / "old.yml").exists()
    (tmp_path / "mine").touch()
    with pytest.raises(ContentError, match="holds other files"):
        write(tmp_path, FILES)
    assert (tmp_path / "mine").exists()


def test_a_drilldown_names_its_own_search_as_the_builder_wants_it() -> None:
    texts = [one["search"] for fields in FILES.values() for one in fields.get("drilldown_searches", [])]
    assert [text for text in texts if "%original_detection_search%" in text]
    assert [text for text in texts if "savedsearch" in text] == []
