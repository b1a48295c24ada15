"""The families of policies that are made to cost: a search for the worst starts from each of them, and each aims at
one part of the analysis.
"""

from __future__ import annotations

from typing import Any

from dev.fuzz.shapes import Block, Genes, Test, Texts
from dev.fuzz.vocabulary import OTHER


def _one(effect: str, many: int, operator: str, key: str, *texts: Any, **more: Any) -> Block:
    return Block(effect, many, (Test(operator, key, Texts(*texts)),), **more)


_ANYONE = Block("Allow", 1)

FAMILIES: dict[str, Genes] = {
    "texts against patterns": (
        _one("Allow", 50, "StringEquals", "m", "m=#"),
        _one("Deny", 50, "StringLike", "m", "*m=*#*"),
    ),
    "a long text against a long pattern": (
        _one("Allow", 1, "StringEquals", "m", "", "ab", 2_000),
        _one("Deny", 1, "StringLike", "m", "", "*a?", 2_000, "c"),
    ),
    "a pattern of question marks": (
        _one("Allow", 4, "StringLike", "m", "", "*?", 500),
        _one("Deny", 4, "StringLike", "m", "", "?*", 600, "a"),
    ),
    "a pattern of stars": (
        _one("Allow", 2, "StringLike", "m", "", "*a", 1_000),
        _one("Deny", 2, "StringLike", "m", "", "*ab", 500),
    ),
    "windows": (
        Block(
            "Allow",
            2,
            (
                Test("StringLike", "m", Texts("*a", "?", 14, "a*")),
                Test("ForAnyValue:StringLike", "m", Texts("*b", "?", 15, "b*")),
                Test("StringNotLike", "m", Texts("a*")),
            ),
        ),
        _one("Deny", 3, "StringLike", "m", "*a", "?", 12, "b*"),
    ),
    "values to avoid": (
        _one("Allow", 1, "StringNotLike", "m", "*", "", 0, "#*", 500),
        _one("Deny", 9, "StringLike", "m", "*#"),
    ),
    "patterns in Denies": (_ANYONE, _one("Deny", 100, "StringLike", "m", "*#", "?", 1, "*")),
    "texts without case": (
        _one("Allow", 5, "StringEqualsIgnoreCase", "m", "", "aB", 100, "#", 5),
        _one("Deny", 20, "StringNotEqualsIgnoreCase", "m", "", "Ab", 100, "#"),
    ),
    "satisfiability": (
        _ANYONE,
        Block(
            "Deny",
            60,
            (
                Test("StringEquals", "k1", Texts("a")),
                Test("StringLike", "k2", Texts("*#")),
                Test("StringNotEquals", "k3", Texts("#")),
                Test("StringLike", "k#", Texts("b*")),
                Test("StringNotLike", "k1", Texts("*#*")),
            ),
        ),
    ),
    "keys": (
        Block("Allow", 3, tuple(Test("StringEquals", f"k{at}", Texts("#")) for at in range(100))),
        _one("Deny", 9, "StringEquals", "k#", "x"),
    ),
    "conditions that cannot hold": (
        Block(
            "Allow",
            20,
            tuple(
                Test(op, "kms:CallerAccount", Texts("####55556666"))
                for op in ("StringEquals", "StringLike", "StringEqualsIgnoreCase")
            ),
        ),
        _one("Deny", 20, "StringLike", "aws:PrincipalArn", "*#*"),
    ),
    "account patterns": (_one("Allow", 1, "StringLike", "aws:PrincipalAccount", "####*", "", 0, "", 500),),
    "account patterns in Denies": (_ANYONE, _one("Deny", 100, "StringLike", "aws:PrincipalAccount", "*####*")),
    "ARN patterns": (
        _one("Allow", 3, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::####*:role/", "*a", 3, "#", 20),
        _one("Deny", 30, "ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*#*:role/*"),
    ),
    "ARNs as texts": (
        _one("Allow", 3, "StringLike", "aws:PrincipalArn", "*####*", "", 0, "", 30),
        _one("Deny", 30, "StringLike", "aws:PrincipalArn", "arn:aws:*#*"),
    ),
    "organizations": (
        _one("Allow", 1, "StringLike", "aws:PrincipalOrgID", "o-*####*", "", 0, "", 200),
        _one("Deny", 30, "StringLike", "aws:PrincipalOrgPaths", "o-#*/r-*"),
    ),
    "named organizations": (
        _one("Allow", 30, "StringEquals", "aws:PrincipalOrgID", "o-aaaa######"),
        _one("Deny", 30, "StringLike", "aws:ResourceOrgID", "o-aaaa####*"),
    ),
    "named accounts": (
        _one("Allow", 3, "StringLike", "m", "*#*", principals=Texts("222222######", many=60)),
        _one("Deny", 60, "StringLike", "aws:PrincipalArn", "*#*"),
    ),
    "named roles": (
        _one("Allow", 3, "StringLike", "m", "#", principals=Texts("arn:aws:iam::222222######:role/a", many=40)),
        _one("Deny", 40, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::222222####*:role/*"),
    ),
    "unique ids": (
        _one("Allow", 3, "StringLike", "aws:userid", "*#*", principals=Texts("AROAAAAAAAAAA######", many=40)),
        _one("Deny", 40, "StringLike", "aws:PrincipalAccount", "2222####*"),
    ),
    "unique ids in conditions": (
        _one("Allow", 1, "StringEquals", "aws:userid", "AIDA000000######", "", 0, "", 500),
        _one("Allow", 9, "StringLike", "aws:userid", "A*#"),
    ),
    "users of identity stores": (
        _one("Allow", 1, "StringEquals", "identitystore:UserId", "u#", "", 0, "", 900),
        _one("Allow", 30, "StringEquals", "identitystore:UserId", "a#"),
    ),
    "sessions": (
        _one(
            "Allow",
            3,
            "StringLike",
            "aws:PrincipalArn",
            "*a",
            principals=Texts("arn:aws:sts::222222222222:assumed-role/r#/s", many=40),
        ),
        _one("Deny", 40, "StringLike", "aws:userid", "*#*"),
    ),
    "services": (
        _one("Allow", 3, "StringLike", "aws:PrincipalServiceName", "s#.*", "", 0, "", 60),
        _one("Deny", 60, "StringLike", "aws:PrincipalServiceNamesList", "*#*"),
    ),
    "variables": (
        Block(
            "Allow",
            5,
            (
                Test("StringLike", "a", Texts("*${aws:username}*#")),
                Test("StringLike", "b", Texts("${aws:PrincipalTag/a}*${aws:username}")),
            ),
        ),
        Block(
            "Deny",
            20,
            (
                Test("StringLike", "a", Texts("*#${aws:PrincipalTag/a}*")),
                Test("StringLike", "aws:username", Texts("*#*")),
            ),
        ),
    ),
    "many variables": (
        _one("Allow", 2, "StringLike", "a", "", "*${aws:username}?", 30, "#"),
        _one("Deny", 40, "StringLike", "aws:PrincipalTag/#", "${aws:PrincipalTag/a}*${aws:PrincipalTag/#}"),
    ),
    "resources": (
        _one("Allow", 2, "StringEquals", "m", "#", resources=Texts("", "*?", 5, "#", 60)),
        _one("Deny", 9, "StringEquals", "m", "#", resources=Texts("*#", "?", 3, "*", 9)),
    ),
    "resources with variables": (
        Block("Allow", 20, (), None, Texts("arn:aws:kms:*:*:key/${aws:username}#*")),
        Block("Deny", 20, (), None, Texts("arn:aws:kms:*:*:key/*${aws:PrincipalTag/a}#*")),
    ),
    "address blocks": (
        _one("Allow", 3, "IpAddress", "aws:SourceIp", "####::/16", "", 0, "", 100),
        _one("Deny", 50, "NotIpAddress", "aws:SourceIp", "####:#::/32"),
    ),
    "addresses as texts": (
        _one("Allow", 1, "IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        _one("Deny", 60, "StringLike", "aws:SourceIp", "*#*"),
    ),
    "networks": (
        _one("Allow", 3, "StringLike", "aws:SourceVpc", "vpc-*####*", "", 0, "", 40),
        _one("Deny", 40, "StringEquals", "aws:SourceVpce", "vpce-000000000000######"),
    ),
    "moments": (
        _one("Allow", 3, "DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00.####Z", "", 0, "", 50),
        _one("Deny", 60, "StringLike", "aws:CurrentTime", "*#*"),
    ),
    "numbers": (
        Block("Allow", 3, (Test("NumericGreaterThan", "m", Texts("#")), Test("StringLike", "m", Texts("*#*")))),
        _one("Deny", 60, "NumericEquals", "m", "#.", "9", 40, "", 4),
    ),
    "sets": (
        _one("Allow", 3, "ForAnyValue:StringLike", "aws:CalledVia", "a#*", "", 0, "", 9),
        _one("Deny", 40, "ForAnyValue:StringNotLike", "aws:CalledVia", "*#"),
        _one("Deny", 40, "ForAllValues:StringLike", "aws:CalledVia", "*#*"),
    ),
    "federated providers": (
        _one("Allow", 3, "StringLike", "aws:FederatedProvider", "*#*", "", 0, "", 9),
        _one("Deny", 40, "ArnLike", "ec2:SourceInstanceARN", "arn:*:*:*:*####*:*"),
    ),
    "actions": (
        Block(
            "Allow",
            40,
            (Test("StringLike", "m", Texts("*#*")),),
            actions=("kms:*", "kms:Enc*", "kms:*Data*", "kms:*To"),
        ),
        Block(
            "Deny",
            40,
            (Test("StringLike", "m", Texts("#*")),),
            actions=("kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair", "kms:ReEncryptTo"),
        ),
    ),
    "keys of some actions": (
        _one("Allow", 20, "StringLike", "kms:EncryptionContext:#", "*#*"),
        _one("Deny", 40, "StringLike", "kms:EncryptionContextKeys", "*#*"),
    ),
    "conditions alike in every policy": (
        Block(
            "Allow",
            50,
            (
                Test("StringLike", "aws:UserAgent", Texts("*#?x", "?*a", 8, many=4)),
                Test("StringNotLike", "aws:UserAgent", Texts("*x*#", "*a?", 8, many=2)),
                Test("StringLikeIfExists", "aws:UserAgent", Texts("*#", "*?b*a", 7)),
            ),
        ),
    ),
    "named beside a Deny for all but": (
        _one("Allow", 30, "StringEquals", "aws:PrincipalAccount", OTHER, principals=Texts("222222######", many=3)),
        Block(
            "Deny",
            30,
            (
                Test("StringNotLike", "aws:PrincipalArn", Texts("arn:aws:iam::####*:role/*")),
                Test("StringNotEquals", "m", Texts("#")),
            ),
            principals=Texts("333333######", many=3),
        ),
    ),
    "pairs of Allow and Deny over tags": (
        _one("Allow", 60, "StringLike", "aws:PrincipalTag/a", "*a#*b*"),
        _one("Deny", 60, "StringLike", "aws:PrincipalTag/a", "*b*a#*"),
    ),
    "windows of dates": (
        Block(
            "Allow",
            60,
            (
                Test("DateGreaterThan", "aws:CurrentTime", Texts("203######0")),
                Test("DateLessThan", "aws:TokenIssueTime", Texts("203######9")),
            ),
        ),
        _one("Deny", 60, "DateEquals", "aws:EpochTime", "203######5"),
    ),
    "windows of addresses": (
        _one("Allow", 40, "IpAddress", "aws:VpcSourceIp", "10.#.0.0/15"),
        _one("Deny", 40, "IpAddress", "aws:VpcSourceIp", "10.#.0.0/16"),
    ),
    "many Denies": (_ANYONE, _one("Deny", 200, "StringEquals", "aws:PrincipalTag/#", "t#")),
    "grantees": (
        _one("Allow", 20, "ArnLike", "kms:GranteePrincipal", "arn:aws:iam::*:role/*#*", actions=("kms:CreateGrant",)),
        _one("Deny", 40, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/#*", actions=("kms:Encrypt", "kms:Gen*")),
    ),
    "operations of grants": (
        _one("Allow", 20, "ForAnyValue:StringLike", "kms:GrantOperations", "*#*", actions=("kms:CreateGrant",)),
        _one("Deny", 40, "ForAllValues:StringNotLike", "kms:GrantOperations", "#*"),
    ),
    "kinds of keys": (
        _one("Allow", 20, "StringLike", "kms:KeySpec", "*#*"),
        _one("Deny", 40, "StringNotLike", "kms:KeyUsage", "*#_*"),
    ),
    "ids of the key": (
        Block("Allow", 20, resources=Texts("arn:aws:kms:*:*:key/*#*")),
        Block("Deny", 40, resources=Texts("arn:aws:kms:*:*:key/#*")),
    ),
    "names of the encryption context": (
        _one("Allow", 20, "ForAnyValue:StringLike", "kms:EncryptionContextKeys", "*A#*"),
        _one("Deny", 40, "Null", "kms:EncryptionContext:a#", "false"),
    ),
    "kinds of principals": (
        _one("Allow", 20, "StringLike", "aws:userid", "*:*#*"),
        _one("Deny", 40, "StringLike", "aws:username", "*#*"),
        _one("Deny", 20, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*#*/*"),
    ),
    "VPCs": (
        _one("Allow", 20, "ArnLike", "aws:SourceVpcArn", "arn:aws:ec2:*:*:vpc/*#*"),
        _one("Deny", 40, "StringLike", "aws:SourceVpc", "vpc-*#"),
    ),
}
