"""Bounds the work for one policy by counted steps, never by the clock, so that a verdict never depends on load."""

from typing import Optional


class Undecided(Exception):
    """The question stays open: access is assumed."""


class OutOfSteps(Undecided):
    """The bound was reached."""


class Budget:
    """A number of steps to spend; one that has a parent spends the parent's too."""

    def __init__(self, steps: int, parent: Optional["Budget"] = None) -> None:
        self.left = steps
        self.parent = parent

    def spend(self, steps: int = 1) -> None:
        """Takes steps. Raises OutOfSteps when there are fewer, and takes all that there were, from the parent too."""
        taken = steps if steps <= self.left else self.left
        self.left -= taken
        if self.parent is not None and taken:
            self.parent.spend(taken)
        if taken < steps:
            raise OutOfSteps
