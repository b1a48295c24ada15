"""What the process needs at its start: an app that is whole, a Python, splunklib; and what its environment changes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev.pythons import find
from dev.scp import encode_chunk, read_chunk
from tests.command.policies import ROWS
from tests.command.session import APP, execute, getinfo, start, talk

pytestmark = pytest.mark.slow

OPEN = '"{""Statement"": {""Effect"": ""Allow"", ""Principal"": ""*"", ""Action"": ""kms:*"", ""Resource"": ""*""}}"'
STREAMING = {"type": "streaming"}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """What a search head sends to an indexer when nothing asks for lib/."""
    shutil.copytree(APP / "bin", tmp_path / "bin")
    return tmp_path


def test_a_probe_asks_getinfo_and_nothing_else() -> None:
    session = talk(getinfo(["mode=summary", "policy"]))
    assert ([reply.metadata for reply in session.replies], session.status, session.stderr) == ([STREAMING], 0, "")


def _lib(bundle: Path) -> Path:
    for name in ("kmspolicy", "splunklib"):
        shutil.copytree(APP / "lib" / name, bundle / "lib" / name)
    return bundle / "lib"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("", "No module named 'kmspolicy'"),
        ("kmspolicy", "No module named 'kmspolicy'"),
        ("splunklib", "No module named 'splunklib'"),
        ("splunklib/searchcommands", "No module named 'splunklib.searchcommands'"),
        ("kmspolicy/splunk/command.py", "No module named 'kmspolicy.splunk.command'"),
        ("kmspolicy/splunk/protocol.py", "No module named 'kmspolicy.splunk.protocol'"),
    ],
)
def test_a_missing_lib_is_one_error_that_names_the_setting(missing: str, told: str, bundle: Path) -> None:
    if missing:
        gone = _lib(bundle) / missing
        gone.unlink() if gone.is_file() else shutil.rmtree(gone)
    session = talk(getinfo(), app=bundle)
    assert (len(session.replies), session.status, session.stderr) == (1, 1, "")
    assert session.replies[0].metadata == {
        "finished": True,
        "error": (
            f"{told}: the knowledge bundle lacks the app's folder lib or part of it ({bundle / 'lib'}). "
            "Search heads send it to indexers only with [replicationAllowlist] "
            "kmspolicycheck_lib = apps/kmspolicycheck/lib/... in distsearch.conf"
        ),
    }


@pytest.mark.parametrize("late", ["splunk/stream.py", "splunk/policy_rows.py", "solver/search.py"])
def test_a_part_of_lib_that_is_first_needed_by_a_policy_names_the_setting_too(late: str, bundle: Path) -> None:
    (_lib(bundle) / "kmspolicy" / late).unlink()
    session = talk(getinfo() + execute(f"_raw\n{OPEN}\n", True), app=bundle)
    assert (len(session.replies), session.status, session.stderr) == (2, 1, "")
    error = session.replies[1].metadata["error"]
    assert error.startswith(
        f"No module named 'kmspolicy.{late[:-3].replace('/', '.')}': the knowledge bundle lacks the app's folder lib"
    )
    assert "[replicationAllowlist] kmspolicycheck_lib" in error


@pytest.mark.parametrize("cut", [b"from __future__ import (", b"\0" * 100], ids=["in a line", "to zeros"])
def test_a_lib_that_was_cut_short_names_the_setting_too(cut: bytes, bundle: Path) -> None:
    (_lib(bundle) / "kmspolicy" / "splunk" / "command.py").write_bytes(cut)
    session = talk(getinfo(), app=bundle)
    assert (len(session.replies), session.status, session.stderr) == (1, 1, "")
    assert "[replicationAllowlist] kmspolicycheck_lib" in session.replies[0].metadata["error"]


@pytest.mark.parametrize("sent", [b"", b"x", b"chunked 1.0,x,0\n", b"chunked 1.0,1,%d\n" % 10**30, getinfo()[:-1]])
def test_a_missing_lib_is_told_whatever_is_asked(sent: bytes, bundle: Path) -> None:
    session = talk(sent, app=bundle)
    assert (len(session.replies), session.status, session.stderr) == (1, 1, "")
    assert "[replicationAllowlist] kmspolicycheck_lib" in session.replies[0].metadata["error"]


def test_a_request_larger_than_a_pipe_is_read_before_a_missing_lib_is_told(bundle: Path) -> None:
    """splunkd, whose writing failed, would not look for a reply."""
    request = encode_chunk({"action": "getinfo", "searchinfo": {"args": [], "search": "x" * 1_000_000}})
    with start(app=bundle) as process:
        assert process.stdin and process.stdout
        process.stdin.write(request)
        process.stdin.flush()
        assert "distsearch.conf" in read_chunk(process.stdout)[0]["error"]
        assert process.wait(60) == 1


def test_the_setting_that_the_error_names_is_the_one_that_the_app_ships() -> None:
    lines = (APP / "default" / "distsearch.conf").read_text("utf-8").splitlines()
    assert lines[lines.index("[replicationAllowlist]") + 1] == "kmspolicycheck_lib = apps/kmspolicycheck/lib/..."


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.7", "3.8"])
def test_a_python_that_is_too_old_is_one_error_that_names_the_one_needed(version: str) -> None:
    session = talk(getinfo() + execute(f"_raw\n{OPEN}\n", True), python=_python(version))
    assert (len(session.replies), session.status, session.stderr) == (1, 1, "")
    assert session.replies[0].metadata["finished"] is True
    assert (
        session.replies[0]
        .metadata["error"]
        .startswith(f"Python 3.9 or later is needed, which Splunk has since 9.3; this is Python {version}.")
    )


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.12", "3.13"])
def test_every_newer_python_answers_alike(version: str) -> None:
    sent = getinfo(["_raw", "account=nobody"]) + execute(ROWS) + execute(f"_raw\n{OPEN}\n", True)
    session = talk(sent, python=_python(version))
    assert session == talk(sent) and session.status == 0 and ",everyone,true," in session.replies[2].body


def _python(version: str) -> Path:
    return find(version) or pytest.skip(f"the command was not started under Python {version}: none is installed")


def test_nothing_private_of_splunklib_is_needed(bundle: Path) -> None:
    """A splunklib whose inner names are all other ones, as a later version's may be, makes no difference."""
    renamed = 0
    for module in (_lib(bundle) / "splunklib" / "searchcommands").glob("*.py"):
        text, count = re.subn(r"\b_(?!_|nameToLevel|json\b)(?=[a-z])", "_other_", module.read_text("utf-8"))
        module.write_text(text, "utf-8")
        renamed += count
    assert renamed > 400
    sent = getinfo(["_raw", "account=nobody"]) + execute(ROWS) + execute(f"_raw\n{OPEN}\n", True)
    assert talk(sent, app=bundle) == talk(sent)
    assert len(talk(sent, app=bundle).replies) == 3


