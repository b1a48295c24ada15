"""Decides from the letters of a text alone what cannot be in it, so that most events are never parsed.

There are no false negatives, however often the event is encoded in JSON strings: an event that sets a key policy names
one of three operations, a policy in `_raw` has a member `Statement`, and a call to KMS names the service.
"""

from __future__ import annotations

import re

OPERATIONS = ("PutKeyPolicy", "CreateKey", "ReplicateKey")
SERVICES = ("kms.amazonaws.com", "kms")  # eventSource of CloudTrail and service name of OCSF, and OCSF's short form

# JSON can spell a letter as \u00.. alone, in rows 4 to 7 of ASCII; so it can spell the backslash and the `u` of an
# escape one encoding further in, and the digits of that escape in row 3.
_HIDDEN = r"\\u00(?:[4-7]|3[0-9])"
_HIDDEN_LETTER, _HIDDEN_LETTER_BYTES = re.compile(_HIDDEN), re.compile(_HIDDEN.encode())
_HIDDEN_SIGN = r"\\u00(?:[4-7]|3[0-9]|2[2Ee])"  # and the quotes around the service's name, and its dots
_HIDDEN_SIGN_TEXT, _HIDDEN_SIGN_BYTES = re.compile(_HIDDEN_SIGN), re.compile(_HIDDEN_SIGN.encode())
# The backslashes of an outer encoding stand before that of an inner one: any of them may be in front.
_ASCII_ESCAPE = re.compile(r"(?<!\\)\\+u00([2-7][0-9A-Fa-f])")
_MOST_ENCODINGS = 8
_EVENTBRIDGE = "aws.kms"  # the source of its events; a rule's input transformer may take the record out of them
_NO_ACTION = "(?<![Kk][Mm][Ss]:)"

# CreateKey and ReplicateKey end alike, and to search for one word less is worth a tenth of the time.
_WORDS = ("PutKeyPolicy", "ateKey", '"Statement"')
_WORDS_AS_WRITTEN = (b"PutKeyPolicy", b"ateKey", b'Statement"')

# The service's name as the text of a member. Other services' events hold kmsKeyId, aws:kms and kms:Decrypt.
_SERVICE = r'"kms(?:["\\]|\.amazonaws\.com)'
_SERVICE_TEXT, _SERVICE_BYTES = re.compile(_SERVICE), re.compile(_SERVICE.encode())


def may_hold_policy(text: str) -> bool:
    """False where `_raw` provably holds no key policy and no event that sets one."""
    for word in _WORDS:
        if word in text:
            return True
    return may_hide_letters(text)


def bytes_may_hold_policy(data: bytes, start: int, end: int) -> bool:
    """False where `may_hold_policy` is False of every text that is written between two places of some UTF-8.

    It may be written with each quote or dollar doubled, and in quotes itself.
    """
    for word in _WORDS_AS_WRITTEN:
        if data.find(word, start, end) >= 0:
            return True
    return data.find(b"\\u00", start, end) >= 0 and _HIDDEN_LETTER_BYTES.search(data, start, end) is not None


def may_hold_call(text: str) -> bool:
    """False where `_raw` provably holds neither a key policy nor an event of a call to KMS."""
    if _SERVICE_TEXT.search(text) is not None or may_hold_policy(text):
        return True
    return "\\u00" in text and _HIDDEN_SIGN_TEXT.search(text) is not None


def bytes_may_hold_call(data: bytes, start: int, end: int) -> bool:
    """False where `may_hold_call` is False of every text between two places; see bytes_may_hold_policy."""
    if _SERVICE_BYTES.search(data, start, end) is not None:
        return True
    for word in _WORDS_AS_WRITTEN:
        if data.find(word, start, end) >= 0:
            return True
    return data.find(b"\\u00", start, end) >= 0 and _HIDDEN_SIGN_BYTES.search(data, start, end) is not None


def may_hide_letters(text: str) -> bool:
    """Whether the text spells letters as JSON escapes, so that a word may be in it that its letters do not show."""
    return "\\u00" in text and _HIDDEN_LETTER.search(text) is not None


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
