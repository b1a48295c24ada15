"""Prints all that the engine says of every case, one JSON line each, for comparison between Pythons and runs.

Run as `python -m tests.engine.replay` with lib/ and the project on PYTHONPATH; the standard library suffices. With the
argument `backwards` the last case is asked first; the lines come in the same order.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from kmspolicy import KeyFacts, analyze, error_text, sentence
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


def line(text: str, asked: dict[str, Any]) -> str:
    """The text, all that the analysis says of it, and the steps that its answers took."""
    found = analyze(text, now=NOW, **asked)
    if found.problem is not None:
        return json.dumps([text, error_text(found.problem)])
    key = asked.get("key", KeyFacts())
    statements = [
        [
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
        for each in found.statements
    ]
    return json.dumps(
        [
            text,
            found.audience,
            found.flagged,
            found.granted,
            list(map(sentence, found.reasons)),
            found.witness and found.witness.text(key),
            found.parties,
            found.encrypt_only,
            found.hash,
            statements,
            found.steps,
        ]
    )


if __name__ == "__main__":
    cases = list(texts())
    if sys.argv[1:] == ["backwards"]:
        print(*reversed([line(*each) for each in reversed(cases)]), sep="\n")
    else:
        print(*[line(*each) for each in cases], sep="\n")
