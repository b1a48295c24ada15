"""The command as Splunk runs it: its Pythons, where it runs, its messages to users, how it ends, how fast it is."""

from __future__ import annotations

import re
import time

import pytest

from dev.splunk import jobs
from dev.splunk.lookups import quoted
from dev.splunk.proof import Proof
from splunklib import client
from tests.splunk.asking import REAL, ran, some
from tests.splunk.sets import STORY

OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}]}'
POLICY = f"| makeresults | eval policy={quoted(OPEN)}"
PROCESS = re.compile(r"Running process: (.*?python[\d.]+) .*kmspolicycheck\.py")
NOISE = re.compile(r"^.*\b(?:ERROR|FATAL)\b.*(?:kmspolicycheck|ChunkedExternProcessor).*$", re.MULTILINE)
BOTH_SINCE = (10, 2)
"""The release whose commands.conf.spec first has python.required, and with it two Pythons."""


def audiences(proof: Proof) -> jobs.Found:
    return ran(proof.search(f"{POLICY} | kmspolicycheck policy mode=summary | table key_policy_audience"), proof)


def many_rows(count: int) -> str:
    """A search that makes count² rows."""
    split = f'split("{",".join("x" * count)}",",")'
    return f"| makeresults | eval a={split} | mvexpand a | eval b={split} | mvexpand b | fields - a, b"


@pytest.mark.parametrize("python", ["3.9", "3.13"])
def test_it_loads_under_each_python(proof: Proof, python: str) -> None:
    if proof.service.splunk_version < BOTH_SINCE and python != "3.9":
        pytest.skip(f"this Splunk is {proof.service.info['version']}, and has one Python")
    proof.configure("commands", "kmspolicycheck", **{"python.required": python})
    try:
        found = audiences(proof)
    finally:
        proof.configure("commands", "kmspolicycheck", **{"python.required": "3.9, 3.13"})
    assert found.rows == [{"key_policy_audience": "everyone"}]
    process = PROCESS.search(found.log())
    assert process and process[1].endswith(f"python{python}"), f"{proof.target.name}: {process and process[0]}"


def test_it_runs_as_a_streaming_command(proof: Proof) -> None:
    """What is sent to the search peers holds the command, so that it runs beside the data."""
    found = ran(proof.search("`kmspolicycheck_events` | kmspolicycheck show=flagged | stats count", STORY), proof)
    assert found.rows[0]["count"] != "0"
    assert "kmspolicycheck" in str(found.content["remoteSearch"]), found.content["remoteSearch"]


def test_lib_is_in_the_bundle(proof: Proof) -> None:
    """The setting as splunkd has it; that the code arrives is what the next test shows, where there are peers."""
    stanza = client.Entity(proof.app_service(), "configs/conf-distsearch/replicationAllowlist")
    assert stanza.content["kmspolicycheck_lib"] == "apps/kmspolicycheck/lib/..."


def test_it_runs_on_each_search_peer(proof: Proof) -> None:
    peers = {str(peer.content["peerName"]) for peer in client.Collection(proof.service, "search/distributed/peers")}
    if not peers:
        pytest.skip("this Splunk has no search peers")
    events = "search index=_internal earliest=-15m"
    found = ran(proof.search(f"{events} | kmspolicycheck | stats count BY splunk_server"), proof)
    assert peers <= {str(row["splunk_server"]) for row in found.rows}
    assert found.messages == ()


def test_a_warning_reaches_the_user(proof: Proof) -> None:
    found = ran(proof.search(f"{POLICY} | kmspolicycheck no_such_field"), proof)
    assert any('no row has the field "no_such_field"' in text for text in found.messages), found.messages


def test_a_wrong_option_stops_the_search_and_is_told(proof: Proof) -> None:
    found = proof.search(f"{POLICY} | kmspolicycheck policy mode=everything")
    assert found.failed
    assert any("mode" in text and "expand" in text and "summary" in text for text in found.messages), found.messages


def test_a_role_without_the_capability_is_told(proof: Proof) -> None:
    role = f"{proof.index}_role"
    proof.add_role(role, ["search"])
    found = jobs.run(proof.add_user([role]), f"{POLICY} | kmspolicycheck policy")
    assert found.failed or not found.rows
    assert any("run_custom_command" in text or "kmspolicycheck" in text for text in found.messages), found.messages


def test_a_search_that_is_stopped_leaves_no_error(proof: Proof) -> None:
    rows = many_rows(400 if REAL else 3)
    job = jobs.start(proof.searcher, f"{rows} | eval policy={quoted(OPEN)} | kmspolicycheck policy | stats count")
    while REAL and not job.is_ready():
        time.sleep(0.1)
    job.finalize()
    found = jobs.wait(job)
    assert job.content["isFinalized"] == "1"
    assert NOISE.findall(found.log()) == []


@pytest.mark.parametrize(
    "command", ["kmspolicycheck policy mode=summary", "spath input=policy", ""], ids=lambda text: text or "none"
)
def test_time_for_many_rows(proof: Proof, command: str) -> None:
    """100,000 rows beside a stock command and beside none; the summary at the end shows how long each took."""
    side = some(317, 4)
    step = f" | {command}" if command else ""
    found = ran(proof.search(f"{many_rows(side)} | eval policy={quoted(OPEN)}{step} | stats count"), proof)
    assert found.rows == [{"count": str(side * side)}]
    proof.times[f"{side * side:,} rows, {command or 'no command'}"] = found.seconds
