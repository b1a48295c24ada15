"""Decides from the letters of a text alone what cannot be in it, so that most events are never parsed.

There are no false negatives, however often the event is encoded in JSON strings: an event that sets a key policy names
one of three operations, a policy in `_raw` has a member `Statement`, and a call to KMS names the service.
"""

from __future__ import annotations

import re

OPERATIONS = ("PutKeyPolicy", "CreateKey", "ReplicateKey")
SERVICES = ("kms.amazonaws.com", "kms")  # eventSource of CloudTrail and service name of OCSF, and OCSF's short form

# JSON can spell a letter as \u00.. alone, in rows 4 to 7 of ASCII; so it can spell the backslash and the `u` of an
# escape one encoding further in, the digits of that escape in row 3, and the quotes around the service's name, and its
# dots.
_HIDDEN = r"\\u00(?:[4-7]|3[0-9]|2[2Ee])"
_HIDDEN_SIGN, _HIDDEN_SIGN_BYTES = re.compile(_HIDDEN), re.compile(_HIDDEN.encode())
# The backslashes of an outer encoding stand before that of an inner one: any of them may be in front.
_ASCII_ESCAPE = re.compile(r"(?<!\\)\\+u00([2-7][0-9A-Fa-f])")
_MOST_ENCODINGS = 8
_EVENTBRIDGE = "aws.kms"  # the source of its events; a rule's input transformer may take the record out of them
_NO_ACTION = "(?<![Kk][Mm][Ss]:)"

# CreateKey and ReplicateKey end alike, and to search for one word less is worth a tenth of the time.
_WORDS = (b"PutKeyPolicy", b"ateKey", b'"Statement"')
# The service's name as the text of a member. Other services' events hold kmsKeyId, aws:kms and kms:Decrypt.
_SERVICE = re.compile(rb'"kms(?:["\\]|\.amazonaws\.com)')


def may_hold_policy(data: bytes, start: int, end: int) -> bool:
    """False where texts provably hold no key policy and no event that sets one. They are written as UTF-8 between two
    places of the data, maybe with each quote or dollar doubled, and in quotes themselves.
    """
    for word in _WORDS:
        if data.find(word, start, end) >= 0:
            return True
    return data.find(b"\\u00", start, end) >= 0 and _HIDDEN_SIGN_BYTES.search(data, start, end) is not None


def may_hold_call(data: bytes, start: int, end: int) -> bool:
    """False where texts provably hold neither a key policy nor an event of a call to KMS; see may_hold_policy."""
    return _SERVICE.search(data, start, end) is not None or may_hold_policy(data, start, end)


def may_hide_letters(text: str) -> bool:
    """Whether the text spells letters as JSON escapes, so that a word may be in it that its letters do not show."""
    return "\\u00" in text and _HIDDEN_SIGN.search(text) is not None


def operations_named_in(text: str, beside: bool) -> list[str]:
    """The operations that set key policies which the text names together with KMS.

    beside: whether the text stands beside what was read. There, an action of a policy, such as kms:CreateKey, names no
    operation, and the source of an event of EventBridge does not name KMS, since pipelines write both around a record.
    """
    if may_hide_letters(text):
        for _ in range(_MOST_ENCODINGS):
            text = _ASCII_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
        text = text.replace("\\", "")  # each escape of an inner encoding leaves some
    if SERVICES[0] not in text and (beside or _EVENTBRIDGE not in text):
        return []
    return [one for one in OPERATIONS if one in text and (not beside or re.search(_NO_ACTION + one, text))]


def operation_named_in(text: str) -> str:
    """The first operation that `operations_named_in` finds, be it as an action; empty if it finds none."""
    return next(iter(operations_named_in(text, False)), "")
