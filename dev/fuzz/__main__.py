"""`make fuzz SECONDS=…`: verdicts and reasons against the reference, coverage-guided fuzzing, hostile rows.
Each finding is printed so that it can be kept as a case. Exit status 1 where something was found; 3 where
coverage-guided fuzzing could not run although it was asked for by --only, or atheris exists for this Python.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import subprocess
import sys
import time
from pathlib import Path

from dev.fuzz import differential, protocol

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = ROOT / "build" / "fuzz"
POLICIES = differential.KINDS["verdicts"].policies  # that every run compares, however short it is to be
LONGEST = 131_072  # characters of a policy that the command still reads; KMS takes 32,768
COVERAGE_SECONDS, PROTOCOL_SECONDS = 60, 60  # for each target; for the command
SHARES = {  # of --seconds; coverage counts twice
    "differential": 0.4,
    "ids": 0.1,
    "reasons": 0.1,
    "coverage": 0.1,
    "protocol": 0.2,
}


def main() -> int:
    """Runs all kinds, or those that are named, one after the other; the number of seconds divides among them."""
    parser = argparse.ArgumentParser(
        prog="dev.fuzz",
        description=f"Fuzzes the app; compares at least {POLICIES:,} policies, however long that takes.",
    )
    parser.add_argument("--seconds", type=_seconds, help="how long to fuzz in all, if the policies leave that time")
    parser.add_argument("--policies", type=int, default=POLICIES, help="the fewest policies to compare")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()), help="the first seed; the same seed makes the same policies"
    )
    parser.add_argument("--jobs", type=int, help="processes for the comparison (default: one per core)")
    parser.add_argument("--only", choices=[*SHARES], action="append", help="may be repeated")
    arguments = parser.parse_args()
    kinds = arguments.only or [*SHARES]
    scale = 0.9 / sum(SHARES[k] * (2 if k == "coverage" else 1) for k in kinds)
    seconds = {k: arguments.seconds and arguments.seconds * SHARES[k] * scale for k in kinds}
    found = 0
    left_out = _why_not_covered() if "coverage" in kinds else ""
    if "differential" in kinds:
        print(f"engine and reference on random policies, seeds from {arguments.seed}", flush=True)
        found += compare(arguments.seed, arguments.policies, seconds["differential"] or 0, arguments.jobs, "verdicts")
    if "ids" in kinds:
        policies = min(arguments.policies, differential.KINDS["ids"].policies)
        print(f"engine and reference on parts of ids, seeds from {arguments.seed}", flush=True)
        found += compare(arguments.seed, policies, seconds["ids"] or 0, arguments.jobs, "ids")
    if "reasons" in kinds:
        policies = min(arguments.policies, differential.KINDS["reasons"].policies)
        print(f"reasons for random policies, judged by the reference, seeds from {arguments.seed}", flush=True)
        found += compare(arguments.seed, policies, seconds["reasons"] or 0, arguments.jobs, "reasons")
    if "coverage" in kinds and not left_out:
        found += cover(seconds["coverage"] or COVERAGE_SECONDS)
    if "protocol" in kinds:
        found += search(arguments.seed, seconds["protocol"] or PROTOCOL_SECONDS)
    print("nothing found" if not found else f"{found} findings")
    if left_out:
        print(f"NOT DONE: coverage-guided fuzzing, {left_out}")
    return 1 if found else 3 if left_out and (_atheris_exists_here() or arguments.only) else 0


def compare(seed: int, policies: int, seconds: float, jobs: int | None, kind: str) -> int:
    """The engine against the reference; returns the number of disagreements. kind: see differential.KINDS."""
    started = told = time.monotonic()
    last = differential.Progress(0, 0, ())
    shown = 0
    for last in differential.run(seed, policies, started + seconds, jobs, kind):
        for finding in last.findings[shown:]:
            print(f"  seed {finding.seed}: {finding.differs}\n    {finding.case}", flush=True)
        shown = len(last.findings)
        if time.monotonic() - told > 20:
            told = time.monotonic()
            print(f"  {last.policies} policies, {last.disagreements} disagreements", flush=True)
    rate = last.policies / max(time.monotonic() - started, 0.001)
    print(f"  {last.policies} policies, {rate:.0f} a second, {last.disagreements} disagreements")
    return last.disagreements


def cover(seconds: float) -> int:
    """Coverage-guided fuzzing of both targets; returns how many of them broke."""
    broken = 0
    for target in ("analyze", "events"):
        corpus = FINDINGS / f"corpus-{target}"
        print(f"coverage-guided fuzzing of {target}, {seconds:.0f} s", flush=True)
        ended = subprocess.run(
            [
                sys.executable,
                "-m",
                "dev.fuzz.coverage",
                target,
                str(corpus),
                str(FINDINGS / "findings"),
                f"-max_total_time={seconds:.0f}",
                f"-max_len={LONGEST}",
                "-print_final_stats=1",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        lines = ended.stderr.splitlines() + ended.stdout.splitlines()
        print(
            "\n".join(
                f"  {line}"
                for line in lines
                if line.startswith(("stat::number_of_executed", "stat::peak_rss", "stat::slowest"))
            )
        )
        if ended.returncode:
            broken += 1
            print("\n".join(f"  {line}" for line in lines[-40:]))
    return broken


def search(seed: int, seconds: float) -> int:
    """The command under hostile rows; returns the number of searches whose answer was wrong."""
    print(f"the command over the protocol, {seconds:.0f} s", flush=True)
    progress = list(protocol.run_until(seed, time.monotonic() + seconds))
    rows, searches = sum(rows for rows, _ in progress), len(progress)
    findings = [finding for _, finding in progress if finding]
    print(f"  {searches} searches, {rows} rows, {len(findings)} wrong")
    print("\n".join(f"  {finding}" for finding in findings[:20]))
    return len(findings)


def _why_not_covered() -> str:
    """Why coverage-guided fuzzing cannot run here; empty where it can."""
    if importlib.util.find_spec("atheris") is not None:
        return ""
    if _atheris_exists_here():
        return "because atheris is not installed: run make fuzz"
    return "because atheris exists for Python 3.11 to 3.13 on Linux x86-64 alone: make clean fuzz PYTHON=python3.11"


def _atheris_exists_here() -> bool:
    """Whether dev/requirements/fuzz.txt brings atheris to this Python and machine."""
    return (3, 11) <= sys.version_info < (3, 14) and (sys.platform, platform.machine()) == ("linux", "x86_64")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 10**7:
        raise argparse.ArgumentTypeError(f"SECONDS must be a number of seconds, such as 600, not {text!r}")
    return value


if __name__ == "__main__":
    sys.exit(main())
