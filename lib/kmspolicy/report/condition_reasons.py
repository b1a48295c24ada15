"""How conditions open or close a statement: which anyone can meet, which limit access, which never hold.

Source: docs/threat-model.md, *Reasons*.
"""

from collections.abc import Iterator
from typing import Optional

from ..caching import cached_for_shared
from ..policy import actions as kms
from ..policy import context_keys as keys
from ..policy.actions import names_of, shown
from ..policy.condition import Condition, differing_in_case
from ..policy.context_keys import context_key
from ..policy.model import Statement
from ..policy.operators import Family
from ..policy.principals import Principals
from ..requesters.audience import NAMEABLE, OUTSIDE, WIDEST_FIRST, Audience
from ..requesters.limits import ABSENT_FOR_SERVICES, accounts_of
from ..witness.access import NO_ACCESS
from .never_holds import never_holds
from .sentences import OWNERS, Code, Reason, key_text, short, some, values_text
from .verdict import Verdict

Reasons = Iterator[Reason]


def of_conditions(verdict: Verdict, statement: Statement, alone: Audience) -> Reasons:
    """Which conditions anyone can meet, which limit access, which never hold, or that they conflict."""
    yield from undocumented(statement)
    covered, named = statement.actions & verdict.checked, not statement.principals.open_ended
    outsiders = named_outside(verdict, statement) if named and alone is Audience.none else not named
    if outsiders and not covered & kms.CROSS_ACCOUNT_MASK:
        yield Reason(Code.WITHIN_ACCOUNT, (some(shown(names_of(covered, verdict.extra))),))
        return
    if named:
        yield from (_unmet_by_named if alone is Audience.none else _narrowed)(verdict, statement)
        return
    if alone is Audience.everyone:
        required = statement.required
        for condition in statement.conditions:  # of those that differ in case, one has to hold
            if condition in required or verdict.by(statement, condition, alone).actions:
                yield _met_by_anyone(condition)
        return
    by = [(condition, verdict.by(statement, condition, Audience.everyone)) for condition in statement.conditions]
    limits = [_limit(verdict, statement, condition, alone) for condition, access in by if not access.actions]
    closed = [reason for reason in limits if reason is not None]
    never = [reason for reason in closed if reason.code is Code.NEVER_HOLDS]
    limited = tuple(_by_resource(verdict, statement, (Audience.everyone,)))
    if not limited and all(access.proven for _, access in by):
        yield Reason(Code.CONFLICT, (_what_conflicts(statement),))
    elif alone is Audience.none and not limited and not never:  # each of them leaves some requester
        yield Reason(Code.LEAVES_NOBODY, (_what_conflicts(statement),))
    else:
        yield from (*(never or closed), *limited)  # where one never holds, the others limit nobody


def _what_conflicts(statement: Statement) -> str:
    return "its conditions" if _covers_any_key(statement) else "its conditions and its resource element"


def undocumented(statement: Statement) -> Reasons:
    """Conditions that AWS does not document."""
    for condition in statement.conditions:
        if condition.lacks_set_operator:
            yield Reason(Code.NO_SET_OPERATOR, (short(condition), key_text(condition)))
    for alike in differing_in_case(statement.conditions):
        yield Reason(Code.SAME_KEY_TWICE, (some(condition.key_written for condition in alike),))


def _covers_any_key(statement: Statement) -> bool:
    """Whether the resource element lists `*`, whatever else it lists."""
    resource = statement.resource
    return resource is None or ("*" in resource.values and not resource.operator.negated)


def _by_resource(verdict: Verdict, statement: Statement, audiences: tuple[Audience, ...]) -> Reasons:
    """That the resource element by itself gives none of the audiences anything: it reads who calls."""
    if statement.resource is not None and statement.resource.has_variables:
        alone = statement._replace(conditions=(), alternatives=())
        if not any(verdict.alone(alone, audience).actions for audience in audiences):
            yield Reason(Code.LIMITS_BY_RESOURCE, (some(statement.resource.values),))


@cached_for_shared
def _met_by_anyone(condition: Condition) -> Reason:
    if context_key(condition.key).tells_of_the_key:
        of_the_key = all(context_key(name).tells_of_the_key for name in condition.variables)
        return Reason(Code.TESTS_THE_KEY if of_the_key else Code.COMPARES_THE_KEY, (short(condition),))
    asks_for_absence = condition.operator.family is Family.NULL and condition.settled is None and condition.without_key
    if asks_for_absence and not condition.test("false"):
        return Reason(Code.MET_WITHOUT, (short(condition), key_text(condition)))
    return Reason(Code.MET_BY_ANYONE, (short(condition),))


def _unmet_by_named(verdict: Verdict, statement: Statement) -> Reasons:
    """Why no principal that is named gets access: a condition that none of them meets, or conditions that conflict."""
    met = [[verdict.by(statement, condition, audience) for audience in NAMEABLE] for condition in statement.conditions]
    limited = tuple(_by_resource(verdict, statement, NAMEABLE))
    for condition, by in zip(statement.conditions, met):
        if not any(access.actions for access in by):
            nobody = "no principal that the statement names can meet it with the checked actions"
            yield never_holds(verdict, statement, condition, nobody)
    yield from limited
    if met and not limited and all(any(access.proven for access in by) for by in met):
        yield Reason(Code.LEAVES_NOBODY, (_what_conflicts(statement),))


