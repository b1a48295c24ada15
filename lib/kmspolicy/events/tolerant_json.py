"""Reads the JSON values in a text, and the part before the fault of a value that ends early or is damaged.

Log pipelines put text before and after a JSON value, write it into a JSON string, and cut it short. json.loads refuses
such a text as a whole. Here the standard library's decoder is asked for each value by itself; where it fails, the value
is read member by member up to the fault. Source: RFC 8259, *The JSON Data Interchange Format*.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..budget import Budget
from .broken_values import BrokenList, BrokenObject, BrokenText, behind_broken


class Value(NamedTuple):
    """A JSON value in a text, from `start` to `end`. fault: where it breaks, -1 for a whole one.

    `end` of a broken value is where the next value may begin.
    """

    value: Any
    start: int
    end: int
    fault: int = -1


def values_in(text: str, budget: Budget) -> Iterator[Value]:
    """The objects, lists and encoded JSON strings in a text, one after the other, whatever is between them.

    Raises OutOfSteps when the budget is spent: a step is a character decoded, and a member read by itself counts as
    some. A string counts if JSON is encoded in it; so does JSON in the cell of a table, whose quotes are doubled.
    """
    return _Reader(text, budget).values()


_decode = json.JSONDecoder(strict=False).raw_decode  # not strict: some pipelines write a string's line breaks out
_DEEPEST = 64  # containers that are read member by member
_MEMBER_STEPS = 100
_COUNTED_IN_A_STEP = 256  # characters
_LONGEST_PASSED = 65_536  # characters before the place where the decoder begins
_TOO_DEEP_STEPS = 20_000  # how far the decoder goes before it gives up differs from Python to Python
_PASSED_IN_A_STEP = 3  # characters, of what it went through before

# A brace or bracket may be followed by an escaped quote: the text is then what stood inside a JSON string.
_OPENING = re.compile(r'\{\s*(?=["\\])|\[\s*(?=["\\{\[0-9tfn-])|"')
# In the cell of a table, quotes are doubled (RFC 4180). JSON has two in a row as an empty string alone, which a sign
# follows.
_ENCODED = re.compile(
    r'(?P<cell>(?:[{\[]\s*){1,8}""(?=[^"\s:,\]}\\])|""(?=\s*[{\[]\s*\\+""))|"|[{\[]\s*\\|\[[{\[\s]{0,8}\\'
)
_CELL_SIGN = re.compile(r'"+|[{\[](?=\s*"(?!"))')  # quotes, or the brace before one that is not doubled
_OPENED = ("{", "[", "\\u00")  # one of them is in a string with JSON in it, and they may be escapes themselves
_MEMBER_NAME = re.compile(r'"\s*:\s*\Z')
_LONGEST_GAP = 80  # characters looked at for a member's name before a string
_BLANKS = re.compile(r"[ \t\r\n]*")
_STRING_BODY = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_HALF_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u[0-9A-Fa-f]{0,3}\Z")
_ESCAPE = re.compile(r'\\(u[0-9A-Fa-f]{4}|["\\/bfnrt])?')
_CUT_WORD = re.compile(r"(?:t|tr|tru|f|fa|fal|fals|n|nu|nul)$", re.MULTILINE)
_GOES_ON = re.compile(r"[ \t\r\n]*[,}\]]")
_NUMBER = re.compile(r"-?[0-9]+")


class _Reader:
    """Reads one text. Its methods return a value, where it ends, and whether it is whole.

    Where no value begins, they return None, the same place, and False.
    """

    def __init__(self, text: str, budget: Budget) -> None:
        self._text = self._rest = text
        self._base = 0  # where the rest begins
        self._budget = budget

    def values(self) -> Iterator[Value]:
        text, at = self._text, 0
        opening = _OPENING.search(text)
        while opening is not None:
            start = opening.start()
            encoded = _ENCODED.match(text, start)
            if encoded is not None:
                value, end, whole = self._cell(start) if encoded.lastgroup else self._encoded(start)
            else:
                value, end, whole = self._value(start, 0)
            if value is None:
                at = max(end, start + 1)
            elif whole:
                yield Value(value, start, end)
                at = end
            else:
                at = behind_broken(text, value, max(end, start + 1))
                yield Value(value, start, at, min(at, end))
            opening = _OPENING.search(text, at)

    def _cell(self, start: int) -> tuple[Any, int, bool]:
        """The cell of a table with JSON in it: up to a quote that is not doubled, or the brace before it."""
        signs = _CELL_SIGN.finditer(self._text, start)
        end = next((sign.end() - 1 for sign in signs if len(sign[0]) % 2), len(self._text))
        self._budget.spend(_MEMBER_STEPS + end - start)
        return self._text[start:end].replace('""', '"'), end, True

    def _encoded(self, start: int) -> tuple[Any, int, bool]:
        """A JSON string in which JSON is encoded, or what is left of one after its opening quote.

        A string without quotes in it may as well lie between two strings. The value of a member is passed over: its
        object begins before the text, and may be a record whose caller wrote the string.
        """
        text, quoted = self._text, self._text[start] == '"'
        value, end, whole = self._string(start + quoted)
        encoded = value.text if isinstance(value, BrokenText) else value
        if '"' not in encoded:
            return None, start, False
        member = quoted and _MEMBER_NAME.search(text[max(0, start - _LONGEST_GAP) : start])
        if member or not any(sign in encoded for sign in _OPENED):
            return None, end, False
        return value, end, whole

    def _value(self, at: int, depth: int) -> tuple[Any, int, bool]:
        """The value at a place, which is whole if the decoder reads it."""
        text = self._text
        first = text[at : at + 1]
        if not 0 <= at - self._base <= _LONGEST_PASSED:
            self._drop_passed(at)
        try:
            value, end = _decode(self._rest, at - self._base)
            end += self._base
        except json.JSONDecodeError as error:
            unterminated = error.msg.startswith("Unterminated string")
            place = self._base + error.pos
            self._budget.spend(_MEMBER_STEPS + (len(text) if unterminated else place) - at)
            self._budget.spend(error.pos // _COUNTED_IN_A_STEP)  # the error counts the lines before it
        except (ValueError, RecursionError) as error:  # a number too long for this Python, or too many levels
            too_deep, left = isinstance(error, RecursionError), len(text) - at
            self._budget.spend(_TOO_DEEP_STEPS + left // _PASSED_IN_A_STEP if too_deep else left)
            number = _NUMBER.match(text, at)
            if number:
                return None, number.end(), True
        else:
            self._budget.spend(end - at)
            if depth and first not in ('"', "{", "[") and not _GOES_ON.match(text, end):
                return None, end, False  # a number of which the rest may be cut away
            return value, end, True
        if first == '"':
            return self._string(at + 1)
        if depth == _DEEPEST or first not in ("{", "["):
            word = _CUT_WORD.match(text, at)
            return None, word.end() if word else at, False
        return self._object(at, depth + 1) if first == "{" else self._list(at, depth + 1)

    def _drop_passed(self, at: int) -> None:
        """Leaves the text before a place away from what the decoder is asked for: its errors count the lines there."""
        self._rest, self._base = self._text[at:], at
        self._budget.spend(len(self._rest) // _COUNTED_IN_A_STEP)

    def _object(self, start: int, depth: int) -> tuple[Any, int, bool]:
        """The object at a place, member by member. A comma before the closing brace is accepted."""
        text, members = self._text, BrokenObject()
        members.start = start
        at = members.last = members.unread = self._behind_blanks(start + 1)
        while text[at : at + 1] == '"':
            name, end, whole = self._value(at, depth)
            colon = self._behind_blanks(end)
            if not whole or text[colon : colon + 1] != ":":
                return members, colon, False
            begins = self._behind_blanks(colon + 1)
            value, at, whole = self._value(begins, depth)
            if whole or value is not None:
                members.pop(name, None)  # the last member, which can be broken, stands last
                members[name], members.last = value, begins
            if not whole:
                return members, at, False
            at, more = self._after_member(at)
            members.unread = at
            if not more:
                if isinstance(value, str) and text[at : at + 1] not in ("}", ""):  # a quote in it was not escaped
                    members[name] = BrokenText(value)
                break
        if text[at : at + 1] == "}":
            return dict(members), at + 1, True
        return members, at, False

    def _list(self, start: int, depth: int) -> tuple[Any, int, bool]:
        """The list at a place, item by item. A comma before the closing bracket is accepted."""
        text, items = self._text, BrokenList()
        items.start, items.starts = start, []
        at = items.unread = self._behind_blanks(start + 1)
        while text[at : at + 1] not in ("]", ""):
            begins = at
            value, at, whole = self._value(at, depth)
            if whole or value is not None:
                items.append(value)
                items.starts.append(begins)
            if not whole:
                return items, at, False
            at, more = self._after_member(at)
            items.unread = at
            if not more:
                break
        if text[at : at + 1] == "]":
            return list(items), at + 1, True
        return items, at, False

    def _after_member(self, at: int) -> tuple[int, bool]:
        """Where the next member begins, and whether a comma announces one."""
        at = self._behind_blanks(at)
        if self._text[at : at + 1] != ",":
            return at, False
        return self._behind_blanks(at + 1), True

    def _string(self, at: int) -> tuple[Any, int, bool]:
        """The string whose body begins at a place."""
        body = _STRING_BODY.match(self._text, at)
        assert body is not None  # it matches the empty text
        end = body.end()
        self._budget.spend(_MEMBER_STEPS + end - at)
        if self._text[end : end + 1] == '"':
            return _unescaped(body[0]), end + 1, True
        return BrokenText(_unescaped(_HALF_ESCAPE.sub(r"\1", body[0]))), len(self._text), False

    def _behind_blanks(self, at: int) -> int:
        blanks = _BLANKS.match(self._text, at)
        assert blanks is not None  # it matches the empty text
        return blanks.end()


def _unescaped(body: str) -> str:
    """What the body of a JSON string means. An escape that JSON does not know stays as it is written."""
    if "\\" not in body:
        return body
    try:
        decoded: str = _decode(f'"{body}"')[0]
    except ValueError:
        decoded = _decode('"' + _ESCAPE.sub(lambda escape: escape[0] if escape[1] else "\\\\", body) + '"')[0]
    return decoded
