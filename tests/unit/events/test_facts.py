"""What an event says: who made the call, and what kind of key it is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from kmspolicy.events.actor import actor, via
from kmspolicy.events.api_call import seconds_of
from kmspolicy.events.cloudtrail import from_cloudtrail
from kmspolicy.events.event_facts import EventFacts, facts_of
from kmspolicy.events.faults import EventFault
from kmspolicy.events.finder import find_calls
from kmspolicy.events.ocsf import from_ocsf
from tests.unit.events.calls import OURS, create_key, ocsf, put_key_policy, replicate_key

# IAM and STS allow letters, digits and +=,.@_- in the names of users, roles, sessions and federated users.
NAMES = (
    "deploy-bot",
    "root",
    "role",
    "cloudformation.amazonaws.com",
    "service",
    OURS,
    "AWS_Internal",
    "a=b,c@d+e",
    "-",
)


def identity(kind: str, name: str, session: str) -> dict[str, Any]:
    """A userIdentity of a kind, for a caller of this name."""
    sts, iam = f"arn:aws:sts::{OURS}", f"arn:aws:iam::{OURS}"
    return {
        "user": {"type": "IAMUser", "userName": name, "arn": f"{iam}:user/path/{name}", "accountId": OURS},
        "user by ARN": {"type": "IAMUser", "arn": f"{iam}:user/{name}"},
        "session": {"type": "AssumedRole", "arn": f"{sts}:assumed-role/{name}/{session}", "principalId": "AROAX:s"},
        "role": {"type": "Role", "arn": f"{iam}:role/path/{name}"},
        "root": {"type": "Root", "arn": f"{iam}:root", "accountId": OURS, "userName": name},
        "federated user": {"type": "FederatedUser", "arn": f"{sts}:federated-user/{name}"},
        "identity center": {"type": "IdentityCenterUser", "onBehalfOf": {"userId": name}, "accountId": OURS},
        "other account": {"type": "AWSAccount", "accountId": OURS, "principalId": name},
        "service": {"type": "AWSService", "invokedBy": name},
        "saml": {"type": "SAMLUser", "principalId": name, "userName": name},
        "web identity": {"type": "WebIdentityUser", "principalId": name, "userName": name},
        "directory": {"type": "Directory", "userName": name},
        "unknown": {"type": "Unknown", "principalId": name},
        "of a type to come": {"type": "Novel", "principalId": name},
    }[kind]


KINDS = (
    *(
        "user",
        "user by ARN",
        "session",
        "role",
        "root",
        "federated user",
        "identity center",
        "other account",
        "service",
    ),
    *("saml", "web identity", "directory", "unknown", "of a type to come"),
)
SAME_CALLER = {"user by ARN": "user", "of a type to come": "unknown"}


def call_by(user_identity: dict[str, Any]) -> Any:
    return from_cloudtrail({**put_key_policy(), "userIdentity": user_identity})


def test_no_two_kinds_of_callers_share_a_spelling() -> None:
    callers: dict[str, set[str]] = {}
    for kind, name, session in product(KINDS, NAMES, NAMES):
        spelling = actor(call_by(identity(kind, name, session)))
        assert spelling, (kind, name)
        callers.setdefault(spelling, set()).add(SAME_CALLER.get(kind, kind))
    assert {spelling: kinds for spelling, kinds in callers.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "service"])
def test_a_service_between_leaves_the_actor_as_it_is(kind: str) -> None:
    caller = identity(kind, "deploy-bot", "run-1")
    direct, through = call_by(caller), call_by({**caller, "invokedBy": "cloudformation.amazonaws.com"})
    assert (actor(through), via(direct), via(through)) == (actor(direct), "", "cloudformation.amazonaws.com")


@pytest.mark.parametrize("nobody", ["signin.amazonaws.com", "AWS Internal", "internal.amazonaws.com"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_console_and_aws_itself_are_nobody(kind: str, nobody: str) -> None:
    call = call_by({**identity(kind, "deploy-bot", "run-1"), "invokedBy": nobody})
    assert via(call) == "" and nobody not in actor(call)


def kind_of_key(facts: EventFacts) -> tuple[Any, ...]:
    known = facts.key_facts
    return known.usage, known.spec, known.origin, known.multi_region


@pytest.mark.parametrize(
    "request_parameters, metadata, expected",
    [
        ({}, {}, ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "AWS_KMS", False)),
        ({"keyUsage": "SIGN_VERIFY", "keySpec": "RSA_2048"}, {}, ("SIGN_VERIFY", "RSA_2048", "AWS_KMS", False)),
        ({"customerMasterKeySpec": "ECC_NIST_P256"}, {}, ("ENCRYPT_DECRYPT", "ECC_NIST_P256", "AWS_KMS", False)),
        ({"origin": "EXTERNAL", "multiRegion": True}, {}, ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "EXTERNAL", True)),
        (
            {"keyUsage": "SIGN_VERIFY"},
            {"keyUsage": "ENCRYPT_DECRYPT"},
            ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "AWS_KMS", False),
        ),
        ({"keyUsage": 'x"y', "keySpec": 7}, {}, ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "AWS_KMS", False)),
        ({"omitted": True}, {}, (None, None, None, None)),
        ({"omitted": True}, {"keyUsage": "SIGN_VERIFY", "multiRegion": False}, ("SIGN_VERIFY", None, None, False)),
    ],
)
def test_the_kind_of_a_new_key(request_parameters: Any, metadata: Any, expected: tuple[Any, ...]) -> None:
    record = {**create_key(), "requestParameters": request_parameters, "responseElements": {"keyMetadata": metadata}}
    assert kind_of_key(facts_of(from_cloudtrail(record))) == expected


def test_a_replica_is_a_multi_region_key_and_of_another_key_nothing_is_known() -> None:
    record = replicate_key()
    record["responseElements"]["replicaKeyMetadata"]["keyUsage"] = "GENERATE_VERIFY_MAC"
    assert kind_of_key(facts_of(from_cloudtrail(record))) == ("GENERATE_VERIFY_MAC", None, None, True)
    assert kind_of_key(facts_of(from_cloudtrail(put_key_policy()))) == (None, None, None, None)
    assert kind_of_key(facts_of(from_ocsf(ocsf()))) == (None, None, None, None)


@pytest.mark.parametrize(
    "sent, key",
    [
        ("abc-1", f"arn:aws:kms:eu-west-1:{OURS}:key/abc-1"),
        ("alias/x/y_z", f"arn:aws:kms:eu-west-1:{OURS}:alias/x/y_z"),
        (f"arn:aws:kms:eu-west-1:{OURS}:key/abc", f"arn:aws:kms:eu-west-1:{OURS}:key/abc"),
        (f"arn:aws:kms:eu-west-1:{OURS}:alias/x", f"arn:aws:kms:eu-west-1:{OURS}:alias/x"),
        ("arn:aws:kms:eu-west-1:444455556666:key/abc", ""),
        ('x" | delete', ""),
        ("abc\n", ""),
        ("alias/x y", ""),
        ("$user$", ""),
        ("a" * 2_049, ""),
        (7, f"arn:aws:kms:eu-west-1:{OURS}:key/7"),
        (None, ""),
    ],
)
def test_of_a_failed_call_only_a_well_formed_key_of_the_callers_account_counts(sent: Any, key: str) -> None:
    record = {**put_key_policy(), "errorCode": "AccessDenied", "resources": None, "requestParameters": {"keyId": sent}}
    facts = facts_of(from_cloudtrail(record))
    assert (facts.key, facts.account) == (key, OURS)


@pytest.mark.parametrize(
    "address, src",
    [
        ("192.0.2.17", "192.0.2.17"),
        ("2001:db8::1", "2001:db8::1"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("AWS Internal", ""),
        ("cloudformation.amazonaws.com", ""),
        ("face.b00c.de", ""),
        ("deadbeef", ""),
        ("", ""),
    ],
)
def test_a_source_that_is_a_service_is_no_address(address: str, src: str) -> None:
    assert facts_of(from_cloudtrail({**put_key_policy(), "sourceIPAddress": address})).src == src


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """The record with paths for names; lists stay as they are."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        inner = flat(value) if isinstance(value, dict) else {}
        found |= {f"{name}.{rest}": item for rest, item in inner.items()} or {name: value}
    return found


