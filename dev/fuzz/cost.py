"""Searches for the policies that cost the most, family by family: in counted steps, in time, and in how many times
`json.loads` of a policy of the family that is as long as KMS takes.

A family's genes are grown to a size and changed at random; whatever costs more is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import NamedTuple

from dev.fuzz.families import FAMILIES
from dev.fuzz.shapes import Block, Genes, Test, Texts, policy_text
from kmspolicy import Analysis, Code, KeyFacts, analyze, sentence
from kmspolicy.caching import Recent
from kmspolicy.report import shortcuts
from kmspolicy.witness.searcher import POLICY_STEPS

WORST = 10  # families that are named at the end
SIZES = (32_768, 131_072)  # what KMS takes; what the engine reads
_OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "ArnLike",
    "StringLikeIfExists",
    "ForAnyValue:StringLike",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotLike",
    "Null",
)
_KEYS = (
    "m",
    "k#",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:userid",
    "aws:CalledVia",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:ResourceOrgID",
    "aws:PrincipalTag/a",
    "aws:username",
    "aws:CurrentTime",
    "aws:FederatedProvider",
)
_UNITS = ("a", "*", "?", "*a", "*?", "?*", "*#", "${aws:username}", "ab", "0")


KEY = KeyFacts("111122223333", "us-west-2", partition="aws", event_time=1_750_000_000.0)  # as CloudTrail tells it
_SPACES = 64
_NEW = cycle(range(_SPACES))


class Cost(NamedTuple):
    """What one policy costs, and whether the bound ended a search."""

    characters: int
    steps: int
    seconds: float
    bounded: bool


class Worst(NamedTuple):
    """The costliest policy of a family at a size; how many were tried."""

    family: str
    size: int
    tried: int
    cost: Cost
    genes: Genes
    times: float  # the cost in seconds divided by that of reading the family's policy of 32 KB as JSON


def cost_of(text: str) -> Cost:
    """What all that the command tells of a policy costs, when it is seen for the first time."""
    text += " " * next(_NEW)  # another text, so that the engine does not remember the last answer
    forget()
    started = time.process_time()
    found = analyze(text, key=KEY)
    told = everything(found)
    spent = time.process_time() - started
    if found.problem is not None:
        raise ValueError(told)
    bounded = any(reason.code is Code.UNPROVEN for each in found.statements for reason in each.reasons)
    return Cost(len(text), found.steps, spent, bounded)


def forget() -> None:
    """Makes the engine forget what policies have in common, as if the next one were its first."""
    shortcuts.reset()
    for name in [name for name in sys.modules if name.startswith("kmspolicy.")]:
        for value in list(vars(sys.modules[name]).values()):
            # caching.py keeps its caches inside the functions that it decorates
            inner = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
            for cache in (value, *inner):
                if isinstance(cache, Recent):
                    cache.clear()
                elif hasattr(cache, "cache_clear"):
                    cache.cache_clear()


def everything(found: Analysis) -> object:
    """All that an answer says, so that all of it is worked out."""
    return (
        found.problem,
        found.audience,
        found.flagged,
        found.granted,
        found.witness and found.witness.text(KEY),
        found.encrypt_only,
        found.hash,
        found.parties,
        [sentence(reason) for reason in found.reasons],
        [
            (
                s.audience,
                s.flagged,
                s.granted,
                s.witness and s.witness.text(KEY),
                s.parties,
                [sentence(reason) for reason in s.reasons],
            )
            for s in found.statements
        ],
    )


def run(seed: int, seconds: float) -> Iterator[Worst]:
    """The worst of every family and size that could be found; the seconds divide among them."""
    for family, genes in FAMILIES.items():
        for size in SIZES:
            yield climb(Random(seed), family, genes, size - _SPACES, seconds / len(FAMILIES) / len(SIZES))


def climb(random: Random, family: str, genes: Genes, size: int, seconds: float) -> Worst:
    """Grows the genes to the size, then keeps every change that costs more, until the seconds are over."""
    best = grown(genes, size)
    cost = min((cost_of(policy_text(best)) for _ in range(3)), key=lambda measured: measured.seconds)
    tried, end = 1, time.monotonic() + seconds
    while time.monotonic() < end:
        other = grown(changed(random, best), size)
        text = policy_text(other)
        if len(text) > size:
            continue
        tried += 1
        found = cost_of(text)
        if found.seconds > cost.seconds:  # unless it was the machine that was slow
            found = min(found, cost_of(text), key=lambda measured: measured.seconds)
            if found.seconds > cost.seconds:
                best, cost = other, found
    return Worst(family, size, tried, cost, best, cost.seconds / reading(genes))


def reading(genes: Genes) -> float:
    """Seconds that json.loads takes for the genes grown to what KMS takes: the least of 20 runs."""
    text = policy_text(grown(genes, SIZES[0]))
    return min(_timed(lambda: json.loads(text)) for _ in range(20))


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def grown(genes: Genes, size: int) -> Genes:
    """The genes with all their blocks made larger, or smaller, to fit a size as well as whole statements can."""
    low, high = 1 / 1024, 1024.0
    for _ in range(20):
        middle = (low * high) ** 0.5
        if len(policy_text(scaled(genes, middle))) <= size:
            low = middle
        else:
            high = middle
    return scaled(genes, low)


def scaled(genes: Genes, factor: float) -> Genes:
    """Every block with so many times its statements; one of a single statement with longer lists or texts instead."""
    return tuple(_scaled(block, factor) for block in genes)


def _scaled(block: Block, factor: float) -> Block:
    if block.many > 1:
        return block._replace(many=max(2, round(block.many * factor)))
    return block._replace(tests=tuple(test._replace(texts=_longer(test.texts, factor)) for test in block.tests))


def _longer(texts: Texts, factor: float) -> Texts:
    if texts.many > 1:
        return texts._replace(many=max(2, round(texts.many * factor)))
    return texts._replace(times=max(1, round(texts.times * factor))) if texts.times > 1 else texts


def changed(random: Random, genes: Genes) -> Genes:
    """The genes with one or two changes."""
    blocks = list(genes)
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(blocks))
        blocks[at] = _changed(random, blocks[at])
        if random.random() < 0.1 and len(blocks) < 4:
            blocks.append(random.choice(random.choice(list(FAMILIES.values()))))
        elif random.random() < 0.05 and len(blocks) > 1:
            blocks.pop(random.randrange(len(blocks)))
    return tuple(blocks)


def _changed(random: Random, block: Block) -> Block:
    kind = random.random()
    if kind < 0.25:
        return block._replace(many=max(1, round(block.many * random.choice((0.25, 0.5, 2, 4)))))
    if kind < 0.35 and block.resources is not None:
        return block._replace(resources=_other_texts(random, block.resources))
    if kind < 0.45 and block.principals is not None:
        return block._replace(principals=block.principals._replace(many=_resized(random, block.principals.many)))
    tests = list(block.tests)
    if not tests or kind < 0.55:
        tests.append(
            random.choice(random.choice(list(FAMILIES.values()))[-1].tests or (Test("StringLike", "m", Texts("*#*")),))
        )
        return block._replace(tests=tuple(tests[:6]))
    at = random.randrange(len(tests))
    if kind < 0.65:
        tests[at] = tests[at]._replace(operator=random.choice(_OPERATORS))
    elif kind < 0.75:
        tests[at] = tests[at]._replace(key=random.choice(_KEYS))
    else:
        tests[at] = tests[at]._replace(texts=_other_texts(random, tests[at].texts))
    return block._replace(tests=tuple(tests))


def _other_texts(random: Random, texts: Texts) -> Texts:
    kind = random.randrange(5)
    if kind == 0:
        return texts._replace(many=_resized(random, texts.many))
    if kind == 1:
        return texts._replace(times=_resized(random, texts.times))
    if kind == 2:
        return texts._replace(unit=random.choice(_UNITS), times=max(1, texts.times))
    if kind == 3:
        return texts._replace(head=random.choice(("", "*", "*a", "?")) + texts.head.lstrip("*a?"))
    return texts._replace(tail=texts.tail.rstrip("*a?") + random.choice(("", "*", "*a", "a*", "?")))


def _resized(random: Random, number: int) -> int:
    return max(1, min(20_000, round(number * random.choice((0.5, 2, 4)) + random.choice((-1, 0, 1)))))


def line(worst: Worst) -> str:
    """A row of the table in docs/bounds.md."""
    steps = f"{worst.cost.steps:,}" + (", the bound" if worst.cost.bounded else "")
    cost = f"{steps} | {worst.cost.seconds * 1000:.0f} | {worst.times:.0f}"
    return f"| {worst.family} | {worst.cost.characters:,} | {worst.tried} | {cost} |"


def main() -> int:
    """Prints the costliest policy of every family and size as a table, and the worst of all as a policy in full."""
    parser = argparse.ArgumentParser(prog="dev.fuzz.cost", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=600, help="how long to search in all")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same changes")
    parser.add_argument("--keep", help="a file for the text of the costliest policy")
    arguments = parser.parse_args()
    print("| family | characters | tried | steps | ms | times json.loads |\n|---|---|---|---|---|---|", flush=True)
    found = []
    for worst in run(arguments.seed, arguments.seconds):
        found.append(worst)
        print(line(worst), flush=True)
    for size in SIZES:
        most = max((worst for worst in found if worst.size <= size), key=lambda worst: worst.cost.seconds)
        print(f"\nThe costliest of at most {size:,} characters: {most.family}, {most.cost.seconds * 1000:.0f} ms")
    print("\nThe most times json.loads of a policy of 32 KB of the family:")
    for worst in sorted(found, key=lambda worst: -worst.times)[:WORST]:
        print(f"  {worst.times:5.0f}  {worst.family}, {worst.cost.characters:,} characters")
    if arguments.keep:
        costliest = max(found, key=lambda worst: worst.cost.seconds)
        Path(arguments.keep).write_text(policy_text(costliest.genes), "utf-8")
    return 1 if any(worst.cost.steps > POLICY_STEPS for worst in found) else 0


if __name__ == "__main__":
    sys.exit(main())
