"""What the engine still gets wrong, each as the test that it must pass; whoever mends one moves it to its place."""

from __future__ import annotations

import json

import pytest

from kmspolicy import analyze
from tests.engine.cases import Case, name, policy_of, question, walk
from tests.engine.test_verdicts import told


def wrong(why: str) -> pytest.MarkDecorator:
    """The mark of a test that the engine does not pass yet."""
    return pytest.mark.xfail(reason=f"{why}; when this passes, it belongs to the other tests", strict=True)


@wrong("no witness is found though there is one")
@pytest.mark.parametrize("case", list(walk("open")), ids=name)
def test_a_request_that_exists_is_found(case: Case) -> None:
    found = analyze(json.dumps(policy_of(case.data)), **question(case.data))
    assert told(found, case.data["expect"]) == case.data["expect"]
