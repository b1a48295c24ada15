"""The text of each statement: the statement itself as compact JSON, whatever stands in it and in its neighbours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmspolicy import analyze

SIDS = st.sampled_from(["", "A", "},{", '"},{"', "[{}]", "é", "\ud800", '\\"', "a\n", "{", "}", "\x7f", "/"])
SIDS |= st.text(max_size=5)
COMPACT = {"separators": (",", ":")}


def statement(sid: str, extra: Any = None) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["kms:Encrypt"],
        "Resource": "*",
        **({} if extra is None else {"x": extra}),
    }


def texts(statements: list[dict[str, Any]], **written: Any) -> list[str]:
    return [each.text for each in analyze(json.dumps({"Statement": statements}, **written)).statements]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.builds(statement, SIDS, st.none() | st.just([{}, {}]) | SIDS), min_size=1, max_size=4))
def test_it_is_the_statement(statements: list[dict[str, Any]]) -> None:
    for written in ({}, {"indent": 1}, {"ensure_ascii": False}, COMPACT, {"ensure_ascii": False, **COMPACT}):
        assert [json.loads(text) for text in texts(statements, **written)] == statements


VALUES = ['"1.50"', "1.5", "1e2", "-0", "60", '"\x7f"', '"\\/"', '"\\u0041"', '"}]}"', '"},{"', "[{}]", '"é"']
REST = '"Effect":"Allow","Principal":"*","Action":"kms:Encrypt","Resource":"*","x":'


@pytest.mark.parametrize("before", ['"Version":"2012-10-17",', '"x":{"Statement":[{"Sid":"B"}]},', ""])
@pytest.mark.parametrize("behind", ["", ',"Id":"}]}"', ',"y":[{}]'])
@pytest.mark.parametrize("value", VALUES)
def test_spaces_never_stand_in_it(value: str, before: str, behind: str) -> None:
    """Whatever a text has between its elements."""
    wanted = json.loads(f'{{"Sid":"A",{REST}{value}}}')
    for spaces in map(" ".__mul__, range(20)):
        two = f'{{{before}"Statement":[{{"Sid":"A",{REST}{value}}},{{{REST}{spaces}0}}]{behind}}}'
        one = f'{{{before}"Statement":{{"Sid":"A",{REST}{spaces}{value}}}{behind}}}'
        first, second = [each.text for each in analyze(two).statements]
        (alone,) = [each.text for each in analyze(one).statements]
        assert json.loads(first) == json.loads(alone) == wanted and second == f"{{{REST}0}}"
        assert " " not in first + alone and len(first) < len(two)


@pytest.mark.parametrize("sid", ["B", "},{"])
@pytest.mark.parametrize("written", [{"indent": 2}, COMPACT, {"ensure_ascii": False, **COMPACT}])
def test_it_is_compact_and_readable_in_the_order_in_which_it_was_written(sid: str, written: dict[str, Any]) -> None:
    assert texts([statement("é"), statement(sid)], **written) == [
        '{"Sid":"é","Effect":"Allow","Principal":"*","Action":["kms:Encrypt"],"Resource":"*"}',
        f'{{"Sid":"{sid}","Effect":"Allow","Principal":"*","Action":["kms:Encrypt"],"Resource":"*"}}',
    ]


def test_it_is_escaped_where_it_cannot_be_written_as_utf_8_and_only_there() -> None:
    first, second = texts([statement("é"), statement("\ud800")])
    assert '"é"' in first and '"\\ud800"' in second
