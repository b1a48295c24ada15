"""Reasons: every code fires in one policy and stays silent in its near miss, and each sentence is one bounded line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy import Analysis, KeyFacts, Reason, analyze, sentence
from kmspolicy.report.sentences import Code
from tests.engine.cases import Case, document, name, policy_of, question, statement, walk

CASES = list(walk("reasons"))
LONGEST = 400
# Texts that break a template, a line, a table or an encoding.
HOSTILE = {
    "braces": "{0} {at} {{}} %s ${x}",
    "quotes": "\"'`\\",
    "line breaks": "a\nb\r\nc\u2028d\u2029e\vf\x0cg\x85h",
    "tabs and NUL": "a\tb\x00c",
    "lone surrogates": "\ud800a\udfff",
    "terminal escapes": "\x1b[31mred\x1b[0m\u202e",
    "very long": "x" * 4_000,
    "very many": " ".join(["{}"] * 1_500),
}


def judge(data: dict[str, Any]) -> Analysis:
    """The analysis of a case's policy."""
    return analyze(json.dumps(policy_of(data)), **question(data))


RULED_OUT = {
    "StringEquals": {"aws:PrincipalAccount": "111122223333"},
    "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/x"},
}
PARTICULAR = {
    "the event's time": (
        {"DateLessThan": {"aws:CurrentTime": "2020"}},
        "condition DateLessThan aws:CurrentTime = 2020 never holds: that time is over",
    ),
    "what the rest of the policy names": (
        {"StringLike": {"aws:PrincipalAccount": "99999999999?"}},
        "no request can meet its conditions together",  # one of those accounts could meet this one
    ),
}


@pytest.mark.parametrize(("condition", "sentence_told"), PARTICULAR.values(), ids=PARTICULAR)
def test_a_condition_is_judged_in_its_own_policy_where_others_rule_everybody_out(
    condition: dict[str, Any], sentence_told: str
) -> None:
    named = statement({"Principal": {"AWS": [f"99999999999{digit}" for digit in range(10)]}})
    text = json.dumps(document(statement({"Condition": {**RULED_OUT, **condition}}), named))
    found = analyze(text, key=KeyFacts("111122223333", "us-west-2", None, "aws", 1750000000.0))
    assert sentence_told in [sentence(reason) for reason in found.statements[0].reasons]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_a_reason_fires_here_and_not_in_its_near_miss(case: Case) -> None:
    found = [analysis.reasons for analysis in judge(case.data).statements]
    assert [[sentence(reason) for reason in reasons] for reasons in found] == case.data["says"]
    code = Code[case.data["code"]]
    silent = [reason.code for analysis in judge(case.data["twin"]).statements for reason in analysis.reasons]
    assert code in {reason.code for reasons in found for reason in reasons} and silent and code not in silent


def test_every_code_has_a_case() -> None:
    assert {case.data["code"] for case in CASES} == {code.name for code in Code}


