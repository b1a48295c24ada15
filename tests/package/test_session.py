"""The packaged command, unpacked elsewhere, answers splunkd under the Pythons that Splunk brings."""

import json
from pathlib import Path

import pytest

from dev.pythons import SPLUNK_PYTHONS, find
from dev.splunkd import run

pytestmark = pytest.mark.slow

OPEN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Owner",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {"Sid": "Everyone", "Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"},
    ],
}
CLOSED = {**OPEN, "Statement": OPEN["Statement"][:1]}


@pytest.mark.parametrize("version", SPLUNK_PYTHONS)
def test_it_flags_the_open_policy_and_not_its_closed_twin(app: Path, version: str) -> None:
    python = find(version)
    if python is None:
        pytest.skip(f"the package was not run under Python {version}: none is installed")
    rows = [{"policy": json.dumps(policy)} for policy in (OPEN, CLOSED)]
    answer = run(app, rows, ["policy", "account=111122223333", "mode=summary"], python=python)
    assert answer.getinfo["type"] == "streaming"
    assert [(row["policy"], row["key_policy_flagged"], row["key_policy_audience"]) for row in answer.rows] == [
        (rows[0]["policy"], "true", "everyone"),
        (rows[1]["policy"], "false", "internal"),
    ]
    assert answer.messages == []
