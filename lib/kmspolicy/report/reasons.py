"""Why a verdict is what it is: which element opens a statement, which limits it, which Deny closes it.

A reason is true of the element that it names. Source: docs/threat-model.md, *Reasons*.
"""

from collections.abc import Iterator
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Optional

from ..caching import cached_for_shared
from ..evaluation.request import KeyFacts
from ..policy import actions as kms
from ..policy.actions import Mask, mask_of, names_of, shown
from ..policy.cidr import is_private
from ..policy.condition import Condition, differing_in_case
from ..policy.context_keys import (
    FOR_AWS_RESOURCE,
    KEY_ORIGIN,
    KEY_SPEC,
    KEY_USAGE,
    MEMBER_KEYS,
    MULTI_REGION,
    REQUESTED_REGION,
    RESOURCE_ACCOUNT,
    RESOURCE_ORG,
    SOURCE_IP,
    context_key,
)
from ..policy.model import Statement
from ..policy.operators import Family
from ..policy.parser import condition as new_condition
from ..policy.principals import Principals
from ..policy.wildcards import is_plain
from ..requesters.audience import NAMEABLE, OTHER_ACCOUNTS, WIDEST_FIRST, Audience
from ..requesters.key_kinds import performed
from ..requesters.limits import ABSENT_FOR_SERVICES, accounts_of
from ..witness.access import NO_ACCESS, Access
from .confused_deputy import unguarded_services
from .deny_reasons import denied, passed
from .left import left
from .sentences import OWNERS, Code, Reason, key_text, short, some, values_text
from .verdict import Verdict

_RETIRE = mask_of(("kms:RetireGrant",))
Reasons = Iterator[Reason]


def reasons(verdict: Verdict, statement: Statement) -> tuple[Reason, ...]:
    """What opens the statement and what closes it, in the order in which a reader would ask."""
    if statement.number in verdict.policy.unreadable:
        return (Reason(Code.UNREADABLE),)
    if not statement.allow:
        return (Reason(Code.GRANTS_NOTHING), *_undocumented(statement))
    without_effect = _without_effect(verdict, statement)
    if without_effect is not None:
        return (without_effect,)
    principal = _principal(verdict, statement)
    if principal.code in (Code.COVERS_NOBODY, Code.NOBODY):
        return (principal,)
    return (principal, *dict.fromkeys(_reasons(verdict, statement)), *unguarded_services(verdict, statement))


def _without_effect(verdict: Verdict, statement: Statement) -> Optional[Reason]:
    if not statement.actions:
        if not _lists(statement, "Resource"):
            return Reason(Code.NO_RESOURCE)
        return Reason(Code.OTHER_ACTIONS if _lists(statement, "Action") else Code.NO_ACTION)
    asked = statement.actions & verdict.asked
    if not asked:
        return Reason(Code.OTHER_ACTIONS)
    if not asked & verdict.checked:
        return Reason(Code.WRONG_KEY, (_facts_against(verdict.key, asked), some(_operations(verdict, asked))))
    return None if verdict.searcher.covers(statement) else Reason(Code.OTHER_RESOURCE)


def _operations(verdict: Verdict, actions: Mask) -> tuple[str, ...]:
    """The names of the actions, in place of a grant those of what it is for."""
    granted = [mask_of(kms.GRANTS_FOR[name]) for name in names_of(actions & kms.GRANTS_MASK)]
    return names_of(reduce(or_, granted, actions & ~kms.GRANTS_MASK), verdict.extra)


def _facts_against(key: KeyFacts, actions: Mask) -> str:
    """The fewest facts of the key for which it can perform none of the actions."""
    told = [(name, value) for name in ("usage", "spec", "origin") for value in (getattr(key, name),) if value]
    for facts in (facts for size in range(1, len(told)) for facts in combinations(told, size)):
        known = dict(facts)
        if not actions & performed(known.get("usage"), known.get("spec"), known.get("origin")):
            break
    else:
        facts = tuple(told)
    return " and ".join(f"{name} {value}" for name, value in facts)


