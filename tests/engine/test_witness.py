"""Witnesses: every flag comes with one request of an outsider's that the whole policy allows, and that is its proof."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from kmspolicy import Analysis, KeyFacts, analyze
from kmspolicy.evaluation.request import Caller, Request
from kmspolicy.policy.actions import ACTIONS
from kmspolicy.policy.context_keys import GRANT_OPERATIONS, KEY_ARN
from kmspolicy.policy.parser import parse
from tests.engine.cases import EVERYONE, OURS, THEIRS, Case, document, name, policy_of, question, statement, walk
from tests.engine.decisions import Decision, decide
from tests.engine.test_tables import ROWS, policy

ENDPOINT_KEYS = ("aws:sourcevpc", "aws:sourcevpce")
SERVICE_KEYS = {
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
}


def policies(from_any_account: bool = False) -> Iterator[Any]:
    """Every policy of the cases in which a statement is flagged, with the question that is asked about it."""
    for row in ROWS:
        data, effect, audience, condition = row.values
        if audience == "everyone":
            yield pytest.param(json.loads(policy(data, effect, condition)), question(data), id=row.id)
    for case in walk("verdicts"):
        if case.data["expect"]["flagged"] and not (from_any_account and case.data.get("one_account")):
            yield pytest.param(policy_of(case.data), question(case.data), id=case.name)


def request(witness: str) -> Request:
    """The request that a witness describes."""
    return _request(json.loads(witness))


def _request(told: dict[str, Any]) -> Request:
    context = {
        key.lower(): tuple(value) if isinstance(value, list) else value for key, value in told["context"].items()
    }
    caller = Caller(str(context["aws:principalaccount"]), arn=told["principal"])
    then = _request(told["then"]) if "then" in told else None
    return Request(told["action"], caller, {**context, KEY_ARN: told["key"]}, then)


def example(found: Analysis) -> str:
    """The text of the policy's witness."""
    assert found.witness is not None
    return found.witness.text()


def witnesses(found: Analysis) -> list[str]:
    """Those of the flagged statements, and the policy's own."""
    told = [found.witness, *(each.witness for each in found.statements if each.flagged)]
    assert found.flagged and None not in told
    return [witness.text() for witness in told if witness]


@pytest.mark.parametrize(("document", "asked"), list(policies()))
def test_a_flag_has_a_witness_that_the_policy_allows_and_that_a_deny_stops(
    document: dict[str, Any], asked: dict[str, Any]
) -> None:
    found = analyze(json.dumps(document), **asked)
    for witness in witnesses(found):
        proof = request(witness)
        assert decide(parse(json.dumps(document)), proof) is Decision.ALLOWED
        if proof.then is not None:
            granted = proof.context[GRANT_OPERATIONS]
            assert isinstance(granted, tuple) and proof.then.action.partition(":")[2] in granted
        assert proof.action in found.granted and outsider(proof, json.dumps(document), asked["key"].account) == []
        denied = plus(document, statement({"Effect": "Deny", "Action": proof.action}))
        assert decide(parse(json.dumps(denied)), proof) is Decision.DENIED
        assert proof.action not in analyze(json.dumps(denied), **asked).granted


@pytest.mark.parametrize(("document", "asked"), list(policies(from_any_account=True)))
def test_a_deny_of_exactly_that_request_leaves_the_same_from_another_account(
    document: dict[str, Any], asked: dict[str, Any]
) -> None:
    told = json.loads(witnesses(analyze(json.dumps(document), **asked))[0])
    exact = {key: value for key, value in told["context"].items() if isinstance(value, str) and "${" not in value}
    exactly = statement({"Effect": "Deny", "Action": told["action"], "Condition": {"StringEquals": exact}})
    found = analyze(json.dumps(plus(document, exactly)), **asked)
    others = [each.witness for each in found.statements if each.flagged]
    assert others and told not in [json.loads(witness.text()) for witness in others if witness]


def plus(document: dict[str, Any], deny: dict[str, Any]) -> dict[str, Any]:
    """The policy with one more statement."""
    written = document["Statement"]
    return {**document, "Statement": [*(written if isinstance(written, list) else [written]), deny]}


