"""Whether the reasons that the engine gives are true: the reference judges each by the claim that its code makes."""

from __future__ import annotations

from collections.abc import Iterator

from dev.fuzz.claims import CLAIMS
from dev.fuzz.generator import Case
from dev.fuzz.judge import Judge
from dev.reference.grammar import BrokenPolicy, read
from kmspolicy import Code, sentence

_MOST_STATEMENTS = 8  # of a random policy: every set of its Denies is judged


def true(judge: Judge, code: Code, number: int) -> set[tuple[str, ...]]:
    """The details of every reason of this code that is true of a statement. number: its place, from 0."""
    readable = bool(judge.statements[number])
    return set(CLAIMS[code](judge, number)) if readable or code is Code.UNREADABLE else set()


def untrue(case: Case) -> Iterator[tuple[Code, str]]:
    """The code and the sentence of every reason that the engine gives and the reference does not bear out."""
    judge = Judge(case)
    for number, told in enumerate(judge.analysis.statements):
        assumed = any(reason.code is Code.UNPROVEN for reason in told.reasons) or judge.is_cut_short
        for reason in told.reasons:
            judged = reason.code is Code.UNPROVEN or not assumed  # the others follow from what is assumed
            if judged and reason.details not in true(judge, reason.code, number):
                yield reason.code, sentence(reason.of(judge.name(number)))


def differences(case: Case) -> dict[str, tuple[str, str]]:
    """The same by code, with what the reference says; a policy that is none, or too long to judge, has none."""
    try:
        statements = read(case.text()).statements
    except BrokenPolicy:
        return {}
    found = untrue(case) if len(statements) <= _MOST_STATEMENTS else ()
    return {code.name: (text, "not so") for code, text in found}
