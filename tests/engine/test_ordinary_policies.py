"""What ordinary key policies take: far less than the bound, and enough of it to be decided."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy import Audience, KeyFacts, analyze
from kmspolicy.report.sentences import Code
from kmspolicy.witness.searcher import POLICY_STEPS
from tests.engine.cases import OURS, document, statement
from tests.engine.explosive import PERIMETER, allow, deny, everything

pytestmark = pytest.mark.slow

USES = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
FREE = {
    "StringEquals": {
        "kms:ViaService": ["s3.us-west-2.amazonaws.com", "rds.us-west-2.amazonaws.com"],
        "kms:EncryptionContext:app": "payroll",
        "aws:PrincipalTag/team": ["security", "platform"],
    },
    "StringLike": {"aws:username": "svc-*", "aws:UserAgent": "*aws-sdk*", "kms:EncryptionContext:path": "home/*/x"},
    "StringNotEquals": {"aws:PrincipalTag/env": ["dev", "test"], "aws:SourceIdentity": "root"},
    "Bool": {"aws:MultiFactorAuthPresent": "true"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
    "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["app", "path"]},
    "ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/app-*"},
    "DateGreaterThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"},
}


def real_statement(number: int) -> dict[str, Any]:
    """A statement as large key policies have them by the dozen: an account's roles, its services, its grants."""
    roles = {"AWS": [f"arn:aws:iam::{OURS}:role/service-{number}"]}
    limited = {"StringEquals": {"kms:CallerAccount": OURS, "kms:ViaService": f"svc{number}.us-west-2.amazonaws.com"}}
    if number % 3 == 0:
        return statement({"Sid": f"Use{number}", "Principal": roles, "Action": ["kms:Encrypt", "kms:Decrypt"]})
    if number % 3 == 1:
        return statement(
            {"Sid": f"Via{number}", "Principal": {"AWS": "*"}, "Action": "kms:GenerateDataKey*", "Condition": limited}
        )
    return statement(
        {
            "Sid": f"Grant{number}",
            "Principal": roles,
            "Action": "kms:CreateGrant",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": True}},
        }
    )


TEAMS = [f"team-{number:03}-*" for number in range(300)]
ROLES = {"AWS": [f"arn:aws:iam::444455556666:role/service-{number}" for number in range(200)]}


def of_teams(patterns: list[str]) -> dict[str, Any]:
    """The condition that a principal's tag is like one of these."""
    return {"StringLike": {"aws:PrincipalTag/team": patterns}}


