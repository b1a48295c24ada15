"""An analyst's searches after an incident: who used the key, which grants remain, what else the intruder did."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dev.spl import run_saved, run_search
from tests.content.shipped import OURS, SAMPLES, SEARCHES, fill, write_lookups

KEY = "arn:aws:kms:us-east-1:111122223333:key/fa518890-841d-5dab-87e1-66569b310368"


def sample(path: str) -> Any:
    return json.loads((SAMPLES / f"{path}.json").read_text(encoding="utf-8"))["events"]


OPENED = sample("open_key_used_from_another_account/opened_in_the_same_window")
USES = [
    {**event, "eventID": f"use-{n}"}
    for n, event in enumerate(sample("open_key_used_from_another_account/two_accounts"))
]
GRANTS = sample("key_granted_to_another_account/outside_role")
REVOKED = [
    {
        **event,
        "eventName": "RevokeGrant",
        "eventID": "revoked",
        "eventTime": "2026-03-10T11:00:00Z",
        "requestParameters": {"keyId": KEY, "grantId": event["responseElements"]["grantId"]},
        "responseElements": None,
    }
    for event in GRANTS
]
OTHER_KEY = json.loads(json.dumps([*USES, *GRANTS]).replace("fa518890", "aa518890"))
INCIDENT = [*OPENED, *USES, *GRANTS, *REVOKED, *OTHER_KEY]


def rows(search: str) -> list[Any]:
    return run_search(search, INCIDENT).rows


def test_uses_of_the_key_by_other_accounts() -> None:
    found = rows(f'`kmspolicycheck_uses("{KEY}")`')
    assert sorted((row["key_policy_outside"], row["key_policy_operation"], row["count"]) for row in found) == [
        ("444455556666", "Encrypt", "1"),
        ("444455556666", "ReEncrypt", "1"),
        ("777788889999", "Decrypt", "1"),
    ]


def test_uses_name_the_accounts_that_are_ones_own(tmp_path: Any) -> None:
    own = {"account": "4444*", "name": 'Workloads "<b>"', "organization": "none"}
    write_lookups(tmp_path, {"kmspolicycheck_own_accounts_example.csv": [own]})
    found = run_search(f'`kmspolicycheck_uses("{KEY}")`', INCIDENT, lookups=tmp_path).rows
    assert {row["key_policy_account_name"] for row in found} == {
        "Workloads '?b?' (444455556666)",
        "777788889999",
    }


def test_grants_on_the_key_and_those_taken_back() -> None:
    given, taken = rows(f'`kmspolicycheck_grants("{KEY}")`')
    assert (given["key_policy_operation"], taken["key_policy_operation"]) == ("CreateGrant", "RevokeGrant")
    assert given["key_policy_grant"] == taken["key_policy_grant"]
    assert given["key_policy_grantee"] == "arn:aws:iam::444455556666:role/backup-copy"


@pytest.mark.slow
def test_nothing_is_told_of_a_key_that_is_not_known() -> None:
    refused = sample("attempt_to_open_a_key_policy_to_everyone/create_key_refused")
    unnamed = [{**event, "resources": [], "requestParameters": {"name": "unknown"}} for event in [*USES, *GRANTS]]
    for name in ("history", "uses", "grants"):
        assert rows(f'`kmspolicycheck_{name}("{KEY}")`')
        assert run_search(f'`kmspolicycheck_{name}("unknown")`', [*refused, *unnamed]).rows == []


def test_what_else_the_identity_did_from_that_address() -> None:
    event, (source,) = OPENED[0]["eventID"], {OPENED[0]["sourceIPAddress"]}
    stranger = {**GRANTS[0], "sourceIPAddress": source, "eventID": "stranger", "eventName": "ListKeys"}
    stranger["userIdentity"] = {**stranger["userIdentity"], "arn": "arn:aws:iam::111122223333:user/other"}
    same = {**GRANTS[0], "sourceIPAddress": source, "eventID": "same"}
    found = run_search(f'`kmspolicycheck_calls("{event}","{source}")`', [*OPENED, same, stranger]).rows
    assert {row["call"] for row in found} == {"PutKeyPolicy", "CreateGrant"}


SERVICE = {"sourceIPAddress": "cloudformation.amazonaws.com", "userAgent": "cloudformation.amazonaws.com"}


def identity(kind: str, arn: str, **more: str) -> dict[str, Any]:
    return {"type": kind, "principalId": f"id of {arn}", "arn": arn, "accountId": "111122223333", **more}


@pytest.mark.parametrize(
    ("caller", "trace"),
    [
        (
            identity("IAMUser", "arn:aws:iam::111122223333:user/a.b@example.com", userName="a.b@example.com"),
            "a.b@example.com",
        ),
        (identity("AssumedRole", "arn:aws:sts::111122223333:assumed-role/deploy/run-1"), "deploy/run-1"),
        (identity("Root", "arn:aws:iam::111122223333:root"), "111122223333:root"),
        (identity("FederatedUser", "arn:aws:sts::111122223333:federated-user/eve"), "eve"),
    ],
    ids=["a user", "a role", "the root user", "a federated user"],
)
def test_the_calls_of_an_identity_whose_address_a_service_hides(caller: dict[str, Any], trace: str) -> None:
    by_service = {**OPENED[0], **SERVICE, "userIdentity": {**caller, "invokedBy": "cloudformation.amazonaws.com"}}
    same = {**GRANTS[0], "userIdentity": caller, "eventID": "same", "eventName": "CreateAccessKey"}
    other = {**same, "userIdentity": identity("IAMUser", "arn:aws:iam::111122223333:user/unknown"), "eventID": "other"}
    (row,) = run_saved("KMS - Key Policy Lets Everyone Encrypt - Rule", [by_service]).rows
    assert row["key_policy_trace"] == trace
    drilldowns = json.loads(SEARCHES[OURS[0]]["action.notable.param.drilldown_searches"])
    (search,) = (given["search"] for given in drilldowns if given["name"] == "View the calls of the same identity")
    found = run_search(fill(search, row), [by_service, same, {**other, "eventName": "ListKeys"}]).rows
    assert {line["call"] for line in found} == {"PutKeyPolicy", "CreateAccessKey"}


def test_a_service_of_its_own_accord_is_not_traced_to_the_calls_of_those_it_serves() -> None:
    service = "controltower.amazonaws.com"
    by_itself = {**OPENED[0], "sourceIPAddress": service, "userAgent": service}
    by_itself["userIdentity"] = {"type": "AWSService", "invokedBy": service}
    served = {**identity("IAMUser", "arn:aws:iam::999988887777:user/carol", userName="carol"), "invokedBy": service}
    other = {**GRANTS[0], "userIdentity": served, "eventID": "other", "eventName": "CreateRole"}
    (row,) = run_saved("KMS - Key Policy Lets Everyone Encrypt - Rule", [by_itself]).rows
    assert (row["key_policy_actor"], row["key_policy_trace"]) == (f"service:{service}", row["key_policy_event"])
    drilldowns = json.loads(SEARCHES[OURS[0]]["action.notable.param.drilldown_searches"])
    (search,) = (given["search"] for given in drilldowns if given["name"] == "View the calls of the same identity")
    assert [line["call"] for line in run_search(fill(search, row), [by_itself, other]).rows] == ["PutKeyPolicy"]


def test_a_finding_has_the_commands_that_contain_the_damage() -> None:
    (row,) = run_saved("KMS - Key Policy Lets Everyone Encrypt - Rule", OPENED).rows
    options = f"--region us-east-1 --key-id {KEY}"
    assert [command.split(options)[0].strip() for command in row["key_policy_commands"]] == [
        f"aws kms {command}"
        for command in ("get-key-policy", "disable-key", "list-grants", "revoke-grant", "put-key-policy")
    ]
    assert all(options in command for command in row["key_policy_commands"])
