"""The output fields in their order, named without the prefix.

Source: interface of the command (docs/command.md, *Fields*).
"""

from __future__ import annotations

STATEMENT = ("statements", "statement_index", "statement_count", "sid", "effect", "action", "principal", "condition")
VERDICT = ("audience", "flagged", "granted", "reason", "witness", "encrypt_only", "severity", "error")
FACTS = (
    *("key", "account", "region", "operation", "event", "call", "call_error"),
    *("actor", "via", "mfa", "src", "user_agent"),
)
POLICY = ("hash", "party")
FIELDS = STATEMENT + VERDICT + FACTS + POLICY
MULTIVALUE = ("action", "principal", "condition", "granted", "reason", "party")


def header(prefix: str) -> list[str]:
    """The names of the command's own columns: the fields, then the `__mv_` columns of the multivalue ones."""
    return [prefix + name for name in FIELDS] + [f"__mv_{prefix}{name}" for name in MULTIVALUE]
