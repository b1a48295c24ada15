"""When a reason about Denies is true: each as the only one beside the statement, or several together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from dev.fuzz.claims.left import whom, words
from dev.fuzz.judge import Claim, Details, Judge
from dev.reference.facts import Row
from kmspolicy import Code

_TOLD = 3  # Denies of which each closes a statement that are told


def _denied(judge: Judge, number: int) -> Details:
    for those in _closing(judge, number):
        if not judge.past(number, those):
            yield (_names(judge, those),)


def _narrowed(judge: Judge, number: int) -> Details:
    """By itself the statement is open to everyone. With these Denies only the parties that are named get in."""
    return _leaving(judge, number) if judge.alone(number) is Row.everyone else iter(())


def _left_to(judge: Judge, number: int) -> Details:
    """By itself the statement is not open to everyone. With these Denies only the parties that are named get in."""
    return _leaving(judge, number) if judge.alone(number) is not Row.everyone else iter(())


def _leaving(judge: Judge, number: int) -> Details:
    for those in _closing(judge, number):
        yield from ((left, _names(judge, those)) for left in whom(judge, number, those))


def _closing(judge: Judge, number: int) -> Iterator[list[int]]:
    """Denies that close the statement: each that does alone if they are enough, or several of which all are needed."""
    alone = [deny for deny in judge.denies if judge.closed(number, [deny])]
    if _enough(judge, number, alone):
        yield from ([deny] for deny in alone)
    yield from _needed_together(judge, number)


def _enough(judge: Judge, number: int, denies: Iterable[int]) -> bool:
    """Whether these Denies close the statement to its audience, and to every other one that has nothing in the end."""
    widest, in_the_end = (next(iter(judge.past(number, those)), Row.none) for those in (denies, judge.denies))
    return judge.closed(number, denies) and widest is in_the_end


def _names(judge: Judge, denies: Iterable[int]) -> str:
    first, *more = map(judge.name, denies)
    if not more:
        return first
    shown = [name.removeprefix("statement ") for name in (first, *more)]
    shown = shown if len(shown) <= 3 else [*shown[:3], f"{len(shown) - 3} more"]
    return f"statements {words(shown)} together"


def _needed_together(judge: Judge, number: int) -> Iterator[list[int]]:
    """Denies that are enough to close the statement, and without any one of them are not."""
    if not judge.closed(number, judge.denies):
        return
    for size in range(2, len(judge.denies) + 1):
        for those in combinations(judge.denies, size):
            rest = [[deny for deny in those if deny is not one] for one in those]
            if _enough(judge, number, those) and not any(_enough(judge, number, listed) for listed in rest):
                yield list(those)


def _denies_some(judge: Judge, number: int) -> Details:
    """Of what the statement gives its audience, or of what Denies that close it to that leave the next one."""
    yield from _losses(judge, number, judge.alone(number), [])
    alone = [deny for deny in judge.denies if judge.closed(number, [deny])]
    for those in [alone[:_TOLD], *_closing(judge, number)]:
        if those:
            yield from _losses(judge, number, next(iter(judge.past(number, those)), Row.none), those)


def _losses(judge: Judge, number: int, row: Row, past: list[int]) -> Details:
    opened: set[str] = judge.gained(number, row, past) if row is not Row.none else set()
    others = [deny for deny in judge.denies if opened and deny not in past]
    gone = {deny: opened - judge.gained(number, row, [*past, deny]) for deny in others}
    yield from ((judge.name(deny), judge.names(lost)) for deny, lost in gone.items() if lost and lost < opened)
    left = judge.gained(number, row, [*past, *others]) if others else opened
    together = opened.difference(left, *gone.values())
    for size in range(2, len(others) + 1) if together else ():
        for those in combinations(others, size):
            lost = [together - judge.gained(number, row, [*past, *(set(those) - {one})]) for one in (None, *those)]
            if lost[0] == together and together not in lost[1:]:
                yield _names(judge, those), judge.names(together)


def _deny_misses(judge: Judge, number: int) -> Details:
    for deny in judge.denies:
        if Row.everyone in judge.past(number, [deny]):
            for request in judge.example(number):
                yield from ((judge.name(deny), missed) for missed in judge.missed(deny, request))


def _grants_nothing(judge: Judge, number: int) -> Details:
    if judge.statements[number]["Effect"] == "Deny":
        yield ()


CLAIMS: dict[Code, Claim] = {
    Code.DENIED: _denied,
    Code.NARROWED: _narrowed,
    Code.LEFT_TO: _left_to,
    Code.DENIES_SOME: _denies_some,
    Code.DENY_MISSES: _deny_misses,
    Code.GRANTS_NOTHING: _grants_nothing,
}
