"""The small, nasty vocabulary that random policies are made of: keys with the operators and values that suit them.
Literals, patterns that meet and miss them, and look-alikes; account ids are those of AWS's documentation.
"""

from __future__ import annotations

from typing import NamedTuple

OWN, OTHER, THIRD = "111122223333", "444455556666", "999999999999"
KEY_ID, OTHER_KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab", "0987dcba-09fe-87dc-65ba-ab0987654321"
REGION = "us-west-2"
NOW = 1_750_000_000.0
ORG, ORG2 = "o-exampleorg1", "o-exampleorg2"

ROLE_ID, USER_ID = "AROAEXAMPLEROLEID0001", "AIDAEXAMPLEUSERID0001"

EQUALS = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
LIKE = ("StringLike", "StringNotLike")
ARN = ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike")
NUMERIC = (
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
)
DATE = ("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals")
ADDRESS = ("IpAddress", "NotIpAddress")


class Test(NamedTuple):
    """A condition key with operators that suit it and values to choose from."""

    key: str
    operators: tuple[str, ...]
    values: tuple[str, ...]


_ROLES = (
    f"arn:aws:iam::{OWN}:role/app",
    f"arn:aws:iam::{OTHER}:role/app",
    f"arn:aws:iam::{OTHER}:user/ops/alice",
    f"arn:aws:iam::{OTHER}:root",
    f"arn:aws:iam::{THIRD}:role/admin",
)
ROLE_PATTERNS = (
    "arn:aws:iam::*:role/app",
    f"arn:aws:iam::{OTHER}:role/*",
    f"arn:aws:iam::{OWN}:*",
    f"*:{OTHER}:*",
    "arn:aws:sts::*:assumed-role/app/*",
    "arn:aws:iam::4444*:user/*",
    "*role/app",
    "arn:aws:iam::*:root",
    "arn:aws:iam::????55556666:role/?pp",
    f"arn:aws:*:{OWN}:*",
    "*/admin",
    "arn:aws:sts::*:federated-user/*",
    f"arn:aws:iam::*:role/{OTHER}/*",
    "arn:*:iam::*:role/a*p",
    "*",
    f"*:{OWN}:root",
    "arn:aws:iam::*:user/**",
)
_ACCOUNTS = (OWN, OTHER, THIRD)
_ACCOUNT_PATTERNS = (OWN, OTHER, "4444*", "????55556666", "*", "1*", "9999*9")
BLOCKS = (
    "198.51.100.0/24",
    "203.0.113.7",
    "203.0.113.0/25",
    "192.0.2.0/24",
    "2001:db8:1::/48",
    "10.0.0.0/8",
    "192.168.1.0/24",
    "0.0.0.0/0",
    "::/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "198.51.100.128/25",
    "nonsense",
)
PATHS = (
    f"{ORG}/*",
    f"{ORG}/r-ab12/ou-ab12-11111111/*",
    "o-*/r-ab12/*",
    "*/r-ab12/*",
    f"{ORG2}/r-cd34/*",
    "*",
    "o-*/r-cd34/ou-*",
)
_TIMES = (
    "2024-01-01T00:00:00Z",
    "2031-06-01T00:00:00Z",
    "2031-06-01T00:00:01Z",
    "2031-06-01T02:00:00+02:00",
    "2035-01",
    "2036-02-30",
    "1938124800",
    "2040-12-31T23:59Z",
)

