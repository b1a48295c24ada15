"""The text of each statement: the statement itself as compact JSON, whatever stands in it and in its neighbours."""
from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kmspolicy import analyze

SIDS = st.sampled_from(["", "A", "},{", '"},{"', "[{}]", "é", "\ud800", '\\"', "a\n", "{", "}"]) | st.text(max_size=5)


def statement(sid: str, extra: Any = None) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": ["kms:Encrypt"], "Resource": "*",
            **({} if extra is None else {"x": extra})}


def texts(statements: list[dict[str, Any]], **written: Any) -> list[str]:
    return [each.text for each in analyze(json.dumps({"Statement": statements}, **written)).statements]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.builds(statement, SIDS, st.none() | st.just([{}, {}]) | SIDS), min_size=1, max_size=4))
def test_it_is_the_statement(statements: list[dict[str, Any]]) -> None:
    for written in ({}, {"indent": 1}, {"ensure_ascii": False}):
        assert [json.loads(text) for text in texts(statements, **written)] == statements


def test_it_is_compact_and_readable_in_the_order_in_which_it_was_written() -> None:
    assert texts([statement("é"), statement("},{")], indent=2) == [
        '{"Sid":"é","Effect":"Allow","Principal":"*","Action":["kms:Encrypt"],"Resource":"*"}',
        '{"Sid":"},{","Effect":"Allow","Principal":"*","Action":["kms:Encrypt"],"Resource":"*"}']


def test_it_is_escaped_where_it_cannot_be_written_as_utf_8_and_only_there() -> None:
    first, second = texts([statement("é"), statement("\ud800")])
    assert '"é"' in first and '"\\ud800"' in second
