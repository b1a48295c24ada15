"""Decides what the output fields of a row say, from the facts of an event and the analysis of its policy.

Source: interface of the command (docs/command.md, *Fields*).
"""

from __future__ import annotations

from functools import lru_cache

from .. import Analysis, Audience, Code, Reason, Severity, StatementAnalysis, error_text, sentence, severity
from ..caching import Recent
from ..events.event_facts import EventFacts
from .csv_cells import LINE_END, Cells, cached_multivalue_cells, cell, csv_line, encoded, multivalue_cells
from .output_fields import FACTS, MULTIVALUE, STATEMENT, VERDICT

_BOOLEAN = {False: "false", True: "true"}
_NAME: dict[Audience | None, str] = {None: "", **{audience: audience.value for audience in Audience}}
_LINE_END = LINE_END.decode()
_BEGIN = ""  # joined by commas, it makes cells begin with one
_NO_STATEMENT = (_BEGIN,) + ("",) * len(STATEMENT)


def statement_rows(facts: EventFacts, analysis: Analysis, fault: str, flagged_only: bool) -> list[Cells]:
    """A row for each statement of a policy.

    fault: what is wrong with the event; flagged_only: whether only flagged statements are asked for, and those of a
    policy in force that could not be read. Most rows are one part of bytes; long facts are a part that rows share.
    """
    in_force = not facts.failed
    if flagged_only and not analysis.flagged and not (in_force and analysis.problems):
        return []
    rows, policy, statements = [], _PolicyCells(facts, analysis), analysis.statements
    count, problems = str(len(statements)), {problem.statement: problem for problem in analysis.problems}
    for statement in statements:
        written = statement.statement
        problem = problems.get(written.number) if problems else None
        error = fault if problem is None else _joined(fault, error_text(problem))
        if not flagged_only or statement.flagged or (problem is not None and in_force):
            text = '"' + statement.text.replace('"', '""') + '"'
            actions, mv_actions = cached_multivalue_cells(written.actions_written)
            principals, mv_principals = multivalue_cells(written.principals.written)
            conditions, mv_conditions = cached_multivalue_cells(written.conditions_written)
            sid, effect = cell(written.sid), cell(written.effect_written)
            statement_cells = (_BEGIN, text, str(written.number), count, sid, effect, actions, principals, conditions)
            rows.append(policy.row(statement, statement_cells, (mv_actions, mv_principals, mv_conditions), error))
    return rows


def policy_rows(facts: EventFacts, analysis: Analysis, fault: str, flagged_only: bool) -> list[Cells]:
    """The row of a whole policy. fault, flagged_only: see statement_rows."""
    if flagged_only and not analysis.flagged and (facts.failed or not analysis.problems):
        return []
    error = _joined(fault, *map(error_text, analysis.problems))
    return [_PolicyCells(facts, analysis).row(analysis, _NO_STATEMENT, ("", "", ""), error)]


def _joined(*errors: str) -> str:
    return "; ".join(filter(None, errors))


def unreadable_row(facts: EventFacts, error: str, policy_hash: str) -> Cells:
    """The row of a policy that could not be read, without a verdict: `low`, unless the call failed."""
    level = severity(None, False, failed=facts.failed, proven=False, worse=False, unreadable=True)
    return _row_without_verdict(("", "false", "", "", "", "false", level.value, cell(error)), facts, policy_hash)


def facts_row(facts: EventFacts) -> Cells:
    """The row of a call that carries no policy."""
    return _row_without_verdict(("",) * len(VERDICT), facts, "")


def _row_without_verdict(verdict_cells: tuple[str, ...], facts: EventFacts, policy_hash: str) -> Cells:
    mv_cells = ("",) * len(MULTIVALUE)
    line = ",".join((*_NO_STATEMENT, *verdict_cells, _facts_cells(facts), policy_hash, "", *mv_cells))
    return (encoded(line + _LINE_END),)


class _PolicyCells:
    """The cells that the rows of one policy have in common."""

    def __init__(self, facts: EventFacts, analysis: Analysis) -> None:
        self._event = facts
        self._facts = _facts_cells(facts)
        self._shared_facts = encoded(self._facts) if len(self._facts) > _LONGEST_COPIED else None
        self._hash = analysis.hash
        self._encrypt_only = _BOOLEAN[analysis.encrypt_only]
        self._failed = facts.failed
        self._worse = analysis.encrypt_only or facts.lockout_check_bypassed
        self._unreadable = bool(analysis.problems)

    def row(
        self,
        verdict: Analysis | StatementAnalysis,
        statement_cells: tuple[str, ...],
        mv_cells: tuple[str, ...],
        error: str,
    ) -> Cells:
        """A row. verdict: of one statement, or of the whole policy; mv_cells: the `__mv_` cells of a statement."""
        flagged = verdict.flagged
        answer, mv_granted = _verdict_cells(verdict.audience, flagged, verdict.granted)
        reasons, mv_reasons = _reason_cells(verdict.reasons)
        parties, mv_parties = multivalue_cells(verdict.parties)
        witness = verdict.witness if flagged else None
        shown = "" if witness is None else cell(witness.text(self._event.key_facts))
        level = self._severity(verdict).value
        head = (*statement_cells, answer, reasons, shown, self._encrypt_only, level, cell(error))
        tail_cells = (self._hash, parties, *mv_cells, mv_granted, mv_reasons, mv_parties + _LINE_END)
        if self._shared_facts is None:
            return (encoded(",".join((*head, self._facts, *tail_cells))),)
        return encoded(",".join(head) + ","), self._shared_facts, encoded("," + ",".join(tail_cells))

    def _severity(self, verdict: Analysis | StatementAnalysis) -> Severity:
        return severity(
            verdict.audience,
            verdict.flagged,
            failed=self._failed,
            proven=verdict.flagged and verdict.proven,
            worse=self._worse,
            unreadable=self._unreadable,
        )


_LONGEST_COPIED = 2048  # characters of facts that are copied into each row of an event; longer ones are shared


@lru_cache(maxsize=512)
def _verdict_cells(audience: Audience | None, flagged: bool, granted: tuple[str, ...]) -> tuple[str, str]:
    """The cells of a verdict, and the `__mv_` cell of `granted`."""
    actions, mv_actions = multivalue_cells(granted)
    return f"{_NAME[audience]},{_BOOLEAN[flagged]},{actions}", mv_actions


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


def _facts_cells(facts: EventFacts) -> str:
    return csv_line(list(map(str, facts[: len(FACTS)])))
