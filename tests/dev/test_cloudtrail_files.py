"""dev/cloudtrail_files.py: the same events out of every form, and everything unreadable skipped and named."""

import csv
import gzip
import io
import json
import sys
import tracemalloc

import pytest

from dev import cloudtrail_files
from dev.cloudtrail_files import EventFiles
from dev.event_paths import Kind, ReadError
from kmspolicy.events.finder import find_calls

POLICY = '{"Statement":[]}'


def record(number, name="PutKeyPolicy", **other):
    return {
        "eventSource": "kms.amazonaws.com",
        "eventName": name,
        "eventID": str(number),
        "requestParameters": {"policy": POLICY},
        **other,
    }


EVENTS = [
    record(1),
    record(2, "DescribeKey", eventSource="kms.amazonaws.com"),
    record("é\n", "GetObject", eventSource="s3"),
]
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS)


def exported(columns, rows):
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue()


FORMS = {
    "json lines": LINES,
    "no newline at the end": LINES.rstrip(),
    "blank lines": "\n" + LINES.replace("\n", "\r\n\r\n"),
    "documents without anything between them": LINES.replace("\n", ""),
    "Records": json.dumps({"Records": EVENTS}),
    "Records over several lines": json.dumps({"Records": EVENTS}, indent=2),
    "Records a line each": "".join(json.dumps({"Records": [event]}) + "\n" for event in EVENTS),
    "array": json.dumps(EVENTS),
    "array over several lines": json.dumps(EVENTS, indent=4),
    "array with an event a line": "[\n" + ",\n".join(map(json.dumps, EVENTS)) + "\n]\n",
    "array of Records": json.dumps([{"Records": EVENTS[:1]}, {"Records": EVENTS[1:]}]),
    "several documents over several lines": "\n".join(json.dumps(event, indent=2) for event in EVENTS),
    "aws cloudtrail lookup-events": json.dumps(
        {"Events": [{"EventName": "x", "CloudTrailEvent": json.dumps(event)} for event in EVENTS]}, indent=4
    ),
    "CloudWatch Logs": json.dumps(
        {"messageType": "DATA_MESSAGE", "logEvents": [{"message": json.dumps(event)} for event in EVENTS]}
    ),
    "SQS and SNS": json.dumps(
        {"Messages": [{"Body": json.dumps({"Message": json.dumps({"detail": event})})} for event in EVENTS]}
    ),
    "Splunk's JSON export": "".join(
        json.dumps({"preview": False, "result": {"_raw": json.dumps(event), "eventName": "x"}}) + "\n"
        for event in EVENTS
    ),
    "Splunk's CSV export": exported(["_time", "_raw"], [["2026-03-12", json.dumps(event)] for event in EVENTS]),
    "labels beside the records": "".join(
        json.dumps({"label": {name: event[name] for name in ("eventSource", "eventName")}, "log": json.dumps(event)})
        for event in EVENTS
    ),
    "a log with text before its JSON": "".join(
        f"Mar 12 12:00:41 host app[7]: {json.dumps(event)}\n" for event in EVENTS
    ),
}


def read(*paths):
    files = EventFiles(map(str, paths))
    return [json.loads(text) for text in files], files


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_events(tmp_path, form, encoding, pack):
    path = tmp_path / "events"
    path.write_bytes(pack(FORMS[form].encode(encoding)))
    events, files = read(path)
    assert events == EVENTS
    assert (files.policies, list(files.passed.lines())) == ([], [])
    assert files.done == files.total == path.stat().st_size


@pytest.mark.parametrize("form", FORMS)
def test_the_command_finds_in_each_event_what_it_finds_in_the_whole(tmp_path, form):
    path = tmp_path / "events"
    path.write_text(FORMS[form])
    apart = [found for text in EventFiles([str(path)]) for found in find_calls(text, False)]
    texts = FORMS[form].splitlines() if form.startswith("a log") else [FORMS[form]]
    if "CSV" not in form:  # its rows are events of their own
        assert apart == [found for text in texts for found in find_calls(text, False)]
    assert [found.policy for found in apart][:1] == [POLICY]


def test_an_event_on_a_line_of_its_own_keeps_its_text(tmp_path):
    path = tmp_path / "events.jsonl"
    line = '{"eventSource" : "s3.amazonaws.com", "eventName": "\\u0045", "b": 1, "b": 2}\n'
    path.write_text(line)
    assert list(EventFiles([str(path)])) == [line]


