"""Decides what the output fields of a row say, from the facts of an event and the analysis of its policy.

Source: interface of the command (README, *Fields*).
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import Analysis, Audience, StatementAnalysis, sentence
from .facts import Facts
from .fields import FACTS
from .table import LINE_END, csv_line, multivalue_cell, plain_cell

_BOOLEAN = {False: "false", True: "true"}
_AUDIENCE_SEVERITY = {Audience.network: "medium", Audience.external: "low", Audience.organization: "low"}


class Cells(NamedTuple):
    """A row's own cells as CSV. The rows of one event share the middle, so that it is written down once."""

    verdict: bytes  # fields.VERDICT
    facts: bytes  # fields.FACTS
    rest: bytes  # fields.POLICY and the `__mv_` columns, with the end of the line


def statement_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> Iterator[Cells]:
    """A row per statement of a policy that could be read."""
    if flagged_only and not analysis.flagged:
        return
    shared, statements = _facts_cells(facts), analysis.statements
    count = str(len(statements))
    for statement in statements:
        if statement.flagged or not flagged_only:
            yield _cells(facts, shared, analysis, statement, (
                statement.text, str(statement.index), count, statement.sid, statement.effect), (
                statement.actions, statement.principals, statement.conditions))


def policy_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> Iterator[Cells]:
    """The row of a whole policy that could be read."""
    if analysis.flagged or not flagged_only:
        yield _cells(facts, _facts_cells(facts), analysis, analysis, ("",) * 5, ((),) * 3)


def unreadable_row(facts: Facts, error: str, policy_hash: str) -> Cells:
    """The row of a policy that could not be read: no verdict, and why."""
    verdict = ("",) * 9 + ("false", "", "", "", "false", "informational", error)
    return Cells(csv_line(verdict), _facts_cells(facts), _rest(policy_hash, ((),) * 5))


def _cells(facts: Facts, shared: bytes, analysis: Analysis, verdict: Analysis | StatementAnalysis,
           statement: tuple[str, ...], lists: tuple[tuple[str, ...], ...]) -> Cells:
    """verdict: of one statement, or of the whole policy; statement: its plain fields; lists: its multivalue fields."""
    audience, flagged, granted = verdict.audience, verdict.flagged, verdict.granted
    reasons = tuple(sentence(reason) for reason in verdict.reasons)
    return Cells(
        csv_line((*statement, *map(plain_cell, lists), audience.value if audience else "", _BOOLEAN[flagged],
                  plain_cell(granted), plain_cell(reasons), verdict.witness or "", _BOOLEAN[analysis.encrypt_only],
                  _severity(facts, analysis, flagged, audience), "")),
        shared, _rest(analysis.hash, (*lists, granted, reasons)))


def _severity(facts: Facts, analysis: Analysis, flagged: bool, audience: Audience | None) -> str:
    if not flagged:
        return _AUDIENCE_SEVERITY.get(audience, "informational") if audience else "informational"
    if facts.failed:
        return "medium"
    return "critical" if analysis.encrypt_only or facts.bypass else "high"


def _facts_cells(facts: Facts) -> bytes:
    return b"," + csv_line(str(fact) for fact in facts[:len(FACTS)]) + b","


def _rest(policy_hash: str, lists: tuple[tuple[str, ...], ...]) -> bytes:
    return csv_line((policy_hash, *map(multivalue_cell, lists))) + LINE_END
