"""Addresses and address blocks: how they read, which name a place, which never occur, and which everyone may have.

Both families lie on one line: IPv4 from 0 on, then IPv6. Source: IAM User Guide, *IP address condition operators*; RFC
1918, 6598, 3927, 4193 for addresses that never occur; Amazon S3 User Guide, *Blocking public access* (the meaning of
"public"), for how wide a block may be.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from ..regular.intervals import Interval, Intervals, union

_IPV6 = 1 << 32  # where its line begins
_BITS = {4: 32, 6: 128}
_WIDEST_PLACE = {4: 32 - 8, 6: 128 - 32}  # bits of a block that can be one party's
_MOST_IN_A_LIST = {4: 1 << 28, 6: 1 << 100}  # addresses: a list of more is no place either


class Block(NamedTuple):
    """A range of addresses of one family (4 or 6): positions on the line, both ends included."""

    family: int
    low: int
    high: int

    @property
    def interval(self) -> Interval:
        return (self.low, 0), (self.high, 1)


_IPV4 = re.compile(r"(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\Z")
_PREFIX = re.compile(r"[0-9]{1,3}\Z")


def position(text: str) -> Optional[int]:
    """Where an IPv4 or IPv6 address lies on the line; None where the text is no address."""
    parts = _IPV4.match(text)
    if parts:
        numbers = [int(part) for part in parts.groups()]
        if max(numbers) > 255:
            return None
        return numbers[0] << 24 | numbers[1] << 16 | numbers[2] << 8 | numbers[3]
    if ":" not in text or "%" in text or len(text) > 45:
        return None
    import ipaddress

    try:
        return _IPV6 + int(ipaddress.IPv6Address(text))
    except ValueError:
        return None


def address_at(place: int) -> str:
    """The inverse of position."""
    if place < _IPV6:
        return ".".join(str(place >> shift & 255) for shift in (24, 16, 8, 0))
    import ipaddress

    return str(ipaddress.IPv6Address(place - _IPV6))


def block(text: str) -> Optional[Block]:
    """An address block in CIDR form; an address without a prefix is one host."""
    host, slash, prefix = text.partition("/")
    at = position(host)
    if at is None:
        return None
    family, base = (4, 0) if at < _IPV6 else (6, _IPV6)
    if not slash:
        return Block(family, at, at)
    if not _PREFIX.match(prefix) or int(prefix) > _BITS[family]:
        return None
    size = 1 << (_BITS[family] - int(prefix))
    low = base + ((at - base) & ~(size - 1))
    return Block(family, low, low + size - 1)


def _intervals(blocks: Iterable[Optional[Block]]) -> Intervals:
    return union([found.interval for found in blocks if found is not None])


IPV4 = union([((0, 0), (_IPV6, 0))])
ALL_ADDRESSES = union([((0, 0), (_IPV6 + (1 << 128), 0))])
# Private, shared, loopback, link-local and unique-local addresses reach no AWS endpoint as a source.
_PRIVATE_BLOCKS = (
    "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 ::1/128 fe80::/10 fc00::/7"
)
PRIVATE = _intervals(map(block, _PRIVATE_BLOCKS.split()))


def is_private(text: str) -> bool:
    """Whether a text is an address or a block of which none occurs."""
    found = block(text)
    return found is not None and not (_intervals([found]) & ~PRIVATE).parts


def places(texts: Sequence[str], listed: bool) -> list[Interval]:
    """The blocks of a condition's values that are one party's place.

    A block wider than /8 (IPv6: /32) is everyone's, and so is a whole list that covers very much. listed: whether the
    request's address must be on the list, not off it.
    """
    blocks = [found for found in map(block, texts) if found is not None]
    wide = {family for family in _BITS if listed and _covers(blocks, family) > _MOST_IN_A_LIST[family]}
    return [
        found.interval
        for found in blocks
        if found.family not in wide and found.high - found.low < 1 << _WIDEST_PLACE[found.family]
    ]


def _covers(blocks: list[Block], family: int) -> int:
    """How many addresses of a family that can be a source the blocks hold together."""
    public = _intervals(found for found in blocks if found.family == family) & ~PRIVATE
    return sum(high + upto - low - after for (low, after), (high, upto) in public.parts)


def example_of(block: str) -> str:
    """The seventh address of an IPv4 block: for examples. An address in the code would look like a host's."""
    return block.partition("/")[0].rpartition(".")[0] + ".7"
