"""Whatever text comes in, the analysis answers: with a verdict or with one line, never with an exception."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmspolicy import Audience, KeyFacts, analyze, error_text, sentence
from kmspolicy.evaluation.request import Caller, Request
from kmspolicy.policy.context_keys import KEY_ARN
from kmspolicy.policy.parser import parse
from tests.engine.cases import KEY_ID, OURS, THEIRS, document, statement
from tests.engine.decisions import Decision, decide
from tests.engine.explosive import allow

pytestmark = pytest.mark.slow

KEYS = (
    KeyFacts(),
    KeyFacts(OURS, "us-west-2", KEY_ID, "aws", 1767225600.0),
    KeyFacts("", "", "", "", -1.0),
    KeyFacts("\ud800", "\x00", "*", "${aws:username}", 9e9),
    KeyFacts(OURS, usage="", spec="", origin=""),
)
TWO = KEYS[1:4:2]

# A policy that has something of everything, each of whose values is in turn replaced by any JSON.
POLICY = document(
    statement(
        {"Sid": "A", "Principal": {"AWS": [THEIRS, f"arn:aws:iam::{OURS}:role/App"], "Service": "s3.amazonaws.com"}}
    ),
    statement(
        {
            "Sid": "B",
            "Action": ["kms:Encrypt", "kms:Generate*"],
            "Condition": {
                "StringLike": {
                    "kms:ViaService": ["s3.*.amazonaws.com"],
                    "aws:PrincipalArn": "arn:aws:iam::*:role/${aws:username}",
                },
                "ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"},
                "NumericLessThan": {"aws:MultiFactorAuthAge": 3600},
                "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                "IpAddressIfExists": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
                "Null": {"aws:TokenIssueTime": True},
            },
        }
    ),
    statement(
        {
            "Effect": "Deny",
            "NotAction": "kms:Decrypt",
            "NotResource": f"arn:aws:kms:*:*:key/{KEY_ID}",
            "NotPrincipal": {"AWS": "AIDAEXAMPLEEXAMPLE123"},
            "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "${aws:ResourceOrgID, 'o-x'}"}},
        }
    ),
)

SPECIAL = [
    "",
    "*",
    "?",
    "${",
    "${*}",
    "${aws:username}",
    "${aws:CurrentTime, '",
    "\x00",
    "\ud800",
    "arn:::::",
    "::",
    "0.0.0.0/0",
    "1e9999",
    "-0",
    "9" * 300,
    "true",
    "Allow",
    "AWS",
    "o-",
    "*" * 50 + "a",
    "a?*" * 20,
    "ForAllValues:",
    "StringLike",
    "Null",
    "2026-02-30",
    "9999-12-31T23:59:59.999Z",
    "=",
    "{0}{at}",
]
TEXTS = st.one_of(st.sampled_from(SPECIAL), st.text(max_size=20), st.text("*?${}:/a0.-'", max_size=12))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**40), 10**40), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON value, its own included."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


def replaced(path: tuple[Any, ...], value: Any) -> Any:
    """The policy with another value at this place."""
    if not path:
        return value
    changed = copy.deepcopy(POLICY)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


def renamed(path: tuple[Any, ...], name: str) -> Any:
    """The policy with another name for the value at this place."""
    changed = copy.deepcopy(POLICY)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[name] = inner.pop(path[-1])
    return changed


ANY_ARN = "arn:aws:kms:us-west-2:111122223333:key/1"
NAMED = [path for path in places(POLICY) if path and isinstance(path[-1], str)]


def answers(text: str, keys: tuple[KeyFacts, ...] = KEYS) -> None:
    """Reads all that the analysis says, for several keys, and holds it to its form."""
    for key in keys:
        found = analyze(text, key=key)
        lines = [sentence(reason) for reason in found.reasons]
        if found.problem is None:
            assert found.audience in set(Audience) and len(found.hash) == 64 and len(found.statements) > 0
            lines += [error_text(problem) for problem in found.problems]
            lines += [sentence(reason) for each in found.statements for reason in each.reasons]
        else:
            assert (found.audience, found.hash, found.statements, found.witness) == (None, "", (), None)
            lines += [error_text(found.problem)]
        assert [line for line in lines if not 0 < len(line) <= 400 or len(line.splitlines()) != 1] == []
        assert found.flagged == (found.audience is Audience.everyone) and not (found.encrypt_only and found.problem)
        for each in found.statements:
            written = each.statement
            json.loads(each.text)
            each.text.encode()
            shown = (written.sid, *written.actions_written, *written.principals.written, *written.conditions_written)
            assert {type(text) for text in (*shown, *each.granted)} == {str}
            assert each.flagged <= (each.audience is Audience.everyone) and written.number >= 0


def test_the_policy_itself_is_sound() -> None:
    answers(json.dumps(POLICY))
    assert analyze(json.dumps(POLICY)).problem is None and len(places(POLICY)) > 40


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.sampled_from(places(POLICY)), JSON)
def test_any_json_at_any_place_of_a_policy(path: tuple[Any, ...], value: Any) -> None:
    answers(json.dumps(replaced(path, value)), TWO)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(NAMED), TEXTS)
def test_any_name_at_any_place_of_a_policy(path: tuple[Any, ...], name: str) -> None:
    answers(json.dumps(renamed(path, name)), TWO)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=60) | JSON.map(json.dumps))
def test_any_text(text: str) -> None:
    answers(text)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, len(json.dumps(POLICY)) - 1), st.sampled_from(["", "\x00", "\ud800", *'"{],\\é0']))
def test_a_text_cut_or_broken_at_any_character(at: int, written: str) -> None:
    text = json.dumps(POLICY)
    answers(text[:at] + written, TWO)
    answers(text[:at] + written + text[at + 1 :], TWO)


WRONG = (None, True, False, 0, -1, 1.5, 10**300, "", "x", [], {}, [[]], [None], {"a": {}}, {"AWS": None}, ["x", 5])


@pytest.mark.parametrize("path", places(POLICY), ids=str)
def test_every_wrong_type_at_every_place(path: tuple[Any, ...]) -> None:
    for value in WRONG:
        answers(json.dumps(replaced(path, value)), KEYS[1:2])


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{" * 100_000,
        '{"a":' * 26_000,
        '{"Statement":[' * 9_000,
        '"' + "\\" * 100_001,
        "\x00" * 1_000,
        "\ud800" * 1_000,
        "\ufeff{}",
        "9" * 130_000,
        "-" * 1_000,
        "1" + "0" * 130_000 + ".5",
        "1e" + "9" * 1_000,
        '{"Statement":' + "[" * 60_000 + "]" * 60_000 + "}",
        json.dumps({"Statement": [{}] * 40_000}),
        '{"Statement":[{"Effect":"Allow","Principal":"*","Action":' + "[" * 50_000 + "]" * 50_000 + "}]}",
        json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*"}] * 3_500}),
        json.dumps({chr(n): n for n in range(32, 10_000)}),
        "{" + ",".join(f'"k":{n}' for n in range(10_000)) + "}",
    ],
    ids=lambda text: f"{text[:14]!a} {len(text)}",
)
def test_texts_without_end(text: str) -> None:
    answers(text)


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("*a" * 3_000, "a" * 20_000, True),
        ("*a" * 3_000 + "b", "a" * 20_000, False),
        ("*a" * 3_000 + "b*", "a" * 20_000, False),
        ("a*" * 3_000 + "b", "a" * 20_000 + "c", False),
        ("*?" * 3_000 + "b*", "a" * 20_000, False),
        ("*a?a" * 1_000 + "b", "a" * 20_000, False),
        ("?" * 5_000 + "*", "a" * 20_000, True),
        ("*" * 20_000 + "b", "a" * 20_000, False),
        ("*" + "a" * 5_000 + "*b", "a" * 20_000, False),
        ("*" + "a" * 5_000 + "b*", ("a" * 4_999 + "b") * 4, False),
    ],
    ids=lambda value: f"{value!s:.9}",
)
def test_patterns_that_make_backtracking_matchers_hang(pattern: str, value: str, matches: bool) -> None:
    condition = {"StringLike": {"made:up": pattern}}
    policy = json.dumps(document(statement({"Condition": condition})))
    request = Request("kms:Encrypt", Caller(THEIRS), {"made:up": value, KEY_ARN: ANY_ARN})
    assert decide(parse(policy), request) is (Decision.ALLOWED if matches else Decision.NOT_ALLOWED)
    answers(policy, KEYS[:1])
    answers(json.dumps(document(statement({"Condition": {**condition, "StringEquals": {"made:up": value}}}))), KEYS[:1])
    answers(json.dumps(document(statement({"Condition": {"StringNotLike": {"made:up": [pattern, value]}}}))), KEYS[:1])


def test_a_thousand_variables_raise_nothing() -> None:
    pattern = "".join(f"${{k:{number}}}" for number in range(1_200))
    assert analyze(json.dumps(document(allow({"StringLike": {"made:up": pattern}})))).audience is Audience.everyone
