"""Options: what is taken, what is refused and in which words, and that no hidden option of splunklib acts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dev.scp import encode_chunk
from tests.command.session import APP, execute, getinfo, talk

pytestmark = pytest.mark.slow

CASES = json.loads(Path(__file__).with_name("options.json").read_text("utf-8"))
LENGTH = 100_000
LONG = "x" * LENGTH
SPLUNKLIBS = ("logging_configuration", "logging_level", "record", "show_configuration")


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case["args"]) or "none" for case in CASES])
def test_the_answer_to_getinfo_takes_the_options_or_refuses_them_in_one_line(case: dict) -> None:
    session = talk(getinfo(case["args"]))
    assert session.stderr == ""
    if case["error"] is None:
        assert (session.replies[0].metadata, session.status) == ({"type": "streaming"}, 0)
    else:
        told = session.replies[0].metadata.pop("error")
        assert session.replies[0].metadata == {"finished": True}
        assert [part for part in case["error"] if part not in told] == []
        assert told.isprintable()
        assert (len(session.replies), session.status) == (1, 1)


@pytest.mark.parametrize(
    "option", ["mode", "show", "raw", "prefix", "account", "actions", LONG], ids=lambda text: text[:9]
)
def test_long_text_is_cut_in_the_message(option: str) -> None:
    digits = "1" * len(LONG)
    told = talk(getinfo([f"{option}={digits}"])).replies[0].metadata["error"]
    assert f"{(option if option == LONG else digits)[:60]}…" in told and len(told) < 300


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ("actions=" + "*a" * 50_000 + "*b", "covers no KMS action"),
        ("actions=" + "Encrypt," * 50_000, "covers no KMS action"),
        ("actions=" + ",".join(["*e*"] * 50_000), None),
        ("actions=" + "*" * LENGTH, None),
        ("prefix=" + LONG, None),
        ("account=" + LONG, None),
        (LONG, None),
    ],
    ids=lambda text: str(text)[:12],
)
def test_long_values_are_taken_or_refused_like_short_ones(option: str, error: str | None) -> None:
    session = talk(getinfo([option]) + execute("_raw\na\n", True))
    assert session.stderr == ""
    if error:
        assert (len(session.replies), session.status) == (1, 1) and error in session.replies[0].metadata["error"]
    else:
        assert (len(session.replies), session.status) == (2, 0) and len(session.replies[1].body.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(["mode=summary"], "twice"), (["x"], "not 100000"), ([f"x{i}=" for i in range(2)], 'unknown option "x0"')],
    ids=str,
)
def test_many_arguments_are_one_error(arguments: list[str], error: str) -> None:
    session = talk(getinfo(arguments * (LENGTH // len(arguments))))
    assert error in session.replies[0].metadata["error"] and len(session.replies[0].metadata["error"]) < 300
    assert (len(session.replies), session.status, session.stderr) == (1, 1, "")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [([["record=t"]], "unknown option"), ([{"record": "t"}], None), ([None], None), ([1, True], "one field")],
    ids=str,
)
def test_arguments_that_are_no_texts_are_read_as_such(arguments: list, error: str | None) -> None:
    told = talk(encode_chunk({"action": "getinfo", "searchinfo": {"args": arguments}})).replies[0].metadata
    assert told == {"type": "streaming"} if error is None else error in told["error"]


def test_the_options_tried_below_are_all_that_splunklib_knows() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(APP / 'lib')!r})\n"
        "from splunklib.searchcommands import Option, StreamingCommand as Command\n"
        "print(*[name for name in dir(Command) if isinstance(getattr(Command, name), Option)])"
    )
    known = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.split()
    assert sorted(known) == sorted(SPLUNKLIBS)


def _write_evil_configuration(folder: Path) -> None:
    """A logging configuration, evil.conf, that writes the file mark when it is loaded."""
    (folder / "evil.conf").write_text(
        "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\nhandlers=h\n"
        f"[handler_h]\nclass=FileHandler\nargs=({str(folder / 'mark')!r},)\n"
    )


@pytest.mark.parametrize("value", ["{folder}/evil.conf", "evil.conf", "t", "true", "1", "DEBUG", ""])
@pytest.mark.parametrize("option", SPLUNKLIBS)
def test_no_option_loads_or_writes_a_file(option: str, value: str, tmp_path: Path) -> None:
    """logging_configuration= would evaluate its file's `args`, record= would archive the session under SPLUNK_HOME."""
    _write_evil_configuration(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    argument = f"{option}={value}".format(folder=tmp_path)
    session = talk(getinfo([argument], str(tmp_path)), environment={"SPLUNK_HOME": str(tmp_path)})
    assert session.replies[0].metadata["error"].startswith(f'unknown option "{option}"')
    assert sorted(tmp_path.rglob("*")) == before


def test_arguments_on_the_command_line_do_not_bring_back_protocol_1_and_its_options(tmp_path: Path) -> None:
    session = talk(
        getinfo() + execute("_raw\nx\n", True),
        argv=["__EXECUTE__", "record=t"],
        environment={"SPLUNK_HOME": str(tmp_path)},
    )
    assert [reply.metadata for reply in session.replies] == [{"type": "streaming"}, {"finished": True}]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "written"), [("record=t", "*.splunk_cmd"), ("logging_configuration={folder}/evil.conf", "mark")]
)
def test_a_hidden_option_would_act_in_a_command_of_splunklib_that_leaves_them(
    option: str, written: str, tmp_path: Path
) -> None:
    """The twin of the two tests above: the same session against a plain command shows that they can fail."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "kmspolicycheck.py").write_text(
        f"import sys; sys.path.insert(0, {str(APP / 'lib')!r})\n"
        "from splunklib.searchcommands import Configuration, StreamingCommand, dispatch\n"
        "@Configuration()\nclass KmsPolicyCheckCommand(StreamingCommand):\n"
        "    def stream(self, records):\n        return records\n"
        "dispatch(KmsPolicyCheckCommand)\n"
    )
    (tmp_path / "dispatch").mkdir()
    _write_evil_configuration(tmp_path)
    talk(
        getinfo([option.format(folder=tmp_path)], str(tmp_path / "dispatch")),
        app=tmp_path,
        environment={"SPLUNK_HOME": str(tmp_path)},
    )
    assert list(tmp_path.rglob(written)) != []