def _limit(verdict: Verdict, statement: Statement, condition: Condition, alone: Audience) -> Optional[Reason]:
    """What a condition that outsiders cannot meet does; None where the search could not decide that."""
    if alone is Audience.none:
        by = (verdict.by(statement, condition, audience) for audience in reversed(WIDEST_FIRST[1:]))
        held = next((access for access in by if access.actions), NO_ACCESS)
        if not held.actions:
            return never_holds(verdict, statement, condition, "no request for the checked actions can meet it")
        if held.undecided:
            return None
    # Grants give services access nearly always.
    plain = statement._replace(actions=statement.actions & ~kms.GRANTS_MASK)
    if not lists_who(condition):
        return _excludes(verdict, statement, plain, condition)
    lacking = condition.without_key and condition.key in ABSENT_FOR_SERVICES
    if lacking and verdict.alone(plain, Audience.service).actions:
        return Reason(Code.LIMITS_ACCOUNTS, (key_text(condition), _limited_to(condition)))
    return _limited(verdict, statement, condition)


def _limited(verdict: Verdict, statement: Statement, condition: Condition) -> Reason:
    """Whom a condition limits access to: a grant for an AWS service has no grantee, and may pass without its key."""
    lacking = condition.key == keys.GRANTEE and condition.without_key
    passing = lacking and verdict.by(statement, condition, Audience.service).actions
    return Reason(Code.LIMITS_GRANTS if passing else Code.LIMITS, (key_text(condition), _limited_to(condition)))


def _excludes(verdict: Verdict, statement: Statement, plain: Statement, condition: Condition) -> Reason:
    """What a condition does that lists nobody. plain: the statement without grants."""
    others = (*OUTSIDE, Audience.internal)
    asks_for_absence = condition.operator.family is Family.NULL and condition.without_key
    if any(verdict.by(statement, condition, audience).actions for audience in others):
        if asks_for_absence:
            return Reason(Code.EXCLUDES_WITH_KEY, (short(condition), key_text(condition)))
        return Reason(Code.EXCLUDES_OUTSIDERS, (short(condition),))
    if not verdict.by(plain, condition, Audience.service).actions:
        return Reason(Code.ONLY_GRANTS, (short(condition),))
    if condition.operator.family is Family.NULL and not asks_for_absence:
        return Reason(Code.ONLY_SERVICES_SEND, (short(condition), key_text(condition)))
    return Reason(Code.ONLY_SERVICES, (short(condition),))


def _limited_to(condition: Condition) -> str:
    """Those whom the values of a condition name: what decides that may stand on either side of a comparison."""
    variables = condition.variables if len(condition.values) == 1 else ()
    whose, other = condition.key, variables[0] if len(variables) == 1 else ""
    if whose in _OWNERS and other:
        whose, other = other, whose
    if other == keys.RESOURCE_ORG and whose in _OF_ORGANIZATIONS:
        those = OWNERS
    elif other == keys.RESOURCE_ACCOUNT and whose in _OF_ACCOUNTS:
        those = "the key's own account"
    else:
        those = values_text(condition)
    if whose in keys.SOURCE_KEYS:
        return f"AWS services that act for {those}"
    return f"requests through VPC endpoints of {those}" if whose in _OF_ENDPOINTS else those


_OWNERS = (keys.RESOURCE_ORG, keys.RESOURCE_ACCOUNT)
_OF_ENDPOINTS = (keys.VPCE_ACCOUNT, keys.VPCE_ORG, keys.VPCE_ORG_PATHS)
_OF_ORGANIZATIONS = keys.MEMBER_KEYS | {keys.SOURCE_ORG, keys.SOURCE_ORG_PATHS, *_OF_ENDPOINTS[1:]}
_OF_ACCOUNTS = (*keys.ACCOUNT_KEYS, keys.SOURCE_ACCOUNT, keys.SOURCE_OWNER, keys.VPCE_ACCOUNT)


def lists_who(condition: Condition) -> bool:
    """Whether the values of a condition name those whom it lets in."""
    operator, values = condition.operator, condition.values
    wide = operator.wildcards and any(not set(value.removeprefix("arn:")) - {"*", ":"} for value in values)
    return not (operator.negated or not values or wide or operator.family in (Family.NULL, Family.BOOLEAN))


def _narrowed(verdict: Verdict, statement: Statement) -> Reasons:
    """Which conditions keep out principals of other accounts that the statement names."""
    outside = named_outside(verdict, statement)
    owners = statement.principals.owners - {verdict.key.account}
    for condition in statement.conditions if outside else ():
        among = accounts_of(condition)
        if not verdict.by(statement, condition, Audience.external).actions:
            left_out = Reason(Code.LEAVES_OUT, (short(condition), some(outside)))
            yield _limited(verdict, statement, condition) if lists_who(condition) else left_out
        elif among is not None and owners - among:
            yield Reason(Code.LIMITS, (key_text(condition), values_text(condition)))


def named_outside(verdict: Verdict, statement: Statement) -> tuple[str, ...]:
    """Those that the principal element names outside the key's account, as far as that is known."""
    own, elements = verdict.key.account, in_partitions(verdict, statement)
    return () if own is None else tuple(dict.fromkeys(text for each in elements for text in each.outside(own)))


def in_partitions(verdict: Verdict, statement: Statement) -> list[Principals]:
    """The statement's principal element, as it reads in each partition that the key may be in."""
    return [each.policy.statements[statement.number].principals for each in verdict.searcher.populations]
