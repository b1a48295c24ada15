"""Why a verdict is what it is: which element opens a statement, which limits it, which Deny closes it.

A reason is true of the element that it names. Source: docs/threat-model.md, *Reasons*.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Optional

from ..caching import cached_for_shared
from ..evaluation.evaluator import holds, principal_matches
from ..evaluation.request import Request
from ..policy.actions import CROSS_ACCOUNT_MASK, ENCAPSULATION_MASK, GRANTS_MASK, Mask, mask_of, names_of, shown
from ..policy.context_keys import (
    ENCRYPTION_CONTEXT,
    SOURCE_ACCOUNT,
    SOURCE_ARN,
    SOURCE_ORG,
    SOURCE_ORG_PATHS,
    SOURCE_OWNER,
    Bound,
    context_key,
)
from ..policy.model import Condition, Statement
from ..policy.operators import Family
from ..policy.wildcards import is_plain
from ..requesters.audience import NAMEABLE, WIDEST_FIRST, Audience
from .sentences import SHOWN, Code, Reason, some
from .verdict import Verdict

_ASKED = 30  # Denies of which each is asked whether it closes a statement by itself
_RETIRE = mask_of(("kms:RetireGrant",))
_LIMITS_ON_SOURCES = frozenset((SOURCE_ACCOUNT, SOURCE_ARN, SOURCE_ORG, SOURCE_ORG_PATHS, SOURCE_OWNER))
Reasons = Iterator[Reason]


def reasons(verdict: Verdict, statement: Statement) -> tuple[Reason, ...]:
    """What opens the statement and what closes it, in the order in which a reader would ask."""
    if statement.number in verdict.policy.unreadable:
        return (Reason(Code.UNREADABLE),)
    if not statement.allow:
        return (Reason(Code.GRANTS_NOTHING),)
    without_effect = _without_effect(verdict, statement)
    if without_effect is not None:
        return (without_effect,)
    record = verdict.record(statement, bool(verdict.policy.hit_by_denies(statement.actions & verdict.checked)))
    found = verdict.ledger.answer(record, "reasons", lambda: tuple(dict.fromkeys(_reasons(verdict, statement))))
    return (_principal(verdict, statement), *found, *_unguarded_services(verdict, statement))


def _without_effect(verdict: Verdict, statement: Statement) -> Optional[Reason]:
    if not statement.actions:
        listed = _lists(statement, "Resource")
        return Reason(
            Code.OTHER_ACTIONS
            if _lists(statement, "Action") and listed
            else Code.NO_RESOURCE
            if not listed
            else Code.NO_ACTION
        )
    asked = statement.actions & verdict.asked
    if not asked:
        return Reason(Code.OTHER_ACTIONS)
    if not asked & verdict.checked:
        names = some(shown(names_of(asked, verdict.extra)))
        return Reason(Code.WRONG_KEY, (verdict.key.usage or verdict.key.spec or "this use", names))
    return None if verdict.searcher.covers(statement) else Reason(Code.OTHER_RESOURCE)


def _lists(statement: Statement, element: str) -> bool:
    return any(statement.source.get(name) for name in (element, "Not" + element))


def _principal(verdict: Verdict, statement: Statement) -> Reason:
    principals = statement.principals
    if principals.negated:
        if principals.anyone:
            return Reason(Code.COVERS_NOBODY)
        return Reason(Code.ALL_BUT, (some(text.lstrip("!") for text in principals.written),))
    if principals.anyone:
        return Reason(Code.ANYONE)
    if not any(principals.who):
        return Reason(Code.NOBODY, (some(principals.written) or "an empty list",))
    own = verdict.key.account
    if own is not None and len(principals.written) > 1:
        outside = principals.outside(own)
        if outside and len(outside) < len(principals.written):
            return Reason(Code.NAMED_OUTSIDE, (some(outside),))
    return Reason(Code.NAMED, (some(principals.written),))


def _reasons(verdict: Verdict, statement: Statement) -> Reasons:
    if statement.principals.negated and statement.principals.anyone:
        return
    alone = verdict.audience_alone(statement)
    flagged = verdict.flagged_actions(statement)
    yield from _conditions(verdict, statement, alone)
    yield from _notes(verdict, flagged)
    if verdict.is_undecided(statement):
        yield Reason(Code.UNPROVEN)
    if flagged:
        yield from _denies_passed(verdict, statement, flagged)
    elif alone is not Audience.none:
        yield from _denied(verdict, statement, alone)


# --- conditions ---------------------------------------------------------------------------------------------


def _conditions(verdict: Verdict, statement: Statement, alone: Audience) -> Reasons:
    """Which conditions anyone can meet, which limit access, which never hold, or that they conflict."""
    for condition in statement.conditions:
        if condition.lacks_set_operator:
            yield Reason(Code.NO_SET_OPERATOR, (short(condition), _key(condition)))
    for listed in statement.alternatives:
        yield Reason(Code.SAME_KEY_TWICE, (some(condition.key_written for condition in listed),))
    if not statement.principals.open_ended:
        if alone is Audience.none:
            yield from _unmet_by_named(verdict, statement)
        return
    covered = statement.actions & verdict.checked
    usable = covered & CROSS_ACCOUNT_MASK
    if not usable:
        yield Reason(Code.WITHIN_ACCOUNT, (some(shown(names_of(covered, verdict.extra))),))
        return
    if alone is Audience.everyone:
        yield from map(_met_by_anyone, statement.conditions)
        return
    closed = [
        _limit(verdict, statement, condition, alone)
        for condition in statement.conditions
        if not _by(verdict, statement, condition, Audience.everyone)
    ]
    yield from closed or (Reason(Code.CONFLICT),)


def _by(verdict: Verdict, statement: Statement, condition: Condition, audience: Audience) -> Mask:
    """What the audience would get if this condition were the statement's only one, and nothing denied."""
    return verdict.alone(statement._replace(conditions=(condition,), alternatives=()), audience).actions


