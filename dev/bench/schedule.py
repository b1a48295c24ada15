"""The searches that the app schedules, and how many events each of them looks at in a day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from dev.bench.costs import Costs
from dev.spl.conf import Conf, read_conf
from dev.vendor import ROOT

STARTS = 3  # of the process for one search on one indexer: getinfo may be asked more than once


class Kind(Enum):
    """Events that searches of the app select, by what they are."""

    policy = "policies"
    use = "calls from other accounts"
    grant = "CreateGrant calls"


SHARES = {Kind.policy: 1 / 100_000, Kind.use: 1 / 1_000, Kind.grant: 1 / 1_000}
"""Kind -> its part of CloudTrail's events: assumptions that the page tells how to replace."""

_SELECTED = {
    "kmspolicycheck_events": (Kind.policy,),
    "kmspolicycheck_key_events": (Kind.policy,),
    "kmspolicycheck_use_events": (Kind.policy, Kind.use),
    "kmspolicycheck_grant_events": (Kind.grant,),
    "cloudtrail": (Kind.policy,),
    "amazon_security_lake": (Kind.policy,),
}
"""The macro that a search begins with -> what it selects. Calls that disable or delete keys are rare and left out."""


@dataclass(frozen=True)
class Scheduled:
    """A search that runs every hour, once it is enabled.

    looks: how often it looks at one event; runs_command: whether kmspolicycheck is in it.
    """

    name: str
    kinds: tuple[Kind, ...]
    looks: int
    runs_command: bool = True

    def events(self, kind: Kind, events_a_day: int) -> float:
        """How many events of a kind it looks at in a day."""
        return events_a_day * SHARES[kind] * self.looks if kind in self.kinds else 0

    def start(self, costs: Costs) -> float:
        """Seconds of CPU time a day on one indexer for starting the command and its engine."""
        return 24 * (STARTS * costs.start + costs.engine) if self.runs_command else 0

    def analysis(self, costs: Costs, events_a_day: int, indexers: int) -> float:
        """Seconds of CPU time a day on one indexer for the events that the command gets."""
        each = {Kind.policy: costs.policy, Kind.use: costs.key_call, Kind.grant: costs.key_call}
        seconds = sum(self.events(kind, events_a_day) * each[kind] for kind in self.kinds)
        return seconds / indexers if self.runs_command else 0


def schedule(searches: Conf | None = None) -> tuple[Scheduled, ...]:
    """Every search that default/savedsearches.conf schedules. Raises ValueError for one that cannot be explained."""
    conf = read_conf(ROOT / "default" / "savedsearches.conf") if searches is None else searches
    macros = read_conf(ROOT / "default" / "macros.conf")
    return tuple(_scheduled(name, conf[name], macros) for name in conf if "cron_schedule" in conf[name])


def _scheduled(name: str, settings: dict[str, str], macros: Conf) -> Scheduled:
    if not re.fullmatch(r"\d+ \* \* \* \*", settings["cron_schedule"]):
        raise ValueError(f"{name} does not run hourly")
    earliest = settings.get("dispatch.index_earliest", settings["dispatch.earliest_time"])
    looks = {"-70m@m": 1, "-30d@d": 24 * 30}.get(earliest)
    if looks is None:
        raise ValueError(f"{name} looks at an unknown time: {earliest}")
    chain = tuple(_chain(settings["search"], macros))
    if chain[-1] not in _SELECTED:
        raise ValueError(f"{name} begins with an unknown selection of events: {chain[-1]}")
    runs_command = chain[0].startswith("kmspolicycheck_") or "kmspolicycheck " in settings["search"]
    return Scheduled(name, _SELECTED[chain[-1]], looks, runs_command)


def _chain(search: str, macros: Conf) -> Iterator[str]:
    """The macros with which a search begins, each the beginning of the one before, down to one that selects events."""
    called = re.match(r"\s*`(\w+)`", search)
    name = called[1] if called else search.partition("|")[0].strip()
    yield name
    if called and name not in _SELECTED:
        yield from _chain(macros[name]["definition"], macros)


def daily_start(costs: Costs, plan: Sequence[Scheduled]) -> float:
    """Seconds of CPU time a day on one indexer for all starts of the command, without byte code."""
    return sum(search.start(costs) for search in plan)


def daily_analysis(costs: Costs, plan: Sequence[Scheduled], events_a_day: int, indexers: int) -> float:
    """Seconds of CPU time a day on one indexer for the events that the scheduled searches give to the command."""
    return sum(search.analysis(costs, events_a_day, indexers) for search in plan)


def backfill(costs: Costs, events_a_day: int, indexers: int, days: int = 30) -> float:
    """Seconds of CPU time on one indexer for analysing every key policy of `days` days."""
    return events_a_day * SHARES[Kind.policy] * days * costs.policy / indexers
