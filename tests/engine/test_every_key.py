"""Every context key in every place where a policy can hold it: the search ends, within the bound."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kmspolicy import analyze
from kmspolicy.policy.context_keys import Bound, keys_bound_to
from kmspolicy.witness.searcher import POLICY_STEPS
from tests.engine.cases import document
from tests.engine.explosive import allow, deny

pytestmark = pytest.mark.slow

_KEYS = sorted({*keys_bound_to(*Bound), "kms:encryptioncontext:app", "aws:principaltag/team", "no:suchkey"})


def _holding(name: str) -> Iterator[dict[str, Any]]:
    """Statements that hold a context key, each in another place, for every action that there is."""
    arn = "arn:aws:kms:us-east-1:111122223333:key/${" + name + "}"
    yield allow(Action="*", Resource=arn)
    yield allow(Action="*", NotResource=arn)
    yield allow({"StringLike": {"aws:PrincipalTag/a": "x${" + name + "}*"}}, Action="*")
    yield allow({"StringNotLike": {name: "*${aws:PrincipalTag/b}*"}}, Action="*")
    yield from (allow({"Null": {name: value}}, Action="*") for value in ("true", "false"))


@pytest.mark.parametrize("name", _KEYS)
def test_the_search_ends(name: str) -> None:
    for each in _holding(name):
        for others in ([], [deny({"StringNotLikeIfExists": {name: "a*b"}})]):
            found = analyze(json.dumps(document(each, *others)))
            told = (found.audience, found.granted, found.reasons, found.parties, found.encrypt_only)
            assert None not in told and found.steps <= POLICY_STEPS
