"""Reads the arguments of a command: its options by a table of the known ones, its words, lists of `a AS b`.
Every option that is not in the table is an error at its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Callable

from dev.spl import tree
from dev.spl.errors import SplError

Convert = Callable[[tree.Word], Any]
NONE: Mapping[str, Convert] = MappingProxyType({})


def text(word: tree.Word) -> str:
    """An option's value as it stands."""
    return word.text


def whole(word: tree.Word) -> int:
    """An option's value as a whole number."""
    if not word.text.isdigit():
        raise SplError(f"a whole number is expected, not {word.text!r}", word.position)
    return int(word.text)


def boolean(word: tree.Word) -> bool:
    """An option's value as true or false, in Splunk's spellings."""
    spellings = {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}
    if word.text.lower() not in spellings:
        raise SplError(f"true or false is expected, not {word.text!r}", word.position)
    return spellings[word.text.lower()]


def options(command: str, items: Sequence[Any], known: Mapping[str, Convert]) -> dict[str, Any]:
    """The options among some arguments, converted; SplError for an unknown one."""
    found = {}
    for item in items:
        if not isinstance(item, tree.Option):
            continue
        convert = known.get(item.name.lower())
        if convert is None or item.operator != "=":
            raise SplError(f"the local runner does not know {item.name}{item.operator} of {command}", item.position)
        found[item.name.lower()] = convert(item.value)
    return found


def read(
    stage: tree.Stage, known: Mapping[str, Convert] = NONE, least: int = 0
) -> tuple[list[tree.Word], dict[str, Any]]:
    """The words and the options that a command is given. SplError for an unknown option, for anything that is neither,
    and for fewer than `least` words.
    """
    items: Any = stage.arguments
    for item in items:
        if not isinstance(item, (tree.Word, tree.Option)):
            raise SplError(f"the local runner does not know this of {stage.command}", item.position)
    words = [item for item in items if isinstance(item, tree.Word)]
    chosen = options(stage.command, items, known)
    if len(words) < least:
        raise SplError(f"{stage.command} is incomplete", stage.position)
    return words, chosen


def renames(given: Sequence[tree.Word]) -> list[tuple[tree.Word, str]]:
    """`a AS b, c` as pairs of a name and its new name, which is the same without AS."""
    pairs: list[tuple[tree.Word, str]] = []
    rest = list(given)
    while rest:
        name = rest.pop(0)
        if rest and rest[0].text.lower() == "as" and not rest[0].quoted:
            if len(rest) < 2:
                raise SplError("a name is missing behind AS", rest[0].position)
            pairs.append((name, rest[1].text))
            rest = rest[2:]
        else:
            pairs.append((name, name.text))
    return pairs
