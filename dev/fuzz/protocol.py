"""Hostile and ordinary rows through the real command over the real protocol: each is answered as mode and show say."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from dev.fuzz.generator import case
from dev.scp import Row
from dev.splunkd import CommandError, run
from tests.reference.grammar import BrokenPolicy, read, statements

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "key_policy_"
NASTY = (
    "\x00",
    "\ud800",
    "\u202e",
    "\x1b[31m",
    "$;$",
    "$$",
    "{}",
    "{0}",
    "%s",
    "\r",
    "\r\n",
    "=cmd|'/c calc'!A1",
    "\ufeff",
    '"',
    ",",
    "\\",
    "é",
    "𝒳",
    "\x7f",
    "\u2028",
    "x" * 3000,
)
AUDIENCES = {"everyone", "network", "organization", "external", "service", "internal", "none"}
SEVERITIES = {"critical", "high", "medium", "low", "informational"}


class Accounting(AssertionError):
    """The command's answer breaks a promise; the text says which, and the seed makes the search again."""


def check(seed: int) -> int:
    """One random search; returns the number of its input rows. Raises Accounting or CommandError."""
    random = Random(seed)
    rows: list[Row] = []
    counts = []
    for n in range(random.choice((0, 1, 2, 7, 40, 200))):
        text, answers = _text(random)
        noise = random.choice(("", "plain", *NASTY))
        rows.append(
            {"n": str(n), "_raw": text, "note": noise} if random.random() < 0.9 else {"n": str(n), "_raw": text}
        )
        counts.append(answers)
    mode, show = random.choice(("summary", "expand")), random.choice(("all", "all", "flagged"))
    args = [f"mode={mode}", f"show={show}"] + (["raw=f"] if random.random() < 0.2 else [])
    answer = run(ROOT, rows, args, chunk_rows=random.choice((1, 3, 500)))
    problems = [m for m in answer.messages if m.level in ("ERROR", "FATAL")]
    _demand(not problems, seed, f"messages {problems}")
    got: Counter[str] = Counter()
    order = [int(str(row["n"])) for row in answer.rows]
    _demand(order == sorted(order), seed, "rows out of order")
    for row in answer.rows:
        got[str(row["n"])] += 1
        _row(seed, row)
    for n, expected in enumerate(counts):
        if expected is None:
            _demand(show == "flagged" or got[str(n)] >= 1, seed, f"row {n} is lost")
        elif show == "flagged":
            _demand(got[str(n)] <= (expected if mode == "expand" else 1), seed, f"row {n}: {got[str(n)]} answers")
        else:
            wanted = expected if mode == "expand" else 1
            _demand(got[str(n)] == wanted, seed, f"row {n}: {got[str(n)]} answers, not {wanted}")
    return len(rows)


def run_until(first: int, deadline: float) -> Iterator[tuple[int, str | None]]:
    """Searches from seed `first` on until the monotonic clock passes `deadline`: (rows of one, a finding or None)."""
    for seed in count(first):
        if time.monotonic() > deadline:
            return
        try:
            yield check(seed), None
        except (Accounting, CommandError) as error:
            yield 0, f"seed {seed}: {error}"


def _row(seed: int, row: Row) -> None:
    """The fields that every row carries, and what they may say."""
    fields = {
        name: row.get(PREFIX + name) for name in ("audience", "flagged", "severity", "error", "hash", "encrypt_only")
    }
    _demand(None not in fields.values(), seed, f"a field is missing: {fields}")
    _demand(fields["audience"] in AUDIENCES | {""}, seed, f"audience {fields['audience']!r}")
    if fields["hash"] or fields["error"]:
        _demand(fields["flagged"] in ("true", "false") and fields["severity"] in SEVERITIES, seed, f"{fields}")
    _demand(not (fields["error"] and fields["flagged"] == "true"), seed, "flagged in spite of an error")
    _demand(fields["flagged"] != "true" or bool(row.get(PREFIX + "granted")), seed, "flagged, but nothing granted")


def _text(random: Random) -> tuple[str, int | None]:
    """The text of one row, and how many rows answer it in expand mode; None where that is not known."""
    kind = random.choice(("event", "event", "policy", "none", "noise", "cut"))
    made = case(random)
    policy = made.text()
    if random.random() < 0.2:
        policy = policy.replace("Allow", "Allow" + random.choice(NASTY), 1)
    if kind == "none":
        return json.dumps({"eventVersion": "1.08", "eventName": "DescribeKey", "userAgent": random.choice(NASTY)}), 1
    if kind == "noise":
        return random.choice(("", " ", "[]", "{", "null", *NASTY, "[" * 3000, '{"a":' * 3000, "9" * 5000)), None
    event: dict[str, Any] = {
        "eventVersion": "1.08",
        "eventName": random.choice(("CreateKey", "PutKeyPolicy", "ReplicateKey")),
        "eventSource": "kms.amazonaws.com",
        "eventTime": "2025-06-15T15:06:40Z",
        "awsRegion": "us-west-2",
        "recipientAccountId": "111122223333",
        "userAgent": random.choice(("console.amazonaws.com", *NASTY)),
        "userIdentity": {"type": "IAMUser", "userName": random.choice(("alice", *NASTY))},
        "requestParameters": {"policy": policy},
    }
    text = policy if kind == "policy" else json.dumps(event)
    if kind == "cut":
        return text[: random.randrange(len(text))], None
    if kind == "policy" and not policy.lstrip().startswith("{"):
        return text, None
    try:
        return text, len(statements(read(policy)))
    except BrokenPolicy:
        return text, 1 if kind == "event" else None


def _demand(holds: bool, seed: int, text: str) -> None:
    if not holds:
        raise Accounting(f"{text} (search of seed {seed})")
