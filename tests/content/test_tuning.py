"""Each macro that a customer tunes does what the documentation's table says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dev.spl import Event, run_saved
from tests.content.shipped import ALLOWLIST, SAMPLES, write_lookups

DETECTION = "KMS - Key Policy Lets Everyone Encrypt - Rule"
FOLDER = SAMPLES / "key_policy_lets_everyone_encrypt"


def sample(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["events"][0]


def users(*events: Any, **options: Any) -> list[str]:
    return sorted(row["user"] for row in run_saved(DETECTION, events, **options).rows)


@pytest.mark.parametrize(
    ("filtered", "left"),
    [
        ("search *", ["alice", "alice", "deploy-pipeline/terraform-run-4711"]),
        ('search key_policy_mfa!="true"', ["alice", "deploy-pipeline/terraform-run-4711"]),
    ],
)
def test_only_changes_without_mfa(filtered: str, left: list[str]) -> None:
    unknown = json.loads(json.dumps(sample("mfa_unknown")).replace("key/", "key/0"))
    events = [
        {**event, "eventID": str(number)}
        for number, event in enumerate((sample("with_mfa_scores_lower"), unknown, sample("every_principal")))
    ]
    assert users(*events, macros={"kmspolicycheck_mfa_filter": filtered}) == left


@pytest.mark.parametrize(("extra", "score"), [("10", "80"), ("0", "70"), ("25", "95")])
def test_what_a_change_without_mfa_adds_to_the_score(extra: str, score: str) -> None:
    rows = run_saved(DETECTION, [sample("every_principal")], macros={"kmspolicycheck_no_mfa_score": extra}).rows
    assert [row["risk_score"] for row in rows] == [score]


@pytest.mark.parametrize(("index", "count"), [("aws", 1), ("main", 0)])
def test_the_index(index: str, count: int) -> None:
    event = Event(sample("every_principal"), index=index)
    assert len(users(event, macros={"kmspolicycheck_index": "(index=aws)"})) == count


@pytest.mark.parametrize(("sourcetype", "count"), [("aws:asl", 1), ("aws:cloudtrail", 0)])
def test_the_sourcetypes(sourcetype: str, count: int) -> None:
    event = Event(sample("every_principal"), sourcetype=sourcetype)
    macros = {"kmspolicycheck_sourcetypes": "(sourcetype=aws:asl)"}
    assert len(users(event, macros=macros)) == count


@pytest.mark.parametrize(("tenant", "count"), [("111122223333", 0), ("444455556666", 1)])
def test_the_field_that_names_the_tenant(tenant: str, count: int, tmp_path: Path) -> None:
    row = {"key": "*", "account": "*", "actor": "deploy-pipeline/*", "until": "never", "tenant": tenant}
    write_lookups(tmp_path, {ALLOWLIST: [row]})
    macros = {"kmspolicycheck_tenant": "recipientAccountId"}
    assert len(users(sample("every_principal"), macros=macros, lookups=tmp_path)) == count


def test_the_filter_of_one_detection() -> None:
    macros = {"kmspolicycheck_key_policy_lets_everyone_encrypt_filter": 'search NOT user="deploy-pipeline/*"'}
    assert users(sample("every_principal"), macros=macros) == []
