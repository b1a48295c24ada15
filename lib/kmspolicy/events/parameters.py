"""Knows the parameters of the calls that set a key policy, and says why those of a call cannot be read.

Source: KMS API Reference, *CreateKey*, *PutKeyPolicy* and *ReplicateKey*; CloudTrail User Guide, *CloudTrail record
contents* (`omitted`, and values that are hidden).
"""

import json
import re
from typing import Any

from .api_call import Json, text_of, texts_of
from .broken_values import BrokenObject, BrokenText
from .faults import EventFault

_OF_CREATE_KEY = frozenset(
    (
        *("bypassPolicyLockoutSafetyCheck", "customKeyStoreId", "customerMasterKeySpec", "description", "keySpec"),
        *("keyUsage", "multiRegion", "origin", "policy", "tags", "xksKeyId"),
    )
)
_OF_ANY = _OF_CREATE_KEY | {"keyId", "omitted", "originalSize", "policyName", "reason", "replicaRegion"}
_NEVER_OF_OTHER_CALLS = frozenset(("omitted", "policy", "replicaRegion"))
WRITTEN_BY_CALLERS = frozenset(("description", "tags"))  # parameters that may be any text

_HIDDEN = re.compile(r"\s*(?:HIDDEN_DUE_TO_SECURITY_REASONS|[\[<(]?(?:REDACTED|MASKED|HIDDEN)[\])>]?|\*{3,})\s*", re.I)
_LONGEST_SHOWN = 40  # characters


def are_parameters(value: Json) -> bool:
    """Whether an object is the parameters of a call that sets a key policy: it has members of theirs and no others."""
    names = value.keys()
    if not names or not names <= _OF_ANY:
        return False
    return isinstance(value, BrokenObject) or names <= _OF_CREATE_KEY or not names.isdisjoint(_NEVER_OF_OTHER_CALLS)


def fault_of(value: Any, request: Json) -> str:
    """Why the parameters of a request that sets a key policy cannot be read; empty if they can, or if it has none.

    value: as the event has them; request: the same as an object.
    """
    if text_of(request.get("omitted")).lower() == "true":
        return EventFault.OMITTED.value
    hidden = hidden_fault(value, request)
    if hidden:
        return hidden
    if value in (None, "", {}) or isinstance(value, BrokenText) or isinstance(request, BrokenObject):
        return ""
    if request and not request.keys().isdisjoint(_OF_ANY):
        return ""
    if isinstance(value, str) and value.strip() in ("", "{}", "null"):
        return ""
    return EventFault.UNREADABLE.value.format(_shown(value))


def hidden_fault(value: Any, request: Json, fault: EventFault = EventFault.HIDDEN) -> str:
    """Which text stands in place of all parameters, or of the policy; empty if none does. For value, see fault_of."""
    if isinstance(value, str) and not request:
        texts = [value]
    elif "policy" in request:
        texts = texts_of([request["policy"]])
    else:
        texts = texts_of(text for name, text in request.items() if name not in WRITTEN_BY_CALLERS)
    hidden = bool(texts) and all(map(_HIDDEN.fullmatch, texts))
    return fault.value.format(texts[0].strip()) if hidden else ""


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
