"""What ends a search too early or breaks its pipes: one clear line or silence, and never a part of an answer.

docs/faults.md tells each fault's outcome and names the test here that shows it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dev.scp import encode_chunk
from tests.command.policies import POLICIES, ROWS
from tests.command.session import APP, Session, execute, getinfo, start, talk

pytestmark = pytest.mark.slow

SCRIPT = APP / "bin" / "kmspolicycheck.py"
CASES = json.loads(Path(__file__).with_name("faults.json").read_text("utf-8"))
PIPE = 1 << 19  # bytes that stdout holds, which the command widens where it can (Linux: *pipe(7)*)
STREAMING = b'chunked 1.0,20,0\n{"type":"streaming"}'
NO_ROOM = "kmspolicycheck: standard output cannot be written: [Errno 28] No space left on device\n"


def _written(sent: bytes) -> bytes:
    """All that a search writes which nothing disturbs."""
    return subprocess.run([sys.executable, str(SCRIPT)], input=sent, capture_output=True, check=True).stdout


def _bytes(part: Any) -> bytes:
    if part == "getinfo":
        return getinfo()
    if "metadata" in part:
        return encode_chunk(part["metadata"], part.get("body", ""))
    return part["bytes"].encode() * part.get("times", 1)


def _refused(session: Session, error: str, before: int = 0) -> None:
    """The process ended with this one error for the searcher, behind so many replies, and with no word on stderr."""
    assert session.replies[before:][0].metadata == {"finished": True, "error": error}
    assert (len(session.replies), session.status, session.stderr) == (before + 1, 1, "")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_no_session_is_one_error(case: dict) -> None:
    sent = [_bytes(part) for part in case["sent"]]
    _refused(talk(b"".join(sent)), case["error"], len(sent) - 1 if case["sent"][0] == "getinfo" else 0)


def test_what_splunkd_may_leave_out_of_a_session_is_not_needed() -> None:
    """Nothing of searchinfo but the arguments is read, and these may be none."""
    for searchinfo in ({}, {"args": None}, {"args": [], "earliest_time": "rt-30m", "dispatch_dir": None}):
        session = talk(encode_chunk({"action": "getinfo", "searchinfo": searchinfo}) + execute("_raw\na\n", True))
        assert (len(session.replies), session.status, session.stderr) == (2, 0, ""), searchinfo


def _cut_anywhere(chunks: Sequence[bytes], cuts: Sequence[int]) -> None:
    """A session that ends at a cut is answered as the whole one is, up to the last chunk that came whole."""
    whole, ends = b"".join(chunks), [sum(map(len, chunks[: i + 1])) for i in range(len(chunks))]
    replies = talk(whole).replies
    assert len(replies) == len(chunks)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for cut, session in zip(cuts, pool.map(lambda cut: talk(whole[:cut]), cuts)):
            assert session == Session(replies[: sum(end <= cut for end in ends)], 0, ""), cut


def test_stdin_that_ends_at_any_byte_ends_the_command_in_silence() -> None:
    request = encode_chunk({"action": "getinfo", "searchinfo": {"args": []}})
    chunks = [request, execute("_raw,x\na,1\n"), execute("_raw\nb\n", True)]
    _cut_anywhere(chunks, range(sum(map(len, chunks)) + 1))


def test_stdin_that_ends_within_large_chunks_ends_the_command_in_silence() -> None:
    chunks = [getinfo(["p", "show=flagged"]), *(execute(POLICIES, finished) for finished in (False, True))]
    size = sum(map(len, chunks))
    _cut_anywhere(chunks, [*range(1, size, size // 16 + 1), size - 1])


def _read_some(args: list[str], read: int) -> tuple[bytes, int, bytes]:
    """A search of which somebody reads so many bytes and no more: what was read, the exit status, stderr."""
    process, told = start(), b""
    assert process.stdin and process.stdout and process.stderr
    if not read:
        process.stdout.close()
    try:
        process.stdin.write(getinfo(args))
        process.stdin.flush()
        for _ in range(20):
            process.stdin.write(execute(ROWS * 10))
            process.stdin.flush()
            if not process.stdout.closed:
                told = process.stdout.read(read)
                process.stdout.close()
        process.stdin.close()
    except BrokenPipeError:
        pass  # the command has gone, as it should
    status, stderr = process.wait(60), process.stderr.read()
    process.stderr.close()
    return told, status, stderr


def test_a_reader_that_goes_away_at_any_byte_ends_the_command_in_silence() -> None:
    whole = _written(getinfo() + execute(ROWS * 10))
    assert len(whole) > 2 * PIPE
    for read in (*range(60), 5000, PIPE - 1, PIPE, PIPE + 1, 2 * PIPE):
        assert _read_some([], read) == (whole[:read], 0, b""), read


@pytest.mark.parametrize("read", [0, 1])
def test_a_refusal_that_nobody_reads_is_silent_too(read: int) -> None:
    assert _read_some(["mode=wrong"], read)[1:] == (1, b"")


MOMENTS = {
    "between chunks": b"",
    "within a header": b"chunked 1.",
    "within metadata": execute(ROWS)[:30],
    "within a body": execute(ROWS)[:-1],
    "at work": execute(POLICIES * 20),
    "as it writes": execute(ROWS * 20),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGINT], ids=lambda kill: kill.name)
def test_a_signal_ends_the_command_at_once_and_in_silence(kill: signal.Signals, moment: str) -> None:
    """splunkd cancels a search with SIGTERM; SIGINT comes from a terminal."""
    request = getinfo(["p"] if moment == "at work" else [])
    with start() as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(request)
        process.stdin.flush()
        assert process.stdout.read(len(STREAMING)) == STREAMING
        process.stdin.write(MOMENTS[moment])
        process.stdin.flush()
        begun = process.stdout.read(1) if moment == "as it writes" else b""
        process.send_signal(kill)
        assert process.wait(60) == -kill
        rest = begun + process.stdout.read()
        assert process.stderr.read() == b""
    if moment == "as it writes":
        whole = _written(request + MOMENTS[moment])
        assert whole.startswith(STREAMING + rest) and len(whole) > len(STREAMING + rest)
    else:
        assert rest == b""


def _until(process: subprocess.Popen[bytes], state: str) -> None:
    """Waits until a process sleeps (S) or is stopped (T), see proc_pid_stat(5)."""
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != state:
        assert process.poll() is None, "it ended"
        time.sleep(0.001)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the file system /proc is missing here")
def test_a_command_that_is_stopped_as_it_writes_goes_on_where_it_was() -> None:
    """A signal ends a write that waits for room, with a part of its bytes written."""
    sent = getinfo() + execute(ROWS * 20, True)
    with start() as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(sent)
        process.stdin.close()
        told = process.stdout.read(len(STREAMING) + 1)
        for _ in range(20):
            _until(process, "S")  # the pipe is full
            process.send_signal(signal.SIGSTOP)
            _until(process, "T")
            process.send_signal(signal.SIGCONT)
            told += process.stdout.read(PIPE // 4)
        told += process.stdout.read()
        assert (process.wait(60), process.stderr.read()) == (0, b"")
    assert told == _written(sent)


def test_a_system_without_writev_writes_the_same() -> None:
    """As Windows is."""
    sent = getinfo(["mode=expand", "p"]) + execute(POLICIES, True)
    code = "import os, runpy, sys; del os.writev; runpy.run_path(sys.argv.pop(), run_name='__main__')"
    told = subprocess.run([sys.executable, "-c", code, str(SCRIPT)], input=sent, capture_output=True, check=True)
    assert (told.stdout, told.stderr) == (_written(sent), b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device /dev/full is missing here")
@pytest.mark.parametrize(
    ("args", "told"),
    [([], NO_ROOM), (["mode=wrong"], 'kmspolicycheck: mode must be expand or summary, not "wrong"\n')],
    ids=["search", "refusal"],
)
def test_output_that_is_lost_is_told_on_stderr(args: list[str], told: str) -> None:
    with open("/dev/full", "wb") as full, start(stdout=full) as process:
        assert process.communicate(getinfo(args) + execute(ROWS, True))[1].decode() == told
        assert process.returncode == 1


def test_output_that_a_full_pipe_does_not_take_is_told_on_stderr() -> None:
    """A pipe that does not block takes what it holds, and the rest would be lost."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with open(reader, "rb") as read, open(writer, "wb") as pipe:
        with start(stdout=pipe) as process:
            told = process.communicate(getinfo() + execute(ROWS * 10, True))[1].decode()
        pipe.close()
        assert len(read.read()) <= PIPE
    assert told == NO_ROOM.replace(
        "[Errno 28] No space left on device", f"[Errno {errno.EAGAIN}] {os.strerror(errno.EAGAIN)}"
    )
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("redirect", "stdout", "stderr"),
    [
        ("<&-", 'chunked 1.0,55,0\n{"finished": true, "error": "standard input is closed"}', ""),
        (
            "0>/dev/null",
            (
                'chunked 1.0,91,0\n{"finished": true, "error": "standard input cannot be read: [Errno 9] Bad file '
                'descriptor"}'
            ),
            "",
        ),
        (">&-", "", "kmspolicycheck: standard output is closed\n"),
        ("<&- >&-", "", "kmspolicycheck: standard output is closed\n"),
        ("<&- >&- 2>&-", "", ""),
        (">/dev/full 2>&-", "", ""),
    ],
)
def test_standard_streams_that_are_closed_are_told_of(redirect: str, stdout: str, stderr: str) -> None:
    command = f"exec {shlex.quote(sys.executable)} {shlex.quote(str(SCRIPT))} {redirect}"
    done = subprocess.run(["sh", "-c", command], input=getinfo() + execute(ROWS, True), capture_output=True)
    assert (done.stdout.decode(), done.stderr.decode(), done.returncode) == (stdout, stderr, 1)


