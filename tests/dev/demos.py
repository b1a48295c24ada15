"""Runs the demo as `make demo` does, on events that a test writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}],
}
CLOSED = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}


def demo(*paths, stdin=b"", **environment):
    """(exit status, stdout, stderr) of the demo, run as `make demo` runs it."""
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "dev.demo", *map(str, paths)],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        env={**env, **environment},
        timeout=120,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def event(policy, **other):
    """A CloudTrail record that sets the policy, with other members besides or in place of its own."""
    return {
        "eventVersion": "1.11",
        "eventTime": "2026-03-09T08:14:07Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": "PutKeyPolicy",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
        "requestParameters": {"keyId": "1234abcd-12ab-34cd-56ef-1234567890ab", "policy": json.dumps(policy)},
        "eventID": "11111111-2222-4333-8444-555555555555",
        "recipientAccountId": "111122223333",
        **other,
    }


def write(path, *events):
    """The path, once a file there has the events, one on a line."""
    path.write_text("".join(json.dumps(one) + "\n" for one in events))
    return path
