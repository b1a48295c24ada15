"""Options: what is taken, what is refused and in which words, and that no hidden option of splunklib acts."""
import json
from pathlib import Path

import pytest

from tests.command.session import APP, execute, getinfo, talk

CASES = json.loads(Path(__file__).with_name("options.json").read_text("utf-8"))
LONG = "x" * 100_000


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


@pytest.mark.parametrize("option", ["mode", "show", "raw", "prefix", "account", "actions", LONG],
                         ids=lambda text: text[:9])
def test_long_text_is_cut_in_the_message(option: str) -> None:
    digits = "1" * len(LONG)
    told = talk(getinfo([f"{option}={digits}"])).replies[0].metadata["error"]
    assert f"{(option if option == LONG else digits)[:60]}…" in told and len(told) < 300


@pytest.mark.parametrize("option", ["logging_configuration={folder}/evil.conf", "logging_configuration=evil.conf",
                                    "record=t", "record=true"])
def test_no_option_loads_or_writes_a_file(option: str, tmp_path: Path) -> None:
    """logging_configuration= would evaluate its file's `args`, record= would archive the session under SPLUNK_HOME."""
    mark = tmp_path / "mark"
    (tmp_path / "evil.conf").write_text(
        "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\nhandlers=h\n"
        f"[handler_h]\nclass=FileHandler\nargs=({str(mark)!r},)\n")
    before = sorted(tmp_path.rglob("*"))
    session = talk(getinfo([option.format(folder=tmp_path)], str(tmp_path)), environment={"SPLUNK_HOME": str(tmp_path)})
    assert "unknown option" in session.replies[0].metadata["error"]
    assert sorted(tmp_path.rglob("*")) == before


def test_arguments_on_the_command_line_do_not_bring_back_protocol_1_and_its_options(tmp_path: Path) -> None:
    session = talk(getinfo() + execute("_raw\nx\n", True), argv=["__EXECUTE__", "record=t"],
                   environment={"SPLUNK_HOME": str(tmp_path)})
    assert [reply.metadata for reply in session.replies] == [{"type": "streaming"}, {"finished": True}]
    assert list(tmp_path.iterdir()) == []


def test_a_hidden_option_would_act_in_a_command_of_splunklib_that_leaves_them(tmp_path: Path) -> None:
    """The twin of the two tests above: the same session against a plain command shows that they can fail."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "kmspolicycheck.py").write_text(
        f"import sys; sys.path.insert(0, {str(APP / 'lib')!r})\n"
        "from splunklib.searchcommands import Configuration, StreamingCommand, dispatch\n"
        "@Configuration()\nclass KmsPolicyCheckCommand(StreamingCommand):\n"
        "    def stream(self, records):\n        return records\n"
        "dispatch(KmsPolicyCheckCommand)\n")
    (tmp_path / "dispatch").mkdir()
    talk(getinfo(["record=t"], str(tmp_path / "dispatch")), app=tmp_path, environment={"SPLUNK_HOME": str(tmp_path)})
    assert list(tmp_path.rglob("*.splunk_cmd")) != []
