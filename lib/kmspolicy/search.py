"""Answers the rows of one search: finds the policies in each row, has them analysed, writes their fields.

Source: interface of the command (README, *The command*).
"""
from collections.abc import Iterator

from . import KeyFacts, analyze, error_text
from .columns import Columns
from .events import Found, find_policies
from .facts import NO_FACTS, Facts
from .options import DEFAULT_FIELD, Options, shown
from .rows import EMPTY, Row, cells, policy_rows, statement_rows, unreadable_rows


class Search:
    """One search. It holds the options and what the closing warnings need, never rows."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._named = options.field != DEFAULT_FIELD
        self._nothing = cells(EMPTY)
        self._rows = 0
        self._unreadable = 0
        self._field_seen = not self._named
        self._account_seen = not options.account_field

    def answer(self, rows: Iterator[list[str]]) -> Iterator[list[str]]:
        """The rows that answer the rows of one chunk, each a list of cells, the header first on both sides."""
        names = next(rows, None)
        if names is None:
            return
        columns = Columns(names, self._options)
        yield columns.header
        for row in rows:
            if row or len(names) == 1:  # csv reads an empty line as a row of no cells
                yield from self._answer(columns, columns.fit(row))

    def warnings(self) -> list[str]:
        """What the searcher must know when the search ends, one line each."""
        told = []
        if self._rows and not self._field_seen:
            told.append(f"no row has the field {shown(self._options.field)}, so nothing was checked")
        if self._rows and not self._account_seen:
            told.append(f"no row has the field {shown(self._options.account_field)} that the option account names")
        if self._unreadable:
            told.append(f"policies that could not be read: {self._unreadable}; the field "
                        f"{self._options.prefix}error says why")
        return told

    def _answer(self, columns: Columns, row: list[str]) -> Iterator[list[str]]:
        texts, kept = columns.policies(row), columns.kept(row)
        self._rows += 1
        self._field_seen = self._field_seen or bool(texts)
        self._account_seen = self._account_seen or columns.has_account(row)
        empty = True
        for fields in self._fields(texts, self._options.account_id or columns.account(row)):
            empty = False
            self._unreadable += bool(fields.error)
            yield kept + cells(fields)
            if self._options.expand and not self._options.raw:
                kept = columns.without_event(kept)
        if empty and not self._options.flagged_only:
            yield kept + self._nothing

    def _fields(self, texts: list[str], account: str) -> Iterator[Row]:
        """The output rows of the policies in the texts of one row's field."""
        facts = NO_FACTS
        try:
            for found in (found for text in texts for found in find_policies(text, self._named)):
                facts = found.facts._replace(account=account) if account else found.facts
                yield from self._policy(found, facts)
        except Exception as error:  # a fault of ours must not cost the searcher the other rows; this row tells of it
            fault = f"kmspolicycheck failed on this policy, please report it: {error!r:.200}"
            yield from unreadable_rows(facts, fault, "", self._options.flagged_only)

    def _policy(self, found: Found, facts: Facts) -> Iterator[Row]:
        flagged_only = self._options.flagged_only
        if found.fault:
            return unreadable_rows(facts, found.fault, "", flagged_only)
        analysis = analyze(found.policy, actions=self._options.actions, key=KeyFacts(
            account=facts.account or None, region=facts.region or None, key_id=facts.key_id, partition=facts.partition,
            event_time=facts.time))
        if analysis.problem is not None:
            return unreadable_rows(facts, error_text(analysis.problem), analysis.hash, flagged_only)
        return (statement_rows if self._options.expand else policy_rows)(facts, analysis, flagged_only)
