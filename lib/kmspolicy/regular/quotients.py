"""What can stand in one place of a text, so that the whole matches a pattern: the pattern less what stands around it.

Source: IAM User Guide, *IAM policy elements: Variables and tags* (a variable amid other text).
"""

from collections.abc import Iterator
from typing import Optional

from .patterns import CharClass, Part, Pattern, Row, Spend, both, literal, opened

_NO_CHARACTER = CharClass(frozenset())


def between(row: Pattern, before: Pattern, after: Pattern, spend: Spend) -> Optional[Row]:
    """What matches every text t for which row matches some before + t + after, and no other; None: there is none.

    Calls spend(steps): one for each place of the row that is looked at.
    """
    starts = _behind(row, before, spend)
    ends = [len(row) - taken for taken in reversed(_behind(row[::-1], after[::-1], spend, mirrored=True))]
    if not starts or not ends or starts[0] > ends[-1]:
        return None
    first, last = starts[0], ends[-1]
    stop = last + (last < len(row) and row[last].repeat)  # where the text may end in a repeat that goes on after it
    if len(starts) == len(ends) == 1:
        return row[first:stop]
    inside = range(first, last + 1)
    return Part(
        row[first:stop],
        [place - first for place in starts if place in inside],
        [place - first for place in ends if place in inside],
    )


def _behind(row: Pattern, around: Pattern, spend: Spend, mirrored: bool = False) -> list[int]:
    """The places of a row at which it can go on after a text of another.

    mirrored: whether both are read from their ends, so that a repeat goes on at the place after it.
    """
    places = opened(row, (0,))
    for chars, repeat in around:
        found = set(places) if repeat else set[int]()
        while places:
            spend(1 + len(places))
            moved = (
                place
                for at in places
                for read, place in _read_at(row, at, mirrored)
                if both(read, chars) != _NO_CHARACTER
            )
            places = opened(row, moved) - found
            found |= places
            if not repeat:
                break
        places = found
    return sorted(places)


def _read_at(row: Pattern, at: int, mirrored: bool) -> Iterator[tuple[CharClass, int]]:
    """The characters that are read at a place, and the place after them."""
    for chars, repeat in row[at : at + 1]:
        if not repeat:
            yield chars, at + 1
    for chars, repeat in row[at - 1 : at] if mirrored else row[at : at + 1]:
        if repeat:
            yield chars, at


def behind(row: Pattern, start: str) -> list[Pattern]:
    """What matches every text t for which row matches start + t: one pattern for each way to read the start."""
    return [row[place:] for place in _behind(row, literal(start), lambda steps: None)]
