"""Whole sessions in the form in which splunkd was recorded: a reply for each chunk, rows without a policy unchanged."""

import csv
import io
from pathlib import Path

import pytest

from dev.scp import encode_chunk, read_chunk
from kmspolicy.splunk.output_fields import FACTS
from tests.command.session import Reply, getinfo, talk

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.input"))


def _requests(recording: bytes) -> list[Reply]:
    stream, requests = io.BytesIO(recording), []
    while stream.tell() < len(recording):
        requests.append(Reply(*read_chunk(stream)))
    return requests


def _rows(body: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body, newline="")))


@pytest.mark.parametrize("recording", RECORDINGS, ids=[path.stem for path in RECORDINGS])
def test_the_session_is_answered_chunk_by_chunk(recording: Path) -> None:
    requests = _requests(recording.read_bytes())
    session = talk(recording.read_bytes())
    assert (session.status, session.stderr, session.messages) == (0, "", [])
    assert [reply.metadata for reply in session.replies] == [
        {"type": "streaming"},
        *({"finished": request.metadata["finished"]} for request in requests[1:]),
    ]
    for request, reply in zip(requests[1:], session.replies[1:]):
        sent, got = _rows(request.body), _rows(reply.body)
        assert [{name: row[name] for name in before} for before, row in zip(sent, got)] == sent
        assert len(got) == len(sent)
        own = [name for row in got for name, value in row.items() if "key_policy_" in name and value]
        assert {name.replace("key_policy_", "") for name in own} <= set(FACTS)


def test_the_recordings_hold_rows_of_each_kind() -> None:
    """What the test above compares: chunks with rows, with a header alone and without anything, in either order."""
    kinds = {
        (request.metadata.get("finished"), bool(request.body), bool(_rows(request.body)))
        for path in RECORDINGS
        for request in _requests(path.read_bytes())[1:]
    }
    assert kinds == {
        (False, True, True),
        (False, True, False),
        (False, False, False),
        (True, True, True),
        (True, True, False),
        (True, False, False),
    }


def test_the_same_chunks_are_read_when_their_column_is_named() -> None:
    """The twin: names are no policies, and say so where the search takes them for some."""
    path = next(path for path in RECORDINGS if path.stem == "many_small_chunks")
    chunks = [encode_chunk(*request) for request in _requests(path.read_bytes())[1:]]
    session = talk(getinfo(["name"]) + b"".join(chunks))
    errors = [row["key_policy_error"] for reply in session.replies for row in _rows(reply.body)]
    assert len(errors) == 6 and all("JSON" in error for error in errors)
