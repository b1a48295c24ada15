"""Prints findings: each with its why and its proof, then all in one table.
Takes rows of the app's detections and reports (docs/detections.md). Text from events cannot act on the terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dev.scp import Row

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

_LONGEST = 1_000  # characters of one text: no event fills the screen


def visible(text: str) -> str:
    """The text in one line, with escapes for what a terminal obeys or hides: controls, bidi marks, zero widths."""
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in cut)


def label(row: Row) -> str:
    """The key in STYLES that a row stands under."""
    return UNREADABLE if _text(row, "error") else _text(row, "severity")


def rank(row: Row) -> tuple[int, str]:
    """Sorts rows: the worst first, then by time."""
    return list(STYLES).index(label(row)), str(row.get("_time", ""))


def details(rows: Sequence[Row], first: int = 1) -> Table:
    """Each finding: who may encrypt, with which key, who made it so, why it is so, and a request that proves it.

    first: the number of the first one.
    """
    table = Table(box=box.HORIZONTALS, show_header=False, show_lines=True, pad_edge=False)
    table.add_column(justify="right", style="dim")
    table.add_column()
    table.add_column(overflow="fold")
    for number, row in enumerate(rows, first):
        table.add_row(str(number), _label(row), Group(Text(_headline(row), "bold"), _facts(row)))
    return table


def overview(rows: Sequence[Row]) -> Table:
    """The same findings, a line each, under the same numbers; of actor and key only the last part."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right", style="dim", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Who may encrypt", no_wrap=True)
    table.add_column("Changed by", overflow="ellipsis")
    table.add_column("Key", overflow="ellipsis")
    for number, row in enumerate(rows, 1):
        actor, key = (_text(row, field).rpartition("/")[2] for field in ("actor", "key"))
        table.add_row(str(number), _label(row), Text(_verdict(row)), Text(actor), Text(key))
    return table


def _label(row: Row) -> Text:
    return Text.assemble((label(row), STYLES[label(row)]))


def _verdict(row: Row) -> str:
    if _text(row, "error"):
        return "?"
    if _text(row, "call") == "failure":
        return _text(row, "audience") + " (refused)"
    return _text(row, "audience") + (", encrypt only" if _text(row, "encrypt_only") == "true" else "")


def _headline(row: Row) -> str:
    if error := _text(row, "error"):
        return f"The key policy could not be read: {error}"
    may = "would have been allowed to encrypt" if _text(row, "call") == "failure" else "may encrypt"
    line = f"{WHO[_text(row, 'audience')]} {may} with this key"
    if _text(row, "encrypt_only") == "true":
        line += ", but not decrypt"
    actions = _texts(row, "granted")
    if set(actions) >= DATA_KEYS:
        actions = [action for action in actions if action not in DATA_KEYS] + ["kms:GenerateDataKey*"]
    return f"{line}: {', '.join(actions)}" if actions else line


def _facts(row: Row) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in _labelled(row):
        grid.add_row(label, Text(text))
    return grid


def _labelled(row: Row) -> Iterator[tuple[str, str]]:
    yield "key", _text(row, "key")
    yield "change", _change(row)
    if outside := [who for who in _texts(row, "outside") if who != _text(row, "audience")]:
        yield "outside", ", ".join(outside)
    for statement in row.get(STATEMENTS, ()):
        yield "statement", visible(json.dumps(json.loads(statement), ensure_ascii=False))
    for number, reason in enumerate(_texts(row, "reason")):
        yield "" if number else "why", reason
    if witness := row.get("key_policy_witness"):
        yield "proof", visible(_proof(str(witness), _text(row, "call") == "failure"))
    if score := row.get("risk_score"):
        yield "risk", f"score {score}"


def _change(row: Row) -> str:
    """Which call, when, by whom, from where, whether it failed, and whether the finding stands for others."""
    parts = [_text(row, "operation")]
    if time := float(str(row["_time"])):  # 0: the event has none
        parts.append(datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC"))
    parts.append(f"by {_text(row, 'actor')}")
    source = _text(row, "src")
    details = [MFA.get(_text(row, "mfa"), ""), "" if source == "unknown" else f"from {source}"]
    if _text(row, "call") == "failure":
        details.append(f"refused: {_text(row, 'call_error') or 'unknown error'}")
    changes = _text(row, "changes") or "1"
    details.append(f"the worst of {changes} such changes" if changes != "1" else "")
    return ", ".join([" ".join(parts), *filter(None, details)])


def _proof(witness: str, refused: bool) -> str:
    """A witness in words; of its context, what the principal does not say already."""
    request = json.loads(witness)
    principal = request["principal"]
    said = {"aws:principalarn": principal, "aws:principalaccount": (principal.split(":") + [""] * 5)[4]}
    context = [
        f"{key} = {value if isinstance(value, str) else json.dumps(value)}"
        for key, value in request["context"].items()
        if said.get(key.lower()) != value
    ]
    line = f"a stranger, {principal}, {'would be' if refused else 'is'} allowed {request['action']}"
    return f"{line} with {', '.join(context)}" if context else line


def _texts(row: Row, field: str) -> list[str]:
    value = row.get("key_policy_" + field) or []
    return [visible(text) for text in ([value] if isinstance(value, str) else value)]


def _text(row: Row, field: str) -> str:
    return " ".join(_texts(row, field))
