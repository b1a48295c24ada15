"""Decides which columns of a chunk are read, kept, replaced and blanked.

Source: interface of the command (README, *Fields*, *Options*).
"""

from __future__ import annotations

from ..policy.account_id import ACCOUNT_ID
from .csv_cells import LINE_END, Cells, csv_line, encoded, values_of
from .csv_rows import RawRow, ReadRow
from .options import Options
from .output_fields import header as own_header

_EVENT = "_raw"


class Columns:
    """The columns of one chunk. header: those that go back, as a line; nothing: the command's own cells, all empty."""

    def __init__(self, names: list[str], options: Options) -> None:
        own = own_header(options.prefix)
        replaced = {*own, *("__mv_" + name for name in own)}
        kept = [i for i, name in enumerate(names) if name not in replaced]
        self.width = len(names)
        self._kept = None if len(kept) == self.width else kept
        self._any_kept = bool(kept)
        self.header = encoded(csv_line([names[i] for i in kept] + own)) + LINE_END
        ((self.nothing,),) = self.behind_kept([(b"," * len(own) + LINE_END,)])
        self._policy = self._places(names, options.field)
        self._account = self._places(names, options.account_field)
        self._once = sorted({*self._places(names, _EVENT), *self._policy})

    def policies(self, row: RawRow | ReadRow) -> list[str]:
        """The texts of the field where the policy is; none where the row has no such field."""
        return self._values(row, self._policy)

    def account(self, row: RawRow | ReadRow) -> str:
        """The account that the row names in the field of the option `account`; empty where it names none."""
        if not self._account:
            return ""
        told = (value.strip() for value in self._values(row, self._account))
        return next((value for value in told if ACCOUNT_ID.match(value)), "")

    def has_account(self, row: RawRow | ReadRow) -> bool:
        """Whether the row has the field of the option `account`."""
        return bool(self._values(row, self._account))

    def kept(self, row: RawRow | ReadRow) -> list[bytes | memoryview]:
        """The cells that go back as they came."""
        return row.line(self._kept)

    def kept_once(self, row: RawRow | ReadRow) -> list[bytes | memoryview]:
        """The same for an event's further rows under raw=f: `_raw` and the policy's field are blank."""
        return row.line(self._kept, self._once)

    def behind_kept(self, rows: list[Cells]) -> list[Cells]:
        """Own cells, which begin with a comma, as they stand behind the kept ones; there may be none."""
        return rows if self._any_kept else [(first[1:], *rest) for first, *rest in rows]

    @staticmethod
    def _places(names: list[str], field: str) -> tuple[int, ...]:
        """Where a field's plain cell stands and, if it has one, its `__mv_` cell; empty for a field that is missing."""
        if field not in names:
            return ()
        multivalue = "__mv_" + field
        return (names.index(field), *([names.index(multivalue)] if multivalue in names else []))

    @staticmethod
    def _values(row: RawRow | ReadRow, places: tuple[int, ...]) -> list[str]:
        plain = row.cell(places[0]) if places else ""
        if not plain:
            return []
        return values_of(plain, row.cell(places[1]) if len(places) > 1 else "")
