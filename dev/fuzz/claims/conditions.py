"""When a reason about a condition, or about a resource element that reads who calls, is true."""

from __future__ import annotations

import re
from typing import Any

from dev.fuzz.claims.left import whom
from dev.fuzz.claims.never_holds import is_block, is_private
from dev.fuzz.claims.principals import outside
from dev.fuzz.judge import (
    LITERAL,
    Claim,
    Condition,
    Details,
    Judge,
    base,
    key_text,
    lacks_prefix,
    short,
    texts,
    values_text,
)
from dev.reference.facts import CONTEXT, ENDPOINT, ORG, OWNER, SOURCE, STRANGERS, Row
from dev.reference.grammar import as_list
from dev.reference.operators import NEGATED, block
from kmspolicy import Code
from kmspolicy.report.sentences import listed, some

_ACCOUNTS = ("aws:principalaccount", "kms:calleraccount")


def _met_by_anyone(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        if Row.everyone in judge.by(number, condition) and not judge.about_the_key(condition):
            yield (short(condition),)


def _met_without(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        operator, key, _ = condition
        without, having = (judge.holds(number, condition, c) for c in ({}, {key.lower(): "x"}))
        if operator.lower() == "null" and without and not having and Row.everyone in judge.by(number, condition):
            yield short(condition), key_text(key)


def _tests_the_key(judge: Judge, number: int) -> Details:
    return _about_the_key(judge, number, "tests")


def _compares_the_key(judge: Judge, number: int) -> Details:
    return _about_the_key(judge, number, "compares")


def _about_the_key(judge: Judge, number: int, what: str) -> Details:
    for condition in judge.conditions(number):
        if judge.about_the_key(condition) == what and Row.everyone in judge.by(number, condition):
            yield (short(condition),)


def _limits(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        rows = judge.by(number, condition) if _lists_who(condition) else ()
        lacking = judge.holds(number, condition, {})
        if rows and Row.everyone not in rows and not (lacking and not _is_met_with_key(judge, number, condition)):
            yield key_text(condition[1]), _limited_to(judge, number, condition)


def _lists_who(condition: Condition) -> bool:
    compares = base(condition).startswith(("string", "arn", "ip")) and base(condition) not in NEGATED
    return compares and condition[1].lower() != "aws:principalisawsservice"


def _is_met_with_key(judge: Judge, number: int, condition: Condition) -> bool:
    """Whether a requester other than an AWS service meets the condition with its key in the request."""
    operator, key, values = condition
    both = {operator: {key: values}, "Null": {key: "false"}}
    statement = {k: v for k, v in judge.statements[number].items() if k != "NotResource"}
    return bool(set(judge.gains.rows([{**statement, "Resource": "*", "Condition": both}])) - {Row.service})


def _limited_to(judge: Judge, number: int, condition: Condition) -> str:
    """The values of a condition. If it compares the caller with the key's owner, in either order: that owner."""
    _, key, values = condition
    listed = texts(values)
    read = re.findall(r"\$\{([^}]*)\}", listed[0].lower()) if len(listed) == 1 and judge.policy.variables else []
    sides = [key.lower(), *read]
    owner = next((side for side in sides if side in _OWNERS), "") if len(sides) == 2 else ""
    who = next((side for side in sides if side != owner), key.lower())
    by_owner = owner and who in _OWNERS[owner][1]
    those = _OWNERS[owner][0] if by_owner else values_text(_somebodys(judge, number, condition))
    if who in (*SOURCE, "kms:grantconstraintsourcearn"):
        return f"AWS services that act for {those}"
    return f"requests through VPC endpoints of {those}" if who in (*ENDPOINT[:1], *OWNER) else those


def _somebodys(judge: Judge, number: int, condition: Condition) -> list[Any]:
    """The values but for those that nobody has: private addresses, texts that are none, and wildcards and blocks that
    are taken literally.
    """
    operator, key, values = condition
    literal = base(condition) in LITERAL and not judge.named.keys_in(texts(values))
    as_addresses = base(condition) == "ipaddress"
    as_texts = not as_addresses and key.lower() in _ADDRESSES

    def doubtful(text: str) -> bool:
        no_address = is_private(text) or (as_addresses and block(text) is None) or (as_texts and is_block(text))
        return no_address or (literal and bool(set(text) & set("*?")))

    doubted = {*filter(doubtful, texts(values))}
    if len(doubted) > _MOST_TRIED:
        return as_list(values)
    nobodys = {each for each in doubted if not _is_met_with_key(judge, number, (operator, key, each))}
    return [value for value in as_list(values) if str(value) not in nobodys] or as_list(values)


_MOST_TRIED = 8
_ADDRESSES = ("aws:sourceip", "aws:vpcsourceip", "aws:ec2instancesourceprivateipv4")
_OWNERS = {
    "aws:resourceorgid": ("the organization of the key's account", (*ORG, *SOURCE[-2:], *OWNER)),
    "aws:resourceaccount": ("the key's own account", (*_ACCOUNTS, *SOURCE[:2], ENDPOINT[0])),
}


def _limits_others(judge: Judge, number: int) -> Details:
    """The condition holds for a request without the key, as services send it, and they get in; or it is about grantees,
    and holds for a grant without one.
    """
    for condition in judge.conditions(number):
        of_grants = condition[1].lower() == "kms:granteeprincipal"
        served = Row.service in judge.by(number, condition) if of_grants else judge.serves(number, [])
        if judge.holds(number, condition, {}) and served:
            yield from (details for details in _limits(judge, number) if details[0] == key_text(condition[1]))


def _excludes_with_key(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        if base(condition) == "null" and judge.holds(number, condition, {}):
            rows = set(judge.by(number, condition))
            if rows - {Row.service} and not rows & set(STRANGERS):
                yield short(condition), key_text(condition[1])


def _only_services(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        if judge.by(number, condition) == (Row.service,):
            yield (short(condition),)


def _only_services_send(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        asks = base(condition) == "null" and not judge.holds(number, condition, {})
        if asks and judge.by(number, condition) == (Row.service,) and judge.serves_by(number, condition):
            yield short(condition), key_text(condition[1])


def _leaves_out(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        rows = judge.by(number, condition)
        if rows and Row.external not in rows and not judge.covers_strangers(number):
            yield short(condition), some(outside(judge, number))


def _excludes_outsiders(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        rows = judge.by(number, condition)
        if rows and not set(rows) & set(STRANGERS):
            yield (short(condition),)


def _leaves_only(judge: Judge, number: int) -> Details:
    """Everyone can meet each of them, and only some all of them."""
    each = [Row.everyone in judge.by(number, condition) for condition in judge.conditions(number)]
    some_meet = judge.alone(number) not in (Row.none, Row.everyone)
    if some_meet and all(each) and Row.everyone in judge.by_resource(number):
        what = "its conditions" if judge.has_any_key(number) else "its conditions and its resource element"
        yield from ((what, those) for those in whom(judge, number, []))


def _leaves_nobody(judge: Judge, number: int) -> Details:
    """Somebody can meet each of them, and nobody all of them."""
    each = [judge.by(number, condition) for condition in judge.conditions(number)]
    if judge.alone(number) is Row.none and each and all(each) and judge.by_resource(number):
        yield ("its conditions" if judge.has_any_key(number) else "its conditions and its resource element",)


def _limits_by_resource(judge: Judge, number: int) -> Details:
    """It covers the key for some requests, if any, but not for strangers, or not for the principals that are named."""
    rows, statement = judge.by_resource(number), judge.statements[number]
    listed_keys = as_list(statement.get("Resource", statement.get("NotResource", [])))
    keeps_out = Row.external not in rows if outside(judge, number) else not rows
    keeps_out = Row.everyone not in rows if judge.covers_strangers(number) else keeps_out
    if keeps_out and any("${" in text for text in texts(listed_keys)):
        yield (listed(listed_keys),)


def _no_set_operator(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        if lacks_prefix(condition):
            yield short(condition), key_text(condition[1])


def _same_key_twice(judge: Judge, number: int) -> Details:
    for keys in judge.statements[number].get("Condition", {}).values():
        for name in {key.lower() for key in keys}:
            alike = [key for key in keys if key.lower() == name]
            if len(alike) > 1:
                yield (some(alike),)


def _no_limit_on_source(judge: Judge, number: int) -> Details:
    """Each service gets in for resources that no Deny spares, and the statement asks for no source."""
    if "Principal" in judge.statements[number] and not _limits_sources(judge, number):
        services = sorted({name for _, kind, name in judge.principals(number) if kind == "Service"})
        able = [name for name in services if _serves_others(judge, number, name)]
        if able:
            yield (some(able),)


def _serves_others(judge: Judge, number: int, service: str) -> bool:
    asked = set(judge.actions(number))
    concerned = [deny for deny in judge.denies if asked & set(judge.actions(deny))]
    meeting = [deny for deny in concerned if judge.covers_service(deny, service)]
    limiting = [deny for deny in meeting if _limits_sources(judge, deny, negated=True)]
    of_others = [each for deny in limiting for each in judge.conditions(deny) if _tests_source(each)]
    return judge.serves(number, judge.denies, *of_others, service=service, grants=True)


def _tests_source(condition: Condition) -> bool:
    return condition[1].lower() in SOURCE or condition[1].lower().startswith(CONTEXT)


def _limits_sources(judge: Judge, number: int, negated: bool = False) -> bool:
    """Whether a condition lists the sources that an Allow covers; negated: that a Deny spares. A request without a
    source is not among them.
    """
    return any(
        (base(condition) in NEGATED) is negated is judge.holds(number, condition, {})
        and base(condition) != "null"
        and not (base(condition) in _PATTERNS and any(map(_ANYBODYS.fullmatch, texts(condition[2]))))
        for condition in filter(_tests_source, judge.conditions(number))
    )


_PATTERNS = ("stringlike", "stringnotlike", "arnlike", "arnnotlike", "arnequals", "arnnotequals")
_PART = r"(?:\$\{[^}]*\}|[^:$])*"
_ANYBODYS = re.compile(
    rf"""(?:o-)?[*?/]*
    |arn(?::{_PART}){{3}}:[*?/]+:.*
    |arn(?::{_PART}){{3}}::[*?/]*
    |arn(?::(?![0-9]{{12}}:|\$){_PART}){{0,3}}:(?:[^:]*\*)""",
    re.VERBOSE | re.DOTALL,
)


CLAIMS: dict[Code, Claim] = {
    Code.MET_BY_ANYONE: _met_by_anyone,
    Code.MET_WITHOUT: _met_without,
    Code.TESTS_THE_KEY: _tests_the_key,
    Code.COMPARES_THE_KEY: _compares_the_key,
    Code.LIMITS: _limits,
    Code.LIMITS_OTHERS: _limits_others,
    Code.EXCLUDES_WITH_KEY: _excludes_with_key,
    Code.ONLY_SERVICES: _only_services,
    Code.ONLY_SERVICES_SEND: _only_services_send,
    Code.LEAVES_ONLY: _leaves_only,
    Code.LEAVES_OUT: _leaves_out,
    Code.EXCLUDES_OUTSIDERS: _excludes_outsiders,
    Code.LEAVES_NOBODY: _leaves_nobody,
    Code.NO_SET_OPERATOR: _no_set_operator,
    Code.SAME_KEY_TWICE: _same_key_twice,
    Code.NO_LIMIT_ON_SOURCE: _no_limit_on_source,
    Code.LIMITS_BY_RESOURCE: _limits_by_resource,
}
