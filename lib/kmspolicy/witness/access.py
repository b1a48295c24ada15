"""What a search finds: the rows that a principal element names, what a row gets by a statement, and its request."""

from itertools import product
from typing import NamedTuple, Optional

from ..evaluation.request import Request
from ..policy.actions import CROSS_ACCOUNT_MASK
from ..policy.context_keys import context_key
from ..policy.principals import Principals
from ..requesters.audience import NAMED_ROWS, WITHIN_ACCOUNT, Audience
from ..requesters.population import World
from ..requesters.requesters import Requester
from ..solver.key_groups import Assignment


class Found(NamedTuple):
    """A requester, an action, and context keys with which the request is allowed."""

    requester: Requester
    action: str
    context: Assignment


class Grant(NamedTuple):
    """What requesters of a row get by one statement.

    actions: a bit mask; found: what gets the first of them, where it took a search;
    undecided: whether the search was ended by its bound, so that some of the actions are only not ruled out.
    """

    actions: int = 0
    found: Optional[Found] = None
    undecided: bool = False


NOTHING = Grant()


# The rows whose requesters a principal element can name, by whether it names external, service, internal ones.
_ROWS = {
    named: frozenset(row for row, is_named in zip(NAMED_ROWS, named) if is_named)
    for named in product((False, True), repeat=3)
}


def rows_named(principals: Principals, own_account: Optional[str]) -> frozenset[Audience]:
    """Which rows a principal element names somebody of."""
    owners, unique_ids, services = principals.who
    internal, unknown = own_account in owners, bool(unique_ids)
    return _ROWS[len(owners) > internal or unknown, bool(services), internal or unknown]


def within_reach(row: Audience, actions: int) -> int:
    """Those of the actions (a bit mask) that the row can use at all: of another account's key, not every one."""
    return actions if row in WITHIN_ACCOUNT else actions & CROSS_ACCOUNT_MASK


def request_of(found: Found, world: World) -> Request:
    """The request of what was found, with the facts of its caller that no condition asked for."""
    requester, action, context = found
    present = {name: value for name, value in context.items() if value is not None}
    caller = requester.caller
    if caller.account is not None and caller.session is None:
        role = f"arn:{world.partitions[0]}:iam::{caller.account}:role/any"
        present.setdefault("aws:principalarn", caller.arn or role)
        present.setdefault("aws:principalaccount", caller.account)
    # Where it comes from and its organization, as far as the conditions vary them: a proof names its place.
    for facts in (requester.organization, requester.network):
        for name, fact in facts.items():
            if name not in context and not context_key(name).multivalued:
                sample = fact.domain.sample()
                if sample is not None:
                    present[name] = sample
    return Request(action, caller, present, world.key)
