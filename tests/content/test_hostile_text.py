"""What callers write cannot act in a drilldown, a title, a message or an e-mail: the texts are filled and parsed.

Fields that a caller chooses: names of users and sessions, the key of a failed call, user agents, Sids, conditions, the
grantee of a grant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dev.spl import run_saved
from dev.spl.runner import compile_search
from tests.content.shipped import CASES, SEARCHES, Case, fill, slug, write_lookups

pytestmark = pytest.mark.slow

TEXTS = {
    "a search": 'x" | outputlookup append=t evil.csv | search "',
    "a subsearch": '"] [| delete ] ["',
    "a macro": "`kmspolicycheck_index`",
    "a token": "$result.user$ $key_policy_key$ $env:user$",
    "HTML": "<img src=x onerror=alert(1)>&amp;",
    "lines": "one\ntwo\r\n| delete",
    "a backslash": 'x\\" | delete \\',
    "SPL words": "x OR index=* NOT (",
    "wildcards": "*",
}
FIRING = {
    "attempt_to_open_a_key_policy_to_everyone": "access_denied",
    "key_policy_lets_everyone_encrypt": "every_principal",
    "key_policy_opened_to_the_outside": "outside_account",
    "key_policy_could_not_be_read": "unknown_operator",
    "open_key_used_from_another_account": "known_open",
    "key_granted_to_another_account": "outside_role",
}
HARMLESS = re.compile(r"[A-Za-z0-9 .,:;=@/_+*()'?-]*")


def case_of(folder: str) -> Case:
    return next(case for case in CASES if case.name == FIRING[folder] and slug(case.detection) == folder)


def planted(record: dict[str, Any], text: str) -> Iterator[dict[str, Any]]:
    """The event with the text in the place of one thing that its caller chose, for each such thing."""
    identity = {"type": "IAMUser", "accountId": "111122223333", "principalId": text, "userName": text}
    session = {
        "type": "AssumedRole",
        "accountId": "111122223333",
        "principalId": f"AROAEXAMPLE:{text}",
        "arn": f"arn:aws:sts::111122223333:assumed-role/role/{text}",
    }
    if record["userIdentity"]["type"] != "AWSAccount":
        yield {**record, "userIdentity": identity}
        yield {**record, "userIdentity": session}
        yield {**record, "userIdentity": {**session, "type": "SAMLUser"}}
    yield {**record, "userAgent": text, "sourceIPAddress": text}
    if "errorCode" in record:
        yield {**record, "requestParameters": {**record["requestParameters"], "keyId": text}, "resources": None}
        yield {
            **record,
            "requestParameters": {**record["requestParameters"], "keyId": f"alias/{text}"},
            "resources": None,
        }
    if "policy" in record["requestParameters"]:
        policy = json.loads(record["requestParameters"]["policy"])
        for statement in policy["Statement"]:
            statement["Sid"] = text
            statement.setdefault("Condition", {}).setdefault("StringLike", {})["kms:ViaService"] = [text, "*"]
        yield {**record, "requestParameters": {**record["requestParameters"], "policy": json.dumps(policy)}}
    if record["eventName"] == "CreateGrant" and "granteePrincipal" in record["requestParameters"]:
        grantee = f"arn:aws:iam::444455556666:role/{text}"
        yield {
            **record,
            "requestParameters": {**record["requestParameters"], "granteePrincipal": grantee, "name": text},
        }


def commands(search: str) -> list[str]:
    return [stage.command for stage in compile_search(search)[0]]


def filled_texts(detection: str, row: Mapping[str, Any]) -> Iterator[str]:
    settings = SEARCHES[detection]
    tokens = {**row, "info_min_time": "0", "info_max_time": "1", "results_link": "link"}
    for key in ("action.notable.param.rule_title", "action.risk.param._risk_message", "action.email.message.alert"):
        for token in re.findall(r"\$(?:result\.)?(\w+)\$", settings.get(key, "")):
            yield str(tokens[token])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("folder", FIRING)
def test_a_text_of_a_caller_stays_a_text(folder: str, text: str, tmp_path: Path) -> None:
    case = case_of(folder)
    write_lookups(tmp_path, case.lookups)
    drilldowns = json.loads(SEARCHES[case.detection]["action.notable.param.drilldown_searches"])
    searches = [drilldown["search"] for drilldown in drilldowns if "from datamodel" not in drilldown["search"]]
    harmless = dict.fromkeys(re.findall(r"\$(\w+)\$", " ".join(searches)), "x")
    for event in planted(dict(case.events[0].raw), text):
        rows = run_saved(case.detection, [event], lookups=tmp_path, now=case.now).rows
        assert rows, event
        for row in rows:
            for search in searches:
                assert commands(fill(search, row)) == commands(fill(search, harmless))
            assert all(HARMLESS.fullmatch(shown) for shown in filled_texts(case.detection, row))
            assert all(
                re.fullmatch(r"[A-Za-z0-9:/_.?-]*", str(row[f"key_policy_{name}"])) for name in ("key", "event", "src")
            )
            assert re.fullmatch(r"[A-Za-z0-9:/_.@+=,-]+", row["key_policy_trace"])
