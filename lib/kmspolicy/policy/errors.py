"""Why a policy cannot be read: a code, the place, and what stands there.

Source: IAM User Guide, *Grammar of the IAM JSON policy language*.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Optional


class Fault(Enum):
    """What is wrong; the value is the sentence's pattern, filled with the problem's place and details."""

    TOO_LONG = "the policy text has {0} characters; KMS takes at most 32,768 bytes, and more than {1} are not parsed"
    NOT_JSON = "not valid JSON: {0}, line {1} column {2} (character {3})"
    TOO_DEEP = "JSON nests deeper than {0} levels"
    DUPLICATE_KEY = "{at}the key {0} appears twice in one JSON object"
    NOT_A_NUMBER = "{0} is not a number that can be read"
    NOT_AN_OBJECT = "{at}expected a JSON object, found {0}"
    NO_STATEMENT = "the policy has no Statement, or an empty list of them"
    WRONG_EFFECT = "{at}must be Allow or Deny, not {0}"
    NO_EFFECT = "{at}has no Effect: it must be Allow or Deny"
    NO_PRINCIPAL = "{at}has neither Principal nor NotPrincipal"
    BOTH = "{at}has both {0} and Not{0}"
    NOT_TEXT = "{at}expected a string, found {0}"
    NOT_PRINCIPALS = '{at}must be "*" or an object of AWS, Service, Federated or CanonicalUser, not {0}'
    PRINCIPAL_TYPE = "{at}unknown principal type {0}; known are AWS, Service, Federated, CanonicalUser"
    OPERATOR = "{at}unknown condition operator {0}"
    NULL_FORM = "{at}{0}: Null takes no IfExists"
    VERSION = "Version must be 2012-10-17 or 2008-10-17, not {0}"


@dataclass(frozen=True)
class Problem:
    """One reason why a policy, or one statement of it, could not be read. statement: its 0-based position."""

    fault: Fault
    details: tuple[str, ...] = ()
    place: str = ""
    statement: Optional[int] = None


class PolicyError(Exception):
    """Carries a Problem out of the parser; never leaves the engine."""

    def __init__(self, fault: Fault, *details: str, place: str = "") -> None:
        super().__init__(fault)
        self.problem = Problem(fault, details, place)
