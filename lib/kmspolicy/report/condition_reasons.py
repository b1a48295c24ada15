"""Why conditions let somebody in or keep somebody out: which anyone can meet, which limit access, which never hold.

Source: docs/threat-model.md, *Reasons*.
"""

from collections.abc import Iterator
from typing import Optional

from ..caching import cached_for_shared
from ..evaluation.request import KeyFacts
from ..policy import actions as kms
from ..policy import context_keys as keys
from ..policy.actions import names_of, shown
from ..policy.cidr import is_private
from ..policy.condition import Condition, differing_in_case
from ..policy.context_keys import Bound, context_key
from ..policy.identifiers import MULTI_REGION_ID
from ..policy.model import Statement
from ..policy.operators import Family
from ..policy.parser import condition as new_condition
from ..policy.principals import Principals
from ..policy.wildcards import is_plain
from ..requesters.audience import NAMEABLE, OUTSIDE, WIDEST_FIRST, Audience
from ..requesters.limits import ABSENT_FOR_SERVICES, accounts_of
from ..witness.access import NO_ACCESS, Access
from .sentences import OWNERS, Code, Reason, key_text, short, some, values_text
from .verdict import Verdict

Reasons = Iterator[Reason]


def of_conditions(verdict: Verdict, statement: Statement, alone: Audience) -> Reasons:
    """Which conditions anyone can meet, which limit access, which never hold, or that they conflict."""
    yield from undocumented(statement)
    if not statement.principals.open_ended:
        yield from (_unmet_by_named if alone is Audience.none else _narrowed)(verdict, statement)
        return
    covered = statement.actions & verdict.checked
    usable = covered & kms.CROSS_ACCOUNT_MASK
    if not usable:
        yield Reason(Code.WITHIN_ACCOUNT, (some(shown(names_of(covered, verdict.extra))),))
        return
    if alone is Audience.everyone:
        either = [condition for listed in statement.alternatives for condition in listed]
        for condition in statement.conditions:  # of those that differ in case, one has to hold
            if condition not in either or _by(verdict, statement, condition, alone).actions:
                yield _met_by_anyone(condition)
        return
    by = [(condition, _by(verdict, statement, condition, Audience.everyone)) for condition in statement.conditions]
    limits = (_limit(verdict, statement, condition, alone) for condition, access in by if not access.actions)
    closed = [reason for reason in limits if reason is not None]
    if any(reason.code is Code.NEVER_HOLDS for reason in closed):  # which leaves nobody whom others could limit
        closed = [reason for reason in closed if reason.code is Code.NEVER_HOLDS]
    limited = tuple(_by_resource(verdict, statement, (Audience.everyone,)))
    if not limited and all(access.proven for _, access in by):
        yield Reason(Code.CONFLICT, (_what_conflicts(statement),))
    elif alone is Audience.none and not limited and all(reason.code in _LEAVE_SOMEBODY for reason in closed):
        yield Reason(Code.LEAVES_NOBODY, (_what_conflicts(statement),))
    else:
        yield from (*closed, *limited)


_LEAVE_SOMEBODY = (
    Code.LIMITS,
    Code.LIMITS_ACCOUNTS,
    Code.EXCLUDES_OUTSIDERS,
    Code.EXCLUDES_WITH_KEY,
    Code.ONLY_SERVICES,
    Code.ONLY_SERVICES_SEND,
    Code.ONLY_GRANTS,
)


def _what_conflicts(statement: Statement) -> str:
    return "its conditions" if _covers_any_key(statement) else "its conditions and its resource element"


def undocumented(statement: Statement) -> Reasons:
    """Conditions of which AWS does not say how they are read."""
    for condition in statement.conditions:
        if condition.lacks_set_operator:
            yield Reason(Code.NO_SET_OPERATOR, (short(condition), key_text(condition)))
    for alike in differing_in_case(statement.conditions):
        yield Reason(Code.SAME_KEY_TWICE, (some(condition.key_written for condition in alike),))


def _by(verdict: Verdict, statement: Statement, condition: Condition, audience: Audience) -> Access:
    """What the audience would get if this condition were the statement's only one, and nothing denied."""
    return verdict.alone(statement._replace(conditions=(condition,), alternatives=(), resource=None), audience)


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
    """Why no named principal gets access: a condition that none of them meets, or conditions that conflict."""
    met = [
        [_by(verdict, statement, condition, audience) for audience in NAMEABLE] for condition in statement.conditions
    ]
    limited = tuple(_by_resource(verdict, statement, NAMEABLE))
    for condition, by in zip(statement.conditions, met):
        if not any(access.actions for access in by):
            nobody = "no principal that the statement names can meet it with the checked actions"
            yield _never(verdict, statement, condition, nobody)
    yield from limited
    if met and not limited and all(any(access.proven for access in by) for by in met):
        yield Reason(Code.LEAVES_NOBODY, (_what_conflicts(statement),))


def _limit(verdict: Verdict, statement: Statement, condition: Condition, alone: Audience) -> Optional[Reason]:
    """What a condition that outsiders cannot meet does; None where the search could not decide that."""
    if alone is Audience.none:
        by = (_by(verdict, statement, condition, audience) for audience in reversed(WIDEST_FIRST[1:]))
        held = next((access for access in by if access.actions), NO_ACCESS)
        if not held.actions:
            return _never(verdict, statement, condition, "no request for the checked actions can meet it")
        if held.undecided:
            return None
    # Grants give services access nearly always.
    plain = statement._replace(actions=statement.actions & ~kms.GRANTS_MASK)
    if not _lists_who(condition):
        return _excludes(verdict, statement, plain, condition)
    lacking = condition.without_key and condition.key in ABSENT_FOR_SERVICES
    passing = lacking and verdict.alone(plain, Audience.service).actions
    return Reason(Code.LIMITS_ACCOUNTS if passing else Code.LIMITS, (key_text(condition), _limited_to(condition)))


