"""dev/event_paths.py: what is typed as EVENTS is used or refused; what folders hold is read, or counted and named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dev.event_paths import File, Kind, PassedOver, ReadError, find_files, typed_paths


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("a.json", "b.json", "c d.json", "it's.json", "[x].json", "home/trail/log.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "paths"),
    [
        ("a.json", ["a.json"]),
        ("-", ["-"]),
        ("c d.json", ["c d.json"]),
        ("it's.json", ["it's.json"]),
        ("[x].json", ["[x].json"]),
        ("a.json b.json", ["a.json", "b.json"]),
        ("a.json 'c d.json'", ["a.json", "c d.json"]),
        ("a.json -", ["a.json", "-"]),
        (" a.json ", ["a.json"]),
        ("?.json", ["a.json", "b.json"]),
        ("b.json *.json", ["b.json", "[x].json", "a.json", "c d.json", "it's.json"]),
        ("**/log.json", ["home/trail/log.json"]),
    ],
)
def test_one_path_several_and_patterns(here: Path, typed: str, paths: list[str]) -> None:
    assert typed_paths(typed) == paths


def test_a_tilde_is_the_home_folder(here: Path) -> None:
    assert typed_paths("~/trail") == [str(here / "home" / "trail")]
    assert typed_paths("~/tra*") == [str(here / "home" / "trail")]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "EVENTS is empty; "),
        (" \n", "EVENTS is empty; "),
        ("absent.json", "no such file or folder: absent.json"),
        ("a.json absent.json", "no such file or folder: absent.json"),
        ("*.csv", "no such file or folder: *.csv"),
        ("it's absent.json", "no such file or folder: it's absent.json"),
        (r"C:\logs\trail.json", "no such file or folder: C:\\logs\\trail.json (in WSL, drive C: is /mnt/c)"),
    ],
)
def test_what_is_not_there_is_refused(here: Path, typed: str, why: str) -> None:
    with pytest.raises(ReadError) as raised:
        typed_paths(typed)
    assert str(raised.value).startswith(why)


def test_folders_are_searched_for_logs_and_the_rest_is_counted(tmp_path: Path) -> None:
    for name in ("AWSLogs/2/b.json.gz", "AWSLogs/1/a.JSON", "c.csv", "d.pdf", "e.PNG", "f.py", "g", "h.gz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("12345")
    passed = PassedOver()
    found = find_files([str(tmp_path)], passed)
    assert found == [File(str(tmp_path / name), 5) for name in ("AWSLogs/1/a.JSON", "AWSLogs/2/b.json.gz", "c.csv")]
    assert list(passed.lines()) == [
        f"5 files with other endings: {tmp_path}/d.pdf, {tmp_path}/e.PNG, {tmp_path}/f.py, …",
    ]


def test_what_could_wait_for_ever_is_named_and_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "link.json").symlink_to(tmp_path / "pipe.json")
    (tmp_path / "broken.json").symlink_to(tmp_path / "absent")
    (tmp_path / "a.json").write_text("{}")
    passed = PassedOver()
    assert find_files([str(tmp_path), "/dev/null"], passed) == [File(str(tmp_path / "a.json"), 2)]
    assert list(passed.lines()) == [
        f"3 pipes, sockets or devices: {tmp_path}/link.json, {tmp_path}/pipe.json, /dev/null",
        f"1 file or folder that cannot be opened: {tmp_path}/broken.json (No such file or directory)",
    ]


def test_nothing_to_read_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(
        ReadError, match=r"nothing to read in .* \(the folder is empty\); folders are searched for \.json"
    ):
        find_files([str(tmp_path)], PassedOver())
    (tmp_path / "picture.png").write_bytes(b"")
    with pytest.raises(ReadError, match=r"\(1 file with another ending: .*/picture\.png\)"):
        find_files([str(tmp_path)], PassedOver())


def test_all_are_counted_and_the_first_are_named() -> None:
    passed = PassedOver()
    for number in range(1200):
        passed.add(Kind.NOT_JSON, f"a.log:{number}")
    passed.add(Kind.DAMAGED, "b.gz (why)")
    assert list(passed.lines()) == [
        "1 damaged file: b.gz (why)",
        "1,200 lines that are not JSON: a.log:0, a.log:1, a.log:2, …",
    ]
