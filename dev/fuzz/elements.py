"""What random policies are made of besides conditions: principals, actions, resources, kinds of keys, and statements
that break the grammar.
"""

from __future__ import annotations

from typing import Any

from dev.fuzz.vocabulary import KEY_ID, OTHER, OTHER_KEY_ID, OWN, REGION, ROLE_ID, USER_ID

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
