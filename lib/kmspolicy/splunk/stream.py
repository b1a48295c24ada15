"""Answers the rows of one search, chunk by chunk: rows that cannot hold a policy go back as bytes, or not at all.

Source: interface of the command (README, *The command*).
"""

from __future__ import annotations

from .columns import Columns
from .csv_rows import RawRow, ReadRow, rows_of
from .options import DEFAULT_FIELD, Options, shown

TYPE_CHECKING = False  # as type checkers read it; importing typing for it would cost a tenth of the start
if TYPE_CHECKING:
    from .policy_rows import Answers


class Search:
    """One search. It holds the options and what the closing warnings need, never rows."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._named = options.field != DEFAULT_FIELD
        self._answers: Answers | None = None
        self._rows = False
        self._field_seen = not self._named
        self._account_seen = not options.account_field

    def answer(self, body: bytes) -> list[bytes | memoryview]:
        """The rows that answer those of one chunk, the header first: bytes to be written one behind the other.

        Rows share what they have in common, so that a policy's many rows take little more memory than one.
        """
        rows = rows_of(body)
        header = next(rows, None)
        if header is None or header.empty:
            return []
        columns = Columns(header.cells(), self._options)
        answer: list[bytes | memoryview] = [columns.header]
        passed = [] if self._options.flagged_only else [columns.nothing]
        for row in rows:
            if row.width != columns.width:
                if row.empty:
                    continue
                row = row.fitted(columns.width)
            self._rows = True
            if self._named or not self._account_seen or row.may_hold_policy():
                before = len(answer)
                self._answer(columns, row, answer)
                if len(answer) > before:
                    continue
            if passed:
                answer += columns.kept(row)
                answer += passed
        return answer if len(answer) > 1 else []

    def warnings(self) -> list[str]:
        """What the searcher must know when the search ends, one line each."""
        told = []
        if self._rows and not self._field_seen:
            told.append(f"no row has the field {shown(self._options.field)}, so nothing was checked")
        if self._rows and not self._account_seen:
            told.append(f"no row has the field {shown(self._options.account_field)} that the option account names")
        if self._answers is not None and self._answers.unreadable:
            told.append(
                f"policies that could not be read: {self._answers.unreadable}; the field "
                f"{self._options.prefix}error says why"
            )
        return told

    def _answer(self, columns: Columns, row: RawRow | ReadRow, answer: list[bytes | memoryview]) -> None:
        """Adds the rows of a row's policies, if it has any, to the answer."""
        texts = columns.policies(row)
        self._field_seen = self._field_seen or bool(texts)
        self._account_seen = self._account_seen or columns.has_account(row)
        if not texts:
            return
        if self._answers is None:
            from .policy_rows import Answers  # the engine: most processes end without it

            self._answers = Answers(self._options)
        rows = self._answers.of(texts, self._options.account_id or columns.account(row))
        if not rows:
            return
        before = further = columns.kept(row)
        if len(rows) > 1 and self._options.expand and not self._options.raw:
            further = columns.kept_once(row)
        for cells in columns.behind_kept(rows):
            answer += before
            answer += cells
            before = further
