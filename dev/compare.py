"""Prints the published rule beside this app's first detection, on sample events: the table of docs/comparison.md.

    python -m dev.compare

Both run as shipped, through the local search runner; the published rule once with an add-on that fills each of its
fields, once with the fields as add-on versions in use leave them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dev.spl import Event, run_saved

OURS = "KMS - Key Policy Lets Everyone Encrypt - Rule"
PUBLISHED = "KMS - AWS Detect Users creating keys with encrypt policy without MFA - Rule"
TWIN = "KMS - ASL AWS Detect Users creating keys with encrypt policy without MFA - Rule"

CASES = Path(__file__).resolve().parents[1] / "samples" / "detections" / "key_policy_lets_everyone_encrypt"
ROWS: tuple[tuple[str, str, bool], ...] = (
    ("console_policy_create", 'CreateKey: the console\'s policy, its last statement for `{"AWS": "*"}`', True),
    ("console_policy_put", "PutKeyPolicy: the same policy", True),
    ("logged_twice", "the same event, logged by two trails", True),
    ("every_principal", '`"Principal": "*"`', True),
    ("all_kms_actions", "action `kms:*`", True),
    ("generate_data_key_only", "`kms:GenerateDataKey` only, as S3 calls it", True),
    ("long_policy", "open statement beyond the first 5,000 bytes", True),
    ("not_principal", "Allow with `NotPrincipal`", True),
    ("own_role", "a role of the key's own account", False),
    ("caller_account", "`kms:CallerAccount` limits it to the own account", False),
    ("denied", "a Deny closes it", False),
    ("outside_account", "one other account", False),
    ("call_failed", "open policy, but the call was denied", False),
    ("security_lake", 'Security Lake, PutKeyPolicy: `"Principal": "*"`', True),
    ("security_lake_organization", "Security Lake: limited to the organization", False),
)
"""Case file, what the reader sees of it, whether everyone can encrypt with the key afterwards."""

HEADER = (
    "| sample event | open to everyone | published rule, fields filled | published rule, fields as found | this app |",
    "|---|---|---|---|---|",
)


def table() -> str:
    """The comparison as Markdown: rows found by each rule. Raises SplError if one of them cannot run."""
    return "\n".join([*HEADER, *(_line(*row) for row in ROWS)])


def _line(name: str, shown: str, is_open: bool) -> str:
    events = list(_events(json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))["events"]))
    from_lake = name.startswith("security_lake")
    baseline = TWIN if from_lake else PUBLISHED
    counts: list[str] = [
        _count(baseline, events, "filled"),
        "same" if from_lake else _count(baseline, events, "field"),
        _both_settings(events),
    ]
    return f"| {shown} | {'yes' if is_open else 'no'} | {' | '.join(counts)} |"


def _both_settings(events: list[Event]) -> str:
    counts = [_count(OURS, events, "filled"), _count(OURS, events, "field")]
    return counts[0] if counts[0] == counts[1] else " or ".join(counts)


def _count(search: str, events: list[Event], addon: str) -> str:
    return str(len(run_saved(search, events, addon=addon, all_time=True).rows))


def _events(written: list[dict[str, Any]]) -> Iterator[Event]:
    for item in written:
        yield Event(item["event"], index=item["index"]) if "event" in item else Event(item)


if __name__ == "__main__":
    print(table())
