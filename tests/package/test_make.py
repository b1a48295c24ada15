"""What is typed after a make target reaches the program as it was typed, and nothing in it runs."""

import re
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


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """make in a folder that holds nothing but the Makefile."""
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    return subprocess.run(
        ["make", "--no-print-directory", "-o", "lib", *arguments], cwd=folder, capture_output=True, text=True
    )


def make(folder: Path, target: str, python: str = "echo", **typed: str) -> str:
    """Output of a target with another program in place of the project's Python, and nothing built before."""
    ran = run(folder, f"PY={python}", target, *(f"{name}={text}" for name, text in typed.items()))
    assert ran.returncode == 0 and not (folder / "ran").exists()
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


@pytest.mark.parametrize("text", TYPED)
def test_events_may_come_from_the_environment(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTS", text)
    assert make(tmp_path, "demo") == f"-m dev.demo -- {text}\n"


def test_empty_events_reach_the_demo_which_refuses_them(tmp_path: Path) -> None:
    assert make(tmp_path, "demo", EVENTS="") == "-m dev.demo -- \n"


@pytest.mark.parametrize(
    "typed, told",
    [
        (["demo", "events=/my/file"], "make demo does not read events; it reads EVENTS"),
        (["demo", "NOW=2026-03-14T12:00:00Z"], "make demo does not read NOW; it reads EVENTS"),
        (["test", "EVENT=x"], "make test does not read EVENT; it reads no variable"),
        (
            ["test-splunk", "SPLUNK_PASSWORD=x"],
            "SPLUNK_PASSWORD on make's command line can be read by others on this machine",
        ),
        (["demo", "/my/file"], "/my/file is no target; to read files, type EVENTS='/my/file'"),
        (["demo", "EVENTS=a.json", "b.json"], "b.json is no target; to read files, type EVENTS='a.json b.json'"),
        (["search", "SPL=*", "Makefile"], "Makefile is no target; "),
    ],
)
def test_what_would_have_no_effect_is_refused(tmp_path: Path, typed: list[str], told: str) -> None:
    ran = run(tmp_path, "PY=echo", *typed)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr


def test_help_names_every_target(tmp_path: Path) -> None:
    written = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    (targets,) = re.findall(r"^TARGETS := (.*)$", written, re.MULTILINE)
    assert {*re.findall(r"\bmake ([a-z-]+)", make(tmp_path, "help")), "help"} == set(targets.split())


def test_a_name_that_the_system_set_is_not_the_name_of_a_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAME", "a-host")  # as Windows Subsystem for Linux does
    assert make(tmp_path, "search", "sh -c 'printenv KPC_NAME || echo none'") == "none\n"


def test_python_keeps_what_it_compiles_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each of some thousand starts of the command in the tests would compile all of it."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert make(tmp_path, "search", "sh -c 'printenv PYTHONDONTWRITEBYTECODE || echo none'") == "none\n"
