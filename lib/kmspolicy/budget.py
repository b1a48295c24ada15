"""Bounds the work for one policy by counted steps, never by the clock, so that a verdict never depends on load."""

from typing import Any, Optional

from .caching import Recent

_MOST_KNOWN = 2048


class Undecided(Exception):
    """The question stays open: access is assumed."""


class OutOfSteps(Undecided):
    """The bound was reached."""


def answers() -> Recent[Any]:
    """A place for answers, empty."""
    return Recent(_MOST_KNOWN)


class Budget:
    """A number of steps to spend; one that has a parent spends the parent's too.

    known: answers that its steps have found, by question; while it is remembered, none is paid for again.
    """

    def __init__(self, steps: int, parent: Optional["Budget"] = None, known: Optional[Recent[Any]] = None) -> None:
        """known: None for those of the parent, or for none so far."""
        self.known: Recent[Any] = known if known is not None else answers() if parent is None else parent.known
        self.left = self._given = steps
        self._parent = parent

    @property
    def spent(self) -> int:
        """How many steps were spent."""
        return self._given - self.left

    def spend(self, steps: int = 1) -> None:
        """Takes steps. Raises OutOfSteps when there are fewer, and takes all that there were, from the parent too."""
        taken = steps if steps <= self.left else self.left
        self.left -= taken
        if self._parent is not None and taken:
            self._parent.spend(taken)
        if taken < steps:
            raise OutOfSteps