@pytest.mark.parametrize("spelled", [str, str.lower])
def test_a_flat_record_has_the_facts_of_the_record(spelled: Callable[[str], str]) -> None:
    record = put_key_policy()
    names = {spelled(name): value for name, value in flat(record).items()}
    assert "requestparameters.policy" in map(str.lower, names)
    assert find_calls(json.dumps(names), False) == find_calls(json.dumps(record), False)


def in_lower_case(value: Any) -> Any:
    """The record with names in lower case, as Athena has them."""
    if isinstance(value, dict):
        return {name.lower(): in_lower_case(item) for name, item in value.items()}
    return list(map(in_lower_case, value)) if isinstance(value, list) else value


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("make", [put_key_policy, create_key, replicate_key])
def test_a_record_in_lower_case_has_the_facts_of_the_record(make: Callable[[], dict[str, Any]], as_text: bool) -> None:
    record = in_lower_case(make())
    if as_text:
        record = {name: json.dumps(item) if isinstance(item, (dict, list)) else item for name, item in record.items()}
    assert find_calls(json.dumps(record), False) == find_calls(json.dumps(make()), False)


def with_texts(value: Any) -> Any:
    """The record with JSON text in place of each object in it, at every level."""
    if not isinstance(value, dict):
        return value
    return {name: json.dumps(with_texts(item)) if isinstance(item, dict) else item for name, item in value.items()}


