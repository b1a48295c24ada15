"""The README shows what the project really does: its example output, its targets, its fields."""

import re

from dev import readme
from dev.splunkd import run
from dev.vendor import ROOT
from tests.package.trees import read_conf

README = readme.README.read_text("utf-8")


def test_every_example_is_what_the_demo_prints() -> None:
    assert README.count("\n$ make demo EVENTS=") == 2
    assert readme.refresh(README) == README, "run: .venv/bin/python -m dev.readme"


def test_every_target_it_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", README)) | set(re.findall(r"^    make ([a-z-]+)", README, re.MULTILINE))
    assert named >= {"demo", "test", "package", "appinspect"} and named <= targets


def test_it_lists_every_detection_and_every_macro_to_tune() -> None:
    searches = read_conf(ROOT / "default" / "savedsearches.conf")
    rows = re.findall(r"^\| (KMS - .*? - Rule) \|", README, re.MULTILINE)
    assert sorted(rows) == sorted(name for name in searches if name.endswith(" - Rule"))
    macros = read_conf(ROOT / "default" / "macros.conf")
    tuned = dict(re.findall(r"^\| macro `(kmspolicycheck_\w+)` \| `(.*?)` \|", README, re.MULTILINE))
    assert len(tuned) > 4 and {name: macros[name]["definition"] for name in tuned} == {
        **tuned,
        "kmspolicycheck_sourcetypes": macros["kmspolicycheck_sourcetypes"]["definition"],
    }


def test_it_explains_every_field_and_no_other() -> None:
    answer = run(ROOT, [{"policy": "{}"}], ["policy"])
    fields = {name for name in answer.rows[0] if name != "policy"}
    tables = [line for line in README.splitlines() if line.startswith("| `key_policy_")]
    assert {name for line in tables for name in re.findall(r"`(key_policy_\w+)`", line.split(" | ")[0])} == fields
