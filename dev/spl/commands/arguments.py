"""Reads the arguments of a command: its options by a table of the known ones, its words, lists of `a AS b`.
Every option that is not in the table is an error at its place.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from dev.spl import tree
from dev.spl.errors import SplError

Convert = Callable[[tree.Word], Any]


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
    """The options among the arguments, converted; SplError for an unknown one."""
    found = {}
    for item in items:
        if not isinstance(item, tree.Option):
            continue
        convert = known.get(item.name.lower())
        if convert is None or item.operator != "=":
            raise SplError(f"the local runner does not know {item.name}{item.operator} of {command}",
                           item.position)
        found[item.name.lower()] = convert(item.value)
    return found


def words(stage: tree.Stage, items: Sequence[Any], least: int = 0) -> list[tree.Word]:
    """The words among the arguments; SplError for anything else but options, and if there are fewer than `least`."""
    found = []
    for item in items:
        if isinstance(item, tree.Word):
            found.append(item)
        elif not isinstance(item, tree.Option):
            raise SplError(f"{stage.command} does not take this", item.position)
    if len(found) < least:
        raise SplError(f"{stage.command} is incomplete", stage.position)
    return found


def renames(stage: tree.Stage, given: Sequence[tree.Word]) -> list[tuple[tree.Word, str]]:
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
