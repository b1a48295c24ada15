"""Puts findings into words: all in one table, then each with its reasons and an example request.
Takes rows of the app's detections and reports (docs/detections.md). Text from events cannot act on the terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from dev.scp import Row
from dev.terminal import visible, wrapped

UNREADABLE = "unreadable"
STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "bold yellow",
    "low": "bold cyan",
    UNREADABLE: "bold magenta",
    "informational": "dim",
}
"""Label of a row -> style, the worst first: its severity, or that its policy could not be read."""

WHO = {
    "everyone": "Everyone",
    "network": "Everyone in a network that the policy names",
    "organization": "Every member of an organization that the policy names",
    "external": "An account other than the key's own",
    "service": "An AWS service",
    "internal": "Nobody outside the key's own account",
    "none": "Nobody",
}
MFA = {"true": "with MFA", "false": "without MFA"}
DATA_KEYS = {f"kms:GenerateDataKey{kind}" for kind in ("", "WithoutPlaintext", "Pair", "PairWithoutPlaintext")}
STATEMENTS = "open_statements"
"""Field of a row, beside those of its search: JSON texts of the statements that everyone gets in by."""

FILE = "file"
"""Field of a row, beside those of its search: where the policy stands, if it stands in no event."""


def label(row: Row) -> str:
    """The key in STYLES that a row stands under."""
    return UNREADABLE if _unread(row) else _text(row, "severity")


def rank(row: Row) -> tuple[int, str]:
    """Sorts rows: the worst first, then by time."""
    return list(STYLES).index(label(row)), str(row.get("_time", ""))


def overview(rows: Sequence[Row]) -> Table:
    """All findings, a line each: of actor and key only the last part."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right", style="dim", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Who can encrypt", no_wrap=True)
    table.add_column("Changed by", overflow="ellipsis")
    table.add_column("Key", overflow="ellipsis")
    for number, row in enumerate(rows, 1):
        actor, key = (_text(row, field).rpartition("/")[2] for field in ("actor", "key"))
        table.add_row(str(number), _label(row), Text(_verdict(row)), Text(actor), Text(key or _file(row)))
    return table


def details(number: int, row: Row, width: int) -> Iterator[Text]:
    """One finding in lines: who can encrypt, with which key, who made it so, why it is so, and an example request.

    number: that of the finding in the overview; width: characters of a line, which only a longer word exceeds.
    """
    lead = Text.assemble((f"{number:>3}  ", "dim"), _label(row), "  ")
    for place, line in enumerate(wrapped(_headline(row), width - lead.cell_len)):
        yield Text.assemble(" " * lead.cell_len if place else lead, (line, "bold"))
    for name, text in _labelled(row):
        for place, line in enumerate(wrapped(text, width - _INDENT - _LABEL)):
            yield Text.assemble(" " * _INDENT, ("" if place else name).ljust(_LABEL), line)


_INDENT, _LABEL = 5, 11  # columns
_AFTER = re.compile(r"\Athe (event|JSON) [^;:]*, after this policy: later facts are missing(; |\Z)")


def _label(row: Row) -> Text:
    return Text.assemble((label(row), STYLES[label(row)]))


def _unread(row: Row) -> bool:
    """Whether a policy, or a part of it, could not be read, and what was read opens nothing: it may be open.

    An event that breaks after its policy only lacks facts: the macro kmspolicycheck_is_unread says the same.
    """
    return _text(row, "flagged") == "false" and bool(_AFTER.sub("", _text(row, "error")))


def _verdict(row: Row) -> str:
    if _unread(row):
        return "?"
    if _text(row, "call") == "failure":
        return _text(row, "audience") + " (refused)"
    return _text(row, "audience") + (", encrypt only" if _text(row, "encrypt_only") == "true" else "")


