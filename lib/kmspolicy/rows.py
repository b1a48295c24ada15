"""Decides what the output fields of a row say, from the facts of an event and the analysis of its policy.

Source: interface of the command (README, *Fields*).
"""
from collections.abc import Iterator
from typing import NamedTuple

from . import Analysis, Audience, StatementAnalysis, sentence
from .facts import FAILURE, Facts
from .table import multivalue_cell, plain_cell, printable


class Row(NamedTuple):
    """The output fields in their order, named as behind the prefix. A multivalue field is a tuple."""

    statements: str = ""
    statement_index: str = ""
    statement_count: str = ""
    sid: str = ""
    effect: str = ""
    action: tuple[str, ...] = ()
    principal: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()
    audience: str = ""
    flagged: str = ""
    granted: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    witness: str = ""
    encrypt_only: str = ""
    severity: str = ""
    error: str = ""
    key: str = ""
    account: str = ""
    region: str = ""
    operation: str = ""
    event: str = ""
    call: str = ""
    call_error: str = ""
    actor: str = ""
    mfa: str = ""
    src: str = ""
    user_agent: str = ""
    hash: str = ""


EMPTY = Row()
_MULTIVALUE = tuple(i for i, default in enumerate(EMPTY) if default == ())
_BOOLEAN = {False: "false", True: "true"}
_AUDIENCE_SEVERITY = {Audience.network: "medium", Audience.external: "low", Audience.organization: "low"}


def statement_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> Iterator[Row]:
    """A row per statement of a policy that could be read."""
    if flagged_only and not analysis.flagged:
        return
    count = str(len(analysis.statements))
    for statement in analysis.statements:
        if statement.flagged or not flagged_only:
            yield _row(facts, analysis, statement)._replace(
                statements=statement.text, statement_index=str(statement.index), statement_count=count,
                sid=statement.sid, effect=statement.effect, action=statement.actions, principal=statement.principals,
                condition=statement.conditions)


def policy_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> Iterator[Row]:
    """The row of a whole policy that could be read."""
    if analysis.flagged or not flagged_only:
        yield _row(facts, analysis, analysis)


def unreadable_rows(facts: Facts, error: str, policy_hash: str, flagged_only: bool) -> Iterator[Row]:
    """The row of a policy that could not be read: no verdict, and why. A failed call's is in force nowhere."""
    if facts.call != FAILURE or not flagged_only:
        yield _with_facts(facts)._replace(flagged="false", encrypt_only="false", severity="informational", error=error,
                                          hash=policy_hash)


def header(prefix: str) -> list[str]:
    """The names of the columns that `cells` fills: the fields, then the `__mv_` columns of the multivalue ones."""
    names = [prefix + name for name in Row._fields]
    return names + ["__mv_" + names[i] for i in _MULTIVALUE]


def cells(row: Row) -> list[str]:
    """The cells of a row, in the order of `header`."""
    plain = [printable(value) if isinstance(value, str) else plain_cell(value) for value in row]
    return plain + [multivalue_cell(row[i]) for i in _MULTIVALUE]


def _row(facts: Facts, analysis: Analysis, verdict: "Analysis | StatementAnalysis") -> Row:
    """verdict: of one statement, or of the whole policy."""
    return _with_facts(facts)._replace(
        audience=verdict.audience.value if verdict.audience else "", flagged=_BOOLEAN[verdict.flagged],
        granted=verdict.granted, reason=tuple(sentence(reason) for reason in verdict.reasons),
        witness=verdict.witness or "", encrypt_only=_BOOLEAN[analysis.encrypt_only],
        severity=_severity(facts, analysis, verdict), hash=analysis.hash)


def _severity(facts: Facts, analysis: Analysis, verdict: "Analysis | StatementAnalysis") -> str:
    if not verdict.flagged:
        return _AUDIENCE_SEVERITY.get(verdict.audience, "informational") if verdict.audience else "informational"
    if facts.call == FAILURE:
        return "medium"
    return "critical" if analysis.encrypt_only or facts.bypass else "high"


def _with_facts(facts: Facts) -> Row:
    return Row(key=facts.key, account=facts.account, region=facts.region, operation=facts.operation, event=facts.event,
               call=facts.call, call_error=facts.call_error, actor=facts.actor, mfa=facts.mfa, src=facts.src,
               user_agent=facts.user_agent)
