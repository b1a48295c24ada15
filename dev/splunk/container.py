"""Starts Splunk's official image, with a second one as its search peer, and removes both.
Rules: docker-splunk, "Setup"; Docker Compose, `up --wait`: it waits for the health check that the image brings.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dev.splunk.target import ProofError, Target

COMPOSE = Path(__file__).with_name("compose.yaml")
ACCEPTED = {
    "SPLUNK_START_ARGS": "--accept-license",
    "SPLUNK_GENERAL_TERMS": "--accept-sgt-current-at-splunk-com",
}
"""What the image asks for before it starts (the second since 9.4.7 and 10.0). Whoever runs this sets both."""

TERMS = "https://www.splunk.com/en_us/legal/splunk-general-terms.html"
IMAGE = "splunk/splunk:latest"
_PORT = "8089"
_WAIT = "900"
_INSIDE = "/opt/package"
_REASON = re.compile(r"error|cannot|unknown|unhealthy|denied|not found", re.IGNORECASE)


def accepted(environment: Mapping[str, str]) -> dict[str, str]:
    """The acceptance variables as they were set. Raises ProofError where one is missing: they have no default."""
    given = {name: environment.get(f"KPC_{name}", "") for name in ACCEPTED}
    if any(word not in given[name] for name, word in ACCEPTED.items()):
        asked = " ".join(f"{name}={word}" for name, word in ACCEPTED.items())
        raise ProofError(f"the image starts once you accept Splunk's General Terms ({TERMS}) by setting {asked}")
    return given


@contextmanager
def running(environment: Mapping[str, str], package: Path) -> Iterator[Target]:
    """A Splunk in a container for as long as the block lasts, which can read the package. Raises ProofError."""
    given = accepted(environment)
    password = secrets.token_urlsafe(18)
    settings = {
        **os.environ,
        **given,
        "SPLUNK_PASSWORD": password,
        "KPC_IMAGE": environment.get("KPC_SPLUNK_IMAGE") or IMAGE,
        "KPC_PACKAGE_FOLDER": str(package.parent),
    }
    project = f"kmspolicycheck-proof-{secrets.token_hex(4)}"
    _compose(project, settings, "version", problem="Docker Compose is missing")
    try:
        _compose(project, settings, "up", "--detach", "--wait", "--wait-timeout", _WAIT)
        address = _compose(project, settings, "port", "splunk", _PORT).strip()
        yield Target(
            f"https://{address}",
            "admin",
            password,
            verify=False,
            package=f"{_INSIDE}/{package.name}",
            peer=f"peer:{_PORT}",
        )
    finally:
        _compose(project, settings, "down", "--volumes", "--timeout", "10", problem="the container is still there")


def _compose(
    project: str, settings: Mapping[str, str], *command: str, problem: str = "the container does not start"
) -> str:
    """What docker compose prints. Raises ProofError where it fails: the problem, and the line that says why."""
    try:
        done = subprocess.run(
            ["docker", "compose", "--file", str(COMPOSE), "--project-name", project, *command],
            env=settings,
            check=False,
            capture_output=True,
            text=True,
        )
    except OSError as error:
        raise ProofError(f"docker cannot be started: {error.strerror}") from None
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        reason = next((line for line in reversed(said) if _REASON.search(line)), said[-1])
        raise ProofError(f"{problem}: {reason}")
    return done.stdout
