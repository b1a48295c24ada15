"""Why a verdict is what it is: which element opens a statement, which limits it, which Deny closes it.

A reason is true of the element that it names. Source: docs/threat-model.md, *Reasons*.
"""

from functools import reduce
from itertools import combinations
from operator import or_
from typing import Optional

from ..evaluation.request import KeyFacts
from ..policy import actions as kms
from ..policy.actions import Mask, mask_of, names_of
from ..policy.context_keys import FOR_AWS_RESOURCE, GRANT_KEYS, GRANTEE, context_key
from ..policy.model import Statement
from ..policy.parser import condition as new_condition
from ..requesters.audience import OTHER_ACCOUNTS, Audience
from ..requesters.key_kinds import performed
from .condition_reasons import (
    Reasons,
    in_partitions,
    limited,
    lists_who,
    named_outside,
    of_conditions,
    undocumented,
)
from .confused_deputy import unguarded_services
from .deny_reasons import denied, passed
from .sentences import Code, Reason, listed, some
from .verdict import Verdict

_RETIRE = mask_of(("kms:RetireGrant",))
OF_GRANTS = (Code.BY_GRANT, Code.BY_GRANT_OF_SERVICE, Code.GRANTS_LAST)
_GRANTS = kms.GRANTS_MASK | mask_of(kms.GRANT)  # as ways to an operation, and by themselves


def reasons(verdict: Verdict, statement: Statement) -> tuple[Reason, ...]:
    """What opens the statement and what closes it, in the order in which a reader would ask."""
    if statement.number in verdict.policy.unreadable:
        return (Reason(Code.UNREADABLE),)
    if not statement.allow:
        return (Reason(Code.GRANTS_NOTHING), *undocumented(statement))
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
    kind = ("usage", key.usage), ("spec", key.spec), ("origin", key.origin)
    told = [(name, value) for name, value in kind if value is not None]
    sets = (dict(facts) for size in range(1, len(told) + 1) for facts in combinations(told, size))
    fewest = next(each for each in sets if not actions & performed(*(each.get(name) for name, _ in kind)))
    return " and ".join(f"{name} {value}" for name, value in fewest.items())


def _lists(statement: Statement, element: str) -> bool:
    return any(statement.source.get(name) for name in (element, "Not" + element))


def _principal(verdict: Verdict, statement: Statement) -> Reason:
    principals = statement.principals
    if principals.anyone:
        return Reason(Code.COVERS_NOBODY if principals.negated else Code.ANYONE)
    naming = tuple(dict.fromkeys(name.shown for each in in_partitions(verdict, statement) for name in each.names))
    if principals.negated:
        named_nobody = (listed(text.removeprefix("!") for text in principals.written),)
        return Reason(Code.ALL_BUT, (listed(naming),)) if naming else Reason(Code.EXCEPTS_NOBODY, named_nobody)
    if not naming:
        return Reason(Code.NOBODY, (listed(principals.written),))
    outside = named_outside(verdict, statement)
    if outside and len(outside) < len(naming) and verdict.audience_alone(statement) is Audience.external:
        return Reason(Code.NAMED_OUTSIDE, (listed(outside),))
    return Reason(Code.NAMED, (listed(naming),))


def _reasons(verdict: Verdict, statement: Statement) -> Reasons:
    alone = verdict.audience_alone(statement)
    flagged = verdict.flagged_actions(statement)
    yield from of_conditions(verdict, statement, alone)
    got = flagged or _got_outside(verdict, statement, alone)
    notes = tuple(_notes(verdict, statement, alone, flagged, got))
    yield from notes
    assumed = verdict.assumed(statement)
    if assumed:
        yield Reason(Code.UNPROVEN, (some(assumed),))
    if alone is not Audience.none:
        yield from denied(verdict, statement, alone)
    if flagged:
        yield from passed(verdict, statement, flagged)
    if got & _GRANTS and not any(note.code in OF_GRANTS for note in notes):
        yield Reason(Code.GRANTS_LAST)


# --- actions ------------------------------------------------------------------------------------------------


def _notes(verdict: Verdict, statement: Statement, alone: Audience, flagged: Mask, got: Mask) -> Reasons:
    """What else a reader must know of the actions. got: what the widest outside audience gets."""
    if got and not got & ~kms.GRANTS_MASK:
        listing = (each for each in statement.required if each.key == GRANTEE and lists_who(each))
        grantees = None if flagged else next(listing, None)
        if _only_services_grant(verdict, statement, alone):
            yield Reason(Code.BY_GRANT_OF_SERVICE, ("anybody's" if flagged else "a caller's",))
        else:
            yield Reason(Code.BY_GRANT) if grantees is None else limited(verdict, statement, grantees)
    if not verdict.key.kind_is_told and flagged and not flagged & ~kms.ENCAPSULATION_MASK:
        yield Reason(Code.ML_KEM_ONLY, (some(_operations(verdict, flagged)),))
    if flagged & _RETIRE:
        yield Reason(Code.RETIRES_OWN)


def _only_services_grant(verdict: Verdict, statement: Statement, alone: Audience) -> bool:
    """Whether callers outside can have grants only created for them by AWS services."""
    example = verdict.request(statement)
    if example is not None:
        return example.context.get(FOR_AWS_RESOURCE) == "true"
    listed = (statement, *verdict.denies_of(kms.GRANTS_MASK))
    if not any(condition.key in _ABOUT_GRANTS for each in listed for condition in each.conditions):
        return False
    conditions = (*statement.conditions, _BY_CALLER)
    return not _got_outside(verdict, statement._replace(conditions=conditions), alone)


_ABOUT_GRANTS = GRANT_KEYS | {FOR_AWS_RESOURCE}
_BY_CALLER = new_condition("Bool", context_key(FOR_AWS_RESOURCE).name, "false")


def _got_outside(verdict: Verdict, statement: Statement, alone: Audience) -> Mask:
    """What the widest outside audience gets of the checked actions by a statement that covers grants."""
    if alone not in OTHER_ACCOUNTS or not statement.actions & verdict.checked & _GRANTS:
        return 0
    audiences = OTHER_ACCOUNTS[OTHER_ACCOUNTS.index(alone) :]
    return next(filter(None, (verdict.access(statement, audience).actions for audience in audiences)), 0)