def test_a_search_needs_no_stderr() -> None:
    sent = getinfo() + execute(ROWS, True)
    command = f"exec {shlex.quote(sys.executable)} {shlex.quote(str(SCRIPT))} 2>&-"
    done = subprocess.run(["sh", "-c", command], input=sent, capture_output=True)
    assert (done.stdout, done.returncode) == (_written(sent), 0)


def test_no_file_can_be_written_and_the_dispatch_directory_is_read_only(tmp_path: Path) -> None:
    """A limit of 0 bytes on files stops every writer, even root, whom the directory's mode does not."""
    dispatch = tmp_path / "dispatch"
    dispatch.mkdir()
    dispatch.chmod(0o555)
    sent = getinfo(["p"], dispatch=str(dispatch)) + execute(POLICIES, True)
    session = talk(sent, cwd=dispatch, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    assert session == talk(sent)
    assert session.status == 0 and ",everyone,true," in session.replies[1].body
    assert list(dispatch.iterdir()) == []


def test_a_working_directory_that_is_gone_is_one_error(tmp_path: Path) -> None:
    session = talk(getinfo(), cwd=tmp_path, preexec_fn=lambda: os.rmdir(tmp_path))
    _refused(session, "the command cannot be loaded: FileNotFoundError: [Errno 2] No such file or directory")


def test_a_logging_configuration_that_is_broken_is_one_error(tmp_path: Path) -> None:
    """splunklib loads local/logging.conf, where an administrator wrote one."""
    shutil.copytree(APP / "bin", tmp_path / "bin")
    (tmp_path / "lib").symlink_to(APP / "lib")
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "logging.conf").write_text("[loggers]\nkeys=root\n")
    session = talk(getinfo(), app=tmp_path)
    _refused(session, "the command cannot be loaded: KeyError: 'formatters'")


