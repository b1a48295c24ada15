"""Time ranges of saved searches, chained searches, lookups that are written, and the command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dev.spl import Event, SplError, run_saved, run_search
from dev.spl.cli import main
from dev.spl.runner import APP

SAVED = """
[hourly]
dispatch.earliest_time = -24h@h
dispatch.latest_time = now
dispatch.index_earliest = -70m@m
dispatch.index_latest = -10m@m
search = * | table eventName
"""
NOW = "2026-01-31T12:00:00Z"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "default").mkdir()
    (tmp_path / "lookups").mkdir()
    (tmp_path / "default" / "savedsearches.conf").write_text(SAVED, encoding="utf-8")
    return tmp_path


def event(name: str, time: str, indexed: str | None = None) -> Event:
    return Event({"eventName": name, "eventTime": time}, indextime=indexed)


@pytest.mark.parametrize(
    "time, indexed, seen",
    [
        ("2026-01-31T11:30:00Z", "2026-01-31T11:40:00Z", True),
        (
            "2026-01-30T13:00:00Z",
            "2026-01-31T10:50:00Z",
            True,
        ),  # happened long ago, indexed in the hour that is looked at
        ("2026-01-31T11:30:00Z", "2026-01-31T11:50:00Z", False),  # indexed after it
        ("2026-01-31T10:30:00Z", "2026-01-31T10:49:59Z", False),  # indexed before it
        ("2026-01-30T11:59:59Z", "2026-01-31T11:00:00Z", False),  # older than a day
        ("2026-01-31T11:45:00Z", None, False),  # indexed five minutes after its time
        ("2026-01-31T11:44:59Z", None, True),
    ],
)
def test_saved_search_sees_what_its_time_and_index_time_bounds_hold(
    app: Path, time: str, indexed: str | None, seen: bool
) -> None:
    found = run_saved("hourly", [event("x", time, indexed)], app=app, now=NOW)
    assert (len(found.rows), found.seen, found.total) == (int(seen), int(seen), 1)


def test_all_time_leaves_the_bounds_out(app: Path) -> None:
    assert run_saved("hourly", [event("x", "2020-01-01T00:00:00Z")], app=app, now=NOW, all_time=True).rows


def test_without_now_the_last_event_is_half_an_hour_old(app: Path) -> None:
    events = [event("old", "2026-01-31T09:00:00Z"), event("new", NOW)]
    assert run_saved("hourly", events, app=app).rows == [{"eventName": "new"}]
    (row,) = run_search("* | head 1 | eval now=now() | table now", events).rows
    assert row == {"now": "1769862600"}


@pytest.mark.parametrize(
    "raw, time",
    [
        ({"eventTime": NOW}, "1769860800"),
        ({"time": "2020-01-01T00:00:00Z", "detail": {"eventTime": NOW}}, "1769860800"),  # EventBridge
        ({"class_uid": 6003, "time": 1769860800000}, "1769860800"),  # Security Lake
        ({"eventTime": "yesterday"}, "0"),
        ({"eventTime": 7}, "0"),
        ({}, "0"),
        ({"eventTime": "1960-01-01T00:00:00Z"}, "0"),
        ({"class_uid": 6003, "time": 1e300}, "0"),
        ({"class_uid": 6003, "time": float("nan")}, "0"),
        ("[" * 100_000, "0"),
    ],
)
def test_the_time_of_an_event(raw: object, time: str) -> None:
    text = raw if isinstance(raw, str) else json.dumps(raw)
    assert [row["_time"] for row in run_search("* | table _time", [text]).rows] == [time]


def test_events_without_a_time_are_searched_at_this_time() -> None:
    (row,) = run_search('* | eval year=strftime(now(), "%Y") | table year', [{"eventName": "a"}]).rows
    assert int(str(row["year"])) > 2024


def test_events_are_gone_through_once_and_each_pipeline_begins_with_its_own() -> None:
    records = ({"eventName": name, "user": name.upper(), "eventTime": NOW} for name in "abcb")
    found = run_search(
        "eventName=a | fields eventName"
        " | append [search user=B | fields eventName, user | stats count by eventName user]"
        " | append [search eventName=c | table us*]",
        records,
    )
    assert [{key: value for key, value in row.items() if key[0] != "_"} for row in found.rows] == [
        {"eventName": "a"},
        {"eventName": "b", "user": "B", "count": "2"},
        {"user": "C"},
    ]
    assert (found.seen, found.total) == (4, 4)


@pytest.mark.parametrize(
    "spl, fields",
    [
        ("eventName=a | fields user", {"user"}),
        ("eventName=a | fields user index", {"user", "index"}),
        ("sourcetype=aws:cloudtrail a | fields index", {"index"}),
        ("eventName=a | fields us*", {"user"}),
        ("(a OR b) NOT user=B | fields + eventName", {"eventName"}),
        (
            "user=* | fields - index source host sourcetype splunk_server",
            {"eventName", "eventTime", "signature", "user", "vendor_product"},
        ),
    ],
)
def test_what_is_not_kept_of_an_event_is_what_the_search_drops_anyway(spl: str, fields: set[str]) -> None:
    records = [{"eventName": name, "user": name.upper(), "eventTime": NOW} for name in "ab"]
    rows = run_search(spl, records).rows
    assert {field for field in rows[-1] if not field.startswith("_")} == fields


def test_unknown_saved_search() -> None:
    with pytest.raises(SplError, match="there is no saved search 'nope'"):
        run_saved("nope")


def test_chained_search_goes_on_with_the_rows_of_its_base() -> None:
    base = run_search("* | stats count by eventName", [event("a", NOW), event("a", NOW), event("b", NOW)])
    for spl in ("| search count>1 | table eventName", "search count>1 | table eventName"):
        assert run_search(spl, rows=base.rows).rows == [{"eventName": "a"}]
    assert run_search("stats sum(count) as n", rows=base.rows).rows == [{"n": "3"}]


def test_macros_can_be_overridden_as_a_local_file_would() -> None:
    found = run_search(
        "`cloudtrail` | table eventName", [event("a", NOW), event("b", NOW)], macros={"cloudtrail": "eventName=b"}
    )
    assert found.rows == [{"eventName": "b"}]


def test_outputlookup_writes_into_the_given_folder_and_never_into_the_app(app: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    write = "* | table eventName | outputlookup seen.csv"
    run_search(write, [event("a", NOW)], app=app, lookups=kept)
    run_search(write, [event("b", NOW)], app=app)
    assert run_search("| inputlookup seen.csv", app=app, lookups=kept).rows == [{"eventName": "a"}]
    assert run_search("| inputlookup seen.csv", app=app).rows == []
    assert list((app / "lookups").iterdir()) == []


def test_a_file_in_the_given_folder_stands_in_for_the_one_of_the_app(app: Path, tmp_path: Path) -> None:
    (app / "lookups" / "list.csv").write_text("k\nshipped\n", encoding="utf-8")
    assert run_search("| inputlookup list.csv", app=app).rows == [{"k": "shipped"}]
    (tmp_path / "list.csv").write_text("k\nmine\n", encoding="utf-8")
    assert run_search("| inputlookup list.csv", app=app, lookups=tmp_path).rows == [{"k": "mine"}]


def test_warnings_of_the_command_reach_the_user() -> None:
    found = run_search("* | kmspolicycheck nowhere", [event("CreateKey", NOW)])
    assert any("nowhere" in message for message in found.messages)


@pytest.fixture
def events_file(tmp_path: Path) -> str:
    path = tmp_path / "events.jsonl"
    record = {"eventName": "CreateKey", "eventTime": NOW, "userAgent": "evil\x1b[2J\x07", "list": ["a", "b"]}
    path.write_text(json.dumps(record) + "\nnot json\n", encoding="utf-8")
    return str(path)


def test_command_line_prints_a_plain_table_in_a_pipe(events_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["* | table eventName list{} userAgent", "--events", events_file]) == 0
    out, notes = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [
        ["eventName", "list{}", "userAgent"],
        ["CreateKey", "a", "|", "b", r"evil\x1b[2J\x07"],
    ]
    assert "1 row from 1 of 1 events" in notes
    assert "local approximation" in notes
    assert f"passed over: 1 line that is not JSON: {events_file}:2" in notes


@pytest.mark.parametrize("hostile", ["\x1b[2J\x1b]0;owned\x07", "\x9b2J", "\u202egnp.exe", "a\rb", "\u200b\u2066"])
@pytest.mark.parametrize("terminal", [{}, {"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": "60"}], ids=["pipe", "tty"])
def test_command_line_lets_nothing_act_on_the_terminal(
    hostile: str,
    terminal: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in terminal.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / f"events{hostile}.jsonl"
    call = {"eventSource": "kms.amazonaws.com", "eventName": "DescribeKey", "eventTime": NOW}
    record = {**call, "userAgent": f"evil{hostile}", f"x{hostile}": "y" * 40}
    path.write_text(json.dumps(record) + "\nbroken\n")
    assert main([f'* | table userAgent "x{hostile}"', "--events", str(path)]) == 0
    assert main(["* | nonsense" + hostile, "--events", str(path)]) == 1
    out, notes = capsys.readouterr()
    assert "evil" in out and "passed over" in notes and "nonsense" in notes
    for text in (out, notes):
        assert re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\n", "").isprintable(), ascii(text)


def test_command_line_prints_json_for_machines(events_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["* | table eventName list{} userAgent", "--json", "--events", events_file]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "eventName": "CreateKey",
        "list{}": ["a", "b"],
        "userAgent": "evil\x1b[2J\x07",
    }


def test_make_search_passes_its_variables_through_the_environment(
    events_file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPC_SPL", "* | stats count")
    monkeypatch.setenv("KPC_EVENTS", events_file)
    assert main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"count": "1"}


def test_a_named_search_runs_over_all_events_or_with_now_in_its_time_range(capsys: pytest.CaptureFixture[str]) -> None:
    named = ["--name", "KMS - Policy changes", "--events", str(APP / "samples" / "cloudtrail.jsonl"), "--json"]
    assert main(named) == 0
    assert len(capsys.readouterr().out.splitlines()) > 10
    assert main([*named, "--now", "2030-01-01T00:00:00Z"]) == 0
    out, notes = capsys.readouterr()
    assert out == ""
    assert "the others are outside the time range" in notes


@pytest.mark.parametrize(
    "time, shown",
    [("1773316841", "2026-03-12 12:00:41 UTC"), ("x", "x"), ("-1", "-1"), ("9e99", "9e99")],
)
def test_a_table_shows_times_as_dates_and_json_as_they_are(
    time: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spl = f'| makeresults | eval _time="{time}", other="1773316841"'
    assert main([spl]) == 0
    assert re.split(r"\s{2,}|\n", capsys.readouterr().out.strip()) == ["_time", "other", shown, "1773316841"]
    assert main([spl, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"_time": time, "other": "1773316841"}


@pytest.mark.parametrize(
    "arguments, status, told",
    [
        (["* | nope"], 1, "line 1, column 5: the local runner does not know the command 'nope'\n  * | nope\n      ^"),
        (["*", "--events", "/no/such/file"], 1, "no such file or folder: /no/such/file"),
        (["--name", "nope"], 1, "there is no saved search 'nope'; these are there:\n  KMS - "),
        (["--name", "kms - setup CHECK"], 1, "did you mean 'KMS - Setup check'?"),
        (["| makeresults count=2"], 1, "the local runner does not know count= of makeresults"),
        (["| makeresults 2"], 1, "the local runner does not know 2 of makeresults"),
        (["*", "--now", "yesterday"], 1, "yesterday"),
    ],
)
def test_command_line_says_what_is_wrong(
    arguments: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == status
    out, notes = capsys.readouterr()
    assert out == ""
    assert told in notes


def test_command_line_ends_quietly_when_nobody_reads_on() -> None:
    events = str(APP / "samples" / "cloudtrail.jsonl")
    with subprocess.Popen(
        [sys.executable, "-m", "dev.spl", "* | mvexpand _raw", "--events", events, "--json"],
        cwd=APP,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_command_line_wants_a_search_or_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2
    assert "KMS - Policy changes" in capsys.readouterr().err
