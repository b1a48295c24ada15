"""When the cause is true that a reason gives for a condition that never holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dev.fuzz.judge import LITERAL, Claim, Condition, Details, Judge, base, can, key_text, short, texts
from dev.reference import kms
from dev.reference.facts import SOURCE, TIME, WHO, Row
from dev.reference.grammar import as_list
from dev.reference.names import NEVER
from dev.reference.operators import binary, block, instant, number, split_operator
from kmspolicy import Code


def _never_holds(judge: Judge, number: int) -> Details:
    for condition in judge.conditions(number):
        operator, key, values = condition
        if not judge.by(number, condition):
            yield short(condition), "no request for the checked actions can meet it"
            if split_operator(operator)[:2] == ("foranyvalue", "null"):
                yield short(condition), "Null with ForAnyValue is never met"
            if as_list(values) == []:
                yield short(condition), "it lists no value"
            if base(condition) in LITERAL and any(set(text) & set("*?") for text in texts(values)):
                yield short(condition), f"{LITERAL[base(condition)]} takes * and ? literally"
            if not judge.covers_strangers(number):
                yield short(condition), "no principal that the statement names can meet it with the checked actions"
            if judge.covered(number) == (Row.service,):
                of_service, carried = "a service's own request", Row.service in judge.by(number, ("Null", key, "false"))
                why = (
                    f"in {of_service} {key_text(key)} is never that"
                    if carried
                    else f"{of_service} has no {key_text(key)}"
                )
                yield short(condition), why
            if key.lower() in (*SOURCE, *WHO[-2:]):
                yield short(condition), f"only a service's own request has {key_text(key)}"
            found = [action for action in judge.actions(number) if can(*_kind(judge), action)]
            if not any(kms.carries(action, key.lower()) for action in found):
                yield short(condition), f"requests for {judge.names(found)} carry no {key_text(key)}"
            fact = _fact(judge, key.lower())
            if fact is not None and base(condition) != "null":
                yield short(condition), f"the key's {key_text(key)} is {fact}"
            yield from ((short(condition), why) for why in _unmet_values(judge, condition))
            asks_for_absence = base(condition) == "null" and judge.holds(number, condition, {})
            if asks_for_absence and judge.by(number, ("Null", key, "false")):
                yield short(condition), f"requests always carry {key_text(key)}"
            if key.lower() == "aws:sourceip" and all(is_private(text) or block(text) is None for text in texts(values)):
                yield short(condition), "private addresses never occur there"


def _unmet_values(judge: Judge, condition: Condition) -> Iterator[str]:
    """Why no value of a condition that never holds occurs: it is of another type, or no request can have it."""
    operator, key, values = base(condition), condition[1].lower(), texts(condition[2])
    for start, read in _TYPES.items():
        if operator.startswith(start) and values and not any(read(text) is not None for text in values):
            yield "it lists no value that its operator can read"
    takes = operator.startswith(("string", "arn"))
    if takes and not judge.policy.variables and values and all("${" in text for text in values):
        yield 'policy variables are plain text without Version "2012-10-17"'
    if operator in _TEXTUAL and any(map(is_block, values)):
        yield f"{_TEXTUAL[operator]} takes address blocks as text"
    if key in TIME[:2]:
        yield "that time is over"
    if key == "kms:grantoperations":
        yield "no grant for the checked actions can meet it"
    if key == "aws:principalarn" and values and all(":assumed-role/" in text for text in values):
        yield f"for a session {key_text(condition[1])} holds the ARN of its role"
    if key.endswith("orgpaths") and not any(text[-1:] in ("/", "*", "?", "}") for text in values):
        yield "organization paths end with a slash"
    known = _VALUES.get(key, ("true", "false") if key in _BOOLEANS else ())
    if known and not {text.lower() for text in values} & {text.lower() for text in known}:
        yield f"{key_text(condition[1])} is only ever {' or '.join(known)}"


def _boolean(text: str) -> str | None:
    return text if text.lower() in ("true", "false") else None


_TYPES: dict[str, Callable[[str], Any]] = {
    "numeric": number,
    "date": instant,
    "bool": _boolean,
    "null": _boolean,
    "binary": binary,
    "ip": block,
}
_TEXTUAL = {
    name.lower(): name for name in ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")
}
_VALUES = {
    "aws:securetransport": ("true",),
    "aws:ismcpserviceaction": ("false",),
    "kms:multiregionkeytype": ("PRIMARY", "REPLICA"),
}
_BOOLEANS = (
    "aws:viaawsmcpservice",
    "aws:assumedroot",
    "aws:multifactorauthpresent",
    "kms:multiregion",
    "kms:reencryptonsamekey",
    "kms:bypasspolicylockoutsafetycheck",
    "kms:grantisforawsresource",
)


def is_block(text: str) -> bool:
    """Whether a text is a block of addresses, and no single one."""
    return "/" in text and block(text) is not None


def is_private(text: str) -> bool:
    """Whether a text is a block of addresses of which none occurs."""
    found = block(text)
    return found is not None and any(found.version == never.version and found.subnet_of(never) for never in NEVER)


def _kind(judge: Judge) -> tuple[str | None, str | None, str | None]:
    return judge.key.usage, judge.key.spec, judge.key.origin


def _fact(judge: Judge, key: str) -> str | None:
    """What is known of the key."""
    known, multi = judge.key, judge.key.multi_region
    if multi is None and known.key_id is not None:
        multi = known.key_id.startswith("mrk-")
    return {
        "kms:keyspec": known.spec,
        "kms:keyusage": known.usage,
        "kms:keyorigin": known.origin,
        "kms:multiregion": None if multi is None else str(multi).lower(),
        "aws:requestedregion": known.region,
        "aws:resourceaccount": known.account,
    }.get(key)


CLAIMS: dict[Code, Claim] = {Code.NEVER_HOLDS: _never_holds}
