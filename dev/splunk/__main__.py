"""`make test-splunk`: asks a Splunk whether what this app claims is true there. docs/splunk-proof.md says what to set.
Exit status: 0 all true, 1 something is not, 2 the Splunk could not be asked.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dev.package import build
from dev.splunk.container import running
from dev.splunk.target import ProofError, Target, connect, read_target
from dev.vendor import ROOT

SUITE = "tests/splunk"


@contextmanager
def chosen(environment: Mapping[str, str], package: Path) -> Iterator[Target]:
    """The Splunk that SPLUNK or SPLUNK_URL names, started first where it is a container. Raises ProofError."""
    how = environment.get("KPC_SPLUNK", "")
    if how == "docker":
        with running(environment, package) as target:
            yield target
    elif how:
        raise ProofError("SPLUNK is docker; a Splunk that runs already is named by SPLUNK_URL")
    else:
        yield read_target(environment)


def given_to_the_suite(target: Target) -> dict[str, str]:
    """The environment that lets the suite reach this target: no secret is on a command line."""
    return {
        "KPC_PROOF": "splunk",
        "KPC_SPLUNK_URL": target.url,
        "KPC_SPLUNK_USER": target.user,
        "SPLUNK_PASSWORD": target.password,
        "SPLUNK_TOKEN": target.token,
        "KPC_SPLUNK_VERIFY": "yes" if target.verify else "no",
        "KPC_SPLUNK_PACKAGE": target.package,
        "KPC_SPLUNK_INSTALLED": "yes" if target.installed else "no",
        "KPC_PROOF_PEER": target.peer,
    }


def main() -> int:
    """Runs the suite on the chosen Splunk."""
    package = build(ROOT / "dist")
    try:
        with chosen(os.environ, package) as target:
            version = connect(target).info["version"]
            print(f"{package.name} on Splunk {version} at {target.url}", flush=True)
            asked = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-r", "sf", SUITE]
            done = subprocess.run(asked, cwd=ROOT, env={**os.environ, **given_to_the_suite(target)}, check=False)
    except ProofError as error:
        print(error, file=sys.stderr)
        return 2
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
