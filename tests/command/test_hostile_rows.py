"""Nothing that an event contains stops the search, and cells that are not the command's own come back as they came."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.pythons import SPLUNK_PYTHONS, find
from tests.command.session import Session, execute, getinfo, talk

pytestmark = pytest.mark.slow

csv.field_size_limit(1 << 30)

OPEN = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}})


@pytest.fixture(scope="module", params=SPLUNK_PYTHONS)
def python(request: pytest.FixtureRequest) -> Iterator[Path]:
    found = find(request.param)
    if found is None:
        pytest.skip(f"the command was not tried under Python {request.param}: none is installed")
    return found


def _table(rows: list[list[str]], line_end: str = "\n") -> str:
    """CSV as splunkd writes it: every cell that is not plain is quoted."""
    return "".join(
        ",".join(cell if cell.isalnum() else '"' + cell.replace('"', '""') + '"' for cell in row) + line_end
        for row in rows
    )


def _rows(session: Session) -> list[dict[str, str]]:
    assert (session.status, session.stderr) == (0, "")
    return [row for reply in session.replies for row in csv.DictReader(io.StringIO(reply.body, newline=""))]


def _answers(body: str, args: tuple[str, ...] = ("mode=summary",), python: Path | None = None) -> list[dict[str, str]]:
    sent = getinfo(args) + execute(body) + execute(finished=True)
    session = talk(sent, python=python) if python else talk(sent)
    assert [reply.metadata for reply in session.replies][1].get("finished") is False
    assert len(session.replies) == 3
    return _rows(session)


HOSTILE = {
    "NUL": "a\0b",
    "CR": "a\rb",
    "CR LF": "a\r\nb",
    "CR at the end": "a\r",
    "LF": "a\nb\n",
    "quote": '"a" ""',
    "comma": ",a,",
    "blank": " ",
    "backslash": "\\",
    "braces": "{} {0} {x!r} }{",
    "dollar": "$a$;$b$ $$",
    "percent": "%s %d",
    "formula": "=1+1",
    "separators": "\u2028\u2029\x85\x0b\x0c\x1c",
    "emoji": "\U0001f511",
    "combining": "e\u0301",
    "bidi": "\u202e",
    "byte order mark": "\ufeff",
    "not a character": "\ufffe",
    "escape": "\x1b[31m",
}


@pytest.mark.parametrize("args", [(), ("policy",)], ids=["_raw", "policy"])
def test_any_text_in_any_cell_comes_back(args: tuple[str, ...], python: Path) -> None:
    names = ["_raw", "x", "policy", "__mv_x"]
    rows = [
        row
        for text in HOSTILE.values()
        for row in ([text, text, OPEN, ""], [OPEN, "1", text, "$" + text.replace("$", "$$") + "$;$2$"])
    ]
    answers = _answers(_table([names, *rows]), ("mode=summary", *args), python)
    assert [[row[name] for name in names] for row in answers] == rows
    flagged = {(row["policy" if args else "_raw"] == OPEN): row["key_policy_flagged"] == "true" for row in answers}
    assert flagged == {True: True, False: False}


def test_a_bare_cr_in_an_unquoted_cell(python: Path) -> None:
    answers = _answers("_raw,x\na\rb,1\rc\nd,2\n", python=python)
    assert [(row["_raw"], row["x"]) for row in answers] == [("a\rb", "1\rc"), ("d", "2")]


def test_lines_that_end_with_cr_lf(python: Path) -> None:
    answers = _answers('_raw,x\r\n"a\rb\r\nc",1\r\nd\re,2\r\n', python=python)
    assert [(row["_raw"], row["x"]) for row in answers] == [("a\rb\r\nc", "1"), ("d\re", "2")]


def test_bytes_that_are_no_utf_8_become_replacement_characters() -> None:
    answers = _answers("_raw,x\n\ud800,1\n")  # goes out as ED A0 80
    assert (set(answers[0]["_raw"]), answers[0]["x"]) == ({"\ufffd"}, "1")


def test_lone_surrogates_in_a_policy_are_shown_as_json_escapes_them(python: Path) -> None:
    policy = OPEN.replace('"Effect"', '"Sid": "\\ud800", "Effect"')
    policy = policy.replace('"*", "Action"', '{"AWS": ["*", "\\udfff"]}, "Action"')
    event = json.dumps(
        {
            "eventName": "PutKeyPolicy",
            "userIdentity": {"type": "IAMUser", "userName": "\ud83d"},
            "requestParameters": {"policy": policy},
        }
    )
    row = _answers(_table([["_raw"], [event]]), (), python)[0]
    assert (row["key_policy_sid"], row["key_policy_actor"], row["key_policy_flagged"]) == ("\\ud800", "\\ud83d", "true")
    assert row["__mv_key_policy_principal"] == "$*$;$\\udfff$"
    assert json.loads(row["key_policy_statements"])["Sid"] == "\ud800"


def test_a_cell_above_splunklibs_limit_of_10_mb() -> None:
    event = "x" * 11_000_000
    answers = _answers(_table([["_raw", "n"], [event, "1"], [OPEN, "2"]]))
    assert [(row["_raw"] == event, row["n"], row["key_policy_flagged"]) for row in answers] == [
        (True, "1", ""),
        (False, "2", "true"),
    ]


def test_an_event_too_long_to_read_says_so_and_only_if_it_may_hold_a_policy() -> None:
    padding = "x" * 8_388_608
    events = [json.dumps({"eventName": name, "x": padding}) for name in ("PutKeyPolicy", "Decrypt")]
    errors = [row["key_policy_error"] for row in _answers(_table([["_raw"], *([event] for event in events)]))]
    assert "8,388,646 characters" in errors[0] and errors[1] == ""


def test_a_policy_above_131072_characters_is_not_parsed() -> None:
    policies = [OPEN.replace("{", "{" + " " * (length - len(OPEN)), 1) for length in (131_072, 131_073)]
    rows = _answers(_table([["policy"], *([policy] for policy in policies)]), ("policy", "mode=summary"))
    assert [(row["key_policy_flagged"], row["key_policy_error"] != "") for row in rows] == [
        ("true", False),
        ("false", True),
    ]


BREAKERS = [
    "[" * 100_000,
    '{"a":' * 100_000,
    '{"Statement":' + "[" * 100_000,
    '{"eventName":"PutKeyPolicy","requestParameters":{"policy":' + "[" * 50_000 + "]" * 50_000 + "}}",
    '{"eventName":"PutKeyPolicy","requestParameters":{"policy":' + "[" * 900 + "]" * 900 + "}}",
    '{"eventName":"PutKeyPolicy","x":' + "1" * 10_000 + "}",
    '{"eventName":"PutKeyPolicy","x":NaN}',
    '{"message":"' * 2000,
    '{"Records":[' * 2000 + "PutKeyPolicy",
    "null",
    "1",
    '"PutKeyPolicy"',
    "{}",
    '{"eventName":["PutKeyPolicy"]}',
    '["Statement"]',
    '{"api":{"operation":{}}}',
    '{"eventName":"PutKeyPolicy","eventTime":"' + "9" * 300 + '"}',
]


@pytest.mark.parametrize("field", ["_raw", "text"])
def test_json_that_is_meant_to_break_a_parser(field: str, python: Path) -> None:
    body = _table([[field], *([text] for breaker in BREAKERS for text in (breaker, OPEN))])
    answers = _answers(body, (field, "mode=summary"), python)
    assert [row["key_policy_flagged"] == "true" for row in answers] == [False, True] * len(BREAKERS)
    assert [row["key_policy_error"] for row in answers if "please report" in row["key_policy_error"]] == []


def test_braces_in_every_message() -> None:
    """splunklib formats each message: braces in it would raise inside write_warning."""
    session = talk(getinfo(["{0}", "account={x}"]) + execute("_raw\nx\n", True))
    assert [message[1] for message in session.messages] == [
        'no row has the field "{0}", so nothing was checked',
        'no row has the field "{x}" that the option account names',
    ]
    assert session.status == 0


def test_rows_without_raw_and_rows_shorter_or_longer_than_the_header() -> None:
    answers = _answers("a,b\n1,2\n3\n4,5,6\n\n7,8\n")
    assert [(row["a"], row["b"]) for row in answers] == [("1", "2"), ("3", ""), ("4", "5"), ("7", "8")]


def test_one_column_with_empty_cells() -> None:
    assert [row["a"] for row in _answers('a\n1\n""\n\n2\n')] == ["1", "", "", "2"]


def test_a_policy_in_a_multivalue_field_is_several_policies() -> None:
    closed = OPEN.replace('"*", "Action"', '{"AWS": "111122223333"}, "Action"')
    body = _table([["p", "__mv_p"], [OPEN + "\n" + closed, f"${OPEN}$;${closed}$"]])
    assert [row["key_policy_audience"] for row in _answers(body, ("p", "mode=summary"))] == ["everyone", "external"]


def test_dollars_and_single_values_in_multivalue_fields() -> None:
    policy = json.dumps(
        {
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": ["*", "$a$;$b$"]}, "Action": ["kms:Encrypt"], "Resource": "*"},
                {"Effect": "Deny", "Principal": "*", "Action": [], "Resource": "*"},
            ]
        }
    )
    rows = _answers(_table([["p"], [policy]]), ("p",))
    assert [(row["key_policy_principal"], row["__mv_key_policy_principal"]) for row in rows] == [
        ("*\n$a$;$b$", "$*$;$$$a$$;$$b$$$"),
        ("*", ""),
    ]
    assert [(row["key_policy_action"], row["__mv_key_policy_action"]) for row in rows] == [
        ("kms:Encrypt", ""),
        ("", ""),
    ]


@pytest.mark.parametrize("size", [0, 1, 50_000])
def test_chunks_of_any_size_are_answered_row_by_row(size: int) -> None:
    body = "_raw,_chunked_idx,__mv__raw,__mv__chunked_idx\n" + "".join(f"event,{i},,\n" for i in range(size))
    assert [row["_chunked_idx"] for row in _answers(body)] == [str(i) for i in range(size)]
