"""Addresses as patterns: how the addresses of a block are written, and what every address looks like.

Source: RFC 4291, section 2.2 (text of IPv6 addresses); IAM User Guide, *IP address condition operators*. Spellings with
zeros in front of a group, with a group of zeros beside `::`, or with an IPv4 address in an IPv6 one are left out: each
of them has another one.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby, product
from typing import Callable

from ..policy.cidr import Block
from ..regular.languages import ANYTHING, DIGIT, CharClass, Element, Pattern, any_of, literal, one_of, some

_HEX = CharClass(frozenset("0123456789abcdefABCDEF"))
_H, _COLON, _DOT = Element(_HEX), literal(":"), literal(".")
_GROUPS = 8  # of an IPv6 address, 16 bits each
_BYTES = 4  # of an IPv4 address
_RUNS = tuple((start, end) for start in range(_GROUPS) for end in range(start + 1, _GROUPS + 1))  # of zeros, as `::`


def rows(blocks: Iterable[Block], spend: Callable[[int], None]) -> list[Pattern]:
    """The addresses of these blocks; see spelling for which texts are addresses.

    Calls spend(steps): one for each place of a pattern.
    """
    found = []
    for block in chain.from_iterable(map(_aligned, blocks)):
        for row in _of_four(block) if block.family == 4 else _of_six(block):
            spend(len(row))
            found.append(row)
    return found


@lru_cache(maxsize=1)
def spelling() -> tuple[Sequence[Sequence[Pattern]], Sequence[Pattern]]:
    """What every address matches, one pattern of each group, and what none matches."""
    group = some(_HEX)
    four = _joined([some(DIGIT)] * _BYTES, _DOT)
    six = [_joined([group] * _GROUPS, _COLON)]
    six += [_around(start, end, [group] * _GROUPS) for start, end in _RUNS]
    each_byte = [[any_of(_HEX) + _COLON + ANYTHING] for _ in range(_BYTES)]
    for at, found in enumerate(each_byte):
        end = _DOT + ANYTHING if at < _BYTES - 1 else ()
        found += [_joined([some(DIGIT)] * at + [byte], _DOT) + end for byte in _numbers(0, 255)]
    zero = literal("0")
    avoided = (
        ANYTHING + (_H,) * 5 + ANYTHING,
        *(start + zero + (_H,) + ANYTHING for start in ((), ANYTHING + _COLON)),
        *(start + zero + _COLON * 2 + ANYTHING for start in ((), ANYTHING + _COLON)),
        *(ANYTHING + _COLON * 2 + zero + end for end in ((), _COLON + ANYTHING)),
    )
    return ([four, *six], *each_byte), avoided


def _joined(parts: Sequence[Pattern], between: Pattern) -> Pattern:
    return tuple(chain.from_iterable((*(between if at else ()), *part) for at, part in enumerate(parts)))


def _around(start: int, end: int, parts: Sequence[Pattern]) -> Pattern:
    """An IPv6 address with `::` in place of the groups from start to end."""
    return _joined(parts[:start], _COLON) + _COLON * 2 + _joined(parts[end:], _COLON)


def _aligned(block: Block) -> Iterator[Block]:
    """The blocks of CIDR form that make up a range."""
    family, low, high = block
    while low <= high:
        size = 1 << ((high - low + 1).bit_length() - 1)
        if low:
            size = min(size, low & -low)
        yield Block(family, low, low + size - 1)
        low += size


def _parts(block: Block, width: int, count: int) -> list[tuple[int, int]]:
    """The lowest and highest value of each group or byte of a block."""
    mask = (1 << width) - 1
    shifts = [width * (count - 1 - at) for at in range(count)]
    return [(block.low >> shift & mask, block.high >> shift & mask) for shift in shifts]


def _of_four(block: Block) -> Iterator[Pattern]:
    parts = _parts(block, 8, _BYTES)
    known = next((at for at, (low, high) in enumerate(parts) if low != high), _BYTES - 1)
    before = "".join(f"{low}." for low, _ in parts[:known])
    for row in _numbers(*parts[known]):
        yield literal(before) + row + (_DOT + ANYTHING if known < _BYTES - 1 else ())


def _numbers(low: int, high: int) -> Iterator[Pattern]:
    """Numbers of a range in decimal, those that differ in their last digit together."""
    for tens, listed in groupby(range(low, high + 1), lambda number: number // 10):
        yield literal(str(tens) if tens else "") + (one_of("".join(str(number % 10) for number in listed)),)


def _of_six(block: Block) -> Iterator[Pattern]:
    parts = _parts(block, 16, _GROUPS)
    known = next((at for at, (low, high) in enumerate(parts) if low != high), _GROUPS - 1)
    ways = [list(_hex(low, high)) for low, high in parts[: known + 1]]
    for chosen in product(*ways):
        yield _joined(chosen, _COLON) + (_COLON + ANYTHING if known < _GROUPS - 1 else ())
    rest: list[list[Pattern]] = [[some(_HEX)]] * (_GROUPS - 1 - known)
    for start, end in _RUNS:
        beside = [parts[at] for at in (start - 1, end) if 0 <= at <= known]
        if start <= known and not any(low for low, _ in parts[start:end]) and (0, 0) not in beside:
            written = [[()] if start <= at < end else way for at, way in enumerate((*ways, *rest))]
            yield from (_around(start, end, chosen) for chosen in product(*written))


def _hex(low: int, high: int) -> Iterator[Pattern]:
    """Numbers of a range of CIDR form in hexadecimal, without zeros in front."""
    if low == high:
        yield _cased(f"{low:x}")
    elif low == 0:
        yield literal("0")
        for length in range(1, len(f"{high:x}") + 1):
            top = high >> 4 * (length - 1)
            yield (_digits(1, min(top, 15)),) + (_H,) * (length - 1)
    else:
        first, last = f"{low:x}", f"{high:x}"
        at = next(at for at, (one, other) in enumerate(zip(first, last)) if one != other)
        yield _cased(first[:at]) + (_digits(int(first[at], 16), int(last[at], 16)),) + (_H,) * (len(first) - at - 1)


def _digits(low: int, high: int) -> Element:
    return one_of("".join(f"{digit:x}{digit:X}" for digit in range(low, high + 1)))


def _cased(text: str) -> Pattern:
    return tuple(one_of(char + char.upper()) for char in text)