def _excludes(verdict: Verdict, statement: Statement, plain: Statement, condition: Condition) -> Reason:
    """What a condition does that lists nobody. plain: the statement without grants."""
    others = (*OUTSIDE, Audience.internal)
    asks_for_absence = condition.operator.family is Family.NULL and condition.without_key
    if any(_by(verdict, statement, condition, audience).actions for audience in others):
        if asks_for_absence:
            return Reason(Code.EXCLUDES_WITH_KEY, (short(condition), key_text(condition)))
        return Reason(Code.EXCLUDES_OUTSIDERS, (short(condition),))
    if not _by(verdict, plain, condition, Audience.service).actions:
        return Reason(Code.ONLY_GRANTS, (short(condition),))
    if condition.operator.family is Family.NULL and not asks_for_absence:
        return Reason(Code.ONLY_SERVICES_SEND, (short(condition), key_text(condition)))
    return Reason(Code.ONLY_SERVICES, (short(condition),))


def _limited_to(condition: Condition) -> str:
    """Those whom the values of a condition name."""
    owner = condition.variables if len(condition.values) == 1 else ()
    if condition.key in _OF_ORGANIZATIONS and owner == (keys.RESOURCE_ORG,):
        those = OWNERS
    elif condition.key in _OF_ACCOUNTS and owner == (keys.RESOURCE_ACCOUNT,):
        those = "the key's own account"
    else:
        those = values_text(condition)
    return f"AWS services that act for {those}" if condition.key in keys.SOURCE_KEYS else those


_OF_ORGANIZATIONS = keys.MEMBER_KEYS | {keys.SOURCE_ORG, keys.SOURCE_ORG_PATHS}
_OF_ACCOUNTS = (*keys.ACCOUNT_KEYS, keys.SOURCE_ACCOUNT, keys.SOURCE_OWNER)


def _lists_who(condition: Condition) -> bool:
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
        if not _by(verdict, statement, condition, Audience.external).actions:
            limits = Reason(Code.LIMITS, (key_text(condition), _limited_to(condition)))
            yield limits if _lists_who(condition) else Reason(Code.LEAVES_OUT, (short(condition), some(outside)))
        elif among is not None and owners - among:
            yield Reason(Code.LIMITS, (key_text(condition), values_text(condition)))


def _never(verdict: Verdict, statement: Statement, condition: Condition, otherwise: str) -> Reason:
    """Why a condition never holds: what an author can change."""
    operator, who = condition.operator, statement.principals
    wild = any("*" in value or "?" in value for value in condition.values)
    literally = operator.family is Family.STRING and not operator.wildcards and not operator.negated
    fact = _known_facts(verdict.key).get(condition.key)
    covered = shown(names_of(statement.actions & verdict.checked, verdict.extra))
    if wild and literally and all(map(is_plain, condition.tokens)):
        why = f"{operator.name} takes * and ? literally"
    elif not condition.values:
        why = "it lists no value"
    elif condition.settled is False:
        why = "Null with ForAnyValue is never met"
    elif not any(map(context_key(condition.key).carried_by, covered)):
        why = f"requests for {some(covered)} carry no {key_text(condition)}"
    elif fact is not None and operator.family is not Family.NULL:
        why = f"the key's {key_text(condition)} is {fact}"
    elif condition.key == keys.SOURCE_IP and all(map(is_private, condition.values)):
        why = "private addresses never occur there"
    elif who.services and not (who.open_ended or who.owners or who.unique_ids):
        held = _by(verdict, statement, new_condition("Null", condition.key_written, "false"), Audience.service).actions
        key, of_service = key_text(condition), "a service's own request"
        why = f"in {of_service} {key} is never that" if held else f"{of_service} has no {key}"
    elif not (who.open_ended or who.services) and context_key(condition.key).bound is Bound.SERVICE:
        why = f"only a service's own request has {key_text(condition)}"
    else:
        why = otherwise
    return Reason(Code.NEVER_HOLDS, (short(condition), why))


def _known_facts(key: KeyFacts) -> dict[str, Optional[str]]:
    """What is known of the key, by the context keys that hold it."""
    multi_region = key.multi_region
    if multi_region is None and key.key_id is not None:
        multi_region = key.key_id.startswith(MULTI_REGION_ID)
    return {
        keys.KEY_SPEC: key.spec,
        keys.KEY_USAGE: key.usage,
        keys.KEY_ORIGIN: key.origin,
        keys.MULTI_REGION: None if multi_region is None else str(multi_region).lower(),
        keys.REQUESTED_REGION: key.region,
        keys.RESOURCE_ACCOUNT: key.account,
    }


def named_outside(verdict: Verdict, statement: Statement) -> tuple[str, ...]:
    """Those that the principal element names outside the key's account, as far as that is known."""
    own, elements = verdict.key.account, in_partitions(verdict, statement)
    return () if own is None else tuple(dict.fromkeys(text for each in elements for text in each.outside(own)))


def in_partitions(verdict: Verdict, statement: Statement) -> list[Principals]:
    """The statement's principal element, as it reads in each partition that the key may be in."""
    return [each.policy.statements[statement.number].principals for each in verdict.searcher.populations]
