"""What is typed behind a make target reaches the program as it was typed, and nothing in it runs."""
import subprocess
from pathlib import Path

import pytest

from dev.vendor import ROOT


def make(folder: Path, *arguments: str) -> str:
    """Output of a target with `echo` in place of the project's Python and nothing built before."""
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    ran = subprocess.run(["make", "--no-print-directory", "-o", "lib", "PY=echo", *arguments], cwd=folder,
                         capture_output=True, text=True, check=True)
    return ran.stdout


@pytest.mark.parametrize("typed", [
    "my folder/log.json.gz", "$(shell touch ran)", "$(touch ran)", "`touch ran`", '"; touch ran; "', "'; touch ran; '",
    "$$x $HOME", "-x", "a\nb"])
def test_events_are_passed_on_as_typed(tmp_path: Path, typed: str) -> None:
    assert make(tmp_path, "demo", f"EVENTS={typed}") == f"-m dev.demo -- {typed}\n"
    assert not (tmp_path / "ran").exists()


def test_without_events_there_is_no_argument(tmp_path: Path) -> None:
    assert make(tmp_path, "demo") == "-m dev.demo\n"
