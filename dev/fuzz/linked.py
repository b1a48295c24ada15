"""Conditions on facts that several keys describe, on what AWS does not document, and all the families of conditions."""

from __future__ import annotations

from dev.fuzz.vocabulary import (
    ADDRESS,
    ARN,
    BLOCKS,
    BOUND,
    DATE,
    EQUALS,
    FREE,
    LIKE,
    NETWORK,
    NUMERIC,
    ORG,
    ORG2,
    ORGANIZATION,
    OTHER,
    OWN,
    PATHS,
    REGION,
    ROLE_ID,
    ROLE_PATTERNS,
    SETS,
    TIME,
    VARIABLES,
    Test,
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
    Test("aws:SourceIp", ADDRESS, BLOCKS[:5]),
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
    Test("aws:VpceOrgPaths", LIKE, PATHS),
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
        (*ROLE_PATTERNS[:12], "arn:aws:iam::*:user/*/alice", "arn:aws:iam::*:user/alice"),
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
MCP = (
    Test("aws:ViaAWSMCPService", ("Bool",), ("true", "false")),
    Test("aws:CalledViaAWSMCP", EQUALS + LIKE, ("aws-mcp.amazonaws.com", "aws-mcp.*", "x", "*")),
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
    "mcp": MCP,
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
