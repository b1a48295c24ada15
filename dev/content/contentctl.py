"""Writes this app's detections, their macros, lookups, story and data sources as a content folder of the publisher's
builder, contentctl-ng 1.1.1: `make contentctl`. All of it comes from the conf files. Settings for which the builder's
format has no place are left out; differences.json lists them. Source: the models of contentctl-ng (PyPI).
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from dev.cloudtrail_files import EventFiles
from dev.content.builder import search_text
from dev.content.builder_rules import folder_problems, problems
from dev.content.detection import Detection, read_detection
from dev.content.yaml_files import (
    bare_name,
    build_file,
    data_source_file,
    detection_file,
    lookup_file,
    macro_file,
    story_file,
)
from dev.spl import run_saved
from dev.spl.conf import Conf, read_conf
from dev.vendor import ROOT

STORY = "analytic_story://"
_INVENTORY = "KMS - Update inventory"
_FOLDERS = (
    "app_template",
    "baselines",
    "dashboards",
    "lookups/csv",
    "lookups/kvstore",
    "playbooks",
    "removed",
    "schedules",
)

Content = dict[str, dict[str, Any]]
"""Path below the content folder -> what the YAML file there says."""


class ContentError(Exception):
    """No content folder can be written; the text says why."""


def conf(name: str) -> Conf:
    """The stanzas of default/<name>.conf."""
    return read_conf(ROOT / "default" / f"{name}.conf")


def detections() -> list[Detection]:
    """This app's own detections, without the published rules that it replicates: those that its story names."""
    saved, told = conf("savedsearches"), conf("analyticstories")
    (story,) = (settings for name, settings in told.items() if name.startswith(STORY))
    return [read_detection(name, saved[name], told[f"savedsearch://{name}"]) for name in json.loads(story["searches"])]


def content(found: Iterable[Detection]) -> Content:
    """The YAML files of these detections and of all that they use. ContentError: what the builder would refuse."""
    found = list(found)
    _refuse([f"{detection.stanza}: {problem}" for detection in found for problem in problems(detection)])
    searches = [
        text for one in found for text in (search_text(one), *(drilldown.search for drilldown in one.drilldowns))
    ]
    macros, lookups = _macros(searches), conf("transforms")
    named = " ".join([*searches, *(macro["definition"] for macro in macros.values())])
    files = {"build.yml": build_file()}
    for detection in found:
        files[_path("detections/cloud", detection.name)] = detection_file(detection)
    for stanza, settings in macros.items():
        files[_path("macros", bare_name(stanza))] = macro_file(stanza, settings)
    for name in sorted(set(re.findall(r"lookup (?:\w+=\w+ )*(\w+)", named)) & set(lookups)):
        files[_path("lookups/csv", name)] = lookup_file(name, lookups[name])
    for stanza, settings in conf("analyticstories").items():
        if stanza.startswith(STORY):
            files[_path("stories", stanza.removeprefix(STORY))] = story_file(stanza.removeprefix(STORY), settings)
    for name in sorted({name for detection in found for name in detection.data_sources}):
        files[_path("data_sources", name)] = data_source_file(name)
    _refuse(folder_problems(files))
    return files


def _refuse(refused: list[str]) -> None:
    if refused:
        raise ContentError("the builder would refuse it:\n" + "\n".join(refused))


def write(folder: Path, files: Content) -> None:
    """Writes a new folder, or one in place of an older one. ContentError: there is a folder with other files."""
    if folder.exists() and any(folder.iterdir()) and not _is_ours(folder):
        raise ContentError(f"{folder} holds other files: name a folder that is new, or was written by this command")
    shutil.rmtree(folder, ignore_errors=True)
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, fields in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8"
        )
        if name.startswith("lookups/csv/"):
            path.with_suffix(".csv").write_text(_csv(conf("transforms")[fields["name"]]["filename"]), encoding="utf-8")


def _is_ours(folder: Path) -> bool:
    """Whether this command wrote a folder, maybe for another version."""
    build, ours = folder / "build.yml", build_file()
    written = yaml.safe_load(build.read_text(encoding="utf-8")) if build.exists() else {}
    return all(written.get(key) == ours[key] for key in ("author", "id"))


def _macros(searches: Iterable[str]) -> dict[str, dict[str, str]]:
    """The macros that searches call, those within macros included. The builder makes the filter macros itself."""
    known = {bare_name(stanza): stanza for stanza in conf("macros")}
    found, texts = dict[str, dict[str, str]](), list(searches)
    while texts:
        for name in re.findall(r"`(\w+)[`(]", texts.pop()):
            stanza = known.get(name)
            if stanza and stanza not in found:
                found[stanza] = conf("macros")[stanza]
                texts.append(found[stanza]["definition"])
    return dict(sorted(found.items()))


def _csv(filename: str) -> str:
    """The lookup file that ships, or the head of the file that the search of the inventory writes."""
    shipped = ROOT / "lookups" / filename
    if shipped.exists():
        return shipped.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        run_saved(_INVENTORY, EventFiles([str(ROOT / "samples" / "cloudtrail.jsonl")]), all_time=True, lookups=folder)
        return Path(folder, filename).read_text(encoding="utf-8").splitlines()[0] + "\n"


def _path(folder: str, name: str) -> str:
    """The builder wants files named after what they hold."""
    return f"{folder}/{re.sub(r'[ .-]', '_', name.lower())}.yml"


class _Dumper(yaml.SafeDumper):
    """YAML with searches as blocks of lines."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def main() -> None:
    """Writes the folder and prints its path, or why there is none."""
    parser = argparse.ArgumentParser(prog="python -m dev.content.contentctl", description="Writes a content folder.")
    parser.add_argument("--folder", type=Path, default=Path("build/contentctl"), help="default: build/contentctl")
    folder = parser.parse_args().folder
    try:
        write(folder, content(detections()))
    except ContentError as error:
        sys.exit(f"no content folder: {error}")
    print(folder)


if __name__ == "__main__":
    main()
