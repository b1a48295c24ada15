"""The option `actions`: classes and lists become full names, anything else one line that says what is allowed. Every
operation of a class is one that some kind of key performs.
"""

from __future__ import annotations

import json

import pytest

from kmspolicy import Audience, analyze, resolve_actions
from kmspolicy.policy.actions import ACTIONS
from tests.engine.cases import Case, document, name, statement, walk


@pytest.mark.parametrize("case", list(walk("actions")), ids=name)
def test_what_a_text_stands_for(case: Case) -> None:
    if "error" in case.data:
        with pytest.raises(ValueError) as refused:
            resolve_actions(case.data["text"])
        assert str(refused.value) == case.data["error"]
    else:
        assert list(resolve_actions(case.data["text"])) == case.data["actions"]


@pytest.mark.parametrize("text", ["*", "kms:*", "KMS:?*", "Sign,*"])
def test_a_pattern_for_every_action(text: str) -> None:
    assert resolve_actions(text) == ACTIONS and len(ACTIONS) == len(set(ACTIONS)) > 50


@pytest.mark.parametrize("text", ["Encrypt\nDecrypt", "x" * 500], ids=["two lines", "long"])
def test_what_is_wrong_with_actions_is_one_short_line(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        resolve_actions(text)
    assert len(str(refused.value).splitlines()) == 1 and len(str(refused.value)) < 300


@pytest.mark.parametrize("kind", ["encrypt", "decrypt", "sign"])
def test_some_known_kind_of_key_performs_every_operation(kind: str) -> None:
    usages = ["ENCRYPT_DECRYPT", "ENCAPSULATE_DECAPSULATE", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"]
    for action in resolve_actions(kind):
        known = document(statement({"Condition": {"StringEquals": {"kms:KeyUsage": usages}}}))
        other = document(statement({"Condition": {"StringEquals": {"kms:KeyUsage": "NONE OF THEM"}}}))
        assert analyze(json.dumps(known), actions=(action,)).audience is Audience.everyone, action
        assert analyze(json.dumps(other), actions=(action,)).audience is Audience.none, action
