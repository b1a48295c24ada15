"""Finds the calls in a row's texts and analyses their policies. Answers with the command's cells of each output row.

Source: interface of the command (docs/command.md).
"""

from __future__ import annotations

from .. import ENCRYPT, analyze, error_text
from ..events.call_policy import CallOrPolicy
from ..events.event_facts import NO_FACTS, EventFacts
from ..events.finder import find_calls
from .csv_cells import Cells
from .options import DEFAULT_FIELD, Options
from .output_rows import facts_row, policy_rows, statement_rows, unreadable_row


class PolicyRows:
    """The rows of one search.

    unreadable: how many policies so far could not be read, or not whole; without_account: how many rows so far have an
    account field that holds no account.
    """

    def __init__(self, options: Options) -> None:
        self.unreadable = self.without_account = 0
        self._field_given = options.field != DEFAULT_FIELD
        self._actions = options.actions or ENCRYPT
        self._flagged_only = options.flagged_only
        self._rows = statement_rows if options.expand else policy_rows

    def of(self, texts: list[str], accounts: list[str | None]) -> list[Cells]:
        """The command's cells of the rows that a row becomes. texts: the values of its field; accounts: see
        InputColumns.accounts.

        Equal texts count once, since some pipelines write each value of a field twice; beside a field of accounts, they
        are the policies of several keys.
        """
        if len(texts) > 1 and not any(account is not None for account in accounts):
            texts = list(dict.fromkeys(texts))
        found = [(one, account) for text, account in zip(texts, accounts) for one in self._find(text)]
        self.without_account += any(account == "" for _, account in found)
        return [cells for one, account in found for cells in self._guarded(one, account or "")]

    def _find(self, text: str) -> list[CallOrPolicy]:
        try:
            return find_calls(text, self._field_given, not self._flagged_only)
        except (ImportError, SyntaxError):  # a file of lib/ is missing or damaged: no row can be answered
            raise
        except Exception as error:  # a fault of ours must not end the search
            return [CallOrPolicy(NO_FACTS, fault=_our_fault(error))]

    def _guarded(self, found: CallOrPolicy, account: str) -> list[Cells]:
        facts = found.facts.of_account(account)
        try:
            return self._of_policy(found, facts)
        except (ImportError, SyntaxError):
            raise
        except Exception as error:  # nor cost the searcher the other policies of this event
            return self._unreadable(facts, _our_fault(error))

    def _of_policy(self, found: CallOrPolicy, facts: EventFacts) -> list[Cells]:
        if not found.policy:
            if found.fault:
                return self._unreadable(facts, found.fault)
            return [] if self._flagged_only else [facts_row(facts)]
        analysis = analyze(found.policy, actions=self._actions, key=facts.key_facts)
        if analysis.problem is not None:
            return self._unreadable(facts, error_text(analysis.problem), analysis.hash)
        if analysis.problems and not (facts.failed and self._flagged_only):
            self.unreadable += 1
        return self._rows(facts, analysis, found.fault, self._flagged_only)

    def _unreadable(self, facts: EventFacts, error: str, policy_hash: str = "") -> list[Cells]:
        """show=flagged drops the policy of a failed call: it is not in force."""
        if facts.failed and self._flagged_only:
            return []
        self.unreadable += 1
        return [unreadable_row(facts, error, policy_hash)]


def _our_fault(error: Exception) -> str:
    return f"kmspolicycheck failed on this policy, please report it: {error!r:.200}"
