"""Runs Splunk's AppInspect on the built package and passes only the result that its rules make reachable.
AppInspect exits with 0 whatever it finds, so its JSON reports decide (documentation: *AppInspect CLI reference*).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from dev.package import build

FORBIDDEN = ("error", "failure", "future_failure", "manual_check")

# No app that holds Python and splunklib below 3.0 is without these two; splunklib 3.x does not run on Python 3.9.
UNAVOIDABLE = frozenset({"check_for_python_script_existence", "check_python_sdk_version"})


def tags(tool: Path) -> list[str]:
    """Every tag that AppInspect groups its checks by, those that a newer version adds included."""
    listed = subprocess.run([str(tool), "list", "tags"], check=False, capture_output=True, text=True)
    found = re.findall(r"^(\w+)\s+\d+$", listed.stdout, re.MULTILINE)
    if not found:
        sys.exit(f"AppInspect lists no tags\n{listed.stdout}{listed.stderr}")
    return found


def inspect(tool: Path, package: Path, included: list[str]) -> dict[str, Any]:
    """AppInspect's JSON report on the checks with these tags. Stops the program where AppInspect stops early."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [str(tool), "inspect", str(package), "--mode", "precert", "--skip-trusted-libraries-update"]
        command += ["--output-file", str(report), "--data-format", "json"]
        command += [word for tag in included for word in ("--included-tags", tag)]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        if ran.returncode or not report.exists():
            sys.exit(f"AppInspect stopped; does it find libmagic (Debian: libmagic1)?\n{ran.stdout}{ran.stderr}")
        return dict(json.loads(report.read_text("utf-8")))


def results(report: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """(check, result, messages) of every check in a report."""
    return [
        (check["name"], check["result"], [message["message"] for message in check["messages"]])
        for inspected in report["reports"]
        for group in inspected["groups"]
        for check in group["checks"]
    ]


def main() -> None:
    """Builds the package and inspects it. Exit status: 1 where AppInspect finds anything that is not accepted here."""
    parser = argparse.ArgumentParser(prog="python -m dev.appinspect", description="Builds the package and gates it.")
    parser.add_argument("tool", type=Path, help="the program splunk-appinspect")
    tool = parser.parse_args().tool
    every = tags(tool)
    found = results(inspect(tool, build(Path("dist")), every))
    counts = Counter(result for _, result, _ in found)
    counted = ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
    print(f"AppInspect: {len(found)} checks of {len(every)} tags: {counted}")
    if not counts["success"]:
        sys.exit("AppInspect ran no check that passed: something is wrong with the run itself")
    warned = {name for name, result, _ in found if result == "warning"}
    bad = [one for one in found if one[1] in FORBIDDEN or one[0] in warned - UNAVOIDABLE]
    for name, result, messages in bad:
        print(f"  {result}: {name}", *messages, sep="\n    ")
    gone = sorted(UNAVOIDABLE - warned)
    if gone:
        print(f"No longer warned of, so take it out of UNAVOIDABLE in dev/appinspect.py: {', '.join(gone)}")
    if bad or gone:
        sys.exit("AppInspect: not passed")
    print(f"AppInspect: passed; {len(UNAVOIDABLE)} warnings cannot be avoided: {', '.join(sorted(UNAVOIDABLE))}")


if __name__ == "__main__":
    main()
