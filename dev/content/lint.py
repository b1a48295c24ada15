"""Checks what ships with public tools: ksconf on the package's confs, splint on every search with its macros expanded.
Each finding is mended, or listed in accepted.json with the reason why it stays; a row there that matches no finding is
an error. `python -m dev.content.lint BIN`, where BIN is the folder of both programs.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dev.content.listed import read_rows, report
from dev.content.searches import searches
from dev.package import contents, read_version
from dev.spl.conf import app_conf
from dev.spl.macros import expand, macro_table
from dev.vendor import ROOT

ACCEPTED = Path(__file__).with_name("accepted.json")


class Finding(NamedTuple):
    """What a tool reports: its rule, the file or search (named as in dev.content.searches), and the message."""

    tool: str
    rule: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.tool} {self.rule}: {self.message}"


def ksconf(program: Path, files: Mapping[str, bytes]) -> list[Finding]:
    """What `ksconf check` says of confs, path below the app's folder -> bytes. RuntimeError where it checks none."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        ran = _run([str(program), "check", *files], folder)
    if f"Completed checking {len(files)} files." not in ran.stdout + ran.stderr:
        raise RuntimeError(f"ksconf did not check {len(files)} files:\n{ran.stdout}{ran.stderr}")
    errors = re.findall(r"^Error in file (\S+):\s+(.*)$", ran.stdout + ran.stderr, re.MULTILINE)
    if bool(errors) != bool(ran.returncode):
        raise RuntimeError(f"ksconf ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    return [Finding("ksconf", "check", where, message) for where, message in errors]


def splint(program: Path, texts: Mapping[str, str]) -> list[Finding]:
    """What splint says of searches, where they stand -> SPL. RuntimeError where it stops."""
    with tempfile.TemporaryDirectory() as folder:
        names = {f"{number}.spl": where for number, where in enumerate(texts)}
        for name, where in names.items():
            Path(folder, name).write_text(texts[where], encoding="utf-8")
        ran = _run([str(program), "--format", "json", *names], folder)
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"splint ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    said = json.loads(ran.stdout)["diagnostics"]
    return [Finding("splint", one["code"], names[one["path"]], one["message"]) for one in said]


def expanded_searches() -> dict[str, str]:
    """Every search that ships, where it stands -> its text without macro calls."""
    macros = macro_table(app_conf(ROOT, "macros"))
    return {search.where: expand(search.text, macros) for search in searches()}


def _run(command: list[str], folder: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def main() -> None:
    """Runs both tools and prints what they found and why it stays. Exit status 1: something is left to mend."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.content.lint", description="Checks what ships with public tools."
    )
    parser.add_argument("bin", type=Path, help="the folder of the programs ksconf and splint")
    programs = parser.parse_args().bin.resolve()
    if sys.version_info < (3, 11):
        print(f"content: not checked, because splint needs Python 3.11 or later; this is {sys.version.split()[0]}")
        return
    shipped = contents(ROOT, read_version())
    confs = {name: content for name, content in shipped.items() if name.endswith((".conf", ".meta"))}
    texts = expanded_searches()
    findings = ksconf(programs / "ksconf", confs) + splint(programs / "splint", texts)
    accepted = read_rows(ACCEPTED)
    counts = Counter(finding.tool for finding in findings)
    print(f"ksconf check: {len(confs)} files, {counts['ksconf']} findings")
    print(f"splint: {len(texts)} searches, {counts['splint']} findings")
    for row in accepted:
        print(f"  accepted: {sum(map(row.covers, findings))} × {row.patterns['rule']}: {row.reason}")
    wrong = report(findings, accepted)
    for line in wrong:
        print(f"  {line}")
    sys.exit("content: not passed" if wrong else 0)


if __name__ == "__main__":
    main()
