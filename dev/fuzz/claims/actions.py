"""When a reason about actions, about resources or about the search itself is true."""

from __future__ import annotations

import re
from itertools import combinations

from dev.fuzz.claims.principals import outside
from dev.fuzz.judge import LITERAL, Claim, Details, Judge, base, can, texts
from dev.reference import kms
from dev.reference.facts import STRANGERS, Row
from dev.reference.operators import NEGATED
from kmspolicy import Code


def _other_actions(judge: Judge, number: int) -> Details:
    if not judge.actions(number):
        yield ()


def _lists(judge: Judge, number: int, name: str) -> bool:
    return bool(judge.statements[number].get(name) or judge.statements[number].get(f"Not{name}"))


def _no_action(judge: Judge, number: int) -> Details:
    if not _lists(judge, number, "Action"):
        yield ()


def _no_resource(judge: Judge, number: int) -> Details:
    if not _lists(judge, number, "Resource"):
        yield ()


def _other_resource(judge: Judge, number: int) -> Details:
    if not judge.has_its_key(number):
        yield ()


def _within_account(judge: Judge, number: int) -> Details:
    key = judge.key
    found = [action for action in judge.actions(number) if can(key.usage, key.spec, key.origin, action)]
    outsiders = judge.covers_strangers(number) or outside(judge, number)
    if outsiders and found and not any(kms.crosses_accounts(action) for action in found):
        yield (judge.names(found),)


def _wrong_key(judge: Judge, number: int) -> Details:
    told = {"usage": judge.key.usage, "spec": judge.key.spec, "origin": judge.key.origin}
    found = judge.operations(number)
    for size in range(1, len(told) + 1):
        for facts in combinations(told, size):
            known = {name: told[name] if name in facts else None for name in told}
            if found and all(told[name] for name in facts) and not any(can(**known, action=a) for a in found):
                yield " and ".join(f"{name} {told[name]}" for name in facts), judge.names(found)


def _by_grant(judge: Judge, number: int) -> Details:
    by_callers = _made_by_callers(judge, number) and not _lists_grantees(judge, number)
    who = judge.flagged(number) or by_callers
    if who and _only_creates_grants(judge, number) and not _made_by_service(judge, number):
        yield ()


def _lists_grantees(judge: Judge, number: int) -> bool:
    """Whether a condition limits grants to listed principals."""
    conditions = [each for each in judge.conditions(number) if each[1].lower() == "kms:granteeprincipal"]
    for condition in conditions:
        values, operator = texts(condition[2]), base(condition)
        alike = [each for each in conditions if each[0] == condition[0] and each is not condition]
        lists = operator not in (*NEGATED, "null", "bool") and values and not alike
        wide = operator not in LITERAL and any(not set(text.removeprefix("arn:")) - {"*", ":"} for text in values)
        if lists and not wide:
            return True
    return False


def _by_grant_of_service(judge: Judge, number: int) -> Details:
    if _only_creates_grants(judge, number):
        if judge.flagged(number) and _made_by_service(judge, number):
            yield ("anybody's",)
        elif not judge.flagged(number) and not _made_by_callers(judge, number):
            yield ("a caller's",)


def _grants_last(judge: Judge, number: int) -> Details:
    if kms.CREATE_GRANT in {goal.action for goal in judge.got_outside(number)}:
        yield ()


def _only_creates_grants(judge: Judge, number: int) -> bool:
    """Whether outsiders get nothing by the statement but to create grants."""
    return {goal.action for goal in judge.got_outside(number)} == {kms.CREATE_GRANT}


def _made_by_service(judge: Judge, number: int) -> bool:
    """Whether it is a service that creates the grant of the example."""
    return any(request.context.get("kms:grantisforawsresource") == "true" for request in judge.example(number))


def _made_by_callers(judge: Judge, number: int) -> bool:
    """Whether callers outside can create a grant that is for no resource of AWS."""
    rows = judge.past(number, judge.denies, ("Bool", "kms:GrantIsForAWSResource", "false"))
    return bool(set(rows) & {*STRANGERS, Row.external})


def _ml_kem_only(judge: Judge, number: int) -> Details:
    found = judge.flagged(number)
    if found and not judge.key.usage and not judge.key.spec and all(goal.encapsulates for goal in found):
        yield (judge.names(goal.verb for goal in found),)


def _retires_own(judge: Judge, number: int) -> Details:
    if "kms:RetireGrant" in {goal.action for goal in judge.flagged(number)}:
        yield ()


def _unreadable(judge: Judge, number: int) -> Details:
    if not judge.statements[number]:
        yield ()


def _unproven(judge: Judge, number: int) -> Details:
    proven = {request.action for request in judge.example(number)[:1]}
    for reason in judge.analysis.statements[number].reasons:
        if reason.code is Code.UNPROVEN and not proven & set(re.findall(r"kms:\w+", reason.details[0])):
            yield reason.details


CLAIMS: dict[Code, Claim] = {
    Code.OTHER_ACTIONS: _other_actions,
    Code.NO_ACTION: _no_action,
    Code.NO_RESOURCE: _no_resource,
    Code.OTHER_RESOURCE: _other_resource,
    Code.WITHIN_ACCOUNT: _within_account,
    Code.WRONG_KEY: _wrong_key,
    Code.BY_GRANT: _by_grant,
    Code.BY_GRANT_OF_SERVICE: _by_grant_of_service,
    Code.GRANTS_LAST: _grants_last,
    Code.ML_KEM_ONLY: _ml_kem_only,
    Code.RETIRES_OWN: _retires_own,
    Code.UNREADABLE: _unreadable,
    Code.UNPROVEN: _unproven,
}
