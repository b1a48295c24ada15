"""Random policies in which accounts are alike: asking about one of them changes no answer about the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from dev.fuzz.compare import engine, is_cut_short
from dev.fuzz.cost import everything, forget
from dev.fuzz.generator import Case, case
from kmspolicy import Analysis
from kmspolicy.report import parties
from kmspolicy.witness import asked, searcher

_ACCOUNT = re.compile(r"\b[0-9]{12}\b")
pytestmark = pytest.mark.slow

CASES = 150
FRESH = [f"70000000000{digit}" for digit in range(3)]


def repeated(given: Case) -> Case:
    """The policy with some of its statements written again for other accounts, each for one of its own."""
    random, policy = Random(given.text()), given.policy
    written = policy.get("Statement", []) if isinstance(policy, dict) else []
    listed = written if isinstance(written, list) else [written]
    text = json.dumps(listed)
    named = sorted({*_ACCOUNT.findall(text)} - {given.account})
    if not named:
        return given
    account = random.choice(named)
    copies = [json.loads(json.dumps(each).replace(account, fresh)) for fresh in FRESH for each in listed]
    chosen = [each for each in copies if json.dumps(each) not in text and random.random() < 0.6]
    return given._replace(policy={**policy, "Statement": [*listed, *chosen]})


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    forget()


def told(given: Case) -> tuple[Analysis, Any]:
    forget()
    found = engine(given)
    return found, everything(found)


def test_ids_that_are_alike_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [repeated(case(Random(seed))) for seed in range(CASES)]
    together = [told(given) for given in cases]
    with monkeypatch.context() as patched:
        patched.setattr(searcher, "without_id", lambda statement, own: None)
        patched.setattr(asked, "kinds", lambda *said: str)
        patched.setattr(parties, "kinds", lambda *said: str)
        one_by_one = [told(given._replace(policy=given.text() + " ")) for given in cases]
    saved = 0
    for given, (found, answer), (other, expected) in zip(cases, together, one_by_one):
        saved += other.steps - found.steps
        if not (found.problem or is_cut_short(found) or is_cut_short(other)):
            assert answer == expected, given.text()
    assert saved > 0
