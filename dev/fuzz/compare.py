"""Compares the engine with the reference on one case: error or not, audiences, flags, actions, the witness.
What differs is a finding; which of the two is right, the documentation decides.
"""

from __future__ import annotations

import json
from typing import Any

from dev.fuzz.generator import Case
from dev.reference.evaluator import ALLOWED, DENIED, Request, caller_of, evaluate, grantee_may_be
from dev.reference.facts import Row
from dev.reference.grammar import Policy, read
from dev.reference.kms import CLASSES, CREATE_GRANT
from dev.reference.names import Key
from dev.reference.oracle import Verdict, judge
from kmspolicy import Analysis, Code, KeyFacts, analyze, resolve_actions

Summary = dict[str, Any]


def differences(case: Case) -> dict[str, tuple[Any, Any]]:
    """What the engine and the reference say differently: name -> (engine, reference). Empty where they agree."""
    analysis, verdict = engine(case), reference(case)
    left, right = of_engine(analysis), of_reference(verdict)
    if undecided(analysis):
        return {} if _no_narrower(left, right) else {"undecided": (left, right)}
    found = {name: (left[name], right[name]) for name in left if left[name] != right[name]}
    if not left["encrypt_only"] and is_cut_short(analysis):
        found.pop("encrypt_only", None)  # it is said only where it is proven
    problem = witness_problem(case, analysis)
    if problem:
        found["witness"] = (problem, "allowed")
    return found


def undecided(analysis: Analysis) -> bool:
    """Whether the engine says of something that it could not decide it, and assumes access."""
    reasons = [*analysis.reasons, *(reason for each in analysis.statements for reason in each.reasons)]
    return any(reason.code is Code.UNPROVEN for reason in reasons)


def is_cut_short(analysis: Analysis) -> bool:
    """Whether some question stayed open."""
    return analysis.problem is None and analysis.verdict.searcher.limit_reached


def _no_narrower(left: Summary, right: Summary) -> bool:
    """Whether what the engine assumes holds all that the reference finds."""
    rows = zip((left["audience"], *left["audiences"]), (right["audience"], *right["audiences"]))
    return all(Row[mine] <= Row[theirs] for mine, theirs in rows) and set(right["flagged"]) <= set(left["flagged"])


def engine(case: Case) -> Analysis:
    """What the engine makes of a case."""
    key = KeyFacts(
        case.account,
        case.region,
        case.key_id,
        case.partition,
        case.event_time,
        case.usage,
        case.spec,
        case.origin,
        case.multi_region,
    )
    return analyze(case.text(), actions=resolve_actions(case.actions), key=key)


def reference(case: Case) -> Verdict:
    """What the reference makes of a case."""
    names = tuple(f"kms:{name.strip()}" for name in case.actions.split(","))
    asked = case.actions if case.actions in CLASSES else names
    return judge(case.text(), asked, key_of(case), case.event_time)


def key_of(case: Case) -> Key:
    """What is known of the key."""
    return Key(
        case.account, case.region, case.key_id, case.partition, case.usage, case.spec, case.origin, case.multi_region
    )


def of_engine(analysis: Analysis) -> Summary:
    """The engine's answer in the terms of both."""
    return {
        "error": bool(analysis.problems),
        "audience": analysis.audience.value if analysis.audience else None,
        "audiences": [s.audience.value if s.audience else None for s in analysis.statements],
        "flagged": [s.statement.number for s in analysis.statements if s.flagged],
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
    if analysis.audience is None:
        return None
    due = [(analysis.witness, analysis.audience.value == "everyone")]
    due += [(s.witness, s.flagged) for s in analysis.statements]
    policy = read(case.text())
    for witness, needed in due:
        if needed and witness is None:
            return "missing"
        if witness is not None and (problem := _problem(policy, json.loads(witness.text()))):
            return f"{problem}: {witness.text()}"
    return None


def _problem(policy: Policy, made: dict[str, Any]) -> str | None:
    """Why a request that a witness describes is not allowed; of a grant, the grantee's request is met by no Deny."""
    if "key" not in made:
        return "no key is named"
    request = request_of(made)
    outcome = evaluate(policy, request)
    if outcome != ALLOWED or "then" not in made:
        return None if outcome == ALLOWED else outcome
    then, grantee = request_of(made["then"]), request.context.get("kms:granteeprincipal")
    if request.action != CREATE_GRANT or then.key != request.key:
        return "not a grant of the same key"
    if evaluate(policy, then) == DENIED:
        return "the grantee's request is denied"
    if request.context.get("kms:grantisforawsresource") != "true" and not (
        isinstance(grantee, str) and grantee_may_be(grantee, then.caller)
    ):
        return "another grantee"
    if then.action.partition(":")[2] not in request.context.get("kms:grantoperations", ()):
        return "an operation that the grant does not allow"
    return None


def request_of(made: dict[str, Any]) -> Request:
    """The request that a witness describes."""
    context = {key.lower(): value for key, value in made["context"].items()}
    return Request(made["action"], caller_of(made["principal"], context), made["key"], context)
