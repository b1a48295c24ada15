"""Addresses and address blocks: how they read, and which are somebody's place, everyone's, or never a source.

Source: IAM User Guide, *IP address condition operators*; RFC 1918, 6598, 3927, 4193 for those that never occur.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Optional


class Block(NamedTuple):
    """A range of addresses of one family (4 or 6), both ends included."""

    family: int
    low: int
    high: int


_IPV4 = re.compile(r"(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\Z")
_PREFIX = re.compile(r"[0-9]{1,3}\Z")


def address(text: str) -> Optional[tuple[int, int]]:
    """(family, number) of an IPv4 or IPv6 address."""
    parts = _IPV4.match(text)
    if parts:
        numbers = [int(part) for part in parts.groups()]
        if max(numbers) > 255:
            return None
        return 4, numbers[0] << 24 | numbers[1] << 16 | numbers[2] << 8 | numbers[3]
    if ":" not in text or "%" in text or len(text) > 45:
        return None
    import ipaddress

    try:
        return 6, int(ipaddress.IPv6Address(text))
    except ValueError:
        return None


def block(text: str) -> Optional[Block]:
    """An address block in CIDR form; an address without a prefix is one host."""
    host, slash, prefix = text.partition("/")
    parsed = address(host)
    if parsed is None:
        return None
    family, value = parsed
    bits = 32 if family == 4 else 128
    if not slash:
        return Block(family, value, value)
    if not _PREFIX.match(prefix) or int(prefix) > bits:
        return None
    size = 1 << (bits - int(prefix))
    low = value & ~(size - 1)
    return Block(family, low, low + size - 1)


def address_text(family: int, value: int) -> str:
    """An address as text."""
    if family == 4:
        return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    import ipaddress

    return str(ipaddress.IPv6Address(value))


def samples(*texts: str) -> tuple[str, ...]:
    """An everyday address of each of these blocks."""
    return tuple(address_text(found.family, found.low + 7) for found in map(block, texts) if found is not None)


_SIZES = {4: 1 << 32, 6: 1 << 128}


class Ranges:
    """Blocks merged into ascending ranges: whether they hold an address takes logarithmic time."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._lows: list[tuple[int, int]] = []
        self._highs: list[int] = []
        for family, low, high in sorted(blocks):
            if self._lows and self._lows[-1][0] == family and low <= self._highs[-1] + 1:
                self._highs[-1] = max(self._highs[-1], high)
            else:
                self._lows.append((family, low))
                self._highs.append(high)

    def hold(self, family: int, value: int) -> bool:
        """Whether one of the blocks holds the address."""
        at = bisect_right(self._lows, (family, value)) - 1
        return at >= 0 and self._lows[at][0] == family and value <= self._highs[at]

    def blocks(self) -> Iterator[Block]:
        """The merged ranges."""
        return (Block(family, low, high) for (family, low), high in zip(self._lows, self._highs))

    def first_outside(self, cell: Block) -> Optional[int]:
        """The lowest address of a cell that no block holds."""
        at = bisect_right(self._lows, (cell.family, cell.low)) - 1
        held = at >= 0 and self._lows[at][0] == cell.family and cell.low <= self._highs[at]
        value = self._highs[at] + 1 if held else cell.low
        return value if value <= cell.high else None

    def size(self) -> int:
        """How many addresses the blocks hold together."""
        return sum(high - low + 1 for (_, low), high in zip(self._lows, self._highs))


def _blocks(*texts: str) -> tuple[Block, ...]:
    return tuple(found for found in map(block, texts) if found is not None)


# Private, shared, loopback, link-local and unique-local addresses reach no AWS endpoint as a source.
PRIVATE = (
    *_blocks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    Block(6, 1, 1),
    Block(6, 65152 << 112, (65216 << 112) - 1),
    Block(6, 64512 << 112, (65024 << 112) - 1),
)
_PRIVATE = Ranges(PRIVATE)

# A value list that holds more addresses than this is no particular place.
EVERYONES = {4: 1 << 24, 6: 1 << 96}


def size(blocks: list[Block]) -> int:
    """How many addresses the blocks hold together."""
    return Ranges(blocks).size()


def public_size(blocks: list[Block]) -> int:
    """How many addresses of the blocks can be the public source of a request."""
    return Ranges([*blocks, *PRIVATE]).size() - _PRIVATE.size()


def cells(blocks: Iterable[Block]) -> list[Block]:
    """The cells into which the blocks cut the two families: no block tells two addresses of a cell apart."""
    cuts = {(4, 0), (6, 0)}
    for family, low, high in blocks:
        cuts.update(((family, low), (family, high + 1)))
    starts = sorted(cut for cut in cuts if cut[1] < _SIZES[cut[0]])
    ends = [
        after if family == kind else _SIZES[family] for (family, _), (kind, after) in zip(starts, [*starts[1:], (0, 0)])
    ]
    return [Block(family, low, end - 1) for (family, low), end in zip(starts, ends)]
