"""Has the policies in a row's texts analysed, and answers with the command's own cells: one set for each output row.

Source: interface of the command (README, *The command*).
"""

from __future__ import annotations

from .. import ENCRYPT, KeyFacts, analyze, error_text
from ..events.event_facts import NO_FACTS, Facts
from ..events.finder import Found, find_policies
from .csv_cells import Cells
from .options import DEFAULT_FIELD, Options
from .output_rows import policy_rows, statement_rows, unreadable_row


class Answers:
    """The answers of one search. unreadable: how many policies could not be read so far."""

    def __init__(self, options: Options) -> None:
        self.unreadable = 0
        self._named = options.field != DEFAULT_FIELD
        self._actions = options.actions or ENCRYPT
        self._flagged_only = options.flagged_only
        self._rows = statement_rows if options.expand else policy_rows

    def of(self, texts: list[str], account: str) -> list[Cells]:
        """The own cells of the rows that the texts of one row's field become. account: the key's, if the row tells."""
        rows: list[Cells] = []
        facts = NO_FACTS
        try:
            for text in texts:
                for found in find_policies(text, self._named):
                    facts = found.facts._replace(account=account) if account else found.facts
                    rows += self._policy(found, facts)
        except Exception as error:  # a fault of ours must not cost the searcher the other rows; this row tells of it
            fault = f"kmspolicycheck failed on this policy, please report it: {error!r:.200}"
            rows += self._unreadable(facts, fault)
        return rows

    def _policy(self, found: Found, facts: Facts) -> list[Cells]:
        if found.fault:
            return self._unreadable(facts, found.fault)
        analysis = analyze(
            found.policy,
            actions=self._actions,
            key=KeyFacts(
                account=facts.account or None,
                region=facts.region or None,
                key_id=facts.key_id,
                partition=facts.partition,
                event_time=facts.time,
            ),
        )
        if analysis.problem is not None:
            return self._unreadable(facts, error_text(analysis.problem), analysis.hash)
        return self._rows(facts, analysis, self._flagged_only)

    def _unreadable(self, facts: Facts, error: str, policy_hash: str = "") -> list[Cells]:
        """A failed call's policy is in force nowhere, so that show=flagged drops it."""
        if facts.failed and self._flagged_only:
            return []
        self.unreadable += 1
        return [unreadable_row(facts, error, policy_hash)]
