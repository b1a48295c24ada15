"""Well-formed ids of accounts and organizations, and the context keys that hold a requester's own.

Source: AWS Organizations API Reference, *Account* and *Organization*;
IAM User Guide, *AWS global condition context keys*.
"""

from ..regular.languages import DIGIT, LOWER_ALNUM, Element, Pattern, any_of, literal

ACCOUNT: Pattern = (Element(DIGIT),) * 12
ORGANIZATION: Pattern = literal("o-") + (Element(LOWER_ALNUM),) * 10 + any_of(LOWER_ALNUM)

ACCOUNT_KEYS = frozenset(("aws:principalaccount", "kms:calleraccount"))
MEMBER_KEYS = frozenset(("aws:principalorgid", "aws:principalorgpaths"))
