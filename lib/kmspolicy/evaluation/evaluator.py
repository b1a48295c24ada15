"""Decides one request against one key policy, as AWS does: an Allow that matches, and no Deny that does.

Source: IAM User Guide, *Policy evaluation logic*, *Condition operators*, *Conditions with multiple context keys or
values*, *Single-valued vs. multivalued context keys*.
"""

from collections.abc import Mapping, Sequence
from typing import Optional

from ..budget import Budget, OutOfSteps
from ..policy import wildcards
from ..policy.actions import mask_of
from ..policy.identifiers import ACCOUNT
from ..policy.model import Condition, Policy, Quantifier, Resources, Statement
from ..policy.operators import Family, Test, signed, text_test
from ..policy.principals import Principals
from ..regular import languages
from .request import PARTITIONS, Caller, Decision, KeyFacts, Request, Value

RESOURCE_STEPS = 100_000
_MOST_ANSWERS = 64


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
    statement: Statement, key: KeyFacts, lookup: wildcards.Lookup, policy_budget: Optional[Budget] = None
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


def variable_lookup(context: Mapping[str, Value]) -> wildcards.Lookup:
    """Values of policy variables: those of single-valued keys of the request."""

    def lookup(name: str) -> Optional[str]:
        value = context.get(name)
        return value if isinstance(value, str) else None

    return lookup


def resource_matches(
    resources: Resources, key: KeyFacts, lookup: wildcards.Lookup, policy_budget: Optional[Budget] = None
) -> Optional[bool]:
    """Whether the resource element covers the key, whose unknown parts are any; None when that takes too many steps."""
    listed = resources.patterns
    if resources.variables:
        expanded = (wildcards.expand(tokens, lookup) for tokens in listed)
        listed = tuple(tokens for tokens in expanded if tokens is not None)
    question = (listed, key.partition, key.region, key.account, key.key_id)
    if question not in resources.answers:
        if len(resources.answers) >= _MOST_ANSWERS:
            resources.answers.clear()
        resources.answers[question] = _covers(listed, resources.negated, key, policy_budget)
    return resources.answers[question]


def _covers(
    listed: tuple[wildcards.Tokens, ...], negated: bool, key: KeyFacts, policy_budget: Optional[Budget]
) -> Optional[bool]:
    if (wildcards.STAR,) in listed:
        return not negated
    if key.partition and key.region and key.account and key.key_id:
        arn = f"arn:{key.partition}:kms:{key.region}:{key.account}:key/{key.key_id}"
        return any(wildcards.Glob(tokens).matches(arn) for tokens in listed) != negated
    language = key_arns(key)
    rows = [wildcards.automaton(tokens) for tokens in listed]
    required, forbidden = ([language], rows) if negated else ([language, rows], [])
    try:
        return languages.find(required, forbidden, Budget(RESOURCE_STEPS, policy_budget).spend) is not None
    except OutOfSteps:
        return None


KEY_ID = languages.LABEL  # of a key's id, and of each other part of its ARN (KMS Developer Guide, *Key identifiers*)


def key_arns(key: KeyFacts) -> Sequence[languages.Pattern]:
    """The ARNs that the key may have. Source: Service Authorization Reference, AWS KMS, resource type `key`."""

    def part(known: Optional[str], unknown: languages.Pattern) -> languages.Pattern:
        return languages.literal(known) if known else unknown

    tail = (
        languages.literal(":kms:")
        + part(key.region, languages.some(languages.LABEL))
        + languages.literal(":")
        + part(key.account, ACCOUNT)
        + languages.literal(":key/")
        + part(key.key_id, languages.some(KEY_ID))
    )
    return [languages.literal("arn:" + name) + tail for name in ((key.partition,) if key.partition else PARTITIONS)]


def condition_holds(condition: Condition, value: Value, lookup: wildcards.Lookup) -> bool:
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


def value_test(condition: Condition, lookup: wildcards.Lookup) -> Test:
    """The test of one value of the request: one of the policy's values matches, or for negated operators none does.

    For Null the value is whether the key is missing, as text.
    """
    if not condition.variables:
        return condition.test
    expanded = [
        tokens for tokens in (wildcards.expand(written, lookup) for written in condition.tokens) if tokens is not None
    ]
    return signed(condition.operator, text_test(condition.operator, expanded))