def policy(text: str) -> dict[str, Any]:
    """A policy in which nearly every kind of reason tells this text."""
    told = {"StringEquals": {text: [text, text], "kms:CallerAccount": ["111122223333", text]}}
    return document(
        statement({"Sid": text, "Condition": {"StringEquals": {"kms:ViaService": text}}}),
        statement({"Sid": text, "Condition": told}),
        statement({"Sid": text, "NotPrincipal": {"AWS": text, "Service": text}}),
        statement({"Sid": text, "Principal": {"AWS": text}}),
        statement({"Sid": text, "Condition": {"StringEquals": {"kms:GrantOperations": text}}}),
        statement({"Sid": text, "Effect": "Deny", "Condition": {"StringEquals": {text: text}}}),
        statement({"Sid": text, "Effect": "Deny", "Condition": {"StringNotEquals": {"kms:CallerAccount": text}}}),
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_texts_of_a_policy_never_break_a_sentence(text: str) -> None:
    found = analyze(json.dumps(policy(text)))
    by_statement = [reason for analysis in found.statements for reason in analysis.reasons]
    sentences = [sentence(reason) for reason in (*by_statement, *found.reasons)]
    assert len(sentences) > 12 and [told for told in sentences if not one_bounded_line(told)] == []
    used = {reason.code for reason in by_statement}
    assert {Code.ALL_BUT, Code.NOBODY, Code.LIMITS, Code.NEVER_HOLDS, Code.DENIED} <= used


GRANTS_LAST = "grants that it allows outlive the policy: they last until they are retired or revoked"


def one_bounded_line(told: str) -> bool:
    """Whether a sentence fits one cell: short, one line, no margin."""
    return len(told) <= LONGEST and len(told.splitlines()) == 1 and told == told.strip() and bool(told)


def test_a_template_is_never_filled_twice() -> None:
    assert sentence(Reason(Code.NAMED, ("{0}{at}{1}",), "{0}")) == "{0}: the principal element names {0}{at}{1}"


@pytest.mark.parametrize(("length", "told"), [(120, "x" * 120), (121, "x" * 119 + "…")])
def test_a_short_text_is_told_whole_and_a_long_one_is_cut(length: int, told: str) -> None:
    found = judge({"statement": {"Principal": {"AWS": "x" * length}}})
    assert sentence(found.statements[0].reasons[0]) == f"the principal element names nobody: {told}"


def test_a_policy_tells_the_reasons_of_its_flagged_statements_each_with_its_statement() -> None:
    closed = {"Sid": "Closed", "Condition": {"StringEquals": {"kms:CallerAccount": "111122223333"}}}
    found = judge({"statement": [closed, {"Sid": "Open"}, {}]})
    anyone = 'the principal "*" covers every AWS account and every AWS service'
    assert [sentence(reason) for reason in found.reasons] == [
        f'statement "Open": {anyone}',
        f'statement "Open": {GRANTS_LAST}',
        f"statement 3: {anyone}",  # grants are told of once a policy
    ]


def told_in(*statements: dict[str, Any]) -> list[str]:
    """The sentences of a policy's summary."""
    return [sentence(reason) for reason in analyze(json.dumps(document(*statements))).reasons]


def test_a_summary_says_why_nobody_gets_in() -> None:
    named = statement({"Sid": "Ours", "Action": "kms:Encrypt", "Principal": {"AWS": "111122223333"}})
    assert told_in(named, statement({"Sid": "Stop", "Effect": "Deny"})) == [
        'statement "Ours": the principal element names 111122223333',
        'statement "Ours": denied by statement "Stop"',
    ]


def test_a_summary_for_nobody_leaves_out_what_covers_no_checked_action() -> None:
    named = statement({"Sid": "Ours", "Action": "kms:Decrypt", "Principal": {"AWS": "111122223333"}})
    assert told_in(named) == []


@pytest.mark.parametrize(
    ("without_effect", "told"),
    [
        ({"Resource": []}, "it has no effect: neither Resource nor NotResource lists anything"),
        ({"Action": []}, "it has no effect: neither Action nor NotAction lists anything"),
        ({"Action": "Encrypt"}, "it covers none of the checked actions"),
    ],
)
def test_a_summary_for_nobody_tells_why_an_open_statement_has_no_effect(
    without_effect: dict[str, Any], told: str
) -> None:
    assert told_in(statement(without_effect)) == [f"statement 1: {told}"]
    assert told_in(statement({**without_effect, "Principal": {"AWS": "111122223333"}})) == []


def test_a_summary_for_nobody_tells_of_an_open_statement_without_a_checked_action_only_where_no_other_has_one() -> None:
    open_one = statement({"Sid": "Look", "Action": "kms:DescribeKey"})
    named = statement({"Sid": "Ours", "Action": "kms:Encrypt", "Principal": {"AWS": "111122223333"}})
    stop = statement({"Sid": "Stop", "Effect": "Deny"})
    assert told_in(open_one, stop) == ['statement "Look": it covers none of the checked actions']
    assert told_in(open_one, named, stop) == [
        'statement "Ours": the principal element names 111122223333',
        'statement "Ours": denied by statement "Stop"',
    ]


def test_a_policy_without_a_flag_tells_what_closes_what_looks_open() -> None:
    closed = {"Sid": "Closed", "Condition": {"StringEquals": {"kms:CallerAccount": "111122223333"}}}
    deny = {"Effect": "Deny", "Principal": {"AWS": "444455556666"}}
    found = judge({"statement": [{"Principal": {"AWS": "111122223333"}}, closed, deny]})
    assert [sentence(reason) for reason in found.reasons] == [
        'statement "Closed": the principal "*" covers every AWS account and every AWS service',
        'statement "Closed": condition kms:CallerAccount limits access to 111122223333',
    ]


@pytest.mark.parametrize(
    ("closing", "told"),
    [
        ([{"Sid": "All"}], 'denied by statement "All"'),
        (
            [{"Sid": name, "Condition": {"Null": {"aws:PrincipalTag/z": name}}} for name in ("true", "false")],
            'denied by statements "true" and "false" together',
        ),
        ([], "does not stop the example request"),
    ],
)
def test_of_many_denies_those_are_named_that_close(closing: list[dict[str, Any]], told: str) -> None:
    others = [{"Sid": f"D{at}", "Condition": {"StringEquals": {f"aws:PrincipalTag/t{at}": "x"}}} for at in range(40)]
    denies = [statement({"Effect": "Deny", **each}) for each in (*others, *closing)]
    found = analyze(json.dumps(document(statement({}), *denies)))
    assert any(told in sentence(reason) for reason in found.statements[0].reasons)
    assert closing == [] or '"D' not in " ".join(map(sentence, found.statements[0].reasons))


def test_a_policy_tells_which_accounts_it_names() -> None:
    found = judge({"statement": [{"Principal": {"AWS": "111122223333"}}, {"Principal": {"AWS": "444455556666"}}]})
    assert [sentence(reason) for reason in found.reasons] == [
        "statement 2: the principal element names 444455556666",
        f"statement 2: {GRANTS_LAST}",
    ]
    own = judge({"statement": {"Principal": {"AWS": "111122223333"}}})
    assert [sentence(reason) for reason in own.reasons] == ["statement 1: the principal element names 111122223333"]


@pytest.mark.parametrize(
    "elements",
    [{"Sid": "x" * 400}, {"Condition": {"StringEquals": {"aws:PrincipalTag/" + "x" * 400: "a"}}}],
    ids=["Sid", "key"],
)
def test_a_long_name_leaves_the_reason_readable(elements: dict[str, Any]) -> None:
    sentences = [sentence(reason) for reason in analyze(json.dumps(document(statement(elements)))).reasons]
    assert [told for told in sentences if "AWS account" not in told and "grants" not in told] == []
