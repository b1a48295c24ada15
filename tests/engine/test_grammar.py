"""Broken policies: one line that says what is wrong and where, and nothing else; what is next to it is no error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmspolicy import Analysis, Audience, Code, analyze, error_text
from kmspolicy.policy.errors import Fault
from tests.engine.cases import EVERYONE, Case, document, name, statement, walk

CASES = list(walk("grammar"))
ERRORS = [case for case in CASES if "error" in case.data]
SOUND = [case for case in CASES if "error" not in case.data]
LEVELS = "JSON nests deeper than 64 levels"


def judge(policy: Any) -> Analysis:
    """The analysis of a policy, written out or as text."""
    return analyze(policy if isinstance(policy, str) else json.dumps(policy))


def error(policy: Any) -> str:
    """Why it cannot be read, after a look at all else that the analysis then says; '' where it can be."""
    found = judge(policy)
    if found.problem is None:
        assert len(found.problems) <= 1 and {problem.statement for problem in found.problems} == unreadable(found)
        return "".join(map(error_text, found.problems))
    assert (found.statements, found.granted, found.reasons, found.hash) == ((), (), (), "")
    assert (found.audience, found.flagged, found.witness, found.encrypt_only) == (None, False, None, False)
    return error_text(found.problem)


def unreadable(found: Analysis) -> set[int | None]:
    """The statements that are said to be unreadable: they give nothing."""
    listed = [each for each in found.statements if [reason.code for reason in each.reasons] == [Code.UNREADABLE]]
    assert [each for each in listed if each.flagged or each.granted or each.audience is not Audience.none] == []
    return {each.statement.number for each in listed}


@pytest.mark.parametrize("case", ERRORS, ids=name)
def test_a_broken_policy_tells_what_and_where_and_its_near_miss_is_sound(case: Case) -> None:
    assert error(case.data["broken"]) == case.data["error"]
    assert error(case.data["sound"]) == ""


@pytest.mark.parametrize("case", SOUND, ids=name)
def test_what_is_no_error(case: Case) -> None:
    found = [judge(policy) for policy in case.data["policies"]]
    assert [analysis.problems for analysis in found] == [()] * len(found)
    assert {analysis.audience for analysis in found} == {case.data["audience"]}


def test_every_fault_has_a_case() -> None:
    faults = {problem.fault for case in ERRORS for problem in judge(case.data["broken"]).problems}
    assert faults == set(Fault) - {Fault.TOO_LONG, Fault.TOO_DEEP}


def nested(levels: int) -> Any:
    """Lists in lists."""
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 2_000 + "]" * 2_000,
        "[" * 2_000,
        '{"Statement":' * 70,
        '{"Statement":' * 2_000,
        '{"Statement": "' + "\\\\" * 9 + '", "Id": ' + "[" * 64 + "1,]",
    ],
    ids=["2,000 brackets", "2,000 open ones", "70 objects", "2,000 objects", "a comma far inside"],
)
def test_what_nests_too_deep_is_told_before_any_other_fault(text: str) -> None:
    assert error(text) == LEVELS


@pytest.mark.parametrize(
    "text",
    ["[" * 64, '{"Id": "' + "[" * 99, '{"Id": "\\"' + "[" * 99 + '"}'],
    ids=["64 brackets", "in a text that does not end", "in a text"],
)
def test_brackets_that_do_not_nest_too_deep_leave_the_fault_its_name(text: str) -> None:
    assert error(text) not in ("", LEVELS)


@pytest.mark.parametrize(
    ("around", "build"),
    [
        (1, lambda x: {**document(EVERYONE), "x": x}),
        (3, lambda x: document({**EVERYONE, "x": x})),
        (3, lambda x: {"Statement": [EVERYONE, {**EVERYONE, "x": x}]}),
    ],
    ids=["of the policy", "of a statement", "of another statement"],
)
def test_an_unknown_element_may_nest_to_a_depth(around: int, build: Any) -> None:
    """around: the levels around the element."""
    assert [error(build(nested(levels - around))) for levels in (4, 64, 65, 900)] == ["", "", LEVELS, LEVELS]


@pytest.mark.parametrize("levels", [950, 5_000])
def test_a_known_element_may_not_nest_deeper_and_nothing_raises_far_down_the_stack(levels: int) -> None:
    text = json.dumps(document({**EVERYONE, "Action": "LISTS"})).replace('"LISTS"', "[" * levels + "]" * levels)

    def far_down(frames: int) -> str:
        return far_down(frames - 1) if frames else error(text)

    assert far_down(100) == LEVELS


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 20_000,
        '[{"a":' * 20_000,
        "[" * 60_000 + "]" * 60_000,
        '{"Statement":' * 5_000 + "{" + "}" * 5_000,
    ],
)
def test_brackets_without_end(text: str) -> None:
    assert error(text) == LEVELS


def test_a_text_may_have_so_many_characters() -> None:
    whole = json.dumps(document(EVERYONE))
    assert error(whole + " " * (131_072 - len(whole))) == ""
    assert error(whole + " " * (131_073 - len(whole))) == (
        "the policy text has 131,073 characters; KMS takes at most 32,768 bytes, and more than 131,072 are not parsed"
    )
    assert error("[" * 1_000_000).startswith("the policy text has 1,000,000 characters")


@pytest.mark.parametrize("number", ["{}", "-{}", "0.{}", "1{}.5", "1e{}", "-1e{}"])
def test_a_number_may_have_so_many_digits(number: str) -> None:
    whole = json.dumps(document(statement({"Condition": {"NumericNotEquals": {"made:up": "NUMBER"}}})))
    long, short = (number.format("9" * digits) for digits in (5_000, 2))
    told = f"{long[:20]}… is not a number that can be read"
    assert error(whole.replace('"NUMBER"', long)) == told
    assert error(whole.replace('"NUMBER"', short)) == ""


@pytest.mark.parametrize(
    "text",
    ["{0}{1}{at}", "a\nb\r\u2028c", "\ud800", "x" * 100_000, "'\"`"],
    ids=["braces", "line breaks", "a lone surrogate", "very long", "quotes"],
)
@pytest.mark.parametrize(
    "broken",
    [
        lambda text: {"Version": text},
        lambda text: document({**EVERYONE, "Effect": text}),
        lambda text: document({**EVERYONE, "Principal": text}),
        lambda text: document({**EVERYONE, "Principal": {text: "*"}}),
        lambda text: document({**EVERYONE, "Condition": {text: {}}}),
        lambda text: document({**EVERYONE, "Condition": {"StringEquals": {text: None}}}),
        lambda text: f"{{{json.dumps(text)}: 1, {json.dumps(text)}: 1}}",
        lambda text: document({**EVERYONE, "Condition": {"Bool": {text: "true", text.upper() + "A": []}}}, text),
    ],
    ids=["version", "effect", "principal", "type", "operator", "key", "twice", "statement"],
)
def test_texts_of_a_policy_never_break_an_error_line(broken: Any, text: str) -> None:
    told = error(broken(text))
    assert 0 < len(told) <= 400 and len(told.splitlines()) == 1 and told == told.strip()
