"""Decides one request against one key policy, as AWS does: an Allow that matches, and no Deny that does.

Source: IAM User Guide, *Policy evaluation logic*, *Condition operators*, *Conditions with multiple context keys or
values*, *Single-valued vs. multivalued context keys*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Optional, Union

from . import automata, patterns
from .actions import mask_of
from .budget import Budget, OutOfSteps
from .ids import ACCOUNT
from .operators import Family, Test, signed, text_test
from .policy import Condition, Policy, Quantifier, Resources, Statement
from .principals import Principals

Value = Union[str, tuple[str, ...], None]  # of a context key: one text, several, or absent
RESOURCE_STEPS = 100_000
_MOST_ANSWERS = 64
PARTITIONS = ("aws", "aws-us-gov", "aws-cn", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")


class KeyFacts(NamedTuple):
    """What is known of the key from outside the policy; None is unknown.

    account: 12 digits; region: as in us-west-2; key_id: the id in the key's ARN; partition: aws, aws-cn …;
    event_time: Unix seconds, from which on the policy is in force.
    """

    account: Optional[str] = None
    region: Optional[str] = None
    key_id: Optional[str] = None
    partition: Optional[str] = None
    event_time: Optional[float] = None


UNKNOWN_KEY = KeyFacts()


class Caller(NamedTuple):
    """Who makes a request, as far as principal elements can name it.

    account: its own; None for a service. arn: a role, user or federated user; session: an assumed-role session's ARN;
    unique_id: AIDA… or AROA…; service: a service principal.
    """

    account: Optional[str] = None
    arn: Optional[str] = None
    session: Optional[str] = None
    unique_id: Optional[str] = None
    service: Optional[str] = None


@dataclass(frozen=True)
class Request:
    """One request for one action on the key. Context keys are in lower case; an absent key is not in the context."""

    action: str
    caller: Caller
    context: Mapping[str, Value]
    key: KeyFacts = UNKNOWN_KEY


class Decision(Enum):
    """What the policy says to a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NOT_ALLOWED = "not allowed"


def decide(policy: Policy, request: Request) -> Decision:
    """The policy's decision on one request."""
    if any(matches(statement, request) for statement in policy.denies):
        return Decision.DENIED
    return Decision.ALLOWED if any(matches(s, request) for s in policy.allows) else Decision.NOT_ALLOWED


def matches(statement: Statement, request: Request) -> bool:
    """Whether every element of a statement matches the request."""
    lookup = variable_lookup(request.context)
    return (
        bool(statement.actions & mask_of((request.action,)))
        and principal_matches(statement.principals, request.caller)
        and covers_key(statement, request.key, lookup)
        and all(condition_holds(c, request.context.get(c.key), lookup) for c in statement.conditions)
    )


def covers_key(
    statement: Statement, key: KeyFacts, lookup: patterns.Lookup, policy_budget: Optional[Budget] = None
) -> bool:
    """Whether a statement's resource element covers the key; what cannot be decided is decided towards access."""
    if statement.resources is None:
        return False
    covered = resource_matches(statement.resources, key, lookup, policy_budget)
    return statement.allow if covered is None else covered


def principal_matches(principals: Principals, caller: Caller) -> bool:
    """Whether the principal element covers the caller. Source: *AWS JSON policy elements: Principal, NotPrincipal*."""
    listed = (
        principals.anyone
        or caller.account in principals.accounts
        or caller.arn in principals.arns
        or caller.session in principals.sessions
        or caller.unique_id in principals.unique_ids
        or caller.service in principals.services
    )
    return listed != principals.negated


def variable_lookup(context: Mapping[str, Value]) -> patterns.Lookup:
    """Values of policy variables: those of single-valued keys of the request."""

    def lookup(name: str) -> Optional[str]:
        value = context.get(name)
        return value if isinstance(value, str) else None

    return lookup


def resource_matches(
    resources: Resources, key: KeyFacts, lookup: patterns.Lookup, policy_budget: Optional[Budget] = None
) -> Optional[bool]:
    """Whether the resource element covers the key, whose unknown parts are any; None when that takes too many steps."""
    listed = resources.patterns
    if resources.variables:
        expanded = (patterns.expand(tokens, lookup) for tokens in listed)
        listed = tuple(tokens for tokens in expanded if tokens is not None)
    question = (listed, key.partition, key.region, key.account, key.key_id)
    if question not in resources.answers:
        if len(resources.answers) >= _MOST_ANSWERS:
            resources.answers.clear()
        resources.answers[question] = _covers(listed, resources.negated, key, policy_budget)
    return resources.answers[question]


def _covers(
    listed: tuple[patterns.Tokens, ...], negated: bool, key: KeyFacts, policy_budget: Optional[Budget]
) -> Optional[bool]:
    if (patterns.STAR,) in listed:
        return not negated
    if key.partition and key.region and key.account and key.key_id:
        arn = f"arn:{key.partition}:kms:{key.region}:{key.account}:key/{key.key_id}"
        return any(patterns.Glob(tokens).matches(arn) for tokens in listed) != negated
    language = key_arns(key)
    rows = [patterns.automaton(tokens) for tokens in listed]
    required, forbidden = ([language], rows) if negated else ([language, rows], [])
    try:
        return automata.find(required, forbidden, Budget(RESOURCE_STEPS, policy_budget).spend) is not None
    except OutOfSteps:
        return None


KEY_ID = automata.LABEL  # of a key's id, and of each other part of its ARN (KMS Developer Guide, *Key identifiers*)


def key_arns(key: KeyFacts) -> Sequence[automata.Pattern]:
    """The ARNs that the key may have. Source: Service Authorization Reference, AWS KMS, resource type `key`."""

    def part(known: Optional[str], unknown: automata.Pattern) -> automata.Pattern:
        return automata.literal(known) if known else unknown

    tail = (
        automata.literal(":kms:")
        + part(key.region, automata.some(automata.LABEL))
        + automata.literal(":")
        + part(key.account, ACCOUNT)
        + automata.literal(":key/")
        + part(key.key_id, automata.some(KEY_ID))
    )
    return [automata.literal("arn:" + name) + tail for name in ((key.partition,) if key.partition else PARTITIONS)]


def condition_holds(condition: Condition, value: Value, lookup: patterns.Lookup) -> bool:
    """Whether a condition holds for its key's value in the request, which may be absent (None or an empty set)."""
    if value is None or value == ():
        return holds_without(condition)
    if condition.operator.family is Family.NULL:
        return value_test(condition, lookup)("false")
    test = value_test(condition, lookup)
    if isinstance(value, str):
        return test(value)
    return all(map(test, value)) if condition.quantifier is Quantifier.ALL else any(map(test, value))


def holds_without(condition: Condition) -> bool:
    """Whether a condition holds for a request that lacks its key.

    The order decides: Null, IfExists, ForAllValues, ForAnyValue, then the operator.
    """
    if condition.operator.family is Family.NULL:
        return condition.test("true")
    if condition.if_exists or condition.quantifier is Quantifier.ALL:
        return True
    return condition.operator.negated and condition.quantifier is not Quantifier.ANY


def value_test(condition: Condition, lookup: patterns.Lookup) -> Test:
    """The test of one value of the request: one of the policy's values matches, or for negated operators none does.

    For Null the value is whether the key is missing, as text.
    """
    if not condition.variables:
        return condition.test
    expanded = [
        tokens for tokens in (patterns.expand(written, lookup) for written in condition.tokens) if tokens is not None
    ]
    return signed(condition.operator, text_test(condition.operator, expanded))
