"""Writes a policy as JSON anew: the whole of it in canonical form, for its hash, and each statement for its row."""

import json
from collections.abc import Mapping, Sequence, Set
from typing import Any

from .strict_json import JsonFloat, as_float

_BETWEEN = "},{"  # two statements
_BEGIN, _END = '"Statement":[{', "}]}"
_PLAIN = frozenset(("Version", "Id", "Statement"))  # the first two are texts, so that _BEGIN is in neither
_DELETE = "\x7f"  # the one character of ASCII that JSON may have as it is and the canonical form escapes


def _as_object(value: JsonFloat) -> dict[str, str]:
    """A fraction as an object of its text: conditions tell 1.5 from 1.50, and finer ones than a float."""
    return {"number": value.text}


_FRACTION = '{"number":"'
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False, default=_as_object)
_READABLE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False, default=as_float)
_ESCAPED = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=as_float)


def canonical(source: Mapping[str, Any]) -> str:
    """The policy with sorted keys, no spaces, ASCII escapes: the same text however the policy is spelled."""
    return _CANONICAL.encode(source)


def of_statements(written: str, elements: Set[str], sources: Sequence[Any], canonical_text: str) -> Sequence[str]:
    """Each statement of a policy as compact JSON; escaped where its characters cannot be written as UTF-8.

    written: the policy as it was read; elements: the names of its own; sources: its statements' values;
    canonical_text: its canonical form.
    """
    if not all(isinstance(source, dict) for source in sources):  # some cannot be read
        return list(map(_text, sources))
    if written.endswith(_END) and elements <= _PLAIN and _is_compact(written, canonical_text):
        together = written[written.find(_BEGIN) + len(_BEGIN) : -len(_END)]
    else:
        together = _READABLE.encode(sources)[2:-2]
        if not together.isascii():
            return list(map(_text, sources))
    parts = together.split(_BETWEEN)  # encoding them one by one takes twice as long
    if len(parts) != len(sources):  # some statement has such a text in it
        return list(map(_text, sources))
    return ["{" + part + "}" for part in parts]


def _is_compact(written: str, canonical_text: str) -> bool:
    """Whether a text is compact JSON, as its canonical form is, but for the order of keys.

    Spaces and `-0` make a text longer than that; what its canonical form escapes or unescapes, and fractions, can make
    it shorter, too.
    """
    same = len(written) == len(canonical_text) and written.isascii()
    return same and "\\" not in written and _DELETE not in written and _FRACTION not in canonical_text


def _text(source: Any) -> str:
    text = _READABLE.encode(source)
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _ESCAPED.encode(source)
    return text
