"""Decides which rows a filter of `search` keeps.
Rules: Search Reference, "search"; Search Manual, "Wildcards", "Difference between NOT and !=", "Event segmentation".
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import Pattern
from typing import Callable

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.values import Row, number, texts, wildcard

Keep = Callable[[Row], bool]

_ORDERS: dict[str, Callable[..., bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}

_TIMES = {"earliest", "latest"}
_ELSEWHERE = {"earliest", "latest", "index_earliest", "index_latest", "eventtype", "tag", "savedsearch"}
_DIRECTIVES = {"TERM", "CASE"}


def split_times(part: tree.Filter | None) -> tuple[dict[str, str], tree.Filter | None]:
    """The time modifiers that a filter demands, `earliest` and `latest`, and the filter without them."""
    demanded = part.parts if isinstance(part, tree.All) else () if part is None else (part,)
    times: dict[str, str] = {}
    rest: list[tree.Filter] = []
    for one in demanded:
        if isinstance(one, tree.Compare) and one.field.text in _TIMES and one.operator == "=":
            times[one.field.text] = one.value.text
        else:
            rest.append(one)
    return times, tree.All(tuple(rest)) if isinstance(part, tree.All) else part if rest else None


def compile_filter(part: tree.Filter | None) -> Keep:
    """The test of a row that a filter stands for; no filter keeps every row."""
    if part is None:
        return lambda row: True
    if isinstance(part, tree.Compare):
        return _compare(part)
    if isinstance(part, tree.AnyOf):
        equal = [_compare(tree.Compare(part.field, "=", value)) for value in part.values]
        return lambda row: any(keep(row) for keep in equal)
    if isinstance(part, tree.Term):
        return _term(part.word)
    if isinstance(part, tree.Not):
        keep = compile_filter(part.part)
        return lambda row: not keep(row)
    if isinstance(part, tree.Subsearch):
        raise SplError("the local runner does not know subsearches in a filter", part.position)
    keeps = [compile_filter(one) for one in part.parts]
    if isinstance(part, tree.All):
        return lambda row: all(keep(row) for keep in keeps)
    return lambda row: any(keep(row) for keep in keeps)


def _compare(part: tree.Compare) -> Keep:
    """A comparison of one field. A row without the field passes none, not even `!=`: only NOT keeps it.

    Values are compared without regard to case; < and > compare numbers where both are. A multivalue field passes if one
    of its values does.
    """
    field, value = part.field.text, part.value.text
    if field in _ELSEWHERE:
        raise SplError(f"the local runner does not know {field}= in a search", part.field.position)
    if part.operator in _ORDERS:
        order, bound = _ORDERS[part.operator], number(value)
        return lambda row: any(_ordered(order, text, value, bound) for text in texts(row, field))
    pattern, equal = wildcard(value), part.operator == "="
    return lambda row: any(bool(pattern.fullmatch(text)) == equal for text in texts(row, field))


def _ordered(order: Callable[..., bool], text: str, value: str, bound: float | None) -> bool:
    found = number(text)
    return order(found, bound) if found is not None and bound is not None else order(text, value)


def _term(word: tree.Word) -> Keep:
    if not word.quoted and word.text in _DIRECTIVES:
        raise SplError(f"the local runner does not know {word.text}()", word.position)
    if word.text == "*":
        return lambda row: True
    pattern, longest = _segment(word.text), max(word.text.casefold().split("*"), key=len)
    return lambda row: any(longest in text.casefold() and pattern.search(text) for text in texts(row, "_raw"))


@lru_cache(maxsize=256)
def _segment(text: str) -> Pattern[str]:
    """A term begins and ends where a segment of the event does: next to no letter or digit."""
    body = r"[^\s\"]*".join(re.escape(part) for part in text.split("*"))
    before = "" if text.startswith("*") or not text[:1].isalnum() else r"(?<![^\W_])"
    after = "" if text.endswith("*") or not text[-1:].isalnum() else r"(?![^\W_])"
    return re.compile(before + body + after, re.IGNORECASE)
