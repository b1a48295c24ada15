"""Decides one request against one key policy, as AWS does: an Allow that matches, and no Deny that does.

Source: IAM User Guide, *Policy evaluation logic*, *Condition operators*, *Conditions with multiple context keys or
values*, *Single-valued vs. multivalued context keys*.
"""

from typing import Optional

from ..policy.actions import CREATE_GRANT, GRANTS_FOR, mask_of
from ..policy.condition import Condition, Quantifier
from ..policy.model import Policy, Statement
from ..policy.operators import Family
from ..policy.principals import Principals
from ..policy.wildcards import Lookup
from .request import Caller, Context, Request, Value


def is_denied(policy: Policy, request: Request, extra: tuple[str, ...] = ()) -> bool:
    """Whether a Deny of the policy meets the request, or the one that it prepares."""
    if any(matches(statement, request, extra) for statement in policy.denies):
        return True
    return request.then is not None and is_denied(policy, request.then, extra)


def matches(statement: Statement, request: Request, extra: tuple[str, ...] = ()) -> bool:
    """Whether every element of a statement matches the request."""
    context = request.context
    return (
        bool(statement.actions & mask_of((request.action,), extra))
        and principal_matches(statement.principals, request.caller)
        and all(holds(condition, context) for condition in statement.required)
        and all(any(holds(condition, context) for condition in listed) for listed in statement.alternatives)
    )


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


def variable_lookup(context: Context) -> Lookup:
    """Values of policy variables: those of single-valued keys of the request."""

    def lookup(name: str) -> Optional[str]:
        value = context.get(name)
        return value if isinstance(value, str) else None

    return lookup


def holds(condition: Condition, context: Context) -> bool:
    """Whether a condition holds for a request's context."""
    if condition.has_variables:
        condition = condition.expanded(variable_lookup(context))
    return holds_for(condition, context.get(condition.key))


def holds_for(condition: Condition, value: Value) -> bool:
    """Whether a condition without variables holds for its key's value, which may be absent (None or an empty set)."""
    if condition.settled is not None:
        return condition.settled
    if value is None or value == ():
        return condition.without_key
    if condition.operator.family is Family.NULL:
        return condition.test("false")
    if isinstance(value, str):
        return condition.test(value)
    return (
        all(map(condition.test, value)) if condition.quantifier is Quantifier.ALL else any(map(condition.test, value))
    )


def action_of(name: str) -> str:
    """The action that a request carries for a checked one: a grant for a class of operations is a CreateGrant."""
    return CREATE_GRANT if name in GRANTS_FOR else name
