"""How bad a verdict is. Source: docs/command.md, *How bad it is*."""

from enum import Enum
from typing import Optional

from ..requesters.audience import Audience


class Severity(str, Enum):
    """From the worst to the least."""

    critical = "critical"
    high = "high"
    medium = "medium"
    low = "low"
    informational = "informational"


def severity(
    audience: Optional[Audience], flagged: bool, *, failed: bool, proven: bool, worse: bool, unreadable: bool
) -> Severity:
    """The severity of a statement's verdict, or of a whole policy's.

    failed: whether the call failed; proven: whether a witness proves the flag, for this kind of key; worse: whether
    the policy is encrypt-only, or the call bypassed the lockout safety check; unreadable: whether the policy, or a
    statement of it, could not be read. MFA never changes it.
    """
    if flagged:
        if failed:
            return Severity.medium
        return Severity.critical if proven and worse else Severity.high
    if audience is Audience.network:
        return Severity.medium
    if audience in (Audience.external, Audience.organization) or (unreadable and not failed):
        return Severity.low
    return Severity.informational
