"""Decides which columns of a chunk are read, kept, replaced and blanked.

Source: interface of the command (README, *Fields*, *Options*).
"""

from .facts import ACCOUNT
from .options import Options
from .rows import header as own_header
from .table import values_of

_EVENT = "_raw"


class Columns:
    """The columns of one chunk. header: the names of the columns that go back."""

    def __init__(self, names: list[str], options: Options) -> None:
        own = own_header(options.prefix)
        replaced = {*own, *("__mv_" + name for name in own)}
        self._width = len(names)
        self._kept = [i for i, name in enumerate(names) if name not in replaced]
        self.header = [names[i] for i in self._kept] + own
        self._policy = self._places(names, options.field)
        self._account = self._places(names, options.account_field)
        once = {*self._places(names, _EVENT), *self._policy}
        self._once = [place for place, i in enumerate(self._kept) if i in once]

    def fit(self, cells: list[str]) -> list[str]:
        """A row with as many cells as there are columns."""
        missing = self._width - len(cells)
        return cells if not missing else cells + [""] * missing if missing > 0 else cells[:missing]

    def policies(self, cells: list[str]) -> list[str]:
        """The texts of the field where the policy is; none where the row has no such field."""
        return self._values(cells, self._policy)

    def account(self, cells: list[str]) -> str:
        """The account that the row names in the field of the option `account`; empty where it names none."""
        return next((value.strip() for value in self._values(cells, self._account) if ACCOUNT.match(value.strip())), "")

    def has_account(self, cells: list[str]) -> bool:
        """Whether the row has the field of the option `account`."""
        return bool(self._values(cells, self._account))

    def kept(self, cells: list[str]) -> list[str]:
        """The cells that go back as they came."""
        return cells if len(self._kept) == self._width else [cells[i] for i in self._kept]

    def without_event(self, kept: list[str]) -> list[str]:
        """Kept cells for an event's further rows under raw=f: `_raw` and the policy's field are blank."""
        kept = list(kept)
        for place in self._once:
            kept[place] = ""
        return kept

    @staticmethod
    def _places(names: list[str], field: str) -> tuple[int, ...]:
        """Where a field's plain cell stands and, if it has one, its `__mv_` cell; empty for a field that is missing."""
        if field not in names:
            return ()
        multivalue = "__mv_" + field
        return (names.index(field), *([names.index(multivalue)] if multivalue in names else []))

    @staticmethod
    def _values(cells: list[str], places: tuple[int, ...]) -> list[str]:
        if not places or not cells[places[0]]:
            return []
        return values_of(cells[places[0]], cells[places[1]] if len(places) > 1 else "")
