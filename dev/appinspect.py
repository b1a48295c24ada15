"""Runs Splunk's AppInspect on the built package and passes only the result that its rules make reachable.
AppInspect exits with 0 whatever it finds, so its JSON reports decide (documentation: *AppInspect CLI reference*).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from dev.package import build

TAGS = ("", "cloud", "private_victoria", "future")  # one run each; "" is every check of its own default set
FORBIDDEN = ("error", "failure", "future_failure", "manual_check")

# No app that holds Python and splunklib below 3.0 is without these two; splunklib 3.x does not run on Python 3.9.
UNAVOIDABLE = frozenset({"check_for_python_script_existence", "check_python_sdk_version"})


def inspect(tool: Path, package: Path, tag: str) -> dict[str, Any]:
    """AppInspect's JSON report of one run. Stops the program where AppInspect did not come to its end."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(tool),
            "inspect",
            str(package),
            "--mode",
            "precert",
            "--skip-trusted-libraries-update",
            "--output-file",
            str(report),
            "--data-format",
            "json",
        ]
        ran = subprocess.run(
            command + (["--included-tags", tag] if tag else []), check=False, capture_output=True, text=True
        )
        if ran.returncode or not report.exists():
            sys.exit(f"AppInspect stopped; does it find libmagic (Debian: libmagic1)?\n{ran.stdout}{ran.stderr}")
        return dict(json.loads(report.read_text("utf-8")))


def results(report: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """(check, result, messages) of every check that a report tells of."""
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
    package = build(Path("dist"))
    warned: set[str] = set()
    bad = False
    for tag in TAGS:
        found = results(inspect(tool, package, tag))
        counts = Counter(result for _, result, _ in found)
        print(f"{tag or 'all checks':16} " + ", ".join(f"{counts[name]} {name}" for name in sorted(counts)))
        if not counts["success"]:
            sys.exit("AppInspect ran no check that passed: something is wrong with the run itself")
        for name, result, messages in found:
            unexpected = result == "warning" and name not in UNAVOIDABLE
            if result == "warning":
                warned.add(name)
            if result in FORBIDDEN or unexpected:
                bad = True
                print(f"  {result}: {name}", *messages, sep="\n    ")
    gone = sorted(UNAVOIDABLE - warned)
    if gone:
        print(f"No longer warned of, so take it out of UNAVOIDABLE in dev/appinspect.py: {', '.join(gone)}")
    if bad or gone:
        sys.exit("AppInspect: not passed")
    print(
        f"AppInspect: passed, with the {len(UNAVOIDABLE)} warnings that cannot be avoided: "
        f"{', '.join(sorted(UNAVOIDABLE))}"
    )


if __name__ == "__main__":
    main()
