"""The time of a request, and multi-factor authentication.

Source: IAM User Guide, *AWS global condition context keys*, aws:CurrentTime, aws:EpochTime, aws:TokenIssueTime,
aws:MultiFactorAuthPresent and aws:MultiFactorAuthAge.
"""

from functools import lru_cache

from ..domains.domain import ANY_TIME, MOMENTS, NUMBERS, Points, fixed
from ..policy import typed_values
from ..policy.context_keys import CURRENT_TIME, EPOCH_TIME, MFA_AGE, MFA_PRESENT, TOKEN_ISSUE_TIME
from ..regular.intervals import between
from ..solver.groups import Group, Key
from ..solver.links import SamePoint


@lru_cache(maxsize=64)
def time_group(event_time: float) -> Group:
    """Any moment from the event's time on: the policy stays in force. event_time: Unix seconds."""
    start = typed_values.moment(f"{event_time:.3f}")
    clocks = SamePoint(
        ANY_TIME & between(start, None),
        {CURRENT_TIME: typed_values.moment_text, EPOCH_TIME: typed_values.number_text},
        {TOKEN_ISSUE_TIME: Points(MOMENTS, ANY_TIME)},
    )
    return Group((clocks,))


@lru_cache(maxsize=1)
def mfa_group() -> Group:
    """Whether MFA was used, and how many seconds ago: without it there is no age."""
    age = Points(NUMBERS, between(0, None), ("60",))
    return Group(
        (),
        (Key(MFA_PRESENT, fixed("false")),),
        (Key(MFA_PRESENT, fixed("true")), Key(MFA_AGE, age)),
    )
