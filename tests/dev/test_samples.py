"""The sample events answer as samples/README.md says, each of them, and every file of samples/ has a chapter there."""

import json
import re
from pathlib import Path

import pytest

from dev.cloudtrail_files import EventFiles
from dev.splunkd import run

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
PAGE = (SAMPLES / "README.md").read_text(encoding="utf-8")
CHAPTERS = re.findall(r"^## (\S+): .*\n((?:(?!## ).*\n?)*)", PAGE, re.M)


def promised(chapter):
    """eventID -> what the page's table says of it: (operation, audience, severity)."""
    rows = [re.split(r" *\| *", line.strip("| ")) for line in chapter.splitlines() if line.startswith("|")]
    return {identity: (operation, audience, severity) for identity, operation, _, audience, severity in rows[2:]}


def test_the_page_names_every_file():
    assert {name for name, _ in CHAPTERS} == {path.name for path in SAMPLES.glob("*.json*")}


@pytest.mark.parametrize("name, chapter", CHAPTERS, ids=[name for name, _ in CHAPTERS])
def test_the_command_answers_what_the_page_says(name, chapter):
    texts = list(EventFiles([str(SAMPLES / name)]))
    rows = run(ROOT, [{"_raw": text} for text in texts], ["mode=summary"]).rows
    answered = {}
    for text, row in zip(texts, rows):
        record = json.loads(text)
        record = record.get("detail", record)
        identity = record.get("eventID") or record["metadata"]["uid"]
        operation = record.get("eventName") or record["api"]["operation"]
        answered[identity] = (operation, row["key_policy_audience"] or "-", row["key_policy_severity"] or "-")
    assert len(rows) == len(texts)
    assert answered == promised(chapter)
