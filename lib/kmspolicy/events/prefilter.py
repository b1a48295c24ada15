"""Tells from text alone that no key policy can be in it. It parses nothing: most events end here. It hides none.

An event's policy belongs to a call of one of three operations; else the text itself is one, with a Statement.
"""

from __future__ import annotations

import re

# A letter of a JSON string can hide behind \u00.. alone, and only rows 4 to 7 of ASCII hold letters and the backslash.
_HIDDEN_LETTER = re.compile(r"\\u00[4-7]")
_HIDDEN_LETTER_OF_ROW = re.compile(rb"\\u00[4-7]")


def may_hold_policy(text: str) -> bool:
    """False where the text of an event provably holds no key policy."""
    return (
        "PutKeyPolicy" in text
        or "CreateKey" in text
        or "ReplicateKey" in text
        or '"Statement"' in text
        or ("\\u00" in text and _HIDDEN_LETTER.search(text) is not None)
    )


def row_may_hold_policy(rows: bytes, start: int, end: int) -> bool:
    """False where `may_hold_policy` is False for every text that is written between two places of `rows`.

    Whoever wrote the rows may have doubled quotes and `$` and changed nothing else, so a row has each of these words
    that one of its texts has.
    """
    return (
        rows.find(b"PutKeyPolicy", start, end) >= 0
        or rows.find(b"CreateKey", start, end) >= 0
        or rows.find(b'Statement"', start, end) >= 0
        or rows.find(b"ReplicateKey", start, end) >= 0
        or (rows.find(b"\\u00", start, end) >= 0 and _HIDDEN_LETTER_OF_ROW.search(rows, start, end) is not None)
    )
