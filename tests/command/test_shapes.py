"""The command finds policies, and the facts around them, in every shape of event; see shapes/*.json."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dev.splunkd import run
from tests.command.session import APP
from tests.unit.events.wrapping import spelled

OWNER = {
    "Sid": "Owner",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "kms:*",
    "Resource": "*",
}
EVERYONE = {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}
ENCRYPT_ONLY = {"Version": "2012-10-17", "Statement": [OWNER, EVERYONE]}
RECORD = {
    "eventSource": "kms.amazonaws.com",
    "eventName": "PutKeyPolicy",
    "eventID": "e-1",
    "recipientAccountId": "111122223333",
    "userIdentity": {"type": "IAMUser", "userName": "Alice"},
    "requestParameters": {"policy": json.dumps(ENCRYPT_ONLY)},
}
TEXTS: dict[str, Any] = {
    "$policy": json.dumps(ENCRYPT_ONLY, indent=1),
    "$policy_object": ENCRYPT_ONLY,
    "$open_policy": json.dumps({"Statement": [OWNER, {**EVERYONE, "Action": "kms:*"}]}),
    "$policy_until_june_2024": json.dumps(
        {"Statement": [{**EVERYONE, "Condition": {"DateLessThan": {"aws:CurrentTime": "2024-06-01T00:00:00Z"}}}]}
    ),
    "$closed_policy": json.dumps({"Statement": [OWNER]}),
    "$record": RECORD,
    "$record_2": {**RECORD, "eventID": "e-2", "requestParameters": {"policy": json.dumps({"Statement": OWNER})}},
}


class Case(NamedTuple):
    file: str
    name: str
    event: str
    rows: list[dict[str, str]]


def _cases() -> Iterator[Case]:
    for path in sorted((Path(__file__).parent / "shapes").glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        for case in content["cases"]:
            event = _filled(_merged(content["base"], case["event"]))
            yield Case(path.stem, case["name"], event if isinstance(event, str) else json.dumps(event), case["rows"])


def _merged(base: Any, change: Any) -> Any:
    """The base event with a case's changes: objects are merged, null takes a member away."""
    if not isinstance(base, dict) or not isinstance(change, dict):
        return change
    merged = {**base, **{name: _merged(base.get(name), value) for name, value in change.items()}}
    return {name: value for name, value in merged.items() if name not in change or change[name] is not None}


def _filled(value: Any) -> Any:
    """The event with its placeholders filled: "$policy" and its like, {"$text": …} for JSON within a JSON string, and
    {"$line": […]} for a line of CSV, with JSON in its cells.
    """
    if isinstance(value, dict) and "$line" in value:
        cells = [cell if isinstance(cell, str) else json.dumps(cell) for cell in _filled(value["$line"])]
        return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    if isinstance(value, dict):
        return json.dumps(_filled(value["$text"])) if "$text" in value else {k: _filled(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(item) for item in value]
    return TEXTS.get(value, value) if isinstance(value, str) else value


CASES = list(_cases())


@pytest.fixture(scope="module")
def answers() -> dict[str, list[dict[str, Any]]]:
    """All cases through one process: the rows that came back, by the number of the case."""
    found = defaultdict(list)
    for row in run(APP, [{"case": str(i), "_raw": case.event} for i, case in enumerate(CASES)], ["mode=summary"]).rows:
        found[row["case"]].append(row)
    return found


@pytest.mark.parametrize("number, case", list(enumerate(CASES)), ids=[f"{case.file}: {case.name}" for case in CASES])
def test_shape(number: int, case: Case, answers: dict[str, list[dict[str, Any]]]) -> None:
    rows = answers[str(number)]
    fields = [
        {name.removeprefix("key_policy_"): value for name, value in row.items() if name.startswith("key_policy_")}
        for row in rows
    ]
    assert all(row["_raw"] == case.event for row in rows)
    if not case.rows:
        assert [{name for name, value in row.items() if value} for row in fields] == [set()]
    else:
        assert len(fields) == len(case.rows)
        for got, want in zip(fields, case.rows):
            assert {
                name: got[name] if not value.startswith("~") else _part(value, got[name])
                for name, value in want.items()
            } == want


def test_no_spelling_of_the_json_hides_a_policy() -> None:
    """Any character of a JSON string may be written as an escape, and any letter of a name hidden that way."""
    chance = random.Random(7)
    shares = [share for share in (0.01, 0.1, 0.5, 1) for _ in range(25)]
    events = [spelled(json.dumps(RECORD), chance, share) for share in shares]
    twins = [spelled(json.dumps({**RECORD, "eventName": "EnableKey"}), chance, share) for share in shares]
    rows = run(APP, [{"_raw": event} for event in events + twins], ["mode=summary"]).rows
    assert [row["key_policy_flagged"] for row in rows] == ["true"] * len(events) + [""] * len(twins)


def _part(wanted: str, text: str) -> str:
    """A wanted text that begins with ~ is a part of the field's."""
    return wanted if wanted[1:] in text else text