REAL: dict[str, tuple[dict[str, Any], bool]] = {
    "170 statements": (document(*map(real_statement, range(170))), False),
    "150 statements behind a perimeter": (document(*map(real_statement, range(150)), PERIMETER[0]), False),
    "150 statements and an open one": (document(*map(real_statement, range(150)), allow(Action="kms:Encrypt")), True),
    "a dozen conditions on free keys": (document(allow(FREE)), True),
    "a dozen conditions on free keys behind a perimeter": (document(allow(FREE), PERIMETER[0]), False),
    "a dozen conditions on free keys in a Deny": (document(allow(), deny(FREE)), True),
    "a dozen Denies on free keys": (
        document(
            allow(),
            *(deny({operator: {key: values}}) for operator, keys in FREE.items() for key, values in keys.items()),
        ),
        True,
    ),
    "300 patterns of a tag, all but one denied": (document(allow(of_teams(TEAMS)), deny(of_teams(TEAMS[1:]))), True),
    "300 patterns of a tag, all denied": (document(allow(of_teams(TEAMS)), deny(of_teams(TEAMS))), False),
    "200 roles that a Deny by ARN covers": (
        document(allow(Principal=ROLES), deny({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin-*"}})),
        False,
    ),
}


@pytest.mark.parametrize(("policy", "flagged"), REAL.values(), ids=REAL)
def test_a_real_policy_stays_far_below_the_bound(policy: dict[str, Any], flagged: bool) -> None:
    found = everything(policy)
    assert found.flagged == flagged
    assert found.steps < POLICY_STEPS


@pytest.mark.parametrize(("perimeter", "listed"), [(PERIMETER, 0), ((), 3)], ids=["within", "without"])
def test_accounts_of_a_real_policy_are_listed_only_where_they_get_in(
    perimeter: tuple[dict[str, Any], ...], listed: int
) -> None:
    accounts = [f"10000000000{number}" for number in range(3)]
    via = {"StringEquals": {"kms:CallerAccount": accounts[0], "kms:ViaService": "s3.us-west-2.amazonaws.com"}}
    given = (
        allow(via, Action=[*USES, "kms:CreateGrant"]),
        allow(Action=USES, Principal={"AWS": [f"arn:aws:iam::{accounts[1]}:role/app-{each}" for each in range(6)]}),
        allow(
            {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            Action="kms:CreateGrant",
            Principal={"AWS": f"arn:aws:iam::{accounts[2]}:role/scaling"},
        ),
        allow(Action=USES) if perimeter else allow(Action=USES, Principal={"AWS": OURS}),
    )
    found = analyze(json.dumps(document(*given, *perimeter)), key=KeyFacts(account=OURS, region="us-west-2"))
    assert [party for party in found.parties if party in accounts] == accounts[:listed]


def for_account(number: int) -> dict[str, Any]:
    """A statement for an account of its own: by way of services, for roles, for a service, for grants, for a bucket."""
    account, kind = f"{300000000000 + number}", number % 5
    services = [f"{name}.us-west-2.amazonaws.com" for name in ("s3", "ec2", "rds", "dynamodb")]
    if kind == 0:
        return allow(
            {"StringEquals": {"kms:CallerAccount": account, "kms:ViaService": services}},
            Action=[*USES, "kms:CreateGrant"],
        )
    if kind == 1:
        return allow(Action=USES, Principal={"AWS": [f"arn:aws:iam::{account}:role/app-{each}" for each in range(6)]})
    if kind == 2:
        source = {"aws:SourceAccount": account}
        return allow({"StringEquals": source}, Action=USES, Principal={"Service": "sns.amazonaws.com"})
    if kind == 3:
        grants = {
            "ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt", "Encrypt", "GenerateDataKey"]},
            "Bool": {"kms:GrantIsForAWSResource": "true"},
        }
        return allow(grants, Action="kms:CreateGrant", Principal={"AWS": f"arn:aws:iam::{account}:role/scaling"})
    bucket = {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::bucket-{number}*"}
    return allow({"StringLike": bucket}, Action=USES, Principal={"AWS": account})


@pytest.mark.parametrize("kinds", [(0,), (1,), (2,), (3,), (4,), (0, 1, 2, 3, 4)], ids=str)
def test_twenty_statements_for_accounts_behind_a_perimeter_are_decided(kinds: tuple[int, ...]) -> None:
    numbers = [number for number in range(100) if number % 5 in kinds][:20]
    found = everything(document(*map(for_account, numbers), *PERIMETER))
    assert not found.flagged and found.steps < POLICY_STEPS
    assert not [reason for each in found.statements for reason in each.reasons if reason.code is Code.UNPROVEN]


def one_each(accounts: list[str], actions: list[str]) -> list[dict[str, Any]]:
    return [allow(Sid=f"For{each}", Action=actions, Principal={"AWS": each}) for each in accounts]


@pytest.mark.parametrize(
    "written",
    [
        lambda accounts: [allow(Action=USES, Principal={"AWS": accounts})],
        lambda accounts: [allow({"StringEquals": {"kms:CallerAccount": accounts}}, Action=USES)],
        lambda accounts: one_each(accounts, USES),
        lambda accounts: one_each(accounts, [*USES, "kms:CreateGrant"]),
    ],
    ids=["one list", "one condition", "a statement each", "a statement with grants each"],
)
def test_a_hundred_accounts_behind_a_perimeter_take_hardly_more_steps_than_two(written: Any) -> None:
    steps = []
    for count in (2, 100):
        statements = written([f"{300000000000 + number}" for number in range(count)])
        found = everything(document(*statements, *PERIMETER))
        assert {each.parties for each in found.statements if each.statement.allow} == {("o-aaaabbbbcc",)}
        steps.append(found.steps + found.statements[0].search.budget.spent)
    assert steps[1] < steps[0] + 200


def for_role_of(account: str) -> dict[str, Any]:
    """What lets principals create grants that only a role of this account may use."""
    grantee = {"StringLike": {"kms:GranteePrincipal": f"arn:aws:iam::{account}:role/app/*"}}
    return {**grantee, "Bool": {"kms:GrantIsForAWSResource": "false"}}


@pytest.mark.parametrize("count", [5, 20, 40])
def test_accounts_that_grant_to_another_account_alone_are_decided(count: int) -> None:
    accounts = [f"{300000000000 + number}" for number in range(count)]
    given = allow(for_role_of(OURS), Action="kms:CreateGrant", Principal={"AWS": accounts})
    found = analyze(json.dumps(document(given)), key=KeyFacts(account=OURS, region="us-west-2"))
    assert found.audience is Audience.none and Code.UNPROVEN not in [reason.code for reason in found.reasons]


def test_an_account_that_gets_in_as_a_member_alone_is_not_listed_beside_many_others() -> None:
    accounts = [f"{300000000000 + number}" for number in range(30)]
    not_service = {"aws:PrincipalIsAWSService": "false"}
    spared = {"aws:PrincipalOrgID": "o-aaaabbbbcc", "aws:PrincipalAccount": accounts[:8]}
    exempt = [f"arn:aws:iam::{OURS}:role/{name}" for name in ("app-*", "*/orders", "cdk-*-deploy-?")]
    network = {"StringNotEqualsIfExists": {"aws:SourceVpce": ["vpce-0aaaabbbbccccdddd", "vpce-0bbbbccccddddeeee"]}}
    policy = document(
        allow(Principal={"AWS": OURS}),
        allow(Action=USES, Principal={"AWS": accounts}),
        deny({"StringNotEqualsIfExists": spared, "BoolIfExists": not_service}),
        deny({**network, "BoolIfExists": not_service, "ArnNotLikeIfExists": {"aws:PrincipalArn": exempt}}),
    )
    assert analyze(json.dumps(policy)).statements[0].parties == ("o-aaaabbbbcc",)