@cached_for_shared
def _met_by_anyone(condition: Condition) -> Reason:
    if context_key(condition.key).bound is Bound.TRAIT:
        return Reason(Code.TESTS_THE_KEY, (short(condition),))
    if condition.operator.family is Family.NULL and condition.settled is None and condition.without_key:
        return Reason(Code.MET_WITHOUT, (short(condition), _key(condition)))
    return Reason(Code.MET_BY_ANYONE, (short(condition),))


def _unmet_by_named(verdict: Verdict, statement: Statement) -> Reasons:
    """The conditions that nobody whom the principal element names can meet."""
    for condition in statement.conditions:
        if not any(_by(verdict, statement, condition, audience) for audience in NAMEABLE):
            yield _never(verdict, statement, condition, "no principal that the statement names can meet it")


def _limit(verdict: Verdict, statement: Statement, condition: Condition, alone: Audience) -> Reason:
    held = alone is not Audience.none or any(
        _by(verdict, statement, condition, audience) for audience in reversed(WIDEST_FIRST[1:])
    )
    if not held:
        return _never(verdict, statement, condition, "no request for the checked actions can meet it")
    if condition.operator.negated or not condition.values or condition.operator.family is Family.NULL:
        return Reason(Code.EXCLUDES_OUTSIDERS, (short(condition),))
    return Reason(Code.LIMITS, (_key(condition), some(condition.values)))


def _never(verdict: Verdict, statement: Statement, condition: Condition, otherwise: str) -> Reason:
    """Why a condition never holds: what an author can change."""
    operator = condition.operator
    wild = any("*" in value or "?" in value for value in condition.values)
    if wild and operator.family is Family.STRING and not operator.wildcards and all(map(is_plain, condition.tokens)):
        why = f"{operator.name} takes * and ? literally"
    elif not condition.values:
        why = "it lists no value"
    elif statement.principals.who.services and not statement.principals.who.owners:
        why = f"a service's own request does not carry {_key(condition)} so"
    else:
        why = otherwise
    return Reason(Code.NEVER_HOLDS, (short(condition), why))


def _key(condition: Condition) -> str:
    return some((condition.key_written,))


@cached_for_shared
def short(condition: Condition) -> str:
    """A condition as a reason names it."""
    return f"{condition.operator_written} {_key(condition)} = {some(condition.values)}"


# --- actions ------------------------------------------------------------------------------------------------


