"""Compares the engine with the reference on one case: error or not, audiences, flags, actions, the witness.
What differs is a finding; which of the two is right, the documentation decides.
"""

from __future__ import annotations

import json
from typing import Any

from dev.fuzz.generator import Case
from dev.reference.evaluator import ALLOWED, Caller, Key, Request, evaluate
from dev.reference.grammar import read
from dev.reference.oracle import Verdict, judge
from kmspolicy import Analysis, KeyFacts, analyze, resolve_actions

Summary = dict[str, Any]


def differences(case: Case) -> dict[str, tuple[Any, Any]]:
    """What the engine and the reference say differently: name -> (engine, reference). Empty where they agree."""
    analysis, verdict = engine(case), reference(case)
    left, right = of_engine(analysis), of_reference(verdict)
    found = {name: (left[name], right[name]) for name in left if left[name] != right[name]}
    problem = witness_problem(case, analysis)
    if problem:
        found["witness"] = (problem, "allowed")
    return found


def engine(case: Case) -> Analysis:
    """What the engine makes of a case."""
    key = KeyFacts(case.account, case.region, case.key_id, case.partition, case.event_time)
    return analyze(case.text(), actions=resolve_actions(case.actions), key=key)


def reference(case: Case) -> Verdict:
    """What the reference makes of a case."""
    return judge(case.text(), resolve_actions(case.actions), key_of(case), case.event_time)


def key_of(case: Case) -> Key:
    """The key's known parts."""
    return Key(case.account, case.region, case.key_id, case.partition)


def of_engine(analysis: Analysis) -> Summary:
    """The engine's answer in the terms of both."""
    return {
        "error": analysis.problem is not None,
        "audience": analysis.audience.value if analysis.audience else None,
        "audiences": [s.audience.value if s.audience else None for s in analysis.statements],
        "flagged": [s.index for s in analysis.statements if s.flagged],
        "any_flagged": analysis.flagged,
        "granted": [sorted(s.granted) for s in analysis.statements if s.flagged],
        "granted_summary": sorted(analysis.granted) if analysis.flagged else [],
        "encrypt_only": analysis.encrypt_only,
    }


def of_reference(verdict: Verdict) -> Summary:
    """The reference's answer in the terms of both."""
    return {
        "error": bool(verdict.error),
        "audience": verdict.audience,
        "audiences": [s.audience for s in verdict.statements],
        "flagged": list(verdict.flagged),
        "any_flagged": bool(verdict.flagged),
        "granted": [sorted(s.granted) for s in verdict.statements if s.granted],
        "granted_summary": sorted({a for s in verdict.statements for a in s.granted}),
        "encrypt_only": verdict.encrypt_only,
    }


def witness_problem(case: Case, analysis: Analysis) -> str | None:
    """Why a witness is none: missing, or a request that the reference's evaluator does not allow."""
    if analysis.problem:
        return None
    due = [(analysis.witness, analysis.audience is not None and analysis.audience.value == "everyone")]
    due += [(s.witness, s.flagged) for s in analysis.statements]
    policy = read(case.text())
    for text, needed in due:
        if needed and text is None:
            return "missing"
        if text is not None:
            outcome = evaluate(policy, request_of(text, key_of(case)))
            if outcome != ALLOWED:
                return f"{outcome}: {text}"
    return None


def request_of(witness: str, key: Key) -> Request:
    """The request that a witness describes."""
    made = json.loads(witness)
    context = {key.lower(): value for key, value in made["context"].items()}
    arn = made["principal"]
    user_id = context.get("aws:userid")
    caller = Caller(arn.split(":")[4], arn, arn if ":sts:" in arn else None, user_id and user_id.split(":")[0])
    return Request(made["action"], caller, key, context)
