"""Decides what the output fields of a row say, from the facts of an event and the analysis of its policy.

Source: interface of the command (README, *Fields*).
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from . import Analysis, Audience, StatementAnalysis, sentence
from .facts import Facts
from .fields import FACTS, STATEMENT
from .table import LINE_END, cell, csv_line, encoded, multivalue_cells

_granted_cells = lru_cache(maxsize=256)(multivalue_cells)  # few sets of actions are ever granted
_BOOLEAN = {False: "false", True: "true"}
_AUDIENCE_SEVERITY = {Audience.network: "medium", Audience.external: "low", Audience.organization: "low"}


class Cells(NamedTuple):
    """A row's own cells as CSV, in parts: those that rows of one event have in common are kept once for all of them."""

    statement: bytes  # fields.STATEMENT
    verdict: bytes  # fields.VERDICT
    facts: bytes  # fields.FACTS
    rest: bytes  # fields.POLICY and the `__mv_` columns, with the end of the line


def statement_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> Iterator[Cells]:
    """A row per statement of a policy that could be read."""
    if flagged_only and not analysis.flagged:
        return
    shared, statements, parts = _facts_cells(facts), analysis.statements, _Parts()
    for statement in statements:
        flagged = statement.flagged
        if flagged or not flagged_only:
            actions, more_actions = multivalue_cells(statement.actions)
            principals, more_principals = multivalue_cells(statement.principals)
            conditions, more_conditions = multivalue_cells(statement.conditions)
            plain = (f"{cell(statement.text)},{statement.index},{len(statements)},{cell(statement.sid)},"
                     f"{statement.effect},{actions},{principals},{conditions},")
            more = f"{more_actions},{more_principals},{more_conditions}"
            yield Cells(encoded(plain), *_verdict_cells(facts, shared, analysis, statement, flagged, more, parts))


def policy_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> Iterator[Cells]:
    """The row of a whole policy that could be read."""
    if analysis.flagged or not flagged_only:
        yield Cells(b"," * len(STATEMENT), *_verdict_cells(
            facts, _facts_cells(facts), analysis, analysis, analysis.flagged, ",,", _Parts()))


def unreadable_row(facts: Facts, error: str, policy_hash: str) -> Cells:
    """The row of a policy that could not be read: no verdict, and why."""
    verdict = encoded(f",false,,,,false,informational,{cell(error)}")
    return Cells(b"," * len(STATEMENT), verdict, _facts_cells(facts), encoded(f"{policy_hash},,,,,") + LINE_END)


class _Parts(dict[bytes, bytes]):
    """The parts of one policy's rows, so that equal ones are one."""

    def __missing__(self, part: bytes) -> bytes:
        self[part] = part
        return part


def _verdict_cells(facts: Facts, shared: bytes, analysis: Analysis, verdict: Analysis | StatementAnalysis,
                   flagged: bool, more: str, parts: _Parts) -> tuple[bytes, bytes, bytes]:
    """verdict: of one statement, or of the whole policy; more: the `__mv_` cells of a statement's own fields."""
    audience = verdict.audience
    granted, more_granted = _granted_cells(verdict.granted)
    reasons, more_reasons = multivalue_cells([sentence(reason) for reason in verdict.reasons])
    told = (f"{audience.value if audience else ''},{_BOOLEAN[flagged]},{granted},{reasons},"
            f"{cell(verdict.witness or '')},{_BOOLEAN[analysis.encrypt_only]},"
            f"{_severity(facts, analysis, flagged, audience)},")
    rest = f"{analysis.hash},{more},{more_granted},{more_reasons}"
    return parts[encoded(told)], shared, parts[encoded(rest) + LINE_END]


def _severity(facts: Facts, analysis: Analysis, flagged: bool, audience: Audience | None) -> str:
    if not flagged:
        return _AUDIENCE_SEVERITY.get(audience, "informational") if audience else "informational"
    if facts.failed:
        return "medium"
    return "critical" if analysis.encrypt_only or facts.bypass else "high"


def _facts_cells(facts: Facts) -> bytes:
    return b"," + csv_line(str(fact) for fact in facts[:len(FACTS)]) + b","