def _notes(verdict: Verdict, flagged: Mask) -> Reasons:
    """What a reader must know of the actions besides."""
    if flagged and flagged == flagged & GRANTS_MASK:
        yield Reason(Code.BY_GRANT)
    if not verdict.key.kind_is_told and flagged and not flagged & ~ENCAPSULATION_MASK:
        yield Reason(Code.ML_KEM_ONLY, (some(shown(names_of(flagged))),))
    if flagged & _RETIRE:
        yield Reason(Code.RETIRES_OWN)


def _unguarded_services(verdict: Verdict, statement: Statement) -> Reasons:
    """The confused deputy: nothing limits for whose resources a service may use the key.

    Source: IAM User Guide, *The confused deputy problem*.
    """
    services = statement.principals.who.services
    if services and verdict.audience_alone(statement) is not Audience.none and not _limits_sources(statement):
        yield Reason(Code.NO_LIMIT_ON_SOURCE, (some(sorted(services)),))


def _limits_sources(statement: Statement) -> bool:
    keys = [condition.key for condition in statement.conditions]
    return any(key in _LIMITS_ON_SOURCES or key.startswith(ENCRYPTION_CONTEXT) for key in keys)


# --- Denies -------------------------------------------------------------------------------------------------


def _denied(verdict: Verdict, statement: Statement, alone: Audience) -> Reasons:
    """Which Denies take access away from the statement's audience: each by itself, or several together."""
    searcher, denies = verdict.searcher, verdict.policy.denies
    if not denies:
        return
    opened = verdict.alone(statement, alone).actions
    left = verdict.access(statement, alone, opened).actions
    if left == opened:
        return
    hitting = [deny for deny in denies if deny.actions & opened and searcher.covers(deny)]
    asked = hitting[:_ASKED]
    if left:
        for deny in islice((deny for deny in asked if deny.actions & opened & ~left), SHOWN):
            lost = deny.actions & opened & ~left
            yield Reason(Code.DENIES_SOME, (deny.name, some(shown(names_of(lost, verdict.extra)))))
        return
    closing = list(islice((d for d in asked if not searcher.access(statement, opened, alone, (d,)).actions), SHOWN))
    who = _who_is_left(verdict, statement, alone)
    for deny in closing:
        yield Reason(Code.NARROWED, (deny.name, who)) if who else Reason(Code.DENIED, (deny.name,))
    if not closing:
        yield Reason(Code.DENIED_TOGETHER, (some(deny.name for deny in hitting),))


_LEFT = {
    Audience.network: "requests from the networks that the policy names",
    Audience.organization: "members of the organizations that the policy names",
    Audience.external: "the accounts that the policy names",
    Audience.service: "AWS services",
    Audience.internal: "the key's own account",
}


def _who_is_left(verdict: Verdict, statement: Statement, alone: Audience) -> str:
    """The widest audience that the Denies leave, in words; '' for nobody."""
    narrower = WIDEST_FIRST[WIDEST_FIRST.index(alone) + 1 :] if alone is not Audience.none else ()
    return next((_LEFT[audience] for audience in narrower if verdict.access(statement, audience).actions), "")


def _denies_passed(verdict: Verdict, statement: Statement, actions: Mask) -> Reasons:
    """The Denies that look as if they closed a flagged statement, and which of their conditions the example misses."""
    looking = [
        deny
        for deny in verdict.policy.denies
        if deny.principals.open_ended and deny.actions & actions and verdict.searcher.covers(deny)
    ]
    request = verdict.request(statement) if looking else None
    told = 0
    for deny in looking:
        missed = None if request is None else _missed(deny, request, verdict.extra)
        if missed is not None and told < SHOWN:
            told += 1
            yield Reason(Code.DENY_MISSES, (deny.name, missed))


def _missed(deny: Statement, request: Request, extra: tuple[str, ...]) -> Optional[str]:
    """The condition of a Deny that does not hold for a request. extra: see actions.mask_of."""
    for asked in (request, request.then):
        if asked is None or not principal_matches(deny.principals, asked.caller):
            continue
        if not deny.actions & mask_of((asked.action,), extra):
            continue
        for condition in deny.required:
            if not holds(condition, asked.context):
                return short(condition)
    return None
