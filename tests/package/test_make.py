"""What is typed behind a make target reaches the program as it was typed, and nothing in it runs."""

import subprocess
from pathlib import Path

import pytest

from dev.vendor import ROOT

TYPED = [
    "my folder/log.json.gz",
    "$(shell touch ran)",
    "$(touch ran)",
    "`touch ran`",
    '"; touch ran; "',
    "'; touch ran; '",
    "$$x $HOME",
    "-x",
    "a\nb",
]


def make(folder: Path, target: str, python: str = "echo", **typed: str) -> str:
    """Output of a target with another program in place of the project's Python, and nothing built before."""
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    ran = subprocess.run(
        [
            "make",
            "--no-print-directory",
            "-o",
            "lib",
            f"PY={python}",
            target,
            *(f"{name}={text}" for name, text in typed.items()),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not (folder / "ran").exists()
    return ran.stdout


@pytest.mark.parametrize("text", TYPED)
def test_events_are_passed_on_as_typed(tmp_path: Path, text: str) -> None:
    assert make(tmp_path, "demo", EVENTS=text) == f"-m dev.demo -- {text}\n"


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.parametrize("name", ["SPL", "NAME", "EVENTS", "NOW"])
def test_a_search_is_passed_on_as_typed(tmp_path: Path, name: str, text: str) -> None:
    assert make(tmp_path, "search", f"sh -c 'printenv KPC_{name}'", **{name: text}) == f"{text}\n"


def test_without_events_there_is_no_argument(tmp_path: Path) -> None:
    assert make(tmp_path, "demo") == "-m dev.demo\n"


def test_a_name_that_the_system_set_is_not_the_name_of_a_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAME", "a-host")  # as Windows Subsystem for Linux does
    assert make(tmp_path, "search", "sh -c 'printenv KPC_NAME || echo none'") == "none\n"