def test_a_chunk_that_the_memory_does_not_hold_is_one_error() -> None:
    limit = 1 << 30
    session = talk(
        getinfo() + b"chunked 1.0,36,%d\n" % (1 << 31) + b'{"action":"execute","finished":true}',
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    _refused(session, "the next chunk of rows does not fit into memory", before=1)


def test_a_fault_of_the_command_itself_is_one_error_without_a_path(tmp_path: Path) -> None:
    shutil.copytree(APP / "bin", tmp_path / "bin")
    for name in ("kmspolicy", "splunklib"):
        shutil.copytree(APP / "lib" / name, tmp_path / "lib" / name)
    (tmp_path / "lib" / "kmspolicy" / "splunk" / "policy_rows.py").write_text("raise KeyError('x')\n")
    session = talk(getinfo(["p"]) + execute("a\n1\n") + execute(POLICIES, True), app=tmp_path)
    _refused(session, "the command failed on a chunk of rows: KeyError('x')", before=2)


def test_the_page_of_faults_names_every_test_here_and_of_chunks() -> None:
    """That it names no other, tests/content/test_docs.py says of all pages."""
    named = set(re.findall(r"`(test_\w+)`", (APP / "docs" / "faults.md").read_text("utf-8")))
    here = {
        found
        for name in ("test_faults.py", "test_chunks.py")
        for found in re.findall(r"^def (test_\w+)", Path(__file__).with_name(name).read_text("utf-8"), re.MULTILINE)
    }
    assert named >= here - {"test_the_page_of_faults_names_every_test_here_and_of_chunks"}
