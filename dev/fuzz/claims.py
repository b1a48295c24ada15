"""When a reason is true: the reference judges the element that it names by itself.

CLAIMS is a table by the reason's code. An entry lists the details of every reason of that code that is true of a
statement; what the engine says must be among them. A condition is judged as the statement's only one, a Deny as the
only one beside the statement. From docs/threat-model.md, *Reasons*, and the sentences in kmspolicy.report.sentences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import combinations

from dev.fuzz.judge import Condition, Judge, base, can, short, texts
from dev.reference import kms
from dev.reference.facts import CONTEXT, KEY, SOURCE, STRANGERS, Row
from dev.reference.grammar import as_list
from dev.reference.operators import MULTIVALUED, NEGATED, split_operator
from kmspolicy import Code
from kmspolicy.report.sentences import some

Details = Iterator[tuple[str, ...]]
Claim = Callable[[Judge, int], Details]

_LEFT = {
    Row.network: "requests from the networks that the policy names",
    Row.organization: "members of the organizations that the policy names",
    Row.external: "the accounts that the policy names",
    Row.service: "AWS services",
    Row.internal: "the key's own account",
}
_TRAITS = ("kms:customermasterkeyspec", "kms:customermasterkeyusage", "kms:multiregionkeytype", "kms:resourcealiases")
_OF_THE_KEY = (*KEY, *_TRAITS, "aws:resourceorgid", "aws:resourceorgpaths")
_LITERAL = {name.lower(): name for name in ("StringEquals", "StringEqualsIgnoreCase")}


# --- the principal element ------------------------------------------------------------------------------------


def _anyone(judge: Judge, number: int) -> Details:
    if "Principal" in judge.statements[number] and judge.covers_strangers(number):
        yield ()


def _all_but(judge: Judge, number: int) -> Details:
    if "NotPrincipal" in judge.statements[number] and judge.covers_strangers(number):
        yield (some(text for text, _, _ in judge.principals(number)),)


def _covers_nobody(judge: Judge, number: int) -> Details:
    if "NotPrincipal" in judge.statements[number] and not judge.covered(number):
        yield ()


def _named(judge: Judge, number: int) -> Details:
    """Each value matches a principal, and one that is not a stranger."""
    listed = [text for text, *name in judge.principals(number) if judge.named(*name)]
    if "Principal" in judge.statements[number] and listed and not judge.covers_strangers(number):
        yield (some(listed),)


def _named_outside(judge: Judge, number: int) -> Details:
    listed = [text for text, *name in judge.principals(number) if Row.external in judge.named(*name)]
    lists = "Principal" in judge.statements[number] and not judge.covers_strangers(number)
    if judge.key.account and listed and lists:
        yield (some(listed),)


def _nobody(judge: Judge, number: int) -> Details:
    if not judge.covered(number):
        yield (some(text for text, _, _ in judge.principals(number)) or "an empty list",)


# --- conditions -----------------------------------------------------------------------------------------------


def _of_the_key(condition: Condition) -> bool:
    """Whether a condition tests a fact of the key, whoever calls."""
    key = condition[1].lower()
    return (key in _OF_THE_KEY or key.startswith("aws:resourcetag/")) and "${" not in json.dumps(condition[2])


def _met_by_anyone(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        if Row.everyone in judge.by(number, condition) and not _of_the_key(condition):
            yield (short(condition),)


def _met_without(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        operator, key, _ = condition
        without, having = (judge.holds(number, condition, c) for c in ({}, {key.lower(): "x"}))
        if operator.lower() == "null" and without and not having and Row.everyone in judge.by(number, condition):
            yield short(condition), some((key,))


def _tests_the_key(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        if _of_the_key(condition) and Row.everyone in judge.by(number, condition):
            yield (short(condition),)


def _limits(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        rows, operator = judge.by(number, condition), base(condition)
        if rows and Row.everyone not in rows and operator not in (*NEGATED, "null", "bool"):
            yield some((condition[1],)), some(texts(condition[2]))


def _excludes_outsiders(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        rows = judge.by(number, condition)
        if rows and not set(rows) & set(STRANGERS):
            yield (short(condition),)


def _never_holds(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        operator, key, values = condition
        if not judge.by(number, condition):
            yield short(condition), "no request for the checked actions can meet it"
            if split_operator(operator)[:2] == ("foranyvalue", "null"):
                yield short(condition), "Null with ForAnyValue is never met"
            if as_list(values) == []:
                yield short(condition), "it lists no value"
            if base(condition) in _LITERAL and any(set(text) & set("*?") for text in texts(values)):
                yield short(condition), f"{_LITERAL[base(condition)]} takes * and ? literally"
            if not judge.covers_strangers(number):
                yield short(condition), "no principal that the statement names can meet it"
            if judge.covered(number) == (Row.service,):
                yield short(condition), f"a service's own request does not carry {some((key,))} so"


def _conflict(judge: Judge, number: int) -> Details:
    listed = judge.conditions(number)
    each = [Row.everyone in judge.by(number, condition) for condition in listed]
    resource = judge.by_resource(number)
    if all(each) and Row.everyone in resource and judge.alone(number) is not Row.everyone:
        yield ("its conditions" if judge.has_any_key(number) else "its conditions and its resource element",)


def _limits_by_resource(judge: Judge, number: int) -> Details:
    """It covers the key for some callers, but not for strangers, or not for the principals that the statement names."""
    rows, statement = judge.by_resource(number), judge.statements[number]
    if judge.has_its_key(number) and (Row.everyone not in rows if judge.covers_strangers(number) else not rows):
        yield (some(as_list(statement.get("Resource", statement.get("NotResource", [])))),)


def _no_set_operator(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        prefix, operator, _ = split_operator(condition[0])
        if condition[1].lower() in MULTIVALUED and not prefix and operator != "null":
            yield short(condition), some((condition[1],))


def _same_key_twice(judge: Judge, number: int) -> Details:
    for keys in judge.statements[number].get("Condition", {}).values():
        for name in {key.lower() for key in keys}:
            alike = [key for key in keys if key.lower() == name]
            if len(alike) > 1:
                yield (some(alike),)


def _no_limit_on_source(judge: Judge, number: int) -> Details:
    """Each of the services gets in, and no condition asks for whose resources."""
    statement = judge.statements[number]
    keys = [key.lower() for _, key, _ in judge.conditions(number)]
    if "Principal" in statement and not any(key in SOURCE or key.startswith(CONTEXT) for key in keys):
        services = sorted({name for _, kind, name in judge.principals(number) if kind == "Service"})
        able = [n for n in services if Row.service in judge.gains.rows([{**statement, "Principal": {"Service": n}}])]
        if able:
            yield (some(able),)


# --- Denies ---------------------------------------------------------------------------------------------------


def _denied(judge: Judge, number: int) -> Details:
    for deny in judge.denies:
        if judge.closed(number, [deny]) and not judge.past(number, [deny]):
            yield (judge.name(deny),)


def _narrowed(judge: Judge, number: int) -> Details:
    """Wider rows than the one that is left get nothing past this Deny."""
    for deny in judge.denies:
        if judge.closed(number, [deny]):
            yield from ((judge.name(deny), _LEFT[row]) for row in judge.past(number, [deny])[:1])


def _denied_together(judge: Judge, number: int) -> Details:
    """The Denies that are named are enough, and without any one of them they are not."""
    if not judge.closed(number, judge.denies):
        return
    for size in range(2, len(judge.denies) + 1):
        for those in combinations(judge.denies, size):
            rest = [[deny for deny in those if deny is not one] for one in those]
            if judge.closed(number, those) and not any(judge.closed(number, listed) for listed in rest):
                yield (some(judge.name(deny) for deny in those),)


def _denies_some(judge: Judge, number: int) -> Details:
    row = judge.alone(number)
    if row is Row.none:
        return
    opened = judge.gained(number, row, [])
    for deny in judge.denies:
        left = judge.gained(number, row, [deny])
        if left and opened - left:
            yield judge.name(deny), judge.names(opened - left)


def _deny_misses(judge: Judge, number: int) -> Details:
    for deny in judge.denies:
        if Row.everyone in judge.past(number, [deny]):
            for request in judge.example(number):
                yield from ((judge.name(deny), missed) for missed in judge.missed(deny, request))


def _grants_nothing(judge: Judge, number: int) -> Details:
    if judge.statements[number]["Effect"] == "Deny":
        yield ()


# --- actions and resources ------------------------------------------------------------------------------------


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
    if found and not any(kms.crosses_accounts(action) for action in found):
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
    found = judge.flagged(number)
    if found and {goal.action for goal in found} == {kms.CREATE_GRANT}:
        yield ()


def _ml_kem_only(judge: Judge, number: int) -> Details:
    found = judge.flagged(number)
    if found and not judge.key.usage and not judge.key.spec and all(goal.encapsulates for goal in found):
        yield (judge.names(goal.action for goal in found),)


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
    Code.ANYONE: _anyone,
    Code.ALL_BUT: _all_but,
    Code.COVERS_NOBODY: _covers_nobody,
    Code.NAMED: _named,
    Code.NAMED_OUTSIDE: _named_outside,
    Code.NOBODY: _nobody,
    Code.MET_BY_ANYONE: _met_by_anyone,
    Code.MET_WITHOUT: _met_without,
    Code.TESTS_THE_KEY: _tests_the_key,
    Code.LIMITS: _limits,
    Code.EXCLUDES_OUTSIDERS: _excludes_outsiders,
    Code.NEVER_HOLDS: _never_holds,
    Code.CONFLICT: _conflict,
    Code.NO_SET_OPERATOR: _no_set_operator,
    Code.SAME_KEY_TWICE: _same_key_twice,
    Code.NO_LIMIT_ON_SOURCE: _no_limit_on_source,
    Code.DENIED: _denied,
    Code.DENIED_TOGETHER: _denied_together,
    Code.NARROWED: _narrowed,
    Code.DENIES_SOME: _denies_some,
    Code.DENY_MISSES: _deny_misses,
    Code.GRANTS_NOTHING: _grants_nothing,
    Code.OTHER_ACTIONS: _other_actions,
    Code.NO_ACTION: _no_action,
    Code.NO_RESOURCE: _no_resource,
    Code.LIMITS_BY_RESOURCE: _limits_by_resource,
    Code.OTHER_RESOURCE: _other_resource,
    Code.WITHIN_ACCOUNT: _within_account,
    Code.WRONG_KEY: _wrong_key,
    Code.BY_GRANT: _by_grant,
    Code.ML_KEM_ONLY: _ml_kem_only,
    Code.RETIRES_OWN: _retires_own,
    Code.UNREADABLE: _unreadable,
    Code.UNPROVEN: _unproven,
}
