"""What the engine still gets wrong, each as the test that it must pass; whoever mends one moves it to its place."""
from __future__ import annotations

import json
import subprocess

import pytest

from dev.pythons import SPLUNK_PYTHONS, find
from kmspolicy import analyze
from tests.engine.cases import Case, document, name, policy_of, question, statement, walk
from tests.engine.test_verdicts import told
from tests.engine.test_versions import ROOT


def wrong(why: str) -> pytest.MarkDecorator:
    """The mark of a test that the engine does not pass yet."""
    return pytest.mark.xfail(reason=f"{why}; when this passes, it belongs to the other tests", strict=True)


@wrong("no witness is found though there is one")
@pytest.mark.parametrize("case", list(walk("open")), ids=name)
def test_a_request_that_exists_is_found(case: Case) -> None:
    found = analyze(json.dumps(policy_of(case.data)), **question(case.data))
    assert told(found, case.data["expect"]) == case.data["expect"]


@wrong("numbers are compared as binary fractions")
def test_numbers_that_conditions_tell_apart_have_other_hashes() -> None:
    limited = json.dumps(document(statement({"Condition": {"NumericEquals": {"made:up": "NUMBER"}}})))
    short, long = (analyze(limited.replace('"NUMBER"', number)) for number in ("0.1", "0.10000000000000000001"))
    assert short.hash != long.hash


PER_PYTHON = {
    "a comma at the end of a list": "[1,]",
    "a comma at the end of an object": '{"Id": "a",}',
    "2,000 brackets": "[" * 2_000 + "]" * 2_000,
}
SAY = """
import sys; sys.path.insert(0, "lib")
from kmspolicy import analyze, error_text
for text in sys.argv[1:]:
    found = analyze(text)
    print(found.audience, found.problem and error_text(found.problem))
"""


@pytest.fixture(scope="module")
def said() -> list[list[str]]:
    """What each of Splunk's Pythons says of these texts."""
    pythons = [interpreter for interpreter in map(find, SPLUNK_PYTHONS) if interpreter]
    if len(pythons) < 2:
        pytest.skip("both of Splunk's Pythons are needed")
    return [subprocess.run([python, "-c", SAY, *PER_PYTHON.values()], cwd=ROOT, capture_output=True, text=True,
                           check=True).stdout.splitlines() for python in pythons]


@wrong("the standard library's readers differ between Pythons")
@pytest.mark.parametrize("at", range(len(PER_PYTHON)), ids=PER_PYTHON)
def test_every_python_says_the_same(at: int, said: list[list[str]]) -> None:
    assert len({lines[at] for lines in said}) == 1
