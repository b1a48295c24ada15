"""A package in which one claim is broken on purpose, and what the suite says of it. It runs against the stand-in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from dev.package import archive, contents, read_version
from dev.vendor import ROOT
from tests.splunk.asking import REAL

pytestmark = [pytest.mark.slow, pytest.mark.skipif(REAL, reason="it breaks a package of its own")]

Files = dict[str, bytes]
MACROS = "default/macros.conf"


class Break(NamedTuple):
    """What is done to the package; where the suite looks; which test fails, and with which words."""

    change: Callable[[Files], Files]
    asked: tuple[str, ...]
    fails: str
    says: str


def without_lib(files: Files) -> Files:
    return {name: data for name, data in files.items() if not name.startswith("lib/")}


def without_macro(files: Files) -> Files:
    text = files[MACROS].decode("utf-8")
    return {**files, MACROS: text.replace("[kmspolicycheck_fill]", "[kmspolicycheck_filled]").encode("utf-8")}


def with_another_result(files: Files) -> Files:
    text = re.sub(r"(_filter\]\ndefinition = )search \*", r'\1eval severity="broken"', files[MACROS].decode("utf-8"))
    return {**files, MACROS: text.encode("utf-8")}


BROKEN = {
    "lib is missing": Break(
        without_lib,
        ("test_command.py", "-k", "python or streaming or warning"),
        "test_it_loads_under_each_python[3.9]",
        "the knowledge bundle lacks",
    ),
    "a macro is missing": Break(
        without_macro,
        ("test_parses.py", "-k", "everyone_encrypt or Everyone or missing"),
        "test_a_search_parses[savedsearches.conf [KMS - Key Policy Lets Everyone Encrypt - Rule]]",
        "macro kmspolicycheck_fill does not exist",
    ),
    "another result": Break(
        with_another_result,
        ("test_same_results.py", "-k", "detection_on_its_cases and Everyone and Encrypt"),
        "test_a_detection_on_its_cases[KMS - Key Policy Lets Everyone Encrypt - Rule",
        "severity",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_suite_names_what_is_broken(name: str, tmp_path: Path) -> None:
    broken, version = BROKEN[name], read_version()
    package = tmp_path / "broken.tar.gz"
    package.write_bytes(archive(broken.change(contents(ROOT, version)), version))
    asked = [str(Path(__file__).with_name(broken.asked[0])), *broken.asked[1:]]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-r", "f", "-p", "no:cacheprovider", *asked],
        cwd=ROOT,
        env={**os.environ, "KPC_SPLUNK_PACKAGE": str(package)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    failed = [line for line in ran.stdout.splitlines() if line.startswith("FAILED")]
    assert any(broken.fails in line for line in failed), ran.stdout
    assert broken.says in ran.stdout
    assert "it proves the suite, not the app" in ran.stdout
