"""How the process starts and ends: probes, cancelled searches, cut pipes, a bundle without lib/, odd environments."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command.session import APP, execute, getinfo, talk

ROWS = "_raw,_chunked_idx\n" + "".join(f'"{{""eventName"":""Decrypt"",""n"":{i}}}",{i}\n' for i in range(2000))
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


def test_a_missing_lib_is_one_error_that_names_the_setting(bundle: Path) -> None:
    session = talk(getinfo(), app=bundle)
    assert (len(session.replies), session.status, session.stderr) == (1, 1, "")
    error = session.replies[0].metadata["error"]
    assert "No module named 'kmspolicy'" in error and error.isprintable()
    assert "[replicationAllowlist] kmspolicycheck_lib" in error and "distsearch.conf" in error


def test_nothing_private_of_splunklib_is_needed(bundle: Path) -> None:
    """A splunklib whose inner names are all other ones, as a later version's may be, makes no difference."""
    for name in ("kmspolicy", "splunklib"):
        shutil.copytree(APP / "lib" / name, bundle / "lib" / name)
    renamed = 0
    for module in (bundle / "lib" / "splunklib" / "searchcommands").glob("*.py"):
        text, count = re.subn(r"\b_(?!_|nameToLevel|json\b)(?=[a-z])", "_other_", module.read_text("utf-8"))
        module.write_text(text, "utf-8")
        renamed += count
    assert renamed > 400
    sent = getinfo(["_raw", "account=nobody"]) + execute(ROWS) + execute(f"_raw\n{OPEN}\n", True)
    assert talk(sent, app=bundle) == talk(sent)
    assert len(talk(sent, app=bundle).replies) == 3


def test_no_code_for_networks_is_loaded_and_another_splunklib_is_loaded_whole(bundle: Path) -> None:
    for name in ("kmspolicy", "splunklib"):
        shutil.copytree(APP / "lib" / name, bundle / "lib" / name)
    sent = getinfo(["account=nobody"]) + execute(ROWS) + execute(f"_raw\n{OPEN}\n", True)

    def loaded() -> set[str]:
        program = [sys.executable, "-X", "importtime", str(bundle / "bin" / "kmspolicycheck.py")]
        done = subprocess.run(program, input=sent, capture_output=True, timeout=120, check=True)
        return {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    networks = {"ssl", "socket", "http.client", "splunklib.client"}
    assert networks & loaded() <= {"socket"}  # which logging.handlers imports
    module = bundle / "lib" / "splunklib" / "__init__.py"
    module.write_text(module.read_text("utf-8").replace("(2, 1, 1)", "(2, 2, 0)"), "utf-8")
    assert networks <= loaded()
    assert talk(sent, app=bundle) == talk(sent)


def _process() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, str(APP / "bin" / "kmspolicycheck.py")], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("args", [[], ["mode=wrong"]], ids=["search", "refusal"])
@pytest.mark.parametrize("read", [0, 1, 60, 5000])
def test_a_reader_that_goes_away_ends_the_command_in_silence(read: int, args: list[str]) -> None:
    process = _process()
    assert process.stdin and process.stdout and process.stderr
    if not read:
        process.stdout.close()
    try:
        process.stdin.write(getinfo(args))
        process.stdin.flush()
        for _ in range(20):
            process.stdin.write(execute(ROWS))
            process.stdin.flush()
            if read and not process.stdout.closed:
                process.stdout.read(read)
                process.stdout.close()
        process.stdin.close()
    except BrokenPipeError:
        pass  # the command has gone, as it should
    assert process.wait(60) == (0 if not args or not read else 1)
    assert process.stderr.read() == b""
    process.stderr.close()


def test_stdin_that_ends_at_any_byte_ends_the_command_in_silence() -> None:
    """Whole chunks are answered, half a chunk is not."""
    chunks = [getinfo(), execute("_raw,x\na,1\n"), execute("_raw,x\nb,2\n", True)]
    whole, ends = b"".join(chunks), [sum(map(len, chunks[:i + 1])) for i in range(3)]
    starts = [0, *ends[:2]]
    cuts = {*(start + into for start in starts for into in (0, 1, 14, 20, 40, 60)), *(end - 1 for end in ends), ends[2]}
    for cut in sorted(cuts):
        session = talk(whole[:cut])
        assert (session.status, session.stderr, len(session.replies)) == (0, "", sum(end <= cut for end in ends)), cut


@pytest.mark.parametrize("environment", [
    {"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0"}, {"SPLUNK_HOME": "/nonexistent"},
], ids=str)
def test_the_environment_changes_nothing(environment: dict[str, str]) -> None:
    sent = getinfo(dispatch="/nonexistent/dispatch") + execute("_raw\né\U0001f511\n", True)
    session = talk(sent, environment=environment)
    assert (session.status, session.stderr) == (0, "")
    assert session.replies[1].body.splitlines()[1].startswith("é\U0001f511,")


def test_messages_go_out_with_the_last_chunk_and_each_chunk_has_one_reply() -> None:
    bodies = ("_raw\na\n", "", "_raw\n")
    session = talk(getinfo(["nothing"]) + b"".join(map(execute, bodies)) + execute("_raw\nb\n", True))
    assert [reply.metadata.get("finished") for reply in session.replies] == [None, False, False, False, True]
    assert ["inspector" in reply.metadata for reply in session.replies] == [False, False, False, False, True]