def outsider(proof: Request, text: str, owner: str | None) -> list[str]:
    """What speaks against the requester's being an outsider on whom the policy has nothing."""
    context, account = proof.context, proof.caller.account
    arn = str(context["aws:principalarn"])
    organization = context.get("aws:principalorgid")
    address = context.get("aws:sourceip")
    source = ipaddress.ip_address(str(address)) if address else None
    at = moment(str(context["aws:currenttime"])) if "aws:currenttime" in context else None
    via = [context.get("kms:viaservice"), *(context.get("aws:calledvia") or ())]
    wrong = {
        "account": account == owner or f'"{account}"' in text or f":{account}:" in text,
        "arn": arn != proof.caller.arn or arn.split(":")[4] != account or ":assumed-role/" in arn,
        "caller": context.get("kms:calleraccount", account) != account,
        "organization": isinstance(organization, str) and organization in text,
        "service": bool(SERVICE_KEYS & context.keys()) or context.get("aws:principalisawsservice", "false") != "false",
        "transport": context.get("aws:securetransport", "true") != "true",
        "anonymous": context.get("aws:principaltype") == "Anonymous",
        "address": source is not None and (source.is_loopback or source.is_link_local or source in PRIVATE),
        "two clocks": at is not None and abs(at - float(str(context.get("aws:epochtime", at)))) > 0.001,
        "two places": source is not None and any(key in context for key in ENDPOINT_KEYS),
        "a service": any(
            name is not None and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", str(name)) for name in via
        ),
        "a Region": not re.fullmatch(r"[a-z0-9-]+", str(context[KEY_ARN]).split(":")[3]),
        "half an endpoint": len([key for key in ENDPOINT_KEYS if key in context]) == 1,
    }
    return [fault for fault, holds in wrong.items() if holds]


def moment(text: str) -> float:
    """Unix seconds of a witness's time. The standard library begins with the year 1; 400 years have equal calendars."""
    if text.startswith("0000"):
        return moment(f"0400{text[4:]}") - 12_622_780_800
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{fraction or 0}")


class _Private:
    """The blocks that never are the source of a request."""

    BLOCKS = tuple(
        map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
    )

    def __contains__(self, source: Any) -> bool:
        return any(source in block for block in self.BLOCKS if block.version == source.version)


PRIVATE = _Private()


def test_a_witness_is_compact_and_spelled_as_aws_does() -> None:
    limited = statement({"Condition": {"StringEquals": {"AWS:USERNAME": "john", "kms:encryptionCONTEXT:App": "x"}}})
    witness = example(analyze(json.dumps(document(limited))))
    assert witness == json.dumps(json.loads(witness), separators=(",", ":"))
    assert json.loads(witness) == {
        "principal": f"arn:aws:iam::{THEIRS}:user/john",
        "action": "kms:Encrypt",
        "key": f"arn:aws:kms:us-east-1:{OURS}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "context": {
            "aws:username": "john",
            "aws:PrincipalAccount": THEIRS,
            "aws:PrincipalArn": f"arn:aws:iam::{THEIRS}:user/john",
            "kms:EncryptionContext:App": "x",
        },
    }


def test_the_witness_is_of_an_account_that_the_policy_does_not_name() -> None:
    named = [statement({"Principal": {"AWS": account}}) for account in (OURS, THEIRS, "777788889999")]
    found = analyze(json.dumps(document(*named, EVERYONE)))
    assert json.loads(example(found))["principal"] == "arn:aws:iam::999999999999:role/any"


@pytest.mark.parametrize(
    ("condition", "callers"),
    [
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}, ["athena.amazonaws.com"]),
        (
            {
                "ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"},
                "StringEquals": {"aws:CalledViaFirst": "glue.amazonaws.com"},
            },
            ["glue.amazonaws.com", "athena.amazonaws.com", "cloudformation.amazonaws.com"],
        ),
    ],
)
def test_a_witness_comes_through_the_services_that_are_asked_for(condition: dict[str, Any], callers: list[str]) -> None:
    found = analyze(json.dumps(document(statement({"Condition": condition}))))
    assert json.loads(example(found))["context"]["aws:CalledVia"] == callers


def test_what_is_not_flagged_has_no_witness() -> None:
    limited = statement({"Condition": {"StringEquals": {"kms:CallerAccount": THEIRS}}})
    found = analyze(json.dumps(document(limited, EVERYONE)))
    assert [each.witness is None for each in found.statements] == [True, False]
    assert analyze(json.dumps(document(limited))).witness is None


@pytest.mark.parametrize("case", list(walk("spelling")), ids=name)
def test_a_witness_spells_keys_as_aws_does_however_the_policy_writes_them(case: Case) -> None:
    limited = json.dumps(document(statement({"Condition": {"Null": {case.data["name"].upper(): "false"}}})))
    found = analyze(limited, actions=ACTIONS, key=KeyFacts(OURS))
    assert case.data["name"] in json.loads(example(found))["context"]
