"""What a policy says to one request, by the parts that the engine checks its witnesses with."""

from __future__ import annotations

from enum import Enum

from kmspolicy.evaluation.evaluator import is_denied, matches
from kmspolicy.evaluation.request import Request
from kmspolicy.policy.model import Policy


class Decision(Enum):
    """What the policy says to a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NOT_ALLOWED = "not allowed"


def decide(policy: Policy, request: Request, extra: tuple[str, ...] = ()) -> Decision:
    """The policy's decision on one request; on a grant, that on its creation, unless what it is for is denied.

    extra: asked actions that the table does not know, see actions.mask_of.
    """
    if is_denied(policy, request, extra):
        return Decision.DENIED
    allowed = any(matches(statement, request, extra) for statement in policy.allows)
    return Decision.ALLOWED if allowed else Decision.NOT_ALLOWED
