"""Answers the rows of one search, chunk by chunk: rows that cannot hold a call go back as bytes, or not at all.

Source: interface of the command (docs/command.md).
"""

from __future__ import annotations

from ..events.prefilter import may_hold_call, may_hold_policy
from .columns import InputColumns, OutputColumns
from .csv_rows import ParsedRow, RawRow, rows_of, with_width
from .options import DEFAULT_FIELD, Options, shown

TYPE_CHECKING = False  # as type checkers read it; importing typing for it would cost a tenth of the start
if TYPE_CHECKING:
    from .policy_rows import PolicyRows


class RowStream:
    """The rows of one search. It holds the options and what the closing warnings need, never rows."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._asked = may_hold_policy if options.flagged_only else may_hold_call
        self._field_given = options.field != DEFAULT_FIELD
        self._policy_rows: PolicyRows | None = None
        self._any_row = False
        self._field_seen = not options.field_named
        self._account_seen = not options.account_field
        self._all_seen = self._field_seen and self._account_seen

    def answer(self, body: bytes) -> list[bytes | memoryview]:
        """The rows that answer those of one chunk, the header first: bytes to be written one after the other.

        Rows share what they have in common, so that a policy's many rows take little more memory than one.
        """
        rows = rows_of(body)
        header = next(rows, None)
        if header is None or header.empty:
            return []
        names = header.cells()
        read = InputColumns(names, self._options)
        written = OutputColumns(names, self._options.prefix, read.policy)
        answer: list[bytes | memoryview] = [written.header]
        passed = [] if self._options.flagged_only else [written.empty_own_cells]
        width = len(names)
        for came in rows:
            row = came
            if came.width != width:
                if came.empty:
                    continue
                row = with_width(came, width)
            if not self._all_seen:
                self._look_for_fields(read, row)
            if self._field_given or row.may_hold(self._asked):
                before = len(answer)
                self._answer(read, written, row, answer)
                if len(answer) > before:
                    continue
            if passed:
                answer += written.input_cells(row)
                answer += passed
        return answer if len(answer) > 1 else []

    def warnings(self) -> list[str]:
        """What the searcher must know when the search ends, one line each."""
        lines = []
        listed = self._options.class_listed
        if listed:
            lines.append(
                f"actions: in a list {shown(listed)} is the action {listed.capitalize()}; "
                "name a class alone to check all of it"
            )
        if self._any_row and not self._field_seen:
            lines.append(f"no row has the field {shown(self._options.field)}, so nothing was checked")
        if self._any_row and not self._account_seen:
            lines.append(f"no row has the field {shown(self._options.account_field)} that the option account names")
        if self._policy_rows is not None and self._policy_rows.without_account:
            lines.append(
                f"rows whose field {shown(self._options.account_field)} is not one account id of 12 digits: "
                f"{self._policy_rows.without_account}; for them, only the event says whose key it is"
            )
        if self._policy_rows is not None and self._policy_rows.unreadable:
            lines.append(
                f"policies that could not be read: {self._policy_rows.unreadable}; the field "
                f"{self._options.prefix}error says why"
            )
        return lines

    def _look_for_fields(self, read: InputColumns, row: RawRow | ParsedRow) -> None:
        """Notes which of the fields that the search names a row has."""
        self._any_row = True
        self._field_seen = self._field_seen or bool(read.policies(row))
        self._account_seen = self._account_seen or read.has_account(row)
        self._all_seen = self._field_seen and self._account_seen

    def _answer(
        self, read: InputColumns, written: OutputColumns, row: RawRow | ParsedRow, answer: list[bytes | memoryview]
    ) -> None:
        """Adds the rows of a row's calls and policies, if it has any, to the answer."""
        texts = read.policies(row)
        if not texts:
            return
        if self._policy_rows is None:
            from .policy_rows import PolicyRows  # the engine: most processes end without it

            self._policy_rows = PolicyRows(self._options)
        rows = self._policy_rows.of(texts, read.accounts(row, len(texts)))
        if not rows:
            return
        before = further = written.input_cells(row)
        if len(rows) > 1 and not self._options.raw:
            further = written.input_cells_blanked(row)
        for cells in written.after_input_cells(rows):
            answer += before
            answer += cells
            before = further
