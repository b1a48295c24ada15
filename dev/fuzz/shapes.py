"""Policies that are made to cost, as genes: blocks of statements alike, whose numbers and texts can be changed.

Each family is where a search for the worst starts from: it aims at one part of the analysis.
"""

from __future__ import annotations

import json
from itertools import count
from typing import Any, NamedTuple


class Texts(NamedTuple):
    """Values of one condition: `#` in head, unit and tail is a running number; the unit stands there `times` times."""

    head: str = ""
    unit: str = ""
    times: int = 0
    tail: str = ""
    many: int = 1


class Test(NamedTuple):
    """One condition; `#` in the key is the number of the statement."""

    operator: str
    key: str
    texts: Texts


class Block(NamedTuple):
    """Statements alike: their effect, how many, what they test, the principals and resources that they list."""

    effect: str
    many: int
    tests: tuple[Test, ...] = ()
    principals: Texts | None = None  # None: everyone
    resources: Texts | None = None  # None: the key
    actions: tuple[str, ...] = ("kms:*",)


Genes = tuple[Block, ...]


def policy_text(genes: Genes) -> str:
    """The policy that the genes make, as compact JSON."""
    statements = []
    numbers = count(1)
    for block in genes:
        for at in range(block.many):
            made: dict[str, Any] = {
                "Effect": block.effect,
                "Principal": "*" if block.principals is None else {"AWS": _values(block.principals, numbers)},
                "Action": block.actions[at % len(block.actions)],
                "Resource": "*" if block.resources is None else _values(block.resources, numbers),
            }
            conditions: dict[str, dict[str, list[str]]] = {}
            for test in block.tests:
                key = test.key.replace("#", str(at))
                conditions.setdefault(test.operator, {}).setdefault(key, []).extend(_values(test.texts, numbers))
            if conditions:
                made["Condition"] = conditions
            statements.append(made)
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _values(texts: Texts, numbers: count[int]) -> list[str]:
    found = []
    for _ in range(texts.many):
        number = next(numbers)
        text = texts.head + texts.unit * texts.times + texts.tail
        found.append(
            text.replace("######", f"{number:06d}").replace("####", f"{number % 10_000:04d}").replace("#", str(number))
        )
    return found
