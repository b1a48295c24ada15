"""When a reason about the principal element is true."""

from __future__ import annotations

from dev.fuzz.judge import Claim, Details, Judge
from dev.reference.facts import Row
from kmspolicy import Code
from kmspolicy.report.sentences import listed as shown


def _anyone(judge: Judge, number: int) -> Details:
    if "Principal" in judge.statements[number] and judge.covers_strangers(number):
        yield ()


def _all_but(judge: Judge, number: int) -> Details:
    if "NotPrincipal" in judge.statements[number] and judge.covers_strangers(number):
        listed = [text for text, *name in judge.principals(number) if judge.naming(*name)]
        if listed:
            yield (shown(listed),)


def _excepts_nobody(judge: Judge, number: int) -> Details:
    listed = judge.principals(number)
    if "NotPrincipal" in judge.statements[number] and not any(judge.naming(*name) for _, *name in listed):
        yield (shown(text for text, _, _ in listed),)


def _covers_nobody(judge: Judge, number: int) -> Details:
    if "NotPrincipal" in judge.statements[number] and not judge.covered(number):
        yield ()


def _named(judge: Judge, number: int) -> Details:
    """Each value matches a principal, and one that is not a stranger."""
    listed = [text for text, *name in judge.principals(number) if judge.naming(*name)]
    if "Principal" in judge.statements[number] and listed and not judge.covers_strangers(number):
        yield (shown(listed),)


def outside(judge: Judge, number: int) -> list[str]:
    """Those that a statement names outside the key's account."""
    return [text for text, *name in judge.principals(number) if Row.external in judge.naming(*name)]


def _named_outside(judge: Judge, number: int) -> Details:
    listed = outside(judge, number)
    lists = "Principal" in judge.statements[number] and not judge.covers_strangers(number)
    if judge.key.account and listed and lists:
        yield (shown(listed),)


def _nobody(judge: Judge, number: int) -> Details:
    if not judge.covered(number):
        yield (shown(text for text, _, _ in judge.principals(number)),)


CLAIMS: dict[Code, Claim] = {
    Code.ANYONE: _anyone,
    Code.ALL_BUT: _all_but,
    Code.EXCEPTS_NOBODY: _excepts_nobody,
    Code.COVERS_NOBODY: _covers_nobody,
    Code.NAMED: _named,
    Code.NAMED_OUTSIDE: _named_outside,
    Code.NOBODY: _nobody,
}