def _headline(row: Row) -> str:
    if _unread(row):
        part = "A part of the key policy" if _text(row, "audience") in WHO else "The key policy"
        return f"{part} could not be read: {_text(row, 'error')}"
    may = "would have been able to encrypt" if _text(row, "call") == "failure" else "can encrypt"
    line = f"{WHO[_text(row, 'audience')]} {may} with this key"
    if _text(row, "encrypt_only") == "true":
        line += ", but not decrypt"
    actions = _texts(row, "granted")
    if set(actions) >= DATA_KEYS:
        actions = [action for action in actions if action not in DATA_KEYS] + ["kms:GenerateDataKey*"]
    return f"{line}: {', '.join(actions)}" if actions else line


def _labelled(row: Row) -> Iterator[tuple[str, str]]:
    if row.get(FILE):
        yield "file", visible(str(row[FILE]))
    if key := _text(row, "key"):
        yield "key", key
    if _text(row, "operation"):
        yield "change", _change(row)
    if outside := [who for who in _texts(row, "outside") if who != _text(row, "audience")]:
        yield "outside", ", ".join(outside)
    for statement in row.get(STATEMENTS, ()):
        yield "statement", visible(json.dumps(json.loads(statement), ensure_ascii=False))
    yield from _reading(row)
    for number, reason in enumerate(_texts(row, "reason")):
        yield "" if number else "why", reason
    if witness := row.get("key_policy_witness"):
        yield "example", visible(_example(str(witness)))
    if score := row.get("risk_score"):
        yield "risk", f"score {score}"


def _reading(row: Row) -> Iterator[tuple[str, str]]:
    """What was read of a policy that could not be read whole, or what could not be read beside an open statement.

    Of an event that breaks after its policy, that is a note.
    """
    who, error = WHO.get(_text(row, "audience")), _text(row, "error")
    if not _unread(row) and error:
        yield "unread" if _AFTER.sub("", error) else "note", error
    elif _unread(row) and who:
        yield "the rest", f"{who} can encrypt by the statements that could be read"


def _change(row: Row) -> str:
    """Which call, when, by whom, from where, whether it failed, and whether the finding stands for others."""
    parts = [_text(row, "operation")]
    if time := float(str(row["_time"])):  # 0: the event has none
        parts.append(datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC"))
    parts.append(f"by {_text(row, 'actor')}")
    via = _text(row, "via")
    if via not in ("", "unknown"):
        parts.append(f"through {via}")
    source = _text(row, "src")
    details = [MFA.get(_text(row, "mfa"), ""), "" if source == "unknown" else f"from {source}"]
    if _text(row, "call") == "failure":
        details.append(f"refused: {_text(row, 'call_error') or 'unknown error'}")
    changes = _text(row, "changes") or "1"
    details.append(f"the worst of {changes} such changes" if changes != "1" else "")
    return ", ".join([" ".join(parts), *filter(None, details)])


def _example(witness: str) -> str:
    """The example request in words: for a grant, the request that makes it and the one that it is for."""
    request = json.loads(witness)
    account = _account(request["principal"])
    said = []
    while request:
        said.append(_request(request))
        request = request.get("then")
    sent = "these requests" if len(said) > 1 else "this request"
    return f"{', then '.join(said)} (nobody has sent {sent}; {account} stands for any account)"


def _request(request: Mapping[str, Any]) -> str:
    """Action and principal, and of the context what the principal does not say already."""
    principal = request["principal"]
    said = {"aws:principalarn": principal, "aws:principalaccount": _account(principal)}
    context = [
        f"{key} = {value if isinstance(value, str) else json.dumps(value)}"
        for key, value in request["context"].items()
        if said.get(key.lower()) != value
    ]
    return f"{request['action']} by {principal}" + (f" with {', '.join(context)}" if context else "")


def _account(arn: str) -> str:
    return (arn.split(":") + [""] * 5)[4]


def _file(row: Row) -> str:
    """The name of the file that holds the policy, where no event tells of it."""
    return visible(Path(str(row.get(FILE, ""))).name)


def _texts(row: Row, field: str) -> list[str]:
    value = row.get("key_policy_" + field) or []
    return [visible(text) for text in ([value] if isinstance(value, str) else value)]


def _text(row: Row, field: str) -> str:
    return " ".join(_texts(row, field))
