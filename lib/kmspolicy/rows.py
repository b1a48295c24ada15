"""Decides what the output fields of a row say, from the facts of an event and the analysis of its policy.

Source: interface of the command (README, *Fields*).
"""
from __future__ import annotations

from . import Analysis, Audience, Code, Reason, StatementAnalysis, sentence
from .caching import Recent
from .facts import Facts
from .fields import FACTS, STATEMENT
from .table import LINE_END, cell, csv_line, encoded, multivalue_cells, usual_cells

_NOTHING = ("", "")  # the cells of a multivalue field without a value
_EFFECT = {False: "Deny", True: "Allow"}
_BOOLEAN = {False: "false", True: "true"}
_NAME: dict[Audience | None, str] = {None: "", **{audience: audience.value for audience in Audience}}
_OF_AUDIENCE: dict[Audience | None, str] = {
    Audience.network: "medium", Audience.external: "low", Audience.organization: "low"}
_LINE_END = LINE_END.decode()
_NO_STATEMENT = "," * len(STATEMENT)

# A row's own cells as CSV with the end of the line, mostly in one part. Long facts are a part by themselves, which all
# rows of an event share.
Cells = tuple[bytes, ...]


def statement_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> list[Cells]:
    """A row per statement of a policy that could be read."""
    if flagged_only and not analysis.flagged:
        return []
    rows, verdicts, statements = [], _Verdicts(facts, analysis), analysis.statements
    count = len(statements)
    for statement in statements:
        flagged = statement.flagged
        if flagged or not flagged_only:
            written = statement.statement
            text = statement.text.replace('"', '""')
            actions, more_actions = usual_cells(written.actions_written)
            principals, more_principals = multivalue_cells(written.principals.written)
            conditions, more_conditions = usual_cells(statement.conditions) if written.conditions else _NOTHING
            own = (f'"{text}",{written.number},{count},{cell(written.sid)},{_EFFECT[written.allow]},'
                   f"{actions},{principals},{conditions},")
            more = f"{more_actions},{more_principals},{more_conditions}"
            rows.append(verdicts.cells(statement, flagged, own, more))
    return rows


def policy_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> list[Cells]:
    """The row of a whole policy that could be read."""
    if flagged_only and not analysis.flagged:
        return []
    return [_Verdicts(facts, analysis).cells(analysis, analysis.flagged, _NO_STATEMENT, ",,")]


def unreadable_row(facts: Facts, error: str, policy_hash: str) -> Cells:
    """The row of a policy that could not be read: no verdict, and why."""
    verdict = f"{_NO_STATEMENT},false,,,,false,informational,{cell(error)}"
    return (encoded(f"{verdict}{_facts_cells(facts)}{policy_hash},,,,,{_LINE_END}"),)


class _Verdicts:
    """What the rows of one policy have in common."""

    def __init__(self, facts: Facts, analysis: Analysis) -> None:
        self._facts = _facts_cells(facts)
        self._long_facts = b""
        self._hash = analysis.hash
        self._encrypt_only = _BOOLEAN[analysis.encrypt_only]
        severe = analysis.encrypt_only or facts.bypass
        self._if_flagged = "medium" if facts.failed else "critical" if severe else "high"

    def cells(self, verdict: Analysis | StatementAnalysis, flagged: bool, own: str, more: str) -> Cells:
        """verdict: of one statement, or of the whole policy; own: a statement's cells; more: their `__mv_` cells."""
        audience = verdict.audience
        granted, more_granted = usual_cells(verdict.granted)
        reasons, more_reasons = _reason_cells(verdict.reasons)
        witness = cell(verdict.witness or "") if flagged else ""
        severity = self._if_flagged if flagged else _OF_AUDIENCE.get(audience, "informational")
        told = (f"{own}{_NAME[audience]},{_BOOLEAN[flagged]},{granted},{reasons},{witness},"
                f"{self._encrypt_only},{severity},")
        rest = f"{self._hash},{more},{more_granted},{more_reasons}{_LINE_END}"
        if len(self._facts) > _LONGEST_COPIED:
            self._long_facts = self._long_facts or encoded(self._facts)  # one object for all rows
            return encoded(told), self._long_facts, encoded(rest)
        return (encoded(f"{told}{self._facts}{rest}"),)


_LONGEST_COPIED = 2048  # characters that each row of an event has for itself; more of them the rows share


def _reason_cells(reasons: tuple[Reason, ...]) -> tuple[str, str]:
    if len(reasons) == 1 and reasons[0].code is Code.NAMED:  # its names are new nearly every time
        return cell(sentence(reasons[0])), ""
    known = _REASONS.get(reasons)
    if known is None:
        known = multivalue_cells([sentence(reason) for reason in reasons])
        if len(reasons) <= _MOST_REASONS:
            _REASONS.keep(reasons, known)
    return known


_MOST_REASONS = 4
_REASONS: Recent[tuple[str, str]] = Recent(256)


def _facts_cells(facts: Facts) -> str:
    return "," + csv_line(list(map(str, facts[:len(FACTS)]))) + ","
