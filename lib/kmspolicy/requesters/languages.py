"""The languages of ids and ARNs, as AWS makes them.

Source: IAM User Guide, *IAM identifiers* and *IAM and AWS STS quotas*; AWS Organizations API Reference, *Organization*;
IAM API Reference, *GenerateOrganizationsAccessReport* (EntityPath);
KMS Developer Guide, *Key identifiers (KeyId)*; AWS STS API Reference, *AssumeRole* (session names); EBS User Guide,
*Requirements for Amazon EBS encryption* (the role aws:ec2-infrastructure).
"""

from ..regular import patterns
from ..regular.patterns import CharClass, Element, Pattern, any_of, literal, some

ACCOUNT: Pattern = (Element(patterns.DIGIT),) * 12
ORGANIZATION: Pattern = literal("o-") + (Element(patterns.LOWER_ALNUM),) * 10 + any_of(patterns.LOWER_ALNUM)
NETWORK_ID: Pattern = (Element(patterns.HEX),) * 8 + any_of(patterns.HEX)  # after vpc- or vpce-
KEY_ID: Pattern = some(patterns.ID)
NAME_OF_PRINCIPAL: Pattern = some(patterns.NAME)
OF_AWS = "aws:"  # how the names of roles begin that AWS makes for itself
ROLE_OF_AWS: Pattern = literal(OF_AWS) + NAME_OF_PRINCIPAL
SESSION_NAME: Pattern = (Element(patterns.NAME), *some(patterns.NAME))  # of a federated user, too
UNIQUE_ID: Pattern = (Element(patterns.UPPER_ALNUM),) * 12 + any_of(patterns.UPPER_ALNUM)  # after AIDA or AROA
ROLE_ID, USER_ID = (literal(prefix) + UNIQUE_ID for prefix in ("AROA", "AIDA"))
LONGEST_USER_NAME = 64
_IN_PATHS = CharClass(patterns.LABEL.chars | {"/"})


def arn_of(account: str) -> Pattern:
    """Any ARN with the account in its fifth part."""
    return _UP_TO_ACCOUNT + literal(account + ":") + patterns.ANYTHING


_UP_TO_ACCOUNT = literal("arn:") + (any_of(patterns.NO_COLON) + literal(":")) * 3


def below_paths(start: str) -> tuple[Pattern, Pattern]:
    """What stands before the name in an ARN that begins so: nothing more, or a path."""
    return literal(start), literal(start) + some(patterns.PATH) + literal("/")


def names_below(start: str) -> tuple[Pattern, ...]:
    """ARNs that begin so, with any path and name."""
    return tuple([before + NAME_OF_PRINCIPAL for before in below_paths(start)])


def paths_in(organization: Pattern) -> Pattern:
    """The paths in an organization: of its root, or a unit below it; a slash ends each of their parts."""
    return organization + literal("/r-") + some(_IN_PATHS) + literal("/")
