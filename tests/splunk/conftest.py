"""The Splunk that is asked: in `make test-splunk` a real one, else the stand-in: that proves the suite, not the app."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from dev.package import build
from dev.splunk.proof import Proof
from dev.splunk.standin import StandIn
from dev.splunk.target import Target, read_target
from tests.splunk.asking import REAL
from tests.splunk.sets import SETS


@pytest.fixture(scope="session")
def target() -> Iterator[Target]:
    if REAL:
        yield read_target(os.environ)
        return
    with StandIn() as stand_in:
        yield Target(stand_in.url, stand_in.user, stand_in.password, stand_in=True)


@pytest.fixture(scope="session")
def proof(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    with Proof(target, build(tmp_path_factory.mktemp("dist")), SETS) as proof:
        yield proof
