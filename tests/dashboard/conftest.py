"""A Chromium with the framework, and Splunks that hold sample events, for the tests of the dashboards."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from dev.dashboard.browser import Browser, missing
from dev.dashboard.samples import SampleSplunk, sample_events, time_after

from . import states

REQUIRED = "KMSPOLICYCHECK_REQUIRE_BROWSER"
OVERVIEW, DETAIL, SETUP = "kms_key_policies", "kms_key_policy_detail", "kms_key_policy_setup"

DRAWN = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(missing()) and not os.environ.get(REQUIRED), reason=f"the dashboards were not drawn; missing: {missing()}"
    ),
]
"""Marks of tests that look at a drawn page: slow, and left out without a browser unless the environment demands one."""


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


def holding(events: Iterable[dict[str, Any]]) -> SampleSplunk:
    """A Splunk that holds these events and has no inventory yet."""
    return SampleSplunk([json.dumps(event) for event in events], states.NOW)


@pytest.fixture(scope="session")
def known() -> SampleSplunk:
    """A Splunk with one key in each state, whose inventory search has run."""
    splunk = holding(states.events())
    splunk.update_inventory()
    return splunk


@pytest.fixture(scope="session")
def own() -> SampleSplunk:
    """The same, where the company's own accounts and organization are listed."""
    splunk = holding(states.events())
    rows = "111122223333,Production,o-a1b2c3d4e5\n777788889999,Backup,o-a1b2c3d4e5\n"
    splunk.upload("kmspolicycheck_own_accounts_example.csv", f"account,name,organization\n{rows}")
    splunk.update_inventory()
    return splunk


@pytest.fixture(scope="session")
def fresh() -> SampleSplunk:
    """The same, before the inventory search was enabled."""
    return holding(states.events())


@pytest.fixture(scope="session")
def forty() -> SampleSplunk:
    """A Splunk that knows forty open keys."""
    splunk = holding(states.forty())
    splunk.update_inventory()
    return splunk


@pytest.fixture(scope="session")
def page(splunk: SampleSplunk) -> Iterator[Shown]:
    """The one browser of a test run."""
    if missing():
        pytest.fail(f"{REQUIRED} is set, but the dashboards cannot be drawn; missing: {missing()}")
    with Browser(splunk.answer) as browser:
        page = Shown(browser, splunk)
        page.open("kms_key_policy_setup")
        yield page
