"""Ids as AWS writes them, the AWS partitions, and the versions of the policy language.

Source: AWS Organizations API Reference, *Account* and *Organization*; IAM User Guide, *IAM identifiers*;
AWS General Reference, *Amazon Resource Names (ARNs)*; IAM User Guide, *IAM JSON policy elements: Version*.
"""

import re
from typing import Optional

ACCOUNT_ID = re.compile(r"[0-9]{12}\Z")
PARTITIONS = ("aws", "aws-us-gov", "aws-cn", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")
MULTI_REGION_ID = "mrk-"  # how the id of a multi-Region key begins
VERSIONS = ("2012-10-17", "2008-10-17")  # of the policy language, the newest first

_REGIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
)


def partition_of(region: Optional[str]) -> Optional[str]:
    """The partition of a Region; None where the Region is not known."""
    if not region:
        return None
    return next((partition for start, partition in _REGIONS if region.startswith(start)), "aws")
