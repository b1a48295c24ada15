"""Compares what the publisher's builder makes of the content folder with what this app ships, setting by setting.
differences.json lists every setting that may differ, with the reason. `python -m dev.content.compare FOLDER`, where
FOLDER is the app that contentctl-ng built.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from dev.content.builder import form
from dev.content.contentctl import conf, detections
from dev.content.detection import Detection
from dev.content.listed import read_rows, report
from dev.spl.conf import Conf, read_conf

TABLE = Path(__file__).with_name("differences.json")
CONFS = ("analyticstories", "macros", "savedsearches", "transforms")
_SIDES = {"ours": "only ours", "builder": "only the builder's", "both": "not the same"}
_BOOLEANS = {"true": "1", "false": "0"}


class Difference(NamedTuple):
    """A setting that differs: only one side has it, or both have it with different values. "" is a whole stanza."""

    conf: str
    stanza: str
    setting: str
    side: str

    def __str__(self) -> str:
        return f"{self.conf}.conf [{self.stanza}] {self.setting}: {_SIDES[self.side]}"


def differences(name: str, ours: Conf, built: Conf) -> list[Difference]:
    """What differs in the stanzas that the builder wrote, except for ends of lines and spellings of a Boolean."""
    found = []
    for stanza, settings in built.items():
        if stanza not in ours:
            found.append(Difference(name, stanza, "", "builder"))
            continue
        mine = ours[stanza]
        for setting in sorted({*mine, *settings}):
            if setting not in settings or setting not in mine:
                found.append(Difference(name, stanza, setting, "ours" if setting in mine else "builder"))
            elif _plain(mine[setting]) != _plain(settings[setting]):
                found.append(Difference(name, stanza, setting, "both"))
    return found


def expected(found: Iterable[Detection]) -> dict[str, Conf]:
    """What the builder should write for these detections, as dev.content.builder has it: name of a conf -> stanzas."""
    forms = {detection.stanza: form(detection) for detection in found}
    return {
        "savedsearches": {stanza: made.saved_search for stanza, made in forms.items()},
        "analyticstories": {f"savedsearch://{stanza}": made.story_entry for stanza, made in forms.items()},
    }


def _plain(value: str) -> str:
    text = "\n".join(line.rstrip() for line in value.splitlines())
    return _BOOLEANS.get(text, text)


def main() -> None:
    """Prints what differs and is not listed; exit status 1 where there is any of it."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.content.compare", description="Compares a built app with this."
    )
    parser.add_argument("folder", type=Path, help="the app that contentctl-ng built")
    folder = parser.parse_args().folder
    built = {name: read_conf(folder / "default" / f"{name}.conf") for name in CONFS}
    built["savedsearches"].pop("default", None)  # what the builder says of searches that are gone
    unlike = [one for name, made in expected(detections()).items() for one in differences(name, built[name], made)]
    found = [one for name in CONFS for one in differences(name, conf(name), built[name])]
    lines = [f"dev/content/builder.py is not the builder: {one}" for one in unlike] + report(found, read_rows(TABLE))
    for line in lines:
        print(line)
    print(f"{len(found)} differences, {len(lines)} of them not as {TABLE.name} says")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
