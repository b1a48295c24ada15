"""dev/cloudtrail_files.py: the same events out of every form, and everything unreadable passed over and named."""

import gzip
import io
import json
import sys
import tracemalloc

import pytest

from dev.cloudtrail_files import EventFiles, ReadError

EVENTS = [{"eventID": "1", "requestParameters": {"policy": '{"Statement":[]}'}}, {"eventID": "2"}, {"eventID": "é\n"}]
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS)

FORMS = {
    "json lines": LINES,
    "no newline at the end": LINES.rstrip(),
    "blank lines": "\n" + LINES.replace("\n", "\r\n\r\n"),
    "byte order mark": "\ufeff" + LINES,
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
    "with a digest file's content": LINES + '{"digestS3Object": "AWSLogs/x"}\n',
}


def read(*paths):
    files = EventFiles(map(str, paths))
    return [json.loads(text) for text in files], files


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_events(tmp_path, form, pack):
    path = tmp_path / "events"
    path.write_bytes(pack(FORMS[form].encode()))
    events, files = read(path)
    assert events == EVENTS
    assert (files.skipped, files.problems) == (0, [])
    assert files.done == files.total == path.stat().st_size


def test_an_event_on_a_line_of_its_own_keeps_its_text(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"b" : 1, "a": "\\u0045", "b": 2}\n')
    assert list(EventFiles([str(path)])) == ['{"b" : 1, "a": "\\u0045", "b": 2}']


def test_stdin(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(gzip.compress(LINES.encode())))))
    events, files = read("-")
    assert events == EVENTS
    assert files.total is None


def test_a_folder_is_searched_through_and_other_files_are_counted(tmp_path):
    deep = tmp_path / "AWSLogs" / "111122223333" / "CloudTrail"
    deep.mkdir(parents=True)
    (deep / "2.json.gz").write_bytes(gzip.compress(json.dumps({"Records": EVENTS[1:]}).encode()))
    (deep / "1.JSON").write_text(json.dumps(EVENTS[0]))
    (deep / "notes.pdf").write_text("not for reading")
    events, files = read(tmp_path)
    assert events == EVENTS
    assert files.others == 1
    assert files.done == files.total


@pytest.mark.parametrize(
    "broken, why",
    [
        ('{"eventID": "cut", "requ', "JSON that ends too early"),
        ('{"eventID": {"cut": 1', "JSON that ends too early"),
        ("Nov 24 host syslog: hello", "no JSON: Expecting value"),
        ("[" * 100_000, "nested too deep"),
        ('"text"', "no event: an object belongs here"),
        ("1" * 5_000, None),  # an error or a number that is no event: this depends on the Python version
    ],
)
@pytest.mark.parametrize("line", [1, 2, 4])
def test_a_broken_line_is_named_and_the_others_are_read(tmp_path, broken, why, line):
    path = tmp_path / "events.jsonl"
    lines = LINES.splitlines()
    lines.insert(line - 1, broken)
    path.write_text("\n".join(lines) + "\n")
    events, files = read(path)
    assert events == EVENTS
    assert files.skipped == 1
    assert files.problems[0].place == f"{path}:{line}"
    assert why is None or files.problems[0].why == why


@pytest.mark.parametrize("element", ['"text"', "[7]", '{"Records": [null]}'])
def test_an_element_that_is_no_event_is_named_and_the_others_are_read(tmp_path, element):
    path = tmp_path / "events.json"
    path.write_text(json.dumps(EVENTS)[:-1] + f", {element}]")
    events, files = read(path)
    assert events == EVENTS
    assert [tuple(problem) for problem in files.problems] == [(f"{path}:1", "no event: an object belongs here")]


def test_documents_behind_a_broken_one_are_read(tmp_path):
    path = tmp_path / "events.json"
    documents = [json.dumps(event, indent=2) for event in EVENTS]
    path.write_text("\n".join([documents[0], "{\n  broken\n}", *documents[1:]]))
    events, files = read(path)
    assert events == EVENTS
    assert [problem.place for problem in files.problems] == [f"{path}:7"]


def test_a_damaged_file_is_named_and_the_next_one_is_read(tmp_path):
    whole = gzip.compress(LINES.encode() * 1000)
    (tmp_path / "1.json.gz").write_bytes(whole[:-20])
    (tmp_path / "2.json").write_text(LINES)
    events, files = read(tmp_path)
    assert events[-3:] == EVENTS
    assert [problem.place for problem in files.problems] == [str(tmp_path / "1.json.gz")]
    assert files.done == files.total


def test_bytes_that_are_no_utf8_become_replacement_characters(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"eventID": "\xff"}\n')
    assert read(path)[0] == [{"eventID": "\ufffd"}]


def test_all_problems_are_counted_and_the_first_are_kept(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text(LINES + "broken\n" * 1000)
    events, files = read(path)
    assert events == EVENTS
    assert files.skipped == 1000
    assert 0 < len(files.problems) < 100


def test_nothing_to_read_is_one_clear_error(tmp_path):
    with pytest.raises(ReadError, match=r"no such file or folder: .*/absent"):
        EventFiles([str(tmp_path / "absent")])
    (tmp_path / "picture.png").write_bytes(b"")
    with pytest.raises(ReadError, match=r"no CloudTrail files in .*: looked for \.json, "):
        EventFiles([str(tmp_path)])


def test_json_lines_are_read_in_bounded_memory(tmp_path):
    path = tmp_path / "events.jsonl.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        for number in range(20_000):
            file.write(json.dumps({"eventID": str(number), "filling": "x" * 1000}) + "\n")
    tracemalloc.start()
    try:
        assert sum(1 for _ in EventFiles([str(path)])) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
