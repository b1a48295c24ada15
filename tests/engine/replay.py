"""Prints all that the engine says of every case, one JSON line each, for comparison between Pythons and runs.

Run as `python -m tests.engine.replay` with lib/ and the project on PYTHONPATH; the standard library suffices. With the
argument `backwards` the last case is asked first, and of each its last answer; the lines come in the same order.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

from kmspolicy import KeyFacts, StatementAnalysis, analyze, error_text, sentence
from tests.engine.cases import document, policy_of, question, statement, walk

NOW = 1_795_000_000.0  # Unix seconds, in place of the time of the run


def texts() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every policy text of the cases, with what is asked about it."""
    for folder in ("verdicts", "reasons"):
        for case in walk(folder):
            yield json.dumps(policy_of(case.data)), question(case.data)
    for case in walk("tables"):
        for condition in (
            each for effect in ("allow", "deny") for found in case.data.get(effect, {}).values() for each in found
        ):
            limited = statement({"Condition": condition})
            yield json.dumps(document(limited)), question(case.data)
            yield json.dumps(document(statement({}), {**limited, "Effect": "Deny"})), question(case.data)
    for case in walk("evaluator/conditions"):
        yield json.dumps(document(statement({"Condition": case.data["condition"]}))), {}
    for case in walk("grammar"):
        for policy in case.data.get("policies", [case.data.get("broken")]):
            yield policy if isinstance(policy, str) else json.dumps(policy), {}


def line(text: str, asked: dict[str, Any], backwards: bool = False) -> str:
    """The text, all that the analysis says of it, and the steps that its answers took. backwards: whether the last
    answer is asked for first.
    """
    found = analyze(text, now=NOW, **asked)
    if found.problem is not None:
        return json.dumps([text, error_text(found.problem)])
    key = asked.get("key", KeyFacts())
    summary = [
        ("audience", lambda: found.audience),
        ("flagged", lambda: found.flagged),
        ("granted", lambda: found.granted),
        ("reasons", lambda: list(map(sentence, found.reasons))),
        ("witness", lambda: found.witness and found.witness.text(key)),
        ("parties", lambda: found.parties),
        ("encrypt_only", lambda: found.encrypt_only),
        ("hash", lambda: found.hash),
        *((f"statement {each.statement.number}", partial(of_statement, each, key)) for each in found.statements),
    ]
    said = {name: ask() for name, ask in (reversed(summary) if backwards else summary)}
    return json.dumps([text, sorted(said.items()), found.steps])


def of_statement(each: StatementAnalysis, key: KeyFacts) -> list[Any]:
    """All that is said of a statement."""
    return [
        each.statement.number,
        each.text,
        each.statement.sid,
        each.statement.allow,
        each.statement.actions_written,
        each.statement.principals.written,
        each.statement.conditions_written,
        each.audience,
        each.flagged,
        each.granted,
        [sentence(reason) for reason in each.reasons],
        each.witness and each.witness.text(key),
        each.parties,
    ]


if __name__ == "__main__":
    cases = list(texts())
    if sys.argv[1:] == ["backwards"]:
        print(*reversed([line(*each, backwards=True) for each in reversed(cases)]), sep="\n")
    else:
        print(*[line(*each) for each in cases], sep="\n")