BOUND = (
    Test("aws:PrincipalAccount", EQUALS, _ACCOUNTS),
    Test("aws:PrincipalAccount", LIKE, _ACCOUNT_PATTERNS),
    Test("kms:CallerAccount", EQUALS, _ACCOUNTS),
    Test("kms:CallerAccount", LIKE, _ACCOUNT_PATTERNS),
    Test("aws:PrincipalArn", EQUALS, _ROLES),
    Test("aws:PrincipalArn", LIKE + ARN, _ROLES + ROLE_PATTERNS),
    Test("aws:PrincipalArn", LIKE + ARN, ROLE_PATTERNS),
    Test("aws:userid", LIKE, (f"{ROLE_ID}:*", USER_ID, "AIDA*", "AROA*:alice", "*:alice", "*")),
    Test("aws:userid", EQUALS[:2], (USER_ID, f"{ROLE_ID}:alice")),
    Test("aws:PrincipalIsAWSService", ("Bool",), ("true", "false")),
    Test("aws:SourceAccount", EQUALS[:2], _ACCOUNTS),
    Test(
        "aws:SourceArn",
        ARN + LIKE,
        (f"arn:aws:cloudtrail:us-west-2:{OWN}:trail/t", f"arn:aws:*:*:{OWN}:*", "arn:aws:s3:::*"),
    ),
    Test("aws:SourceOrgID", EQUALS[:2], (ORG, ORG2)),
    Test(
        "lambda:SourceFunctionArn",
        ARN,
        (
            f"arn:aws:lambda:*:{OWN}:function:*",
            "arn:aws:lambda:*:*:function:f",
            f"arn:aws:lambda:us-west-2:{OTHER}:function:f",
        ),
    ),
)
ORGANIZATION = (
    Test("aws:PrincipalOrgID", EQUALS[:2], (ORG, ORG2)),
    Test("aws:PrincipalOrgID", LIKE, (ORG, "o-*", "o-example*", "o-exampleorg?", "*")),
    Test("aws:PrincipalOrgPaths", LIKE, PATHS),
    Test("aws:PrincipalOrgPaths", EQUALS[:2], (f"{ORG}/r-ab12/", f"{ORG2}/r-cd34/ou-cd34-22222222/")),
)
NETWORK = (
    Test("aws:SourceIp", ADDRESS, BLOCKS),
    Test("aws:SourceIp", ADDRESS, BLOCKS[:5]),
    Test("aws:SourceVpc", EQUALS[:2] + LIKE, ("vpc-1a2b3c4d", "vpc-0fedcba9876543210")),
    Test("aws:SourceVpc", LIKE, ("vpc-*", "vpc-1a2b*", "vpc-????????")),
    Test("aws:SourceVpce", EQUALS[:2] + LIKE, ("vpce-1a2b3c4d", "vpce-0123456789abcdef0")),
    Test("aws:SourceVpce", LIKE, ("vpce-*", "vpce-1a2b*", "*")),
)
FREE = (
    Test("aws:PrincipalTag/team", EQUALS, ("blue", "Blue", "BLUE", "red")),
    Test("aws:PrincipalTag/team", LIKE, ("b*", "*e", "bl?e", "*", "", "?", "blue")),
    Test("aws:username", EQUALS + LIKE, ("alice", "bob", "al*", "*e")),
    Test("identitystore:UserId", EQUALS + LIKE, ("90671f8a2b-1234abcd", "90671f8a2b-*", "*")),
    Test("kms:EncryptionContext:dept", EQUALS[:2] + LIKE, ("fin-*", "*-eu", "fin-?", "fin-eu", "fin-a")),
    Test("kms:RecipientAttestation:PCR0", EQUALS[:2] + EQUALS[2:3], ("abc", "ABC")),
    Test("custom:number", NUMERIC, ("1", "2", "2.50", "-1", "7")),
    Test("custom:binary", ("BinaryEquals",), ("QmluYXJ5", "AAEC", "%%%")),
    Test("aws:SecureTransport", ("Bool",), ("true", "false")),
    Test("kms:DataKeyPairSpec", EQUALS[:2], ("RSA_2048", "ECC_NIST_P256")),
    Test("kms:ReEncryptOnSameKey", ("Bool",), ("true", "false")),
    Test("kms:MacAlgorithm", EQUALS[:2], ("HMAC_SHA_256",)),
    Test("aws:RequestTag/x", EQUALS[:2], ("1",)),
)
TIME = (
    Test("aws:CurrentTime", DATE, _TIMES),
    Test("aws:EpochTime", DATE + NUMERIC, ("1938124800", "1938124801", "1700000000")),
    Test("aws:EpochTime", DATE, _TIMES),
    Test("aws:TokenIssueTime", DATE, _TIMES),
)
SETS = (
    Test("kms:ResourceAliases", EQUALS[:2] + LIKE, ("alias/app", "alias/*")),
    Test("aws:PrincipalServiceNamesList", EQUALS[:2] + LIKE, ("logs.us-west-2.amazonaws.com", "logs.*")),
    Test("aws:PrincipalServiceName", EQUALS[:2], ("logs.us-west-2.amazonaws.com", "cloudtrail.amazonaws.com")),
)
VARIABLES = (
    Test("aws:PrincipalAccount", EQUALS[:2], ("${aws:ResourceAccount}", "${kms:CallerAccount}")),
    Test("kms:CallerAccount", EQUALS[:2] + LIKE, ("${AWS:resourceaccount}", "${aws:PrincipalAccount}")),
    Test(
        "aws:PrincipalAccount",
        EQUALS[:2],
        ("${aws:PrincipalTag/account}", f"${{aws:PrincipalTag/account, '{OTHER}'}}", OWN),
    ),
    Test(
        "aws:PrincipalOrgID",
        EQUALS[:2],
        ("${aws:ResourceOrgID}", f"${{aws:PrincipalTag/org, '{ORG}'}}", "${aws:PrincipalTag/org}", ORG2),
    ),
    Test("kms:EncryptionContext:user", EQUALS + LIKE, ("${aws:username}", "${aws:username, 'nobody'}", "alice")),
    Test("kms:EncryptionContext:user", LIKE, ("${aws:username}-*", "x-${aws:username}", "*${aws:username}", "alice*")),
    Test("kms:EncryptionContext:account", EQUALS[:2] + LIKE, ("${aws:PrincipalAccount}", OTHER, "4444*", OWN)),
    Test("kms:EncryptionContext:account", EQUALS[:2], ("${aws:ResourceAccount}", "${aws:PrincipalAccount}")),
    Test(
        "aws:PrincipalArn",
        LIKE + ARN,
        (
            "arn:aws:iam::*:role/${aws:PrincipalTag/team}",
            "arn:aws:iam::${aws:PrincipalAccount}:role/app",
            f"arn:aws:iam::{OTHER}:role/${{aws:PrincipalTag/team, 'x'}}",
        ),
    ),
    Test(
        "aws:PrincipalTag/team",
        EQUALS[:2] + LIKE,
        ("${*}", "${?}", "a${*}b", "${$}{x}", "${custom:absent}", "blue", "${aws:PrincipalTag/other}"),
    ),
    Test("aws:PrincipalTag/other", EQUALS[:2], ("blue", "red")),
    Test("aws:PrincipalTag/account", EQUALS[:2] + LIKE, (OTHER, "4444*", "x")),
    Test("aws:username", EQUALS[:2], ("alice", "nobody")),
)
