"""The statistical functions of stats, eventstats, streamstats, chart and timechart, each with its documentation page.
A test fails for one that no shipped search uses, or that has no case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable, Optional

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.expressions import Scope, check
from dev.spl.results import each, storable
from dev.spl.values import Row, Value, number, pack, sort_key, spell, texts

AGGREGATE = "Search Reference: Aggregate functions"
MULTIVALUE = "Search Reference: Multivalue stats and chart functions"
EVENT_ORDER = "Search Reference: Event order functions"

Compute = Callable[[list[str]], Optional[Value]]


@dataclass(frozen=True)
class Statistic:
    """One function: its page, whether it may stand without an argument, what it makes of a field's values in order."""

    page: str
    bare: bool
    compute: Compute


def _extreme(last: bool) -> Compute:
    """By number if every value is one, else by code point."""

    def compute(values: list[str]) -> Value | None:
        if not values:
            return None
        numbers = all(number(value) is not None for value in values)
        ordered = sorted(values, key=sort_key if numbers else str)
        return ordered[-1 if last else 0]

    return compute


def _sum(values: list[str]) -> Value | None:
    numbers = [found for value in values if (found := number(value)) is not None]
    return spell(sum(numbers)) if numbers else None


STATISTICS: dict[str, Statistic] = {
    "count": Statistic(AGGREGATE, True, lambda values: str(len(values))),
    "dc": Statistic(AGGREGATE, False, lambda values: str(len(set(values)))),
    "max": Statistic(AGGREGATE, False, _extreme(True)),
    "min": Statistic(AGGREGATE, False, _extreme(False)),
    "sum": Statistic(AGGREGATE, False, _sum),
    "values": Statistic(MULTIVALUE, False, lambda values: pack(sorted(set(values)))),
    "last": Statistic(EVENT_ORDER, False, lambda values: values[-1] if values else None),
}


def check_aggregates(aggregates: Sequence[tree.Aggregate]) -> None:
    """SplError for an unknown function, a missing argument, or a mistake in an eval expression."""
    for aggregate in aggregates:
        statistic = STATISTICS.get(aggregate.function.lower())
        if statistic is None:
            raise SplError(
                f"the local runner does not know the statistical function {aggregate.function!r}", aggregate.position
            )
        if aggregate.argument is None and not statistic.bare:
            raise SplError(f"{aggregate.function} takes a field", aggregate.position)
        if isinstance(aggregate.argument, tree.Word):
            if "*" in aggregate.argument.text:
                raise SplError("the local runner does not know wildcards here", aggregate.argument.position)
        elif aggregate.argument is not None:
            check(aggregate.argument)


def output_name(aggregate: tree.Aggregate) -> str:
    """The column an aggregate fills: its alias, or what was written."""
    return aggregate.alias or aggregate.written


def compute(aggregate: tree.Aggregate, rows: Sequence[Row], now: float) -> Value | None:
    """The aggregate over these rows; null values do not count."""
    found = [value for row in rows for value in _values(aggregate.argument, row, now)]
    return STATISTICS[aggregate.function.lower()].compute(found)


def _values(argument: object, row: Row, now: float) -> list[str]:
    if argument is None:
        return [""]
    if isinstance(argument, tree.Word):
        return texts(row, argument.text)
    result = Scope(row, now).evaluate(argument)  # type: ignore[arg-type]
    if isinstance(result, bool):
        return ["1"] if result else []
    return each(storable(result))


def groups(rows: Sequence[Row], by: Sequence[str]) -> dict[tuple[str, ...], list[Row]]:
    """Rows by the values of these fields: a row where one is null is in no group, one with two values in two."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        keys: list[tuple[str, ...]] = [()]
        for field in by:
            keys = [(*key, value) for key in keys for value in dict.fromkeys(texts(row, field))]
        for key in keys:
            found.setdefault(key, []).append(row)
    return found
