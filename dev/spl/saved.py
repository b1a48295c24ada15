"""The app's saved searches: their text and time range by name, and the command that puts one at the head of a search.
Rules: savedsearches.conf.spec, "dispatch"; Search Reference, "savedsearch".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dev.spl.conf import app_conf
from dev.spl.errors import SplError

APP = Path(__file__).resolve().parents[2]
"""The app whose macros, lookups and saved searches are run, unless told otherwise."""

_COMMAND = re.compile(
    r'\s*\|\s*savedsearch\s+(?:"(?P<quoted>[^"\\]*)"|(?P<plain>[^\s"|]+))\s*(?P<rest>\|.*)?', re.DOTALL
)
_PLACEHOLDER = re.compile(r"\$[^$]*\$")


@dataclass(frozen=True)
class Window:
    """Bounds of a search as time modifiers, "" for none: of _time, and of _indextime."""

    earliest: str = ""
    latest: str = ""
    index_earliest: str = ""
    index_latest: str = ""


@dataclass(frozen=True)
class SavedSearch:
    """The text of a saved search and the time range that it runs over."""

    text: str
    window: Window


def saved_searches(app: Path = APP) -> dict[str, dict[str, str]]:
    """Name -> settings of the app's saved searches."""
    return {name: settings for name, settings in app_conf(app, "savedsearches").items() if "search" in settings}


def saved_search(name: str, app: Path) -> SavedSearch:
    """One of them. SplError, with the names there are, where the app has no such search."""
    saved = saved_searches(app)
    settings = saved.get(name)
    if settings is None:
        raise SplError(_no_such_search(name, saved))
    bounds = ("earliest_time", "latest_time", "index_earliest", "index_latest")
    return SavedSearch(settings["search"], Window(*(settings.get(f"dispatch.{bound}", "") for bound in bounds)))


def called(spl: str, app: Path) -> SavedSearch | None:
    """The search that `| savedsearch "name" | …` stands for, None for any other search.

    Its time range is the saved one, which Splunk uses where the caller searches all time. SplError for options of the
    command, and for a $placeholder$ that nothing replaces: Splunk refuses to run such a search.
    """
    if not re.match(r"\s*\|\s*savedsearch\b", spl):
        return None
    match = _COMMAND.fullmatch(spl)
    if match is None:
        raise SplError("the local runner knows savedsearch with a name alone", spl.index("savedsearch"), spl)
    found = saved_search(match["quoted"] or match["plain"], app)
    placeholder = _PLACEHOLDER.search(found.text)
    if placeholder:
        raise SplError(f"savedsearch finds no value for {placeholder[0]} in that search", spl.index("savedsearch"), spl)
    return SavedSearch(f"{found.text} {match['rest'] or ''}".rstrip(), found.window)


def _no_such_search(name: str, saved: Iterable[str]) -> str:
    """What to say of a name that no saved search has: the name that differs in case alone, or else all of them."""
    known = sorted(saved)
    meant = [one for one in known if one.casefold() == name.casefold()]
    said = f"did you mean {meant[0]!r}?" if meant else "these are there:" + "".join(f"\n  {one}" for one in known)
    return f"there is no saved search {name!r}; {said}"
