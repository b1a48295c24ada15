"""Hostile and ordinary rows through the real command over the real protocol: each is answered exactly as mode and show
say. How many rows answer it, which of them are flagged and what they are, is counted by the reference.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, groupby
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from dev.fuzz.generator import case
from dev.reference.grammar import as_list
from dev.reference.names import Key
from dev.reference.oracle import UNKNOWN_KEY, judge
from dev.scp import Row
from dev.splunkd import CommandError, run
from kmspolicy import Code

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
ASSUMED = Code.UNPROVEN.value.partition("{0}")[2]  # what the sentence says behind the names of actions
AUDIENCES = {"everyone", "network", "organization", "external", "service", "internal", "none"}
SEVERITIES = {"critical", "high", "medium", "low", "informational"}
SERVICE = "kms.amazonaws.com"
EVENT_TIME, EVENT_SECONDS = "2025-06-15T15:06:40Z", 1_750_000_000.0
EVENT_KEY = Key(account="111122223333", region="us-west-2", partition="aws")


class Accounting(AssertionError):
    """The command's answer breaks a promise; the text says which, and the seed makes the search again."""


class Expected(NamedTuple):
    """What the reference says of one policy: per statement whether it is flagged, None where it cannot be read; whether
    it, or a statement of it, breaks the grammar.
    """

    audience: str | None
    flagged: tuple[bool, ...] | None
    broken: bool = True


WITHOUT_POLICY = Expected(None, None, broken=False)
"""What is expected of a call to KMS that sets no policy: facts."""


def check(seed: int, app: Path = ROOT) -> int:
    """One random search; returns the number of its input rows. Raises Accounting or CommandError."""
    random = Random(seed)
    rows: list[Row] = []
    for n in range(random.choice((0, 1, 2, 7, 40, 200))):
        noise: Row = {"note": random.choice(("", "plain", *NASTY))} if random.random() < 0.9 else {}
        rows.append({"n": str(n), "_raw": text(random), **noise})
    mode, raw = random.choice(("summary", "expand")), random.choice(("t", "t", "t", "f"))
    args, chunk_rows = [f"mode={mode}", f"raw={raw}"], random.choice((1, 3, 500))
    answers = _search(app, seed, rows, args, chunk_rows)
    answered = [(n, list(group)) for n, group in groupby(answers, lambda row: int(str(row["n"])))]
    _demand([n for n, _ in answered] == list(range(len(rows))), seed, "rows lost or out of order")
    for n, group in answered:
        try:
            _account(str(rows[n]["_raw"]), mode, group)
            _untouched(rows[n], group, whole=raw == "t")
        except AssertionError as error:
            raise Accounting(f"row {n}: {error} (search of seed {seed})") from error
    if random.random() < 0.5:
        kept = _search(app, seed, rows, [*args, "show=flagged"], chunk_rows)
        due = [row for row in answers if _is_kept(row)]
        # With raw=f the event stands on the first row shown; a witness without an event has the time of its search.
        hidden = (PREFIX + "witness",) if raw == "t" else (PREFIX + "witness", "_raw")
        same = _without(kept, hidden) == _without(due, hidden)
        _demand(same, seed, f"show=flagged: {len(kept)} rows, not these {len(due)}")
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


def _search(app: Path, seed: int, rows: list[Row], args: list[str], chunk_rows: int) -> list[Row]:
    answer = run(app, rows, args, chunk_rows=chunk_rows)
    problems = [m for m in answer.messages if m.level in ("ERROR", "FATAL")]
    _demand(not problems, seed, f"messages {problems}")
    return answer.rows


