"""The small, nasty vocabulary that random policies are made of: keys with the operators and values that suit them.
Literals, patterns that meet and miss them, and look-alikes; account ids are those of AWS's documentation.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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
_ROLE_PATTERNS = (
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
_BLOCKS = (
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
_PATHS = (
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
    Test("aws:PrincipalArn", LIKE + ARN, _ROLES + _ROLE_PATTERNS),
    Test("aws:PrincipalArn", LIKE + ARN, _ROLE_PATTERNS),
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
    Test("aws:PrincipalOrgPaths", LIKE, _PATHS),
    Test("aws:PrincipalOrgPaths", EQUALS[:2], (f"{ORG}/r-ab12/", f"{ORG2}/r-cd34/ou-cd34-22222222/")),
)
NETWORK = (
    Test("aws:SourceIp", ADDRESS, _BLOCKS),
    Test("aws:SourceIp", ADDRESS, _BLOCKS[:5]),
    Test("aws:SourceVpc", EQUALS[:2] + LIKE, ("vpc-1a2b3c4d", "vpc-0fedcba9876543210")),
    Test("aws:SourceVpc", LIKE, ("vpc-*", "vpc-1a2b*", "vpc-????????")),
    Test("aws:SourceVpce", EQUALS[:2] + LIKE, ("vpce-1a2b3c4d", "vpce-0123456789abcdef0")),
    Test("aws:SourceVpce", LIKE, ("vpce-*", "vpce-1a2b*", "*")),
)
FREE = (
    Test("aws:PrincipalTag/team", EQUALS, ("blue", "Blue", "BLUE", "red")),
    Test("aws:PrincipalTag/team", LIKE, ("b*", "*e", "bl?e", "*", "", "?", "blue")),
    Test("aws:username", EQUALS + LIKE, ("alice", "bob", "al*", "*e")),
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
_SERVICES = ("athena.amazonaws.com", "cloudformation.amazonaws.com", "*.amazonaws.com", "rds.amazonaws.com", "athena")
_GRANTEES = (
    f"arn:aws:iam::{OTHER}:role/app",
    f"arn:aws:iam::{OWN}:role/app",
    f"arn:aws:iam::{OTHER}:root",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::*:root",
    "arn:aws:sts::*:assumed-role/app/*",
    f"arn:aws:*:{OWN}:*",
    "arn:aws:iam::*:user/*",
    "*",
)
# what a request to create a grant holds
GRANT = (
    Test(
        "kms:GrantOperations", EQUALS[:2] + LIKE, ("Encrypt", "Decrypt", "GenerateDataKey", "Generate*", "DescribeKey")
    ),
    Test("kms:GrantOperations", EQUALS[:2], ("Encrypt", "Decrypt", "kms:Encrypt", "Encapsulate", "Decapsulate")),
    Test("kms:GranteePrincipal", LIKE + ARN + EQUALS[:2], _GRANTEES),
    Test("kms:GranteePrincipal", LIKE + ARN, ("${aws:PrincipalArn}", "arn:aws:iam::${aws:PrincipalAccount}:*")),
    Test("kms:GranteeServicePrincipal", EQUALS[:2] + LIKE, ("rds.amazonaws.com", "*.amazonaws.com")),
    Test("kms:GrantConstraintSourceArn", ARN + LIKE, ("arn:aws:s3:::acme*", f"arn:aws:rds:*:{OWN}:*")),
    Test("kms:RetiringPrincipal", ARN + LIKE, _GRANTEES),
    Test("kms:RetiringServicePrincipal", EQUALS[:2], ("rds.amazonaws.com",)),
    Test("kms:GrantConstraintType", EQUALS[:2], ("EncryptionContextSubset", "EncryptionContextEquals")),
    Test("kms:GrantIsForAWSResource", ("Bool",), ("true", "false")),
)
# what the key is and can do
KIND = (
    Test(
        "kms:KeySpec",
        EQUALS + LIKE,
        ("SYMMETRIC_DEFAULT", "RSA_2048", "RSA_*", "HMAC_256", "ML_KEM_*", "SM2", "rsa_4096"),
    ),
    Test(
        "kms:KeyUsage",
        EQUALS[:2] + LIKE,
        ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "ENCAPSULATE_DECAPSULATE", "*_VERIFY*", "SEAL"),
    ),
    Test("kms:KeyOrigin", EQUALS[:2], ("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")),
    Test(
        "kms:EncryptionAlgorithm", EQUALS[:2] + LIKE, ("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256", "RSAES_*", "SM2PKE")
    ),
    Test("kms:EncapsulationAlgorithm", EQUALS[:2], ("ML_KEM",)),
    Test("kms:MultiRegion", ("Bool",), ("true", "false")),
    Test("aws:RequestedRegion", EQUALS[:2] + LIKE, (REGION, "eu-west-1", "us-*", "US-WEST-2")),
    Test("aws:ResourceAccount", EQUALS[:2] + LIKE, (OWN, OTHER, "1111*")),
    Test("kms:MultiRegionKeyType", EQUALS[:2], ("PRIMARY", "REPLICA")),
)
# by which way a request comes
WAY = (
    Test(
        "kms:ViaService",
        EQUALS[:2],
        ("s3.us-west-2.amazonaws.com", "rds.us-west-2.amazonaws.com", "s3.*.amazonaws.com"),
    ),
    Test("kms:ViaService", LIKE, ("s3.*.amazonaws.com", "*.amazonaws.com", "s3.us-west-2.amazonaws.com", "", "s3*")),
    Test("aws:CalledVia", EQUALS[:2] + LIKE, _SERVICES),
    Test("aws:CalledViaFirst", EQUALS[:2] + LIKE, _SERVICES[:4]),
    Test("aws:CalledViaLast", EQUALS[:2] + LIKE, _SERVICES[:4]),
    Test("aws:ViaAWSService", ("Bool",), ("true", "false")),
    Test("kms:GrantIsForAWSResource", ("Bool",), ("true", "false")),
    Test("aws:SourceIp", ADDRESS, _BLOCKS[:5]),
    Test("aws:SourceVpce", EQUALS[:2] + LIKE, ("vpce-1a2b3c4d", "vpce-*")),
)
# the VPC that a request comes from
VPC = (
    Test("aws:SourceVpc", EQUALS[:2] + LIKE, ("vpc-1a2b3c4d", "vpc-1*", "vpc-*")),
    Test(
        "aws:SourceVpcArn",
        ARN + LIKE,
        (
            f"arn:aws:ec2:{REGION}:{OTHER}:vpc/vpc-1a2b3c4d",
            "arn:aws:ec2:*:*:vpc/vpc-1a2b3c4d",
            "*/vpc-1a2b3c4d",
            "arn:aws:ec2:*:*:vpc/vpc-2*",
            f"arn:aws:ec2:*:{OWN}:vpc/*",
        ),
    ),
    Test("aws:VpcSourceIp", ADDRESS, ("10.0.0.0/8", "10.1.1.1", "203.0.113.0/25", "0.0.0.0/0")),
    Test("aws:VpceAccount", EQUALS[:2] + LIKE, (OWN, OTHER, "4444*")),
    Test("aws:VpceOrgID", EQUALS[:2] + LIKE, (ORG, ORG2, "o-*")),
    Test("aws:VpceOrgPaths", LIKE, _PATHS),
    Test("aws:Ec2InstanceSourceVpc", EQUALS[:2] + LIKE, ("vpc-1a2b3c4d", "vpc-*")),
    Test("aws:Ec2InstanceSourcePrivateIPv4", ADDRESS, ("10.0.0.0/8", "203.0.113.7")),
    Test("aws:SourceIp", ADDRESS, ("198.51.100.0/24", "0.0.0.0/1", "15.0.0.0/8", "16.0.0.0/7", "203.0.113.7")),
)
# the kind of principal
CALLER = (
    Test("aws:PrincipalType", EQUALS[:2], ("User", "AssumedRole", "Account", "FederatedUser", "Anonymous")),
    Test("aws:username", EQUALS + LIKE, ("alice", "al*", "*e", "", "Alice", "a b")),
    Test(
        "aws:userid", LIKE, ("A*", "AROA*:alice", "*:alice", f"{OTHER}", f"{OTHER}:bob", f"{ROLE_ID}:*", "????????????")
    ),
    Test(
        "aws:PrincipalArn",
        LIKE + ARN,
        (*_ROLE_PATTERNS[:12], "arn:aws:iam::*:user/*/alice", "arn:aws:iam::*:user/alice"),
    ),
    Test("aws:PrincipalAccount", EQUALS[:2] + LIKE, (OTHER, "4444*", OWN)),
)
# encryption context and its names, which have case
CONTEXT = (
    Test("kms:EncryptionContext:App", EQUALS + LIKE, ("x", "X", "a*")),
    Test("kms:EncryptionContext:app", EQUALS[:2], ("x", "y")),
    Test("kms:EncryptionContext:dept", EQUALS[:2] + LIKE, ("fin-*", "fin-eu")),
    Test("kms:EncryptionContextKeys", EQUALS + LIKE, ("app", "App", "APP", "dept", "d*", "*", "other")),
    Test("kms:GrantConstraintType", EQUALS[:2], ("EncryptionContextSubset",)),
    Test("kms:EncryptionAlgorithm", EQUALS[:2], ("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1")),
    Test("kms:KeySpec", EQUALS[:2], ("RSA_2048", "SYMMETRIC_DEFAULT")),
)
MFA = (
    Test("aws:MultiFactorAuthPresent", ("Bool",), ("true", "false", "TRUE")),
    Test("aws:MultiFactorAuthAge", NUMERIC, ("60", "60.5", "61", "3600", "x", "-5", "0")),
)
# keys of one type under operators of another
TEXTUAL = (
    Test("aws:SourceIp", EQUALS[:2] + LIKE + ADDRESS, ("203.0.113.7", "203.0.113.*", "198.51.100.0/24")),
    Test("aws:MultiFactorAuthAge", EQUALS[:2] + LIKE + NUMERIC, ("60", "6*", "3600")),
    Test("custom:number", EQUALS[:2] + LIKE + NUMERIC, ("1", "1*", "2.50", "7")),
    Test("aws:ViaAWSService", EQUALS[:2] + LIKE + ("Bool",), ("true", "TRUE", "t*", "false")),
    Test("aws:PrincipalTag/level", NUMERIC + LIKE, ("5", "7", "5*", "*0")),
    Test("aws:CurrentTime", DATE + LIKE, ("2031-06-01T00:00:00Z", "2031*", "2040-12-31T23:59Z")),
)
# what AWS does not say
SHORT = (
    Test("aws:PrincipalArn", ARN, ("*", "arn:*", "arn:aws:iam::*", f"arn:aws:iam::{OTHER}:role/app", "*:role/app")),
    Test("aws:SourceArn", ARN, ("*", "arn:*")),
    Test("kms:GranteePrincipal", ARN, ("*", "arn:*")),
)
FAMILIES = {
    "bound": BOUND,
    "organization": ORGANIZATION,
    "network": NETWORK,
    "free": FREE,
    "time": TIME,
    "sets": SETS,
    "variables": VARIABLES,
    "grant": GRANT,
    "kind": KIND,
    "way": WAY,
    "vpc": VPC,
    "caller": CALLER,
    "context": CONTEXT,
    "mfa": MFA,
    "textual": TEXTUAL,
    "short": SHORT,
}
MULTIVALUED = (
    "aws:PrincipalOrgPaths",
    "aws:VpceOrgPaths",
    "aws:CalledVia",
    "kms:EncryptionContextKeys",
    "kms:GrantOperations",
    "kms:ResourceAliases",
    "aws:PrincipalServiceNamesList",
)
ACTION_LISTS = (
    "Encrypt",
    "CreateGrant",
    "Encapsulate",
    "Encrypt,Encapsulate",
    "Decrypt,CreateGrant",
    "TomorrowsAction",
)

PRINCIPALS = (
    ("AWS", "*"),
    ("AWS", OWN),
    ("AWS", OTHER),
    ("AWS", f"arn:aws:iam::{OWN}:root"),
    ("AWS", f"arn:aws:iam::{OTHER}:root"),
    ("AWS", f"arn:aws:iam::{OTHER}:role/app"),
    ("AWS", f"arn:aws:iam::{OWN}:user/ops/alice"),
    ("AWS", "arn:aws:iam::*:root"),
    ("AWS", f"arn:aws:iam::{OTHER}:role/*"),
    ("AWS", f"arn:aws:sts::{OTHER}:assumed-role/app/alice"),
    ("AWS", f"arn:aws:sts::{OTHER}:federated-user/bob"),
    ("AWS", ROLE_ID),
    ("AWS", USER_ID),
    ("AWS", "placeholder"),
    ("Service", "cloudtrail.amazonaws.com"),
    ("Service", "logs.us-west-2.amazonaws.com"),
    ("Service", "*"),
    ("Federated", "accounts.google.com"),
    ("Federated", "*"),
    ("CanonicalUser", "*"),
)
ACTIONS = (
    "kms:*",
    "*",
    "kms:Encrypt",
    "kms:encrypt",
    "kms:ENCRYPT*",
    "kms:GenerateDataKey",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "kms:ReEncryptFrom",
    "kms:Decrypt",
    "kms:D*",
    "kms:?ecrypt",
    "kms:CreateGrant",
    "kms:*Grant",
    "kms:DescribeKey",
    "kms:PutKeyPolicy",
    "s3:*",
    "Encrypt",
    "kms:Encrypt*Pair",
    "kms:*PairWithout*",
    "kms:RetireGrant",
    "kms:Encapsulate",
    "kms:*capsulate",
    "kms:Sign",
    "kms:Verify*",
    "kms:Tomorrow*",
    "kms:Decapsulate",
)
RESOURCES = (
    "*",
    f"arn:aws:kms:{REGION}:{OWN}:key/{KEY_ID}",
    f"arn:aws:kms:{REGION}:{OWN}:key/{OTHER_KEY_ID}",
    f"arn:aws:kms:*:{OWN}:key/*",
    "arn:aws:kms:*:*:key/*",
    f"arn:aws:kms:{REGION}:{OTHER}:key/*",
    f"arn:aws:kms:{REGION}:{OWN}:alias/app",
    "arn:aws:s3:::bucket",
    "arn:aws:kms:us-*:*:key/1234abcd-*",
    "*key/*",
    f"arn:aws:kms:eu-west-1:{OWN}:key/{KEY_ID}",
    f"arn:aws:kms:{REGION}:{OWN}:KEY/{KEY_ID}",
)
VARIABLE_RESOURCES = (
    f"arn:aws:kms:{REGION}:{OWN}:key/${{aws:PrincipalTag/key}}",
    f"arn:aws:kms:{REGION}:{OWN}:key/${{aws:PrincipalTag/key, '{KEY_ID}'}}",
    "arn:aws:kms:*:*:key/${aws:username}",
)
PARTITIONS = (("aws", REGION), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1"))
USAGES = ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE")
SPECS = ("SYMMETRIC_DEFAULT", "RSA_2048", "SM2", "ECC_NIST_P256", "HMAC_256", "ML_KEM_768", "ML_DSA_65")
ODD_STATEMENTS: tuple[Any, ...] = (
    {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"StringIs": {"a:b": "c"}}},
    {"Effect": "allow", "Principal": "*", "Action": "kms:*", "Resource": "*"},
    {"Effect": "Deny", "Action": "kms:*", "Resource": "*"},
    {"Effect": "Deny", "Principal": "*", "Action": 5, "Resource": "*"},
    {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "NotAction": "kms:*", "Resource": "*"},
    {"Effect": "Allow", "Principal": {"AWS": OTHER, "Robot": "x"}, "Action": "kms:*", "Resource": "*"},
    "Allow",
)
