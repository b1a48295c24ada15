"""Sessions that splunkd may have and rarely has: chunks that end in odd places, previews, probes, very large bodies.

docs/faults.md lists them among the faults.
"""

from __future__ import annotations

import csv
import io

import pytest

from dev.scp import encode_chunk
from tests.command.policies import OPEN, POLICIES, ROWS
from tests.command.session import Session, execute, getinfo, start, talk

pytestmark = pytest.mark.slow


def _answers(*chunks: bytes) -> list[tuple[bool, list[str]]]:
    """For each chunk whether its reply is the last one, and the first column of its rows."""
    session = talk(getinfo() + b"".join(chunks))
    assert (session.status, session.stderr) == (0, "")
    return [
        (reply.metadata["finished"], [line.partition(",")[0] for line in reply.body.splitlines()[1:]])
        for reply in session.replies[1:]
    ]


@pytest.mark.parametrize(
    "chunks",
    [
        [("a b", True)],
        [("", True), ("a b", False)],
        [("a", True), ("", True)],
        [("a", True), ("b", True), ("c", False)],
        [("a", False), ("b", False)],
        [("", False)],
        [("", True), ("", True)],
        [],
    ],
    ids=str,
)
def test_finished_in_odd_places_loses_no_row(chunks: list[tuple[str, bool]]) -> None:
    """Every chunk is answered, whatever came before it, and its reply is finished as it is itself."""
    sent = [execute("\n".join(["_raw", *rows.split(), ""]) if rows else "", finished) for rows, finished in chunks]
    assert _answers(*sent) == [(finished, rows.split()) for rows, finished in chunks]


@pytest.mark.parametrize(("metadata", "finished"), [({}, False), ({"finished": None}, False), ({"finished": 1}, True)])
def test_finished_that_is_missing_or_no_boolean(metadata: dict, finished: bool) -> None:
    assert _answers(encode_chunk({"action": "execute", **metadata}, "_raw\na\n")) == [(finished, ["a"])]


def test_a_preview_is_answered_as_the_final_run_is() -> None:
    def search(preview: bool) -> Session:
        told = {"preview": preview, "action": "execute"}
        rows = [encode_chunk({**told, "finished": finished}, ROWS) for finished in (False, True)]
        request = {"action": "getinfo", "preview": preview, "searchinfo": {"args": ["nothing"]}}
        return talk(encode_chunk(request) + b"".join(rows))

    assert search(True) == search(False)
    assert len(search(True).replies) == 3 and search(True).messages != []


def test_probes_before_a_search_change_nothing() -> None:
    request, rows = getinfo(["p", "mode=summary"]), execute(POLICIES, True)
    before = talk(request + rows)
    probes = [start() for _ in range(3)]
    assert [process.communicate(request) for process in probes] == [
        (b'chunked 1.0,20,0\n{"type":"streaming"}', b"")
    ] * 3
    assert [process.returncode for process in probes] == [0, 0, 0]
    assert talk(request + rows) == before and len(before.replies) == 2


def test_a_body_of_16_mb_in_50000_rows_is_answered_row_by_row() -> None:
    events = [f'{{"eventName":"Decrypt","n":{i},"x":"{"y" * 280}"}}' for i in range(49_999)] + [OPEN]
    body = "_raw\n" + "".join('"' + event.replace('"', '""') + '"\n' for event in events)
    assert len(body) > 16_000_000
    session = talk(getinfo(["mode=summary"]) + execute(body, True))
    assert (session.status, session.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(session.replies[1].body, newline="")))
    assert [row["_raw"] for row in rows] == events
    assert [row["key_policy_audience"] for row in rows] == [""] * 49_999 + ["everyone"]
