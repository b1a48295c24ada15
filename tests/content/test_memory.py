"""What mvexpand copies fits into its memory, whatever policies the callers of an hour set.

It copies all fields of a row to each value, and stops at 500 MB for the rows of a chunk together (limits.conf,
[mvexpand] max_mem_usage_mb). Rows after that point are lost, so that long policies could hide an open key.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dev.spl import Event, run_search
from dev.spl.conf import app_conf
from dev.spl.macros import expand, macro_table
from tests.content.inventory import DAY, HOUR, NOW, arn, call, write, written
from tests.content.shipped import APP, INVENTORY, SEARCHES, write_lookups
from tests.content.test_pages import DETAIL, OVERVIEW, query

pytestmark = pytest.mark.slow

OUTSIDE = "KMS - Key Policy Opened To The Outside - Rule"
LIMIT = 100_000_000
ACCOUNTS = [str(200_000_000_000 + number) for number in range(2000)]


def setting(key: str, at: int, principal: Any) -> Event:
    """A PutKeyPolicy that lets these principals encrypt with a key."""
    event = call("PutKeyPolicy", at, "closed", key=key)
    assert isinstance(event.raw, dict)
    allowed = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    event.raw["requestParameters"]["policy"] = written([allowed])
    return event


LONG = [setting(f"long-{number}", -HOUR // 2 - number, {"AWS": ACCOUNTS}) for number in range(10)]
SHORT = [setting("shared", -HOUR // 3, {"AWS": "444455556666"}), setting("k-1", -HOUR // 4, "*")]


def copied(search: str, events: Sequence[Event], folder: Path) -> list[int]:
    """Characters that each mvexpand of a search writes: of each row, all other fields times the values."""
    steps = expand(search, macro_table(app_conf(APP, "macros"), None)).split("| mvexpand ")
    sizes = []
    for at in range(1, len(steps)):
        name = steps[at].split()[0]
        rows = run_search("| mvexpand ".join(steps[:at]), events, lookups=folder, now=NOW).rows
        assert rows
        sizes.append(sum(len(texts(row.get(name))) * size(row, name) for row in rows))
    return sizes


def texts(value: Any) -> Sequence[str]:
    return [value or ""] if isinstance(value, (str, type(None))) else value


def size(row: Any, but: str) -> int:
    return sum(len("".join(texts(value))) for name, value in row.items() if name != but)


@pytest.mark.parametrize(
    ("search", "ways"),
    [
        (SEARCHES[OUTSIDE]["search"], 1),
        (SEARCHES["KMS - Update inventory"]["search"], 1),
        (query(OVERVIEW, "state"), 2),
        (query(DETAIL, "key", arn("long-0")), 2),
    ],
    ids=["detection", "inventory", "overview", "detail page"],
)
@pytest.mark.parametrize("known", [False, True])
def test_long_policies_fit_into_the_memory_of_mvexpand(search: str, ways: int, known: bool, tmp_path: Path) -> None:
    if known:
        write([*LONG, *SHORT], tmp_path)
    sizes = copied(search, [*LONG, *SHORT], tmp_path)
    assert len(sizes) == ways
    assert max(sizes) < LIMIT


CHANGES = "KMS - Key Policy Newly Open To Everyone - Rule", "KMS - Open Key Used From Another Account - Rule"


@pytest.mark.parametrize("name", [*CHANGES, "KMS - Update inventory"])
def test_many_changes_of_one_hour_fit_into_the_memory_of_mvexpand(name: str, tmp_path: Path) -> None:
    """KMS takes 54,000 calls of PutKeyPolicy an hour."""
    events = [setting("k-1", -HOUR // 2 - number, {"AWS": ["*", *ACCOUNTS][number % 2 :]}) for number in range(20)]
    for event in events:
        assert isinstance(event.raw, dict)
        event.raw["requestParameters"]["policy"] += " " * 20_000
    assert copied(SEARCHES[name]["search"], events, tmp_path)[0] / len(events) * 54_000 < 500_000_000


def remembered(number: int, turns: int, outside: str) -> dict[str, str]:
    """A row of the inventory whose key was opened and closed this often."""
    key = f"arn:aws:kms:us-east-1:111122223333:key/{number:08d}-0000-0000-0000-000000000000"
    times = [NOW - 60 * DAY + 3600 * turn for turn in range(turns)]
    return {
        "key_policy_key": key,
        "key_policy_account": "111122223333",
        "key_policy_region": "us-east-1",
        "key_policy_open": "false",
        "key_policy_open_since": str(times[-2]),
        "key_policy_closed_since": str(times[-1]),
        "key_policy_turns": ", ".join(f"{at} {('true', 'false')[turn % 2]}" for turn, at in enumerate(times)),
        "key_policy_changed": str(times[-1]),
        "key_policy_outside": outside,
        "key_policy_reason": "statement 2: " + "x" * 300,
        "key_policy_user_agent": "aws-cli/2.15 " * 10,
        "key_policy_event": f"event-{number}",
        "key_policy_model": "2",
    }


@pytest.mark.parametrize(
    ("outside", "rows", "most"),
    [("444455556666", 50_000, 500_000_000), (", ".join(ACCOUNTS), 1_000, LIMIT)],
    ids=["ordinary keys", "keys of long policies"],
)
def test_the_turns_of_a_full_inventory_fit_into_the_memory_of_mvexpand(
    outside: str, rows: int, most: int, tmp_path: Path
) -> None:
    write_lookups(tmp_path, {INVENTORY: [remembered(number, 20, outside) for number in range(100)]})
    (size_of_100,) = copied(SEARCHES["KMS - Update inventory"]["search"], SHORT, tmp_path)
    assert size_of_100 / 100 * rows < most
