"""Events of any size, and answers much larger than their events, within a memory that the operating system holds to."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.command.session import APP, execute, getinfo, talk

pytestmark = pytest.mark.slow

SMALLEST = '{"Effect":"Allow","Principal":"*"}'
LONGEST_POLICY = 131_072
MEGABYTE = 1 << 20


class Output(NamedTuple):
    """What a process wrote, measured while it was read and thrown away."""

    length: int
    rows: int
    end: bytes
    status: int
    stderr: str


def stream(folder: Path, body: str, args: tuple[str, ...], megabytes: int) -> Output:
    """Sends a session to the command and counts what comes back. megabytes: of address space that the process gets."""
    sent, said = folder / "sent", folder / "stderr"
    sent.write_bytes(getinfo(args) + execute(body) + execute(finished=True))

    def confine() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE,) * 2)

    with sent.open("rb") as stdin, said.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, str(APP / "bin" / "kmspolicycheck.py")],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            preexec_fn=confine,
        )
        assert process.stdout
        length, rows, end = 0, 0, b""
        while part := process.stdout.read(MEGABYTE):
            length, rows, end = length + len(part), rows + part.count(b"\r\n"), (end + part)[-400:]
    return Output(length, rows, end, process.wait(), said.read_text())


def quoted(*cells: str) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


def policy_of(statements: int) -> str:
    return '{"Statement":[' + ",".join([SMALLEST] * statements) + "]}"


def event_of(policy: str) -> str:
    return json.dumps({"eventName": "PutKeyPolicy", "requestParameters": {"policy": policy}})


def test_the_limit_is_one_that_a_process_can_break(tmp_path: Path) -> None:
    assert stream(tmp_path, "_raw\n" + quoted("x" * 50 * MEGABYTE), (), 100).status != 0


GIANTS = {
    "100 MB of nested JSON": lambda: '{"eventName":"PutKeyPolicy","x":' + "[" * 50_000_000 + "]" * 50_000_000 + "}",
    "a policy of a million statements": lambda: policy_of(1_000_000),
    "an event with that policy": lambda: event_of(policy_of(1_000_000)),
}


@pytest.mark.parametrize("make", GIANTS.values(), ids=GIANTS)
def test_a_giant_becomes_one_error_row_within_seven_times_its_size(make: Callable[[], str], tmp_path: Path) -> None:
    text = make()
    done = stream(tmp_path, "_raw,n\n" + quoted(text, "1"), (), 7 * len(text) // MEGABYTE)
    assert (done.status, done.stderr) == (0, "")
    assert done.rows == 2 and len(text) < done.length < 1.5 * len(text)
    assert b"policies that could not be read: 1" in done.end


BLOWN_UP = (LONGEST_POLICY - 15) // (len(SMALLEST) + 1)


@pytest.mark.parametrize(("field", "text"), [("_raw", event_of(policy_of(BLOWN_UP))), ("policy", policy_of(BLOWN_UP))])
def test_the_whole_event_on_the_row_of_every_statement_takes_no_memory(field: str, text: str, tmp_path: Path) -> None:
    """The longest policy that is read, of the shortest statements: no policy makes more rows."""
    done = stream(tmp_path, f"{field}\n" + quoted(text), (field,), 100)
    assert (done.status, done.stderr) == (0, "")
    assert done.rows == 1 + BLOWN_UP
    assert done.length > BLOWN_UP * len(text) > 450 * MEGABYTE


def test_raw_f_writes_the_event_once(tmp_path: Path) -> None:
    text = event_of(policy_of(BLOWN_UP))
    done = stream(tmp_path, "_raw\n" + quoted(text), ("raw=f",), 100)
    assert (done.status, done.rows) == (0, 1 + BLOWN_UP)
    assert done.length < 10 * len(text)


def slow_for_a_backtracking_matcher() -> Iterator[str]:
    """Texts of 2 MB that come close to what the event reader looks for, again and again."""
    size = 2_000_000
    for near in (
        " ",
        "{",
        '{"',
        '{"Statement"',
        '{ "Id" : "x" , ',
        '{"Id":"' + "x" * 50,
        "\\u00",
        "\\u004",
        "\\u0053t",
        "kms:CreateKey",
        "CreateKe",
        '"Statement":',
        "\ufeff",
        "PutKeyPolicy ",
        '{"message":"',
        "1",
        "1.5e",
    ):
        yield near * (size // len(near))
        yield '{"Statement":[{"Sid":"' + near * (size // len(near))


def test_texts_that_come_close_to_a_policy_again_and_again() -> None:
    texts = list(slow_for_a_backtracking_matcher())
    session = talk(
        getinfo(["mode=summary"])
        + execute("n\n" + "".join(f"{n}\n" for n in range(3)))
        + b"".join(execute("_raw\n" + quoted(text)) for text in texts)
        + execute(finished=True)
    )
    assert (session.status, session.stderr, len(session.replies)) == (0, "", len(texts) + 3)
    assert [reply.body.count("\r\n") for reply in session.replies[2:-1]] == [2] * len(texts)
