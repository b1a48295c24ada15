"""What the texts of patterns begin with: it shows, before any search, which patterns can have no text in common."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from .patterns import ANYTHING, Row, prefix


class _Prefixes:
    """Several prefixes, to be compared with many others."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._sorted = sorted(set(texts))
        self._set = frozenset(self._sorted)
        self._lengths = sorted(set(map(len, self._sorted)))

    def begin(self, text: str) -> bool:
        """Whether a text begins with one of them."""
        return any(text[:length] in self._set for length in self._lengths)

    def go_with(self, text: str) -> bool:
        """Whether something can begin both with this text and with one of them."""
        at = bisect_left(self._sorted, text)
        return (at < len(self._sorted) and self._sorted[at].startswith(text)) or self.begin(text)


def useful(required: Sequence[Sequence[Row]], forbidden: Sequence[Row]) -> tuple[list[list[Row]], list[Row]]:
    """The required patterns that an allowed text may match, by group, and the forbidden patterns that may rule one out.

    A text is allowed if it matches one pattern of each required group, and no forbidden one.
    """
    begun = [[prefix(row) for row in group] for group in required]
    shunned = [prefix(row) for row in forbidden]
    closed = _Prefixes([text for text, row in zip(shunned, forbidden) if row[len(text) :] == ANYTHING])
    groups = list(map(_Prefixes, begun))
    found = [
        [
            row
            for row, text in zip(group, texts)
            if not closed.begin(text) and all(other.go_with(text) for other in groups if other is not own)
        ]
        for group, texts, own in zip(required, begun, groups)
    ]
    left = [_Prefixes(map(prefix, group)) for group in found]
    return found, [row for row, text in zip(forbidden, shunned) if all(group.go_with(text) for group in left)]