def _account(text: str, mode: str, group: list[Row]) -> None:
    """Holds the rows that answer one text to what the reference says of its policies."""
    for row in group:
        _form(row)
    expected = _expected(text)
    if expected is None:  # whether that is a broken policy or no policy at all, the reference does not know
        assert len(group) == 1 and not group[0][PREFIX + "hash"], f"{len(group)} answers to what cannot be read"
        return
    wanted = [part for policy in expected or [WITHOUT_POLICY] for part in _parts(policy, mode)]
    told = [(row[PREFIX + "statement_index"], row[PREFIX + "flagged"] == "true") for row in group]
    if any(ASSUMED in str(row[PREFIX + "reason"]) for row in group):
        assert [index for index, _ in told] == [index for index, _ in wanted], f"answered {told}, not {wanted}"
        return
    assert told == wanted, f"answered {told}, not {wanted}"
    whole = [policy.audience or "" for policy in expected] or [""]
    assert mode == "expand" or [row[PREFIX + "audience"] for row in group] == whole, f"audiences are not {whole}"
    if not _is_json(text):
        return  # a truncated event has an error of its own, which the reference does not predict
    broken, errors = sum(policy.broken for policy in expected), sum(row[PREFIX + "error"] != "" for row in group)
    assert errors == broken or (mode == "expand" and errors > broken > 0), f"{errors} errors of {broken} policies"


def _parts(policy: Expected, mode: str) -> list[tuple[str, bool]]:
    """(index of the statement, whether it is flagged) of the rows for one policy."""
    if policy.flagged is None:
        return [("", False)]
    return [(str(i), f) for i, f in enumerate(policy.flagged)] if mode == "expand" else [("", any(policy.flagged))]


def _expected(text: str) -> list[Expected] | None:
    """What the reference says of each policy in a text; None if the text is not JSON and holds no complete policy, or
    if its policy cannot be read.
    """
    if not _is_json(text):
        return _of_cut(text)
    value = json.loads(text)
    if not isinstance(value, dict):
        return []
    if "Statement" in value:
        return _of_policy(text)
    return [_expected_of(event) for event in value.get("Records", [value]) if event.get("eventSource") == SERVICE]


def _expected_of(event: dict[str, Any]) -> Expected:
    if "requestParameters" not in event:
        return WITHOUT_POLICY
    key = _key_of(event["eventName"], "errorCode" in event)
    return _judged(event["requestParameters"]["policy"], key, EVENT_SECONDS)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _of_policy(text: str) -> list[Expected] | None:
    bare = _judged(text, UNKNOWN_KEY, None)
    if bare.flagged is None:
        return None
    listed = as_list(json.loads(text)["Statement"])
    return [bare] if any(isinstance(each, dict) for each in listed) else None  # else it may be anybody's log


def _of_cut(text: str) -> list[Expected] | None:
    """What the reference says of the policy that a text begins with, or of that in a truncated event.

    None if the policy itself is truncated.
    """
    try:
        first, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        first, end = None, 0
    if isinstance(first, dict) and "Statement" in first:
        return _of_policy(text[:end])
    name, at = _NAME.search(text), text.find(_POLICY)
    if name is None or at < 0:
        return None
    try:
        policy, end = json.JSONDecoder().raw_decode(text, at + len(_POLICY) - 1)
    except ValueError:
        return None
    found = _judged(policy, _key_of(name[1], _FAILED in text, text[end : end + 1] == "}"), EVENT_SECONDS)
    return [found] if found.flagged is not None else None


_NAME = re.compile(r'"eventName": "(\w+)"')
_POLICY, _FAILED = '"policy": "', '"errorCode": "AccessDenied"'


def _key_of(call: str, failed: bool, whole: bool = True) -> Key:
    """What an event says about its key.

    failed: whether the call failed; whole: whether the event has all request parameters. If it has, a parameter that
    CreateKey leaves out has its default.
    """
    if call == "ReplicateKey":  # of a replica in a Region that the event does not name
        return replace(EVENT_KEY, multi_region=True) if failed else Key(account=EVENT_KEY.account, multi_region=True)
    if call == "CreateKey" and whole:
        kind = {"usage": "ENCRYPT_DECRYPT", "spec": "SYMMETRIC_DEFAULT", "origin": "AWS_KMS"}
        return replace(EVENT_KEY, multi_region=False, **kind)
    return EVENT_KEY


