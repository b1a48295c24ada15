"""`make demo` end to end: what it prints for the samples, for policies, for names that attack terminals.
It runs the shipped detections; that these find the right things is tested in tests/content.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter

import pytest

from dev.cloudtrail_files import EventFiles
from dev.demo import DETECTIONS, SAMPLES
from dev.findings import details
from dev.spl import run_saved
from tests.dev.demos import CLOSED, OPEN, ROOT, demo, event, write

pytestmark = pytest.mark.slow


def test_the_samples_show_each_detections_findings_the_worst_first_and_end_with_a_summary():
    status, out, err = demo()
    assert (status, err) == (0, "")
    assert out.startswith("Sample events (samples/): of a made-up company, not yours\n")
    assert re.findall(r"^(?:KMS|No finding).*", out, re.M) == [
        "KMS - Key Policy Lets Everyone Encrypt - Rule: 16 findings",
        "KMS - Attempt To Open A Key Policy To Everyone - Rule: 2 findings",
        "KMS - Key Policy Opened To The Outside - Rule: 6 findings",
        "KMS - Key Policy Could Not Be Read - Rule: 1 finding",
        "No finding, but in the report KMS - Policy changes: 1 change",
    ]
    severities = re.findall(r"^ *\d+ +(critical|high|medium|low|unreadable) ", out, re.M)
    assert severities == 2 * [  # in the table and in the sections
        *["critical"] * 8,
        *["high"] * 8,
        *["medium"] * 2,
        "medium",
        *["low"] * 5,
        "unreadable",
        "unreadable",
    ]
    assert "by OrganizationAccountAccessRole/ci-backup, without MFA, from 203.0.113.77" in " ".join(out.split())
    assert "CreateKey 2026-03-14 01:35:40 UTC by OrganizationAccountAccessRole/ci-backup" in out  # from Security Lake
    assert "PutKeyPolicy 2026-03-12 16:45:22 UTC by alice" in out  # from EventBridge
    assert "43 events, 33 key policies: 9 critical, 8 high, 3 medium, 5 low, 2 unreadable, 6 informational" in out
    assert "1 copy left out" in out
    assert "approximation" in out
    assert "make demo EVENTS=" in out


def test_its_findings_are_those_of_the_first_detection():
    found = run_saved(DETECTIONS[0], EventFiles(map(str, SAMPLES)), all_time=True).rows
    _, out, _ = demo(COLUMNS="200")
    section = next(part for part in re.split(r"^(?=KMS - )", out, flags=re.M) if part.startswith(DETECTIONS[0]))
    assert section.startswith(f"{DETECTIONS[0]}: {len(found)} findings\n")
    for row in found:
        assert row["key_policy_key"] in section
        assert row["key_policy_operation"] in section and f"UTC by {row['user']}" in section
    assert Counter(re.findall(r"risk +score (\d+)", section)) == Counter(row["risk_score"] for row in found)


def test_a_finding_says_what_everyone_may_do_and_why_and_proves_it(tmp_path):
    status, out, _ = demo(write(tmp_path / "events.jsonl", event(OPEN)), COLUMNS="200")
    assert status == 0
    assert "Everyone can encrypt with this key, but not decrypt: kms:Encrypt" in out
    assert "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" in out
    assert "PutKeyPolicy 2026-03-09 08:14:07 UTC by alice, from 192.0.2.1" in out
    assert 'statement  {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Res' in out
    assert 'why        statement "Open": the principal "*" covers every AWS account and every AWS service' in out
    assert "example    kms:Encrypt by arn:aws:iam::444455556666:role/any (nobody has sent this request; 4444" in out
    assert "make demo" not in out and "Sample events" not in out


def test_an_example_by_a_grant_shows_both_requests():
    stranger = "arn:aws:iam::444455556666:role/any"
    encrypt = {"principal": stranger, "action": "kms:Encrypt", "context": {"aws:PrincipalArn": stranger}}
    grant = {"principal": stranger, "action": "kms:CreateGrant", "context": {"kms:GranteePrincipal": stranger}}
    row = {
        "key_policy_severity": "critical",
        "key_policy_audience": "everyone",
        "key_policy_witness": json.dumps({**grant, "then": encrypt}),
    }
    (line,) = (line.plain for line in details(1, row, 300) if "example" in line.plain)
    assert line.endswith(
        f"kms:CreateGrant by {stranger} with kms:GranteePrincipal = {stranger}, then kms:Encrypt by {stranger} "
        "(nobody has sent these requests; 444455556666 stands for any account)"
    )


def test_a_closed_policy_is_counted_and_not_shown(tmp_path):
    status, out, _ = demo(write(tmp_path / "events.jsonl", event(CLOSED), event(None, eventName="Decrypt")))
    assert status == 0
    assert out.splitlines()[:-1] == ["2 events, 1 key policy: 1 informational", "No detection has a finding."]


def test_a_call_that_failed_and_a_policy_that_cannot_be_read_say_so(tmp_path):
    _, out, _ = demo(
        write(tmp_path / "events.jsonl", event(OPEN, errorCode="AccessDenied"), event("no policy", eventID="2"))
    )
    assert "would have been able to encrypt" in out
    assert "refused: AccessDenied" in out
    assert "The key policy could not be read: " in out
    assert "1 medium, 1 unreadable" in out


UNHEARD = {**OPEN["Statement"][0], "Sid": "Unheard", "Condition": {"Unheard": {"a": "b"}}}


def test_a_policy_that_was_read_in_part_says_which_part_and_who_gets_in_by_the_rest(tmp_path):
    _, out, _ = demo(write(tmp_path / "events.jsonl", event({"Statement": [*CLOSED["Statement"], UNHEARD]})))
    assert 'A part of the key policy could not be read: statement "Unheard", Condition: unknown' in out
    assert re.search(r"^     the rest   .* can encrypt by the statements that could be read$", out, re.M)
    assert "1 unreadable" in out


def test_an_open_statement_beside_one_that_cannot_be_read_is_an_open_key(tmp_path):
    _, out, _ = demo(write(tmp_path / "events.jsonl", event({"Statement": [*OPEN["Statement"], UNHEARD]})))
    assert re.search(r"^  1  (critical|high)  Everyone can encrypt with this key", out, re.M)
    assert '     unread     statement "Unheard", Condition: unknown' in out
    assert "unreadable" not in out


def test_an_event_that_breaks_after_its_open_policy_is_a_finding_with_a_note(tmp_path):
    _, out, _ = demo(write(tmp_path / "events.jsonl", json.dumps(event(OPEN))[:-3]))
    assert re.search(r"^  1  (critical|high)  Everyone can encrypt with this key", out, re.M)
    assert "     note       the event is cut short" in out and "unread" not in out


HOSTILE = ["\x1b[2J\x1b]0;owned\x07", "\x9b2J", "\u202egnp.exe", "a\nb\rc", "\u200b\u2066\ud800", "[bold red]x[/]"]


@pytest.mark.parametrize("environment", [{}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}], ids=["a pipe", "a terminal"])
def test_names_cannot_act_on_the_terminal(tmp_path, environment):
    path = tmp_path / "events\x1b[2J.jsonl"
    events = [
        event(
            {"Statement": {**OPEN["Statement"][0], "Sid": f"sid{hostile}"}},
            eventID=str(number),
            userIdentity={"type": "IAMUser", "userName": f"mallory{number}{hostile}", "accountId": "111122223333"},
            sourceIPAddress=hostile,
        )
        for number, hostile in enumerate(HOSTILE)
    ]
    write(path, *events)
    with path.open("a") as file:
        file.write("broken\n")
    status, out, err = demo(path, **environment)
    assert (status, err) == (0, "")
    assert set(re.findall(r"mallory\d", out)) == {f"mallory{number}" for number in range(len(HOSTILE))}
    assert re.sub(r"\x1b\[[0-9;]*m", "", out).replace("\n", "").isprintable()
    assert "[bold red]x[/]" in out


def test_a_pipe_gets_plain_text_and_a_terminal_colours_unless_it_refuses_them(tmp_path):
    path = write(tmp_path / "events.jsonl", event(OPEN))
    coloured = re.compile(r"\x1b\[[0-9;]*[34][0-7][;m]")
    assert "\x1b" not in demo(path)[1]
    assert coloured.search(demo(path, FORCE_COLOR="1", TERM="xterm-256color")[1])
    assert not coloured.search(demo(path, FORCE_COLOR="1", TERM="xterm-256color", NO_COLOR="1")[1])


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_every_width_shows_everything(columns):
    status, out, _ = demo(COLUMNS=str(columns))
    assert status == 0
    facts = [line for line in out.splitlines() if line.startswith("     ")]
    assert [line for line in facts if len(line) > columns and len(line.split()) > 2] == []
    assert "arn:aws:kms:us-east-1:111122223333:key/mrk-3226caeee5270f002881c9a409262d64\n" in out
    assert "\n  1   critical     everyone, encrypt only   ci-backup " in out
    squeezed = re.sub(r"\s+", "", out)
    assert "byOrganizationAccountAccessRole/ci-backup,withoutMFA,from203.0.113.77" in squeezed


def test_a_time_that_is_none_is_left_out(tmp_path):
    times = ["yesterday", "9999-99-99T00:00:00Z", "", 7, None]
    users = [{"type": "IAMUser", "userName": f"user{n}", "accountId": "111122223333"} for n in range(len(times))]
    events = [
        event(OPEN, eventTime=time, eventID=str(n), userIdentity=user)
        for n, (time, user) in enumerate(zip(times, users))
    ]
    status, out, err = demo(write(tmp_path / "events.jsonl", *events))
    assert (status, err) == (0, "")
    assert sorted(re.findall(r"PutKeyPolicy by user(\d)", out)) == ["0", "1", "2", "3", "4"]


def test_changes_of_one_key_by_one_actor_are_one_finding_that_says_so(tmp_path):
    changes = [event(OPEN, eventID=str(number)) for number in range(3)]
    _, out, _ = demo(write(tmp_path / "events.jsonl", *changes, event(OPEN, eventID="0")), COLUMNS="200")
    assert out.count("Everyone can encrypt") == 1
    assert "by alice, from 192.0.2.1, the worst of 3 such changes" in out
    assert "4 events, 3 key policies: 3 critical\n1 copy left out" in out


def test_of_many_findings_the_worst_are_shown(tmp_path):
    low = {"Statement": [{**OPEN["Statement"][0], "Principal": {"AWS": "123456789012"}}]}
    events = [
        event(low, eventID=str(number), requestParameters={"keyId": str(number), "policy": json.dumps(low)})
        for number in range(300)
    ]
    _, out, _ = demo(write(tmp_path / "events.jsonl", *events, event(OPEN)))
    assert out.count("An account other than the key's own can encrypt") == 99
    assert out.count("Everyone can encrypt") == 1
    assert "KMS - Key Policy Opened To The Outside - Rule: 300 findings" in out
    assert "The 100 worst are shown, 201 more are not." in out


@pytest.mark.parametrize("environment", [{}, {"FORCE_COLOR": "1"}])
def test_a_reader_that_stops_reading_is_no_error(environment):
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {shlex.quote(sys.executable)} -m dev.demo | head -1"],
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=120,
        capture_output=True,
    )
    assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (0, b"", 1)


def test_lines_in_a_pipe_end_without_blanks(tmp_path):
    _, out, _ = demo(write(tmp_path / "events.jsonl", event(OPEN), event(CLOSED, eventID="2")))
    assert [line for line in out.splitlines() if line != line.rstrip()] == []