CALLERS = [
    case["event"]["userIdentity"]
    for case in json.loads((Path(__file__).resolve().parents[2] / "command/shapes/actors.json").read_text("utf-8"))[
        "cases"
    ]
    if case["event"].get("userIdentity")
]
AN_ACCESS_KEY = {
    "type": "IAMUser",
    "accessKeyId": "AKIA1",
    "sessionContext": {"attributes": {"mfaAuthenticated": "false"}},
}


@pytest.mark.parametrize("written", [dict, with_texts])
@pytest.mark.parametrize("spelled", [dict, in_lower_case])
def test_who_made_a_call_does_not_depend_on_the_form_of_its_record(
    spelled: Callable[[Any], Any], written: Callable[[Any], Any]
) -> None:
    for caller in (*CALLERS, AN_ACCESS_KEY):
        record = {**put_key_policy(), "userIdentity": caller}
        assert facts_of(from_cloudtrail(written(spelled(record)))) == facts_of(from_cloudtrail(record)), caller


@pytest.mark.parametrize("make", [create_key, replicate_key])
def test_texts_within_texts_in_lower_case_have_the_facts_of_the_record(make: Callable[[], dict[str, Any]]) -> None:
    record = with_texts(in_lower_case(make()))
    assert find_calls(json.dumps(record), False) == find_calls(json.dumps(make()), False)


@pytest.mark.parametrize(
    "key, said, told",
    [("AKIA1", "false", "unknown"), ("AKIA1", "true", "true"), ("ASIA1", "false", "false"), ("", "false", "false")],
)
def test_an_access_key_of_a_user_says_nothing_of_mfa(key: str, said: str, told: str) -> None:
    session = {"attributes": {"mfaAuthenticated": said}}
    caller = {"type": "IAMUser", "userName": "kim", "accessKeyId": key, "sessionContext": session}
    event = ocsf()
    event["actor"]["user"]["credential_uid"] = key
    event["actor"]["session"] = {"is_mfa": said == "true"}
    assert facts_of(call_by(caller)).mfa == facts_of(from_ocsf(event)).mfa == told


def test_a_replica_without_parameters_and_response_is_not_the_default_one() -> None:
    record = {**replicate_key(), "requestParameters": None}
    for change, fault in (
        ({"responseElements": None}, EventFault.NO_PARAMETERS.value),
        ({"responseElements": None, "errorCode": "AccessDenied"}, ""),
        ({"responseElements": {"replicaKeyMetadata": {"keyId": "k"}}}, ""),
        ({"responseElements": None, "eventName": "CreateKey"}, ""),
    ):
        (found,) = find_calls(json.dumps({**record, **change}), False)
        assert (found.policy, found.fault) == ("", fault)


@pytest.mark.parametrize(
    ("code", "told", "error"),
    [
        ("AccessDenied", "failure", "AccessDenied"),
        (["AccessDenied"], "failure", "AccessDenied"),
        (["", "AccessDenied", "AccessDenied"], "failure", "AccessDenied"),
        (["", "-"], "success", ""),
        ([], "success", ""),
    ],
)
def test_an_error_code_tells_a_failure_also_in_a_list(code: Any, told: str, error: str) -> None:
    facts = facts_of(from_cloudtrail({**put_key_policy(), "errorCode": code}))
    assert (facts.call, facts.call_error) == (told, error)


@pytest.mark.parametrize(
    "source, known", [("KMS.amazonaws.com", True), ("kms.amazonaws.com.cn", True), ("kmsx.amazonaws.com", False)]
)
def test_a_call_is_of_kms_whether_it_sets_a_policy_or_not(source: str, known: bool) -> None:
    for operation in ("PutKeyPolicy", "DescribeKey"):
        call = from_cloudtrail({**put_key_policy(), "eventName": operation, "eventSource": source})
        assert (call.of_kms, call.sets_policy) == (known, known and operation == "PutKeyPolicy")


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("0001-01-01T00:00:00Z", -62135596800),
        ("0001-01-01T05:30+05:30", -62135596800),
        ("0001-01-01T00:00:00+00:01", None),
        ("0000-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59Z", 253402300799),
        ("9999-12-31T18:59:59-0500", 253402300799),
        ("9999-12-31T23:59:59.9999999999Z", None),
        ("9999-12-31T23:59:59-00:01", None),
        ("2016-12-31T23:59:60Z", None),
        ("2016-12-31T24:00:00Z", None),
    ],
)
def test_a_time_lies_within_the_calendar(time: str, seconds: float | None) -> None:
    assert seconds_of(time) == seconds
