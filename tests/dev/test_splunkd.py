"""dev/splunkd.py against search commands of a few lines: what it sends, what it reads, and what ends badly."""

import json

import pytest

from dev.scp import ProtocolError, read_rows, write_rows
from dev.splunkd import Command, CommandError, Message, run

ROWS = [
    {"_raw": '{"a": "x,y"}', "n": "1", "many": ["a", "b$", "$;$", "", "two\nlines"]},
    {"_raw": 'é\u2028"quoted"\r\n', "n": "2", "many": "one"},
    {"_raw": "", "n": "3", "many": ""},
    {"_raw": "a\0b\ue000", "n": "4", "many": ["\0", "\ue001"]},
]


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 500])
def test_rows_come_back_as_they_were_whatever_the_chunks(peer, chunk_rows):
    answer = run(peer(), ROWS, name="peer", chunk_rows=chunk_rows)
    assert answer.rows == ROWS
    assert answer.getinfo == {"type": "streaming"}
    assert answer.messages == []


def test_a_search_without_rows_has_none(peer):
    assert run(peer(), [], name="peer").rows == []


def test_requests_are_those_that_splunkd_was_recorded_to_send(peer, tmp_path):
    log = tmp_path / "requests"
    app = peer(f"""
log = open({str(log)!r}, "wb")
def keep(metadata, body):
    log.write(b"%s|%s\\n" % (metadata, body)); log.flush()
keep(*ask()); answer(b'{{"type":"streaming"}}')
while True:
    metadata, body = ask()
    keep(metadata, body); echo(metadata, b"")
""")
    with Command(app, ["p", "actions=Encrypt,Decrypt"], name="peer") as command:
        list(command.stream([{"age": "66", "name": ["a", "b"]}]))
    getinfo, *chunks = log.read_bytes().split(b"\n", 1)
    metadata = json.loads(getinfo.rstrip(b"|"))
    info = metadata.pop("searchinfo")
    assert metadata == {"action": "getinfo", "preview": False, "streaming_command_will_restart": False}
    assert list(info) == [
        "args",
        "raw_args",
        "dispatch_dir",
        "sid",
        "app",
        "owner",
        "username",
        "session_key",
        "splunkd_uri",
        "splunk_version",
        "search",
        "command",
        "maxresultrows",
        "earliest_time",
        "latest_time",
    ]
    assert info["args"] == ["p", "actions=Encrypt,Decrypt"]
    assert info["raw_args"] == ["p", 'actions="Encrypt,Decrypt"']
    assert info["search"].endswith("%20peer%20p%20actions%3D%22Encrypt%2CDecrypt%22")
    assert chunks == [
        (
            b'{"action":"execute","finished":false}|age,name,__mv_age,__mv_name\n66,"a\nb",,$a$;$b$\n\n'
            b'{"action":"execute","finished":true}|\n'
        )
    ]


def test_a_chunk_may_hold_a_header_alone(peer):
    with Command(peer("start()\nanswer(b'{}', ask()[1])\n"), name="peer") as command:
        command.start()
        assert command.execute([], fields=["a"]) == []
    assert write_rows([], ["a"]) == "a,__mv_a\n"
    assert write_rows([], None) == ""


def test_large_requests_and_replies_do_not_wait_for_each_other(peer):
    app = peer("""
start()
body = b"a\\n" + b"x" * 1_000_000 + b"\\n"
answer(b'{"finished":false}', body)  # more than a pipe holds, before any of the request is read
ask()
echo(*ask())
""")
    (row,) = run(app, [{"a": "y" * 1_000_000}], name="peer").rows
    assert row == {"a": "x" * 1_000_000}


def test_rows_are_read_no_further_than_the_chunk_that_is_due(peer):
    taken = []

    def rows():
        for number in range(100):
            taken.append(number)
            yield {"n": str(number)}

    with Command(peer(), name="peer") as command:
        assert next(command.stream(rows(), chunk_rows=10)) == {"n": "0"}
        assert len(taken) == 10
    assert command.status is not None


