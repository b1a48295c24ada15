"""`make demo` on a user's own files: which it reads, which it skips, and what it says of them."""

import gzip
import json
import re
import shlex
import tracemalloc

import pytest
from rich.console import Console

from dev.cloudtrail_files import EventFiles
from dev.demo import DETECTIONS, search
from tests.dev.demos import CLOSED, OPEN, demo, event, write

pytestmark = pytest.mark.slow


def test_what_was_passed_over_is_named_and_the_rest_is_shown(tmp_path):
    path = write(tmp_path / "events.jsonl", event(OPEN))
    path.write_text("broken\n" + path.read_text() + "broken\n7\n")
    status, out, _ = demo(path)
    assert status == 0
    assert "Everyone can encrypt" in out
    assert f"Skipped: 2 lines that are not JSON: {path}:1, {path}:3\n" in out
    assert f"Skipped: 1 text without an event or a key policy: {path}:4\n" in out


@pytest.mark.parametrize("content", [b"", b"hello\n", gzip.compress(b"x" * 9, mtime=0)[:-9], b'{"name": "package"}'])
def test_where_nothing_could_be_read_it_says_so_and_fails(tmp_path, content):
    path = tmp_path / "events.json"
    path.write_bytes(content)
    status, out, err = demo(path)
    assert (status, err) == (1, "")
    assert out.startswith("0 events, 0 key policies\n")
    assert f": {path}" in out or not content


def test_folders_gzip_and_stdin(tmp_path):
    records = json.dumps({"Records": [event(OPEN), event(CLOSED, eventID="2")]})
    (tmp_path / "log.json.gz").write_bytes(gzip.compress(records.encode()))
    (tmp_path / "picture.png").write_bytes(b"")
    status, out, _ = demo(tmp_path)
    assert status == 0
    assert "2 events, 2 key policies: 1 critical" in out
    assert "Skipped: 1 file with another ending: " in out
    status, out, _ = demo("-", stdin=json.dumps(event(OPEN)).encode())
    assert status == 0
    assert "1 event, 1 key policy: 1 critical" in out


def test_several_paths_and_patterns(tmp_path):
    write(tmp_path / "a b.jsonl", event(OPEN))
    write(tmp_path / "c.jsonl", event(CLOSED, eventID="2"))
    here = shlex.quote(str(tmp_path))
    for given in (f"{here}/'a b.jsonl' {here}/c.jsonl", f"{here}/*.jsonl"):
        status, out, _ = demo(given)
        assert (status, "2 events, 2 key policies: 1 critical, 1 informational" in out) == (0, True)


@pytest.mark.parametrize("policy", [OPEN, CLOSED])
def test_a_policy_in_a_file_is_judged_and_shown_whatever_the_verdict(tmp_path, policy):
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Policy": json.dumps(policy)}, indent=4))
    status, out, err = demo(path, COLUMNS="200")
    assert (status, err) == (0, "")
    verdict = "everyone, encrypt only" if policy is OPEN else "external"
    assert re.search(rf"^ 1 +(critical|low) +{verdict} +policy.json$", out, re.M)
    assert f"     file       {path}\n" in out
    assert ('statement  {"Sid": "Open", ' in out) == (policy is OPEN)
    assert "0 events, 1 key policy: 1 " in out
    assert "every account that it names counts as an outside account" in out


def test_events_and_policies_are_shown_together(tmp_path):
    (tmp_path / "policy.json").write_text(json.dumps(CLOSED))
    write(tmp_path / "events.jsonl", event(OPEN))
    status, out, err = demo(tmp_path)
    assert (status, err) == (0, "")
    assert re.findall(r"^(?:KMS - Key|Key pol).*", out, re.M) == [
        "KMS - Key Policy Lets Everyone Encrypt - Rule: 1 finding",
        "Key policies outside of events: 1",
    ]
    assert "1 event, 2 key policies: 1 critical, 1 low" in out


def test_empty_events_are_refused():
    status, out, err = demo("")
    assert (status, out) == (1, "")
    assert err == "EVENTS is empty; give it a file, a folder, or - for standard input\n"


def test_events_that_carry_no_policy_are_not_kept_in_memory(tmp_path):
    path = tmp_path / "events.jsonl"
    other = event(None, eventSource="s3.amazonaws.com", eventName="GetObject", filling="x" * 2_000)
    with path.open("w") as file:
        for number in range(20_000):
            file.write(json.dumps({**other, "eventID": str(number)}) + "\n")
        file.write(json.dumps(event(OPEN)) + "\n")
    tracemalloc.start()
    try:
        found = search(EventFiles([str(path)]), Console(quiet=True))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert (found.events, len(found.rows[DETECTIONS[0]])) == (20_001, 1)


def test_a_missing_path_is_one_line(tmp_path):
    status, out, err = demo(shlex.quote(str(tmp_path / "absent")))
    assert (status, out, err) == (1, "", f"no such file or folder: {tmp_path / 'absent'}\n")
