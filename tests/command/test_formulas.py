"""What a spreadsheet would run comes through the command unchanged, and SECURITY.md's line for exports disarms it."""

from __future__ import annotations

import json
import re

import pytest

from dev.spl import run_search
from dev.spl.runner import APP

pytestmark = pytest.mark.slow

SECURITY = (APP / "SECURITY.md").read_text("utf-8")
FORMULAS = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1,1)", "\t=1+1", "\r=1+1"]


def event(text: str) -> str:
    """An event with the text wherever its writer is free to choose."""
    statement = {
        "Sid": text,
        "Effect": "Allow",
        "Principal": {"AWS": [text, "*"]},
        "Action": ["kms:Encrypt", text],
        "Resource": "*",
        "Condition": {"StringEquals": {text: text}},
    }
    return json.dumps(
        {
            "eventName": "PutKeyPolicy",
            "eventSource": "kms.amazonaws.com",
            "eventTime": "2026-03-10T12:00:00Z",
            "eventID": text,
            "userAgent": text,
            "sourceIPAddress": text,
            "errorCode": text,
            "userIdentity": {"type": "IAMUser", "userName": text},
            "requestParameters": {
                "keyId": text,
                "policy": json.dumps({"Version": "2012-10-17", "Statement": statement}),
            },
        }
    )


def fields(row: dict) -> dict[str, list[str]]:
    return {
        name: [value] if isinstance(value, str) else value
        for name, value in row.items()
        if name.startswith("key_policy_")
    }


@pytest.mark.parametrize("text", FORMULAS)
def test_the_command_changes_no_value(text: str) -> None:
    (row,) = run_search("* | kmspolicycheck", [event(text)]).rows
    found = {name for name, values in fields(row).items() if text in values}
    assert found >= {
        f"key_policy_{name}" for name in ("sid", "user_agent", "actor", "event", "call_error", "action", "principal")
    }
    assert not {"key_policy_key", "key_policy_src"} & fields(row).keys(), "the text is no key, and no address"
    assert fields(row)["key_policy_condition"] == [f"StringEquals {text} = {text}"]


def exported(search: str, events: list[str]) -> dict[str, str]:
    """The one row of a search that ends in SECURITY.md's line. `foreach *` runs its eval once for every field that is
    not Splunk's own, with the field's name in place of <<FIELD>>.
    """
    (template,) = re.findall(r"^ *\| foreach \* \[(eval .*)\]$", SECURITY, re.M)
    names = [name for name in run_search(search, events).columns if not name.startswith("_")]
    evals = " | ".join(template.replace("<<FIELD>>", name) for name in names)
    (row,) = run_search(f"{search} | {evals}", events).rows
    return {name: value if isinstance(value, str) else "\n".join(value) for name, value in row.items()}


def like_formulas(cells: dict[str, str]) -> list[str]:
    return [name for name, cell in cells.items() if re.match(r"[=+@\t\r-]", cell)]


@pytest.mark.parametrize("text", FORMULAS)
def test_the_line_for_exports_leaves_no_cell_that_begins_like_a_formula(text: str) -> None:
    cells = exported("* | kmspolicycheck", [event(text)])
    assert like_formulas(cells) == []
    assert cells["key_policy_sid"] == "'" + text and cells["key_policy_principal"] == f"'{text}; *"
    assert cells["key_policy_audience"] == "everyone", "other values are as they were"


@pytest.mark.parametrize("text", FORMULAS)
def test_the_line_for_exports_disarms_a_finding_too(text: str) -> None:
    finding = '| savedsearch "KMS - Attempt To Open A Key Policy To Everyone - Rule"'
    (row,) = run_search(finding, [event(text)]).rows
    assert row["user"] == row["user_agent"] == text, "the fields of a finding hold what the caller wrote"
    assert like_formulas(exported(finding, [event(text)])) == []
