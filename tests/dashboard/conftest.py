"""A Chromium with the framework, and a Splunk that holds the sample events, for the tests of the dashboards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dev.dashboard.browser import Browser, missing
from dev.dashboard.samples import SampleSplunk, sample_events, time_after

REQUIRED = "KMSPOLICYCHECK_REQUIRE_BROWSER"


class Shown:
    """The page as a person has it before him: a Splunk to look into, a view of it, and what can be done there."""

    def __init__(self, browser: Browser, splunk: SampleSplunk) -> None:
        self.browser = browser
        self.splunk = splunk

    def open(self, view: str, splunk: SampleSplunk | None = None, theme: str = "light", **tokens: str) -> None:
        """Open a view, by default of the Splunk with the sample events."""
        shown = splunk or self.splunk
        shown.theme = theme
        shown.asked.clear()
        self.browser.answer = shown.answer
        self.browser.call("open", view=view, tokens=tokens, now=shown.now * 1000)

    def tiles(self) -> dict[str, dict[str, Any]]:
        """What is drawn: {id: {type, title, status, text, value, rows}}."""
        tiles: dict[str, dict[str, Any]] = self.browser.call("tiles")
        return tiles

    def asked(self) -> dict[str, dict[str, Any]]:
        """The latest search of every data source since the view was opened."""
        return {search["id"]: search for search in self.splunk.asked}


@pytest.fixture(scope="session")
def splunk() -> SampleSplunk:
    """A Splunk with the sample events, whose inventory search has run."""
    events = sample_events()
    splunk = SampleSplunk(events, time_after(events))
    splunk.update_inventory()
    return splunk


@pytest.fixture(scope="session")
def unconfigured(splunk: SampleSplunk) -> SampleSplunk:
    """A Splunk in which the app's macros find no event."""
    return SampleSplunk((), splunk.now)


@pytest.fixture(scope="session")
def page(splunk: SampleSplunk) -> Iterator[Shown]:
    """The one browser of a test run."""
    if missing():
        pytest.fail(f"{REQUIRED} is set, but the dashboards cannot be drawn; missing: {missing()}")
    with Browser(splunk.answer) as browser:
        page = Shown(browser, splunk)
        page.open("kms_key_policy_setup")
        yield page
