"""The arithmetic of the bench: medians, ratios within a round, growth, and whether a target is met.
Rounds are interleaved and only values of one round are divided, so that a busy machine slows both sides of a ratio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Target:
    """What is asked of a value: at least, or at most, so much."""

    limit: float
    at_least: bool

    def met(self, value: float) -> bool:
        """Whether a measured value reaches the target."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


def at_least(limit: float) -> Target:
    """The target of a value that must not be smaller."""
    return Target(limit, True)


def at_most(limit: float) -> Target:
    """The target of a value that must not be larger."""
    return Target(limit, False)


def ratio_within(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """The median of the rounds' quotients. Raises ValueError where the rounds do not pair up."""
    if len(numerators) != len(denominators):
        raise ValueError(f"{len(numerators)} rounds against {len(denominators)}")
    return median(n / d for n, d in zip(numerators, denominators))


def growth(costs: Mapping[int, float]) -> float:
    """The exponent p of cost ~ n**p over the steepest step: 1 is linear, 2 quadratic.

    A bound on the work flattens later steps, so the last one alone would hide what comes before the bound.
    """
    points = sorted(costs.items())
    return max(math.log(higher / cost) / math.log(more / n) for (n, cost), (more, higher) in zip(points, points[1:]))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