def _lists(statement: Statement, element: str) -> bool:
    return any(statement.source.get(name) for name in (element, "Not" + element))


def _principal(verdict: Verdict, statement: Statement) -> Reason:
    principals = statement.principals
    if principals.anyone:
        return Reason(Code.COVERS_NOBODY if principals.negated else Code.ANYONE)
    naming = tuple(dict.fromkeys(text for each in _in_partitions(verdict, statement) for text in each.naming))
    if principals.negated:
        named_nobody = (some(text.lstrip("!") for text in principals.written),)
        return Reason(Code.ALL_BUT, (some(naming),)) if naming else Reason(Code.EXCEPTS_NOBODY, named_nobody)
    if not naming:
        return Reason(Code.NOBODY, (some(principals.written) or "an empty list",))
    outside = _named_outside(verdict, statement)
    if outside and len(outside) < len(naming) and verdict.audience_alone(statement) is Audience.external:
        return Reason(Code.NAMED_OUTSIDE, (some(outside),))
    return Reason(Code.NAMED, (some(naming),))


def _named_outside(verdict: Verdict, statement: Statement) -> tuple[str, ...]:
    """Those that the principal element names outside the key's account, as far as that is known."""
    own, elements = verdict.key.account, _in_partitions(verdict, statement)
    return () if own is None else tuple(dict.fromkeys(text for each in elements for text in each.outside(own)))


def _in_partitions(verdict: Verdict, statement: Statement) -> list[Principals]:
    """The statement's principal element, as it reads in each partition that the key may be in."""
    return [each.policy.statements[statement.number].principals for each in verdict.searcher.populations]


def _reasons(verdict: Verdict, statement: Statement) -> Reasons:
    alone = verdict.audience_alone(statement)
    flagged = verdict.flagged_actions(statement)
    if not statement.is_unconditional or statement.principals.open_ended:
        record = verdict.record(statement, denied=False)
        found = verdict.ledger.answer(record, "reasons", lambda: tuple(_conditions(verdict, statement, alone)))
        yield from (_with_parties(verdict, statement, alone, reason) for reason in found)
    got = flagged or _got_outside(verdict, statement, alone)
    yield from _notes(verdict, statement, flagged, got)
    assumed = verdict.assumed(statement)
    if assumed:
        yield Reason(Code.UNPROVEN, (some(assumed),))
    if alone is not Audience.none:
        yield from denied(verdict, statement, alone)
    if flagged:
        yield from passed(verdict, statement, flagged)
    if got & kms.GRANTS_MASK and got & ~kms.GRANTS_MASK:
        yield Reason(Code.GRANTS_LAST)


def _with_parties(verdict: Verdict, statement: Statement, alone: Audience, reason: Reason) -> Reason:
    """The reason, with those who meet conditions together of which anyone can meet each."""
    if reason.code is not Code.CONFLICT or alone is Audience.none:
        return reason
    return Reason(Code.CONFLICT_BUT_FOR, (*reason.details, left(verdict, statement, ())))


# --- conditions ---------------------------------------------------------------------------------------------


def _conditions(verdict: Verdict, statement: Statement, alone: Audience) -> Reasons:
    """Which conditions anyone can meet, which limit access, which never hold, or that they conflict."""
    yield from _undocumented(statement)
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


def _undocumented(statement: Statement) -> Reasons:
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
            yield _never(verdict, statement, condition, "no principal that the statement names can meet it")
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
    plain = statement._replace(
        actions=statement.actions & ~kms.GRANTS_MASK
    )  # grants give services access nearly always
    if not _lists_who(condition):
        return _excludes(verdict, statement, plain, condition)
    lacking = condition.without_key and condition.key in ABSENT_FOR_SERVICES
    passing = lacking and verdict.alone(plain, Audience.service).actions
    return Reason(Code.LIMITS_ACCOUNTS if passing else Code.LIMITS, (key_text(condition), _limited_to(condition)))


