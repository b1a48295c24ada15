"""The Splunk that is asked: in `make test-splunk` a real one, else the stand-in: that proves the suite, not the app."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from dev.package import build
from dev.splunk.proof import Proof
from dev.splunk.standin import StandIn
from dev.splunk.target import ProofError, Target, read_target
from tests.splunk.asking import REAL
from tests.splunk.sets import SETS

TIMES: dict[str, float] = {}
"""Seconds that tests have measured, for the end of the run."""


@pytest.fixture(scope="session")
def target() -> Iterator[Target]:
    if REAL:
        yield read_target(os.environ)
        return
    with StandIn() as stand_in:
        package = os.environ.get("KPC_SPLUNK_PACKAGE", "")  # one that is broken on purpose: test_broken_claims.py
        yield Target(stand_in.url, stand_in.user, stand_in.password, package=package, stand_in=True)


@pytest.fixture(scope="session")
def proof(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    try:
        with Proof(target, build(tmp_path_factory.mktemp("dist")), SETS) as proof:
            yield proof
            TIMES.update(proof.times)
    except ProofError as error:
        pytest.exit(str(error), returncode=2)  # every test needs what could not be prepared


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not REAL:
        terminalreporter.write_line("tests/splunk asked the stand-in: that proves the suite, not the app.")
    for what, seconds in TIMES.items():
        terminalreporter.write_line(f"{seconds:9.2f} s  {what}")
