"""JSON values as far as they can be read before a fault, and where the next value begins after one of them. Log
pipelines cut events short, and write the next event after them.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any, NamedTuple


class BrokenObject(dict[str, Any]):
    """The members of an object before its fault. Only the last one can be broken itself.

    start: where the object begins in its text; last: where the value of its last member does; unread: where the part
    begins that no member holds.
    """

    start = last = unread = 0


class BrokenList(list[Any]):
    """The items of a list before its fault. Only the last one can be broken itself.

    start, unread: as BrokenObject; starts: where the items begin, empty where that is not known.
    """

    start = unread = 0

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__(items)
        self.starts: list[int] = []


class BrokenText(NamedTuple):
    """What a JSON string without its closing quote holds, decoded. It is no str, so it is never taken for a fact."""

    text: str


def behind_broken(text: str, value: Any, fault: int) -> int:
    """Where the next value may begin after a broken one, whose fault is at a place.

    An object that breaks may be a record, whose rest is no envelope; what is left of a list is read on. A string that
    was cut goes on to the first quote of the next value: it is broken, too.
    """
    holder, last, in_object = value, fault, False
    while isinstance(value, (BrokenObject, BrokenList)):
        if isinstance(value, BrokenObject):
            holder, last, in_object = value, value.last, True
        elif value and not in_object:
            last = value.starts[-1]
        value = _last_of(value) if value else None
    if not (in_object or isinstance(value, str)):
        return fault
    following = _NEXT_VALUE.search(text, last)
    while following and following.end() < (place := _behind_item(holder, following.end())):
        following = _NEXT_VALUE.search(text, place)
    if following is None or not (in_object or following.end() < fault):
        return len(text) if in_object else fault
    _take_back(holder, following.end())
    return following.end()


# Where a new value begins after a broken object: at the start of a line, with or without a logger's words, or after a
# closing brace without a comma. JSON has neither inside a value, unless a string holds it: there the quotes after the
# brace are escaped, and the one that ends such a string is followed by no name.
_WORDS = r'(?:[A-Z<0-9]|\[[0-9]|[a-z][\w.-]*[:=])[^"{}\n]*'
_NEXT_VALUE = re.compile(rf'(?:^(?:{_WORDS})?|\}}\s*)(?=\{{\s*"[A-Za-z_][\w.:-]*"\s*:)', re.MULTILINE)


def _behind_item(broken: "BrokenObject | BrokenList", place: int) -> int:
    """The end of the whole object or list in a broken value that a place lies in; if it lies in none, the place."""
    item: Any = broken
    end = place
    while isinstance(item, (BrokenObject, BrokenList)):
        if isinstance(item, BrokenObject):
            item, end = item[next(reversed(item))] if item and item.last < place else None, item.unread
        else:
            index = bisect_left(item.starts, place)
            end = item.starts[index] if index < len(item) else item.unread
            item = item[index - 1] if index else None
    return max(place, end) if isinstance(item, (dict, list)) else place


def _last_of(value: "BrokenObject | BrokenList") -> Any:
    """The last value in a broken one; None in an empty one."""
    return next(reversed(value.values() if isinstance(value, BrokenObject) else value), None)


def _take_back(holder: "BrokenObject | BrokenList", place: int) -> None:
    """Removes what is read separately, from a place on, from a broken value."""
    holder.unread = min(holder.unread, place)
    if isinstance(holder, BrokenList):
        del holder[bisect_left(holder.starts, place) :]
    elif holder and holder.last >= place:
        holder.popitem()
    last = _last_of(holder)
    if isinstance(last, BrokenList):
        _take_back(last, place)