def _excludes(verdict: Verdict, statement: Statement, plain: Statement, condition: Condition) -> Reason:
    """What a condition does that lists nobody. plain: the statement without grants."""
    others = (Audience.network, Audience.organization, Audience.external, Audience.internal)
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
    if condition.key in MEMBER_KEYS and condition.variables == (RESOURCE_ORG,) and len(condition.values) == 1:
        return OWNERS
    return values_text(condition)


def _lists_who(condition: Condition) -> bool:
    """Whether the values of a condition name those whom it lets in."""
    operator, values = condition.operator, condition.values
    wide = operator.wildcards and any(not set(value.removeprefix("arn:")) - {"*", ":"} for value in values)
    return not (operator.negated or not values or wide or operator.family in (Family.NULL, Family.BOOLEAN))


def _narrowed(verdict: Verdict, statement: Statement) -> Reasons:
    """Which conditions keep out principals of other accounts that the statement names."""
    outside = _named_outside(verdict, statement)
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
    if wild and literally and all(map(is_plain, condition.tokens)):
        why = f"{operator.name} takes * and ? literally"
    elif not condition.values:
        why = "it lists no value"
    elif condition.settled is False:
        why = "Null with ForAnyValue is never met"
    elif fact is not None and operator.family is not Family.NULL:
        why = f"the key's {key_text(condition)} is {fact}"
    elif condition.key == SOURCE_IP and all(map(is_private, condition.values)):
        why = "private addresses never occur there"
    elif who.services and not (who.open_ended or who.owners or who.unique_ids):
        held = _by(verdict, statement, new_condition("Null", condition.key_written, "false"), Audience.service).actions
        key, of_service = key_text(condition), "a service's own request"
        why = f"in {of_service} {key} is never that" if held else f"{of_service} has no {key}"
    else:
        why = otherwise
    return Reason(Code.NEVER_HOLDS, (short(condition), why))


def _known_facts(key: KeyFacts) -> dict[str, Optional[str]]:
    """What is known of the key, by the context keys that hold it."""
    return {
        KEY_SPEC: key.spec,
        KEY_USAGE: key.usage,
        KEY_ORIGIN: key.origin,
        MULTI_REGION: None if key.multi_region is None else str(key.multi_region).lower(),
        REQUESTED_REGION: key.region,
        RESOURCE_ACCOUNT: key.account,
    }


# --- actions ------------------------------------------------------------------------------------------------


def _notes(verdict: Verdict, statement: Statement, flagged: Mask, got: Mask) -> Reasons:
    """What a reader must know of the actions besides. got: what the widest outside audience gets."""
    if got and got == got & kms.GRANTS_MASK:
        request = verdict.request(statement)
        by_service = request is not None and request.context.get(FOR_AWS_RESOURCE) == "true"
        yield Reason(Code.BY_GRANT_OF_SERVICE if by_service else Code.BY_GRANT)
    if not verdict.key.kind_is_told and flagged and not flagged & ~kms.ENCAPSULATION_MASK:
        yield Reason(Code.ML_KEM_ONLY, (some(_operations(verdict, flagged)),))
    if flagged & _RETIRE:
        yield Reason(Code.RETIRES_OWN)


def _got_outside(verdict: Verdict, statement: Statement, alone: Audience) -> Mask:
    """What the widest outside audience gets of the checked actions by a statement that covers grants."""
    if alone not in OTHER_ACCOUNTS or not statement.actions & verdict.checked & kms.GRANTS_MASK:
        return 0
    audiences = OTHER_ACCOUNTS[OTHER_ACCOUNTS.index(alone) :]
    return next(filter(None, (verdict.access(statement, audience).actions for audience in audiences)), 0)
