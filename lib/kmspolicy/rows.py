"""Decides what the output fields of a row say, from the facts of an event and the analysis of its policy.

Source: interface of the command (README, *Fields*).
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import Analysis, Audience, StatementAnalysis, sentence
from .facts import Facts
from .fields import FACTS
from .table import LINE_END, cell, csv_line, encoded, multivalue_cells

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
    for statement in statements:
        flagged = statement.flagged
        if flagged or not flagged_only:
            actions, more_actions = multivalue_cells(statement.actions)
            principals, more_principals = multivalue_cells(statement.principals)
            conditions, more_conditions = multivalue_cells(statement.conditions)
            plain = (f"{cell(statement.text)},{statement.index},{len(statements)},{cell(statement.sid)},"
                     f"{statement.effect},{actions},{principals},{conditions}")
            more = f"{more_actions},{more_principals},{more_conditions}"
            yield _cells(facts, shared, analysis, statement, flagged, plain, more)


def policy_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> Iterator[Cells]:
    """The row of a whole policy that could be read."""
    if analysis.flagged or not flagged_only:
        yield _cells(facts, _facts_cells(facts), analysis, analysis, analysis.flagged, "," * 7, "," * 2)


def unreadable_row(facts: Facts, error: str, policy_hash: str) -> Cells:
    """The row of a policy that could not be read: no verdict, and why."""
    verdict = f"{',' * 9}false,,,,false,informational,{cell(error)}"
    return Cells(encoded(verdict), _facts_cells(facts), encoded(f"{policy_hash},,,,,") + LINE_END)


def _cells(facts: Facts, shared: bytes, analysis: Analysis, verdict: Analysis | StatementAnalysis, flagged: bool,
           plain: str, more: str) -> Cells:
    """verdict: of one statement, or of the whole policy; plain, more: cells of the fields that only a statement has."""
    audience = verdict.audience
    granted, more_granted = multivalue_cells(verdict.granted)
    reasons, more_reasons = multivalue_cells([sentence(reason) for reason in verdict.reasons])
    return Cells(
        encoded(f"{plain},{audience.value if audience else ''},{_BOOLEAN[flagged]},{granted},{reasons},"
                f"{cell(verdict.witness or '')},{_BOOLEAN[analysis.encrypt_only]},"
                f"{_severity(facts, analysis, flagged, audience)},"),
        shared, encoded(f"{analysis.hash},{more},{more_granted},{more_reasons}") + LINE_END)


def _severity(facts: Facts, analysis: Analysis, flagged: bool, audience: Audience | None) -> str:
    if not flagged:
        return _AUDIENCE_SEVERITY.get(audience, "informational") if audience else "informational"
    if facts.failed:
        return "medium"
    return "critical" if analysis.encrypt_only or facts.bypass else "high"


def _facts_cells(facts: Facts) -> bytes:
    return b"," + csv_line(str(fact) for fact in facts[:len(FACTS)]) + b","
