"""Finds the key policies in the text of an event or of a field. The content decides, not the field's name.

Source: interface of the command (README, *What it reads*): CloudTrail, Security Lake, EventBridge, CloudWatch Logs.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from .api_call import Call, Json, from_cloudtrail, from_ocsf
from .event_facts import NO_FACTS, Facts, facts_of
from .prefilter import may_hold_policy

LONGEST_EVENT = 8_388_608  # characters; the Splunk Add-on for AWS cuts events at so many bytes (props.conf, TRUNCATE)

_OPERATIONS = ("CreateKey", "PutKeyPolicy", "ReplicateKey")
_NAMES_OPERATION = re.compile(r"(?<![:\w])(?:CreateKey|PutKeyPolicy|ReplicateKey)\b")  # not the action kms:CreateKey
_BEGINS_LIKE_POLICY = re.compile(
    r'\s*\{\s*"(?:Version"\s*:\s*"20|Statement"\s*:\s*\[?\s*\{\s*"(?:Sid|Effect|Not|Principal|Action)'
    r'|Id"\s*:\s*"[^"\\]*"\s*,\s*"(?:Version|Statement)")'
)
_OF_STATEMENTS = frozenset(("Effect", "Principal", "NotPrincipal", "Action", "NotAction"))
_EVENT_KEYS = frozenset(
    (
        "eventName",
        "eventVersion",
        "userIdentity",
        "api",
        "class_uid",
        "detail",
        "detail-type",
        "Records",
        "logEvents",
        "message",
    )
)
_MOST_WRAPPERS = 6  # a record in `detail` in a `message` of `logEvents`, and some to spare


class Found(NamedTuple):
    """A key policy as JSON text, or the fault that keeps the place where one belongs from being read."""

    facts: Facts
    policy: str = ""
    fault: str = ""


def find_policies(text: str, named: bool) -> list[Found]:
    """The key policies in a text; an empty list for other events.

    named: the searcher named the field, so that a text which is no event is a policy, however broken.
    """
    text = text.lstrip("\ufeff")
    if not named and not may_hold_policy(text):
        return []
    if _BEGINS_LIKE_POLICY.match(text):
        return [Found(NO_FACTS, text)]
    if not text or text.isspace():
        return []
    value, lost = _parse(text)
    if isinstance(value, dict):
        if "Statement" in value and (named or _holds_statements(value["Statement"])):
            return [Found(NO_FACTS, text)]
        found = _in_object(value, _MOST_WRAPPERS)
        if found or not _EVENT_KEYS.isdisjoint(value):
            return found
    return lost or ([Found(NO_FACTS, text)] if named else [])


def _holds_statements(value: Any) -> bool:
    """Whether a value under the key Statement is a policy's, and not some log's field of that name."""
    listed = value if isinstance(value, list) else [value]
    return any(isinstance(item, dict) and not _OF_STATEMENTS.isdisjoint(item) for item in listed)


def _parse(text: str) -> tuple[Any, list[Found]]:
    """A text's JSON value; None where it has none, with the fault if an event of ours is lost that way."""
    if len(text) > LONGEST_EVENT:
        return None, _lost(text, f"the event has {len(text):,} characters; more than {LONGEST_EVENT:,} are not read")
    try:
        return json.loads(text), []
    except json.JSONDecodeError as error:
        return None, _lost(
            text,
            f"the event is not valid JSON, or was cut short: {error.msg} at character {error.pos:,} of {len(text):,}",
        )
    except ValueError:
        return None, _lost(text, "the event holds a number too long to read")
    except RecursionError:
        return None, _lost(text, "the event's JSON nests too deep")


def _lost(text: str, fault: str) -> list[Found]:
    """A broken object matters when it names an operation that sets key policies; other text is no event."""
    ours = text.lstrip().startswith("{") and _NAMES_OPERATION.search(text)
    return [Found(NO_FACTS, fault=fault)] if ours else []


def _in_object(value: Json, wrappers: int) -> list[Found]:
    """The policies of a record, or of the events in an envelope."""
    if "eventName" in value:
        return _in_call(from_cloudtrail(value)) if value["eventName"] in _OPERATIONS else []
    if isinstance(value.get("api"), dict):
        return _in_call(from_ocsf(value)) if value["api"].get("operation") in _OPERATIONS else []
    found: list[Found] = []
    if wrappers:
        for inner in _unwrap(value):
            lost: list[Found] = []
            if isinstance(inner, str) and may_hold_policy(inner):
                inner, lost = _parse(inner)
            found += _in_object(inner, wrappers - 1) if isinstance(inner, dict) else lost
    return found


def _unwrap(value: Json) -> Iterator[Any]:
    """The events in an envelope: CloudTrail's files, CloudWatch Logs' batches, EventBridge, one log message."""
    for name in ("Records", "logEvents"):
        if isinstance(value.get(name), list):
            yield from value[name]
    yield from (value[name] for name in ("detail", "message") if name in value)


def _in_call(call: Call) -> list[Found]:
    """CreateKey and ReplicateKey without a policy get the default one; PutKeyPolicy cannot be without."""
    if call.source and not call.source.startswith("kms."):
        return []
    policy, fault = call.request.get("policy"), call.request_fault
    if not fault and policy in (None, ""):
        if call.operation != "PutKeyPolicy" or call.failed:
            return []
        fault = "the event of this PutKeyPolicy call does not hold the policy"
    if fault:
        return [Found(facts_of(call), fault=fault)]
    try:
        return [Found(facts_of(call), policy if isinstance(policy, str) else json.dumps(policy))]
    except RecursionError:
        return [Found(facts_of(call), fault="the policy's JSON nests too deep")]
