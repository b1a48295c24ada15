"""Decides what the output fields of a row say, from the facts of an event and the analysis of its policy.

Source: interface of the command (README, *Fields*).
"""

from __future__ import annotations

from functools import lru_cache

from .. import Analysis, Audience, Code, Reason, StatementAnalysis, sentence
from ..caching import Recent
from ..events.event_facts import Facts
from .csv_cells import LINE_END, Cells, cell, csv_line, encoded, multivalue_cells, usual_cells
from .output_fields import FACTS, MULTIVALUE, STATEMENT

_EFFECT = {False: "Deny", True: "Allow"}
_BOOLEAN = {False: "false", True: "true"}
_NAME: dict[Audience | None, str] = {None: "", **{audience: audience.value for audience in Audience}}
_OF_AUDIENCE: dict[Audience | None, str] = {
    Audience.network: "medium",
    Audience.external: "low",
    Audience.organization: "low",
}
_LINE_END = LINE_END.decode()
_BEGIN = ""  # joined by commas, it makes cells begin with one
_NO_STATEMENT = (_BEGIN,) + ("",) * len(STATEMENT)


def statement_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> list[Cells]:
    """A row per statement of a policy that could be read; mostly in one part, with long facts as a part they share."""
    if flagged_only and not analysis.flagged:
        return []
    rows, policy, statements = [], _OfPolicy(facts, analysis), analysis.statements
    count = str(len(statements))
    for statement in statements:
        if not flagged_only or statement.flagged:
            written = statement.statement
            text = '"' + statement.text.replace('"', '""') + '"'
            actions, more_actions = usual_cells(written.actions_written)
            principals, more_principals = multivalue_cells(written.principals.written)
            conditions, more_conditions = usual_cells(statement.conditions)
            sid, effect = cell(written.sid), _EFFECT[written.allow]
            own = (_BEGIN, text, str(written.number), count, sid, effect, actions, principals, conditions)
            rows.append(policy.cells(statement, own, (more_actions, more_principals, more_conditions)))
    return rows


def policy_rows(facts: Facts, analysis: Analysis, flagged_only: bool) -> list[Cells]:
    """The row of a whole policy that could be read."""
    if flagged_only and not analysis.flagged:
        return []
    return [_OfPolicy(facts, analysis).cells(analysis, _NO_STATEMENT, ("", "", ""))]


def unreadable_row(facts: Facts, error: str, policy_hash: str) -> Cells:
    """The row of a policy that could not be read: no verdict, and why."""
    verdict = ("", "false", "", "", "", "false", "informational", cell(error))
    line = ",".join((*_NO_STATEMENT, *verdict, _facts_cells(facts), policy_hash, *[""] * len(MULTIVALUE)))
    return (encoded(line + _LINE_END),)


class _OfPolicy:
    """What the rows of one policy have in common."""

    def __init__(self, facts: Facts, analysis: Analysis) -> None:
        self._facts = _facts_cells(facts)
        self._facts_apart = encoded(self._facts) if len(self._facts) > _LONGEST_COPIED else None  # for all rows
        self._hash = analysis.hash
        self._encrypt_only = _BOOLEAN[analysis.encrypt_only]
        severe = analysis.encrypt_only or facts.bypass
        self._if_flagged = "medium" if facts.failed else "critical" if severe else "high"

    def cells(self, verdict: Analysis | StatementAnalysis, own: tuple[str, ...], more: tuple[str, ...]) -> Cells:
        """verdict: of one statement, or of the whole policy; own: a statement's cells; more: their `__mv_` cells."""
        flagged = verdict.flagged
        answer, severity, more_granted = _verdict_cells(verdict.audience, flagged, verdict.granted)
        reasons, more_reasons = _reason_cells(verdict.reasons)
        witness = cell(verdict.witness or "") if flagged else ""
        told = (*own, answer, reasons, witness, self._encrypt_only, severity or self._if_flagged, "")  # no error
        rest = (self._hash, *more, more_granted, more_reasons + _LINE_END)
        if self._facts_apart is None:
            return (encoded(",".join((*told, self._facts, *rest))),)
        return encoded(",".join(told) + ","), self._facts_apart, encoded("," + ",".join(rest))


_LONGEST_COPIED = 2048  # characters of facts that each row of an event has for itself; more of them the rows share


@lru_cache(maxsize=512)
def _verdict_cells(audience: Audience | None, flagged: bool, granted: tuple[str, ...]) -> tuple[str, str, str]:
    """The cells of a verdict; its severity, nothing where that is up to the event; the `__mv_` cell of `granted`."""
    actions, more = multivalue_cells(granted)
    severity = "" if flagged else _OF_AUDIENCE.get(audience, "informational")
    return f"{_NAME[audience]},{_BOOLEAN[flagged]},{actions}", severity, more


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
    return csv_line(list(map(str, facts[: len(FACTS)])))
