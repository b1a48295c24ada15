"""What an audience gets by a statement, and by which request."""

from itertools import compress
from typing import NamedTuple, Optional

from ..policy.actions import CROSS_ACCOUNT_MASK, Mask
from ..policy.principals import Principals
from ..requesters.audience import NAMEABLE, Audience
from ..solver.literals import Assignment
from .problems import Problem


class Access(NamedTuple):
    """What requesters of an audience get by one statement.

    actions: a bit mask; proven: those that are more than not ruled out; found: a request for one of them, if a single
    search found it; whole: whether every action was asked about, not only until one was proven.
    """

    actions: Mask = 0
    proven: Mask = 0
    found: Optional["Found"] = None
    whole: bool = True

    def __or__(self, other: "Access") -> "Access":
        whole = self.whole and other.whole
        return Access(self.actions | other.actions, self.proven | other.proven, whole=whole)

    @property
    def undecided(self) -> Mask:
        """Those of the actions that are only not ruled out."""
        return self.actions & ~self.proven


class Found(NamedTuple):
    """A problem and the values that solve it."""

    problem: Problem
    values: Assignment


NO_ACCESS = Access()


def named_audiences(principals: Principals, own_account: Optional[str]) -> frozenset[Audience]:
    """The audiences that a principal element names somebody of."""
    internal, unknown = own_account in principals.owners, bool(principals.unique_ids)
    named = len(principals.owners) > internal or unknown, principals.services, internal or unknown
    return frozenset(compress(NAMEABLE, named))


def within_reach(audience: Audience, actions: Mask) -> Mask:
    """The actions that the audience can use at all: other accounts can use only some."""
    return actions if audience in (Audience.service, Audience.internal) else actions & CROSS_ACCOUNT_MASK