def test_a_chunk_of_large_rows_ends_early(peer):
    with Command(
        peer("start()\nwhile True:\n    m, b = ask()\n    echo(m, b'rows\\n%d\\n' % b.count(b'x' * 50))\n"), name="peer"
    ) as command:
        counts = [row["rows"] for row in command.stream([{"a": "x" * 50}] * 5, chunk_chars=100)]
    assert counts == ["2", "2", "1", "0"]


def test_a_search_that_is_cancelled_closes_the_pipes_and_reaps_the_command(peer):
    with pytest.raises(ZeroDivisionError), Command(peer(), name="peer") as command:
        list(command.stream({"n": str(1 // n)} for n in (1, 0)))
    assert command.status == 0
    assert command.stderr == ""


def test_messages_are_collected(peer):
    app = peer("""
ask()
answer(b'{"type":"streaming","inspector":{"messages":[["INFO","begins"]]}}')
ask()
answer(b'{"finished":true,"inspector":{"messages":[["WARN","ends"]]}}')
""")
    assert run(app, [], name="peer").messages == [Message("INFO", "begins"), Message("WARN", "ends")]


@pytest.mark.parametrize(
    "reply",
    [
        '{"type":"streaming","inspector":{"messages":[["ERROR","no option colour"]]}}',
        '{"error":"no option colour"}',
    ],
)
def test_refused_arguments_are_an_error_in_the_words_of_the_command(peer, reply):
    with pytest.raises(CommandError, match=r"^no option colour$"):
        run(peer(f"ask()\nanswer(b'{reply}')\nsys.exit(1)\n"), [], ["colour=red"], name="peer")


@pytest.mark.parametrize(
    "script, error",
    [
        ("start()\nask()\nraise ValueError('out of paper')\n", r"without a reply .exit status 1.(.|\n)*out of paper"),
        (
            "start()\nask()\nprint('debugging', flush=True)\ntime.sleep(60)\n",
            r"not the header of a chunk: b'debugging\\n'",
        ),
        ("start()\nask()\nsys.stdout.write('chunked 1.0,9,9\\n{}')\n", r"the stream ends inside a chunk"),
        ("start()\nask()\nanswer(b'[]')\n", r"metadata is no object"),
        ("start()\nask()\nanswer(b'{}', b'a,b\\n1\\n')\n", r"a row of 1 cells under 2 columns"),
        ("start()\nask()\nanswer(b'{}')\nanswer(b'{}')\nask()\n", r"more than one reply for one chunk"),
        ("start()\necho(*ask())\nsys.exit(3)\n", r"ended with an error .exit status 3"),
    ],
)
def test_a_command_that_goes_wrong_is_an_error_that_says_how(peer, script, error):
    with pytest.raises(CommandError, match=error), Command(peer(script), name="peer") as command:
        list(command.stream([]))
    assert command.status is not None


def test_a_command_that_hangs_is_killed(peer):
    with pytest.raises(CommandError, match=r"no reply within 0.2 s .exit status -9"):
        run(peer("ask()\ntime.sleep(600)\n"), [], name="peer", timeout=0.2)


def test_what_cannot_be_started_is_an_error(peer, tmp_path):
    with pytest.raises(CommandError, match=r"no such command: .*/bin/absent.py"):
        Command(peer(), name="absent")
    with pytest.raises(CommandError, match=r"cannot start .*/python: No such file or directory"):
        Command(peer(), name="peer", python=tmp_path / "python")


@pytest.mark.parametrize("cell", ["$a", "a$;$b", "$a$b$", "$a$;", "$$$"])
def test_multivalue_text_out_of_form_is_an_error(cell):
    with pytest.raises(ProtocolError, match="not multivalue text"):
        list(read_rows(f"a,__mv_a\nx,{cell}\n"))
