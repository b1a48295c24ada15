"""What mvexpand copies fits into its memory, whatever policies the callers of an hour set.

It copies all fields of a row to each value, and stops at 500 MB for the rows of a chunk together (limits.conf,
[mvexpand] max_mem_usage_mb). Rows behind that point are lost, so that long policies could hide an open key.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dev.spl import Event, run_search
from dev.spl.conf import app_conf
from dev.spl.macros import expand, macro_table
from tests.content.inventory import HOUR, NOW, call, write, written
from tests.content.shipped import APP, SEARCHES
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
        (query(DETAIL, "key", "long-0"), 2),
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