def test_no_code_for_networks_is_loaded_and_another_splunklib_is_loaded_whole(bundle: Path) -> None:
    lib = _lib(bundle)
    sent = getinfo(["account=nobody"]) + execute(ROWS) + execute(f"_raw\n{OPEN}\n", True)

    def loaded() -> set[str]:
        program = [sys.executable, "-X", "importtime", str(bundle / "bin" / "kmspolicycheck.py")]
        done = subprocess.run(program, input=sent, capture_output=True, timeout=120, check=True)
        return {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}

    networks = {"ssl", "socket", "http.client", "splunklib.client"}
    assert networks & loaded() <= {"socket"}  # which logging.handlers imports
    module = lib / "splunklib" / "__init__.py"
    module.write_text(module.read_text("utf-8").replace("(2, 1, 1)", "(2, 2, 0)"), "utf-8")
    assert networks <= loaded()
    assert talk(sent, app=bundle) == talk(sent)


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "no_SUCH.locale"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "", "LANG": "tr_TR.ISO-8859-9"},
        {"PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "utf-16"},
        {"PYTHONUNBUFFERED": "1"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONWARNINGS": "error"},
        {"PYTHONDEVMODE": "1"},
        {"SPLUNK_HOME": "/nonexistent"},
    ],
    ids=str,
)
def test_the_environment_changes_nothing(environment: dict[str, str]) -> None:
    sent = getinfo(["account=é"], dispatch="/nonexistent/dispatch") + execute(f"_raw\né\U0001f511\n{OPEN}\n", True)
    session = talk(sent, environment=environment)
    assert session == talk(sent)
    assert (session.status, session.stderr) == (0, "")
    assert session.replies[1].body.splitlines()[1].startswith("é\U0001f511,")
    assert session.messages == [["WARN", 'no row has the field "é" that the option account names']]


def test_messages_go_out_with_the_last_chunk_and_each_chunk_has_one_reply() -> None:
    bodies = ("_raw\na\n", "", "_raw\n")
    session = talk(getinfo(["nothing"]) + b"".join(map(execute, bodies)) + execute("_raw\nb\n", True))
    assert [reply.metadata.get("finished") for reply in session.replies] == [None, False, False, False, True]
    assert ["inspector" in reply.metadata for reply in session.replies] == [False, False, False, False, True]
