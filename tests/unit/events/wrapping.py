"""Wraps an event at random, as pipelines do: in objects, lists and JSON strings, after a prefix, before other text.
And spells JSON as nobody does who wants it read.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

NAMES = ("detail", "Records", "message", "Message", "Body", "event", "log", "eventData", "payload", "x y", "0", "é")
SIBLINGS: tuple[Any, ...] = (None, 7, -1.5e3, True, "text", 'a "quoted" { word', [], {}, {"k": ["v", {}]}, "\\", "}{")
PREFIXES = (
    "",
    "<134>Mar  9 08:14:07 relay cloudtrail: ",
    "2026-03-09T08:14:07Z [12] {x} ",
    'host="relay" event=',
    "it's [so] {called}: ",
    "1,2,",
    "\ufeff\n\t",
)
SUFFIXES = ("", ",", "]}", "\n", ' "tail"', "\n{}", " ...", "}]}")


def wrapped(event: Any, chance: Random, containers: int, encodings: int) -> str:
    """The event as JSON text in so many containers, encoded in so many JSON strings more, with text around it."""
    label = _label(event)
    steps = ["container"] * containers + ["encode"] * encodings
    chance.shuffle(steps)
    for step in steps:
        event = _contained(event, label, chance) if step == "container" else around(_line(event, chance), chance, 0.3)
    return around(_line(event, chance), chance, 0.6)


def _label(event: Any) -> dict[str, str]:
    """What a pipeline extracts from a record, and writes beside it."""
    event = event if isinstance(event, dict) else {}
    api = event.get("api") if isinstance(event.get("api"), dict) else {}
    names = (event.get("eventName"), event.get("eventname"), event.get("api.operation"), api.get("operation"))
    return {"eventName": next(filter(None, names), "PutKeyPolicy"), "eventSource": "kms.amazonaws.com"}


def _contained(value: Any, label: dict[str, str], chance: Random) -> Any:
    items = [value, *chance.sample(SIBLINGS, chance.randrange(3))]
    chance.shuffle(items)
    if chance.random() < 0.3:
        return items
    names = chance.sample(NAMES, len(items))
    return {**(label if chance.random() < 0.2 else {}), **dict(zip(names, items))}


def _line(value: Any, chance: Random) -> str:
    """The value as JSON text, now and then in a cell of CSV."""
    text = _text(value, chance)
    return '7,"' + text.replace('"', '""') + '",x' if isinstance(value, dict) and chance.random() < 0.3 else text


def _text(value: Any, chance: Random) -> str:
    return json.dumps(value, indent=chance.choice((None, None, 2)), ensure_ascii=chance.random() < 0.5)


def around(text: str, chance: Random, share: float) -> str:
    """The text with a prefix and a suffix, now and then."""
    before = chance.choice(PREFIXES) if chance.random() < share else ""
    after = chance.choice(SUFFIXES) if chance.random() < share else ""
    return before + text + after


def spelled(text: str, chance: Random, share: float) -> str:
    """JSON text with some of the plain characters of its strings written as escapes."""

    def escaped(sign: re.Match[str]) -> str:
        return f"\\u{ord(sign[0]):04x}" if len(sign[0]) == 1 and chance.random() < share else sign[0]

    return re.sub(
        r'"((?:[^"\\]|\\.)*)"',
        lambda string: '"' + re.sub(r"\\u[0-9a-fA-F]{4}|\\.|[^\\]", escaped, string[1]) + '"',
        text,
    )
