"""axe-core on every page, in both themes: what is wrong in our texts and colours fails, the framework's is listed."""

from __future__ import annotations

import pytest

from dev.dashboard.samples import SampleSplunk

from . import states
from .conftest import DETAIL, DRAWN, OVERVIEW, SETUP, Shown

pytestmark = DRAWN

FRAMEWORK = {
    ("aria-valid-attr-value", 'data-test="resize"'): "the handle that resizes a column names the column, not an id",
    ("color-contrast", 'data-test="viz-description"'): "a tile's description, 4.2 in the light theme",
}
"""What axe-core finds that no view can change: rule and part of the framework."""


SEEN = {
    "overview": (OVERVIEW, "known", ""),
    "overview without events": (OVERVIEW, "unconfigured", ""),
    "open key": (DETAIL, "known", states.OPEN.arn),
    "unreadable key": (DETAIL, "known", states.UNREADABLE.arn),
    "setup": (SETUP, "known", ""),
    "setup without events": (SETUP, "unconfigured", ""),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("seen", SEEN)
def test_axe_finds_nothing_that_is_ours(page: Shown, request: pytest.FixtureRequest, seen: str, theme: str) -> None:
    view, splunk, key = SEEN[seen]
    holds: SampleSplunk = request.getfixturevalue(splunk)
    page.open(view, holds, theme=theme, **({"key": key} if key else {}))
    found = page.browser.call("accessibility")
    ours = [it for it in found if not any(it["rule"] == rule and part in it["html"] for rule, part in FRAMEWORK)]
    assert ours == []


def test_what_is_excused_is_there(page: Shown, known: SampleSplunk) -> None:
    page.open(OVERVIEW, known)
    found = page.browser.call("accessibility")
    assert [it for it in FRAMEWORK if not any(axe["rule"] == it[0] and it[1] in axe["html"] for axe in found)] == []