def _judged(policy: str, key: Key, now: float | None) -> Expected:
    verdict = judge(policy, key=key, now=now)
    if verdict.audience is None:
        return Expected(None, None)
    flagged = tuple(i in verdict.flagged for i in range(len(verdict.statements)))
    return Expected(verdict.audience, flagged, bool(verdict.error))


def _is_kept(row: Row) -> bool:
    """Whether show=flagged shows a row: it is flagged, or a call that may be in force could not be read."""
    unread = _AFTER_POLICY.sub("", str(row[PREFIX + "error"])) != ""
    return row[PREFIX + "flagged"] == "true" or (unread and row[PREFIX + "call"] != "failure")


_AFTER_POLICY = re.compile(r"\Athe event [^;]*, after this policy: later facts are missing(; |\Z)")


def _untouched(sent: Row, group: list[Row], whole: bool) -> None:
    """Other fields come back as they were; bytes that are no UTF-8 as replacement characters."""
    for at, row in enumerate(group):
        for name in ("_raw", "note"):
            there = str(sent.get(name, "")) if whole or at == 0 or name != "_raw" else ""
            there = there.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            assert row.get(name, "") == there, f"{name} came back as {row.get(name)!r:.200}"


def _without(rows: list[Row], names: Sequence[str]) -> list[Row]:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def _form(row: Row) -> None:
    """The fields that every row carries, and what they may say."""
    fields = {
        name: row.get(PREFIX + name) for name in ("audience", "flagged", "severity", "error", "hash", "encrypt_only")
    }
    assert None not in fields.values(), f"a field is missing: {fields}"
    assert fields["audience"] in AUDIENCES | {""}, f"audience {fields['audience']!r}"
    if fields["hash"] or fields["error"]:
        assert fields["flagged"] in ("true", "false") and fields["severity"] in SEVERITIES, f"{fields}"
    assert fields["flagged"] != "true" or bool(row.get(PREFIX + "granted")), "flagged, but nothing granted"


def text(random: Random) -> str:
    """The text of one row: an event with a policy or none, several, a policy itself, noise, or one of these cut."""
    kind = random.choice(("event", "event", "records", "policy", "none", "noise", "cut"))
    if kind == "noise":
        return random.choice(("", " ", "[]", "{", "null", *NASTY, "[" * 3000, '{"a":' * 3000, "9" * 5000))
    if kind == "none":
        return json.dumps(_other_event(random))
    if kind == "records":
        made = [random.choice((_event, _other_event))(random) for _ in range(random.choice((0, 1, 2, 5)))]
        return json.dumps({"Records": made})
    whole = _policy(random) if kind == "policy" or random.random() < 0.3 else json.dumps(_event(random))
    return whole[: random.randrange(len(whole) + 1)] if kind == "cut" else whole


def _other_event(random: Random) -> dict[str, Any]:
    """A call of KMS or of another service that sets no key policy."""
    source = random.choice((SERVICE, "iam.amazonaws.com"))
    event = {"eventVersion": "1.08", "eventName": "DescribeKey", "userAgent": random.choice(NASTY)}
    return {**event, "eventSource": source}


def _event(random: Random) -> dict[str, Any]:
    """A call that sets a key policy, here and there a failed one."""
    return {
        "eventVersion": "1.08",
        "eventName": random.choice(("CreateKey", "PutKeyPolicy", "ReplicateKey")),
        "eventSource": SERVICE,
        "eventTime": EVENT_TIME,
        "awsRegion": EVENT_KEY.region,
        "recipientAccountId": EVENT_KEY.account,
        "userAgent": random.choice(("console.amazonaws.com", *NASTY)),
        "userIdentity": {"type": "IAMUser", "userName": random.choice(("alice", *NASTY))},
        "requestParameters": {"policy": _policy(random) or " "},
        **({"errorCode": "AccessDenied"} if random.random() < 0.1 else {}),
    }


def _policy(random: Random) -> str:
    policy = case(random).text()
    return policy.replace("Allow", "Allow" + random.choice(NASTY), 1) if random.random() < 0.2 else policy


def _demand(holds: bool, seed: int, text: str) -> None:
    if not holds:
        raise Accounting(f"{text} (search of seed {seed})")
