"""Every result equals what the local runner gives for the same events, lookups and times, field by field.
With that, what the tests of this repository show by the local runner is shown for Splunk, too.
"""

from __future__ import annotations

import pytest

from dev.spl.runner import APP
from dev.spl.saved import Window, saved_search, saved_searches
from dev.splunk.lookups import rows_search
from dev.splunk.proof import Proof
from dev.splunk.views import view_searches
from tests.splunk.asking import equal, gives, some
from tests.splunk.sets import DETECTIONS, DOCUMENTED, STORY, Documented

SAVED = saved_searches()
VIEWS = view_searches()
FEW = {(case.detection, bool(case.expect)): source for source, case in DETECTIONS.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", SAVED)
def test_a_saved_search_run_by_its_name(proof: Proof, name: str) -> None:
    proof.set_lookups({})
    equal(proof.compare_saved(name, SAVED[name], STORY), proof)


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    some(list(DETECTIONS), list(FEW.values())),
    ids=lambda source: f"{DETECTIONS[source].detection}: {DETECTIONS[source].name}",
)
def test_a_detection_on_its_cases(proof: Proof, source: str) -> None:
    case = DETECTIONS[source]
    saved = saved_search(case.detection, APP)
    proof.set_lookups(proof.sets[source].lookups)
    both = proof.compare(saved.text, source, saved.window)
    equal(both, proof)
    if all(event.indextime is None and event.index == "main" for event in case.events):
        assert bool(both.splunk.rows) == bool(case.expect)


@pytest.mark.slow
@pytest.mark.parametrize(("minutes", "found"), [(0, False), (20, True), (90, False)])
def test_a_detection_looks_at_what_was_indexed_in_its_hour(proof: Proof, minutes: int, found: bool) -> None:
    """-70m@m to -10m@m of the index time: not what came just now, what came 20 minutes ago, not what came before."""
    detection, source = next((detection, source) for (detection, fires), source in FEW.items() if fires)
    saved = saved_search(detection, APP)
    proof.set_lookups(proof.sets[source].lookups)
    both = proof.compare(saved.text, source, saved.window, now=proof.sent + 60 * minutes)
    equal(both, proof)
    assert bool(both.splunk.rows) == found


@pytest.mark.slow
@pytest.mark.parametrize("search", some(VIEWS, VIEWS[::6]), ids=lambda search: search.where)
def test_a_search_of_a_view(proof: Proof, search: tuple[str, str, Window]) -> None:
    proof.set_lookups({})
    _, text, window = search
    equal(proof.compare(text, STORY, window), proof)


@pytest.mark.parametrize("case", DOCUMENTED, ids=lambda case: case.name)
def test_what_the_search_reference_says_of_a_command(proof: Proof, case: Documented) -> None:
    """The cases by which the local runner was written down, on Splunk."""
    if case.rows is not None:
        text = f"{rows_search(case.rows)} {case.spl if case.spl.startswith('|') else f'| {case.spl}'}"
    else:
        text = case.spl.replace("[search ", f"[search {proof.place(case.source)} ")
        text = text if text.startswith("|") else f"search {proof.place(case.source)} {text}"
    window = Window(case.case.get("earliest", "0"), case.case.get("latest", ""))
    found = proof.search(text, case.source, window, now=case.case.get("now"))
    gives(found, case.expected, proof)
