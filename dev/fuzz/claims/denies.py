"""When a reason about Denies is true: each as the only one beside the statement, or several together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from dev.fuzz.judge import Claim, Details, Judge
from dev.reference.facts import Row
from kmspolicy import Code
from kmspolicy.report.sentences import some

_LEFT = {
    Row.network: "requests from the networks that the policy names",
    Row.organization: "members of the organizations that the policy names",
    Row.external: "the accounts that the policy names",
    Row.service: "AWS services",
    Row.internal: "the key's own account",
}
_OWN_ORGANIZATION = "members of the organization of the key's account"


def _denied(judge: Judge, number: int) -> Details:
    for deny in judge.denies:
        if judge.closed(number, [deny]) and not judge.past(number, [deny]):
            yield (judge.name(deny),)


def _narrowed(judge: Judge, number: int) -> Details:
    """Wider rows than the one that is left get nothing past this Deny."""
    for deny in judge.denies:
        if judge.closed(number, [deny]):
            yield from ((judge.name(deny), left) for left in _left(judge, judge.past(number, [deny])))


def _left(judge: Judge, rows: tuple[Row, ...]) -> Iterator[str]:
    """Whom Denies leave access: the widest row, and beside accounts AWS services, unless only grants give them some."""
    for row in rows[:1]:
        left = _LEFT[row] if row is not Row.organization or judge.organizations else _OWN_ORGANIZATION
        yield left
        if Row.service in rows and row not in (Row.service, Row.internal):
            yield f"{left} and {_LEFT[Row.service]}"


def _denies_named(judge: Judge, number: int) -> Details:
    """It closes the statement to its audience by naming principals; others keep access."""
    for deny in judge.denies:
        if judge.closed(number, [deny]) and judge.past(number, [deny]) and not judge.covers_strangers(deny):
            yield judge.name(deny), some(text for text, *name in judge.principals(deny) if judge.named(*name))


def _denied_together(judge: Judge, number: int) -> Details:
    for those in _needed_together(judge, number):
        if not judge.past(number, those):
            yield (some(map(judge.name, those)),)


def _narrowed_together(judge: Judge, number: int) -> Details:
    for those in _needed_together(judge, number):
        yield from ((some(map(judge.name, those)), left) for left in _left(judge, judge.past(number, those)))


def _needed_together(judge: Judge, number: int) -> Iterator[list[int]]:
    """Denies that close the statement to its audience, and without any one of them do not."""
    if not judge.closed(number, judge.denies):
        return
    for size in range(2, len(judge.denies) + 1):
        for those in combinations(judge.denies, size):
            rest = [[deny for deny in those if deny is not one] for one in those]
            if judge.closed(number, those) and not any(judge.closed(number, listed) for listed in rest):
                yield list(those)


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


CLAIMS: dict[Code, Claim] = {
    Code.DENIED: _denied,
    Code.DENIED_TOGETHER: _denied_together,
    Code.NARROWED: _narrowed,
    Code.NARROWED_TOGETHER: _narrowed_together,
    Code.DENIES_SOME: _denies_some,
    Code.DENIES_NAMED: _denies_named,
    Code.DENY_MISSES: _deny_misses,
    Code.GRANTS_NOTHING: _grants_nothing,
}