WHOLE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
}
DOCUMENTS = {
    "a policy": WHOLE,
    "the output of get-key-policy": {"Policy": json.dumps(WHOLE), "PolicyName": "default"},
    "an item of AWS Config": {
        "resourceType": "AWS::KMS::Key",
        "supplementaryConfiguration": {"Policy": json.dumps(WHOLE)},
    },
    "a resource of CloudFormation": {"Resources": {"K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": WHOLE}}}},
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_policy_that_is_in_no_event_is_found(tmp_path, document, indent):
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(DOCUMENTS[document], indent=indent))
    events, files = read(path)
    assert (events, list(files.passed.lines())) == ([], [])
    ((place, text),) = files.policies
    assert place in (str(path), f"{path}:1")
    assert json.loads(text) == WHOLE


def test_the_policies_of_an_inventory_are_found_with_their_rows(tmp_path):
    path = tmp_path / "keys.csv"
    path.write_text(exported(["Account", "Policy"], [["111122223333", json.dumps(WHOLE)], ["4", "none"]]))
    events, files = read(path)
    assert events == []
    assert [(place, json.loads(text)) for place, text in files.policies] == [(f"{path}:2", WHOLE)]
    assert list(files.passed.lines()) == [f"1 text without an event or a key policy: {path}:3"]


def test_stdin(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(gzip.compress(LINES.encode())))))
    events, files = read("-")
    assert events == EVENTS
    assert files.total is None


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        ('{"eventID": "cut", "requ', Kind.BROKEN),
        ('{"eventID": {"cut": 1', Kind.BROKEN),
        ("Nov 24 host syslog: hello", Kind.NOT_JSON),
        ("[" * 100_000, None),
        ('"text"', Kind.NOTHING),
        ('{"digestS3Object": "AWSLogs/x"}', Kind.DIGEST),
        ("1" * 5_000, None),  # one or the other: this depends on the Python version
    ],
)
@pytest.mark.parametrize("line", [1, 2, 4])
def test_a_line_that_is_no_event_is_named_and_the_others_are_read(tmp_path, broken, kind, line):
    path = tmp_path / "events.jsonl"
    lines = LINES.splitlines()
    lines.insert(line - 1, broken)
    path.write_text("\n".join(lines) + "\n")
    events, files = read(path)
    assert events == EVENTS
    assert sum(files.passed.counts.values()) == 1
    assert [line_ for line_ in files.passed.lines() if line_.endswith(f": {path}:{line}")]
    assert kind is None or files.passed.counts[kind] == 1


def test_what_names_one_of_our_calls_and_cannot_be_read_goes_on_to_the_command(tmp_path):
    path = tmp_path / "events.jsonl"
    cut = json.dumps(record(3, requestParameters={"keyId": "k", "policy": json.dumps(WHOLE)}))[:-40]
    path.write_text(LINES + cut + "\n")
    texts = list(EventFiles([str(path)]))
    assert texts[-1].strip() == cut
    (found,) = find_calls(texts[-1], False)
    assert found.fault.startswith("the event is cut short")


def test_documents_after_a_broken_one_are_read(tmp_path):
    path = tmp_path / "events.json"
    documents = [json.dumps(event, indent=2) for event in EVENTS]
    path.write_text("\n".join([documents[0], "{\n  broken\n}", *documents[1:]]))
    events, _ = read(path)
    assert events == EVENTS


def test_a_damaged_file_is_named_and_the_next_one_is_read(tmp_path):
    (tmp_path / "1.json.gz").write_bytes(gzip.compress(LINES.encode() * 1000)[:-20])
    (tmp_path / "2.json").write_text(LINES)
    events, files = read(tmp_path)
    assert events[-3:] == EVENTS
    assert files.passed.counts[Kind.DAMAGED] == 1
    assert f"1 damaged file: {tmp_path / '1.json.gz'} (" in next(files.passed.lines())
    assert files.done == files.total


def test_bytes_that_are_no_utf8_become_replacement_characters(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(json.dumps(record("é"), ensure_ascii=False).encode("latin-1"))
    assert read(path)[0] == [record("\ufffd")]


def test_a_large_folder_without_any_event_is_left_with_a_hint(tmp_path, monkeypatch):
    monkeypatch.setattr(cloudtrail_files, "_FRUITLESS_FILES", 20)
    for number in range(30):
        (tmp_path / f"{number:02}.json").write_text('{"name": "package"}')
    with pytest.raises(ReadError, match=r"no event or key policy in the first 20 of 30 files; give the folder"):
        read(tmp_path)
    (tmp_path / "10.json").write_text(LINES)
    assert read(tmp_path)[0] == EVENTS


def test_json_lines_are_read_in_bounded_memory(tmp_path):
    path = tmp_path / "events.jsonl.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        for number in range(10_000):
            file.write(json.dumps(record(number, "GetObject", filling="x" * 1000)) + "\n")
    tracemalloc.start()
    try:
        assert sum(1 for _ in EventFiles([str(path)])) == 10_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
