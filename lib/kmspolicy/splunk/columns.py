"""Decides which columns of a chunk are read, and which go back, are replaced or are blanked.

Source: interface of the command (docs/command.md, *Fields* and *Options*).
"""

from __future__ import annotations

from ..policy.identifiers import ACCOUNT_ID
from .csv_cells import LINE_END, Cells, csv_line, encoded, values_of
from .csv_rows import ParsedRow, RawRow
from .options import Options
from .output_fields import header as own_header

_EVENT = "_raw"


class InputColumns:
    """The columns that the command reads: the policy's, and the account's if the option `account` names a field."""

    def __init__(self, names: list[str], options: Options) -> None:
        self.policy = _places(names, options.field)
        self._account = _places(names, options.account_field) if options.account_field else ()
        self._account_id = options.account_id

    def policies(self, row: RawRow | ParsedRow) -> list[str]:
        """The texts of the field where the policy is; none where the row has no such field."""
        return _values(row, self.policy)

    def accounts(self, row: RawRow | ParsedRow, policies: int) -> list[str | None]:
        """The key's account for each of a row's policies, by the option `account`.

        None where the row has no such field; empty where the field holds no account, or several. A field with as many
        values as there are policies gives one for each.
        """
        if not self._account:
            return [self._account_id or None] * policies
        values = [value.strip() for value in _values(row, self._account)]
        named = [value if ACCOUNT_ID.match(value) else "" for value in values]
        if len(named) == policies:
            return list(named)
        told = set(filter(None, named))
        return [told.pop() if len(told) == 1 else "" if named else None] * policies

    def has_account(self, row: RawRow | ParsedRow) -> bool:
        """Whether the row has the field of the option `account`."""
        return bool(_values(row, self._account))


class OutputColumns:
    """The columns that go back: those of the input that the command does not replace, then its own.

    header: their names as a line; empty_own_cells: the command's own cells of a row without a policy.
    """

    def __init__(self, names: list[str], prefix: str, policy: tuple[int, ...]) -> None:
        """policy: the places of the field where the policy is."""
        own = own_header(prefix)
        replaced = {*own, *("__mv_" + name for name in own)}
        kept = [i for i, name in enumerate(names) if name not in replaced]
        self._kept = None if len(kept) == len(names) else kept
        self._any_kept = bool(kept)
        self._blanked = sorted({*_places(names, _EVENT), *policy})
        self.header = encoded(csv_line([names[i] for i in kept] + own)) + LINE_END
        ((self.empty_own_cells,),) = self.after_input_cells([(b"," * len(own) + LINE_END,)])

    def input_cells(self, row: RawRow | ParsedRow) -> list[bytes | memoryview]:
        """The cells that go back as they came."""
        return row.write(self._kept)

    def input_cells_blanked(self, row: RawRow | ParsedRow) -> list[bytes | memoryview]:
        """The same for an event's further rows under raw=f: `_raw` and the policy's field are blank."""
        return row.write(self._kept, self._blanked)

    def after_input_cells(self, rows: list[Cells]) -> list[Cells]:
        """The command's cells, to follow the input's. They begin with a comma, which is dropped where no input cell
        goes back.
        """
        return rows if self._any_kept else [(first[1:], *rest) for first, *rest in rows]


def _places(names: list[str], field: str) -> tuple[int, ...]:
    """The places of a field's plain cell and, if it has one, of its `__mv_` cell; empty for a field that is missing."""
    if field not in names:
        return ()
    multivalue = "__mv_" + field
    return (names.index(field), *([names.index(multivalue)] if multivalue in names else []))


def _values(row: RawRow | ParsedRow, places: tuple[int, ...]) -> list[str]:
    plain = row.cell(places[0]) if places else ""
    if not plain:
        return []
    return values_of(plain, row.cell(places[1]) if len(places) > 1 else "")
