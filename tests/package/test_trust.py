"""What SECURITY.md promises of the shipped code, checked on the built package: by its text, and by watching it run."""

import ast
import fnmatch
import json
import re
import shutil
import sys
import sysconfig
from pathlib import Path
from random import Random

import pytest

from dev.fuzz.protocol import text
from dev.splunkd import Command, CommandError
from dev.vendor import ROOT
from tests.package import audited_python
from tests.package.test_session import CLOSED, OPEN
from tests.package.trees import read_conf

pytestmark = pytest.mark.slow

# Modules that reach nothing outside their own process; of os, below, only what changes nothing.
ALLOWED = {
    "__future__",
    "abc",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "contextlib",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "errno",
    "fcntl",
    "fractions",
    "functools",
    "gc",
    "graphlib",
    "hashlib",
    "heapq",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "operator",
    "os",
    "re",
    "signal",
    "string",
    "sys",
    "time",
    "types",
    "typing",
    "unicodedata",
}
FORBIDDEN_CALLS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open"}
FORBIDDEN_OF_OS = {
    "chmod",
    "chown",
    "execv",
    "execve",
    "fork",
    "forkpty",
    "kill",
    "link",
    "makedirs",
    "mkdir",
    "popen",
    "posix_spawn",
    "remove",
    "rename",
    "replace",
    "rmdir",
    "spawnv",
    "startfile",
    "symlink",
    "system",
    "truncate",
    "unlink",
}
OURS = {"kmspolicy", "splunklib"}


def forbidden(source: str) -> list[str]:
    """What a shipped module may not do: its line and the name."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.partition(".")[0] not in ALLOWED | OURS]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [str(node.module)] if str(node.module).partition(".")[0] not in ALLOWED | OURS else []
        elif isinstance(node, ast.Name) and node.id in FORBIDDEN_CALLS:
            names = [node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            names = [f"os.{node.attr}"] if node.attr in FORBIDDEN_OF_OS else []
        found += [f"{getattr(node, 'lineno', 0)}: {name}" for name in names]
    return found


def test_own_code_reaches_no_network_no_process_and_no_file(app: Path) -> None:
    modules = [*app.glob("bin/*.py"), *app.glob("lib/kmspolicy/**/*.py")]
    assert len(modules) > 5
    assert {path.relative_to(app).as_posix(): forbidden(path.read_text("utf-8")) for path in modules} == {
        path.relative_to(app).as_posix(): [] for path in modules
    }


@pytest.mark.parametrize(
    "source",
    [
        "import socket",
        "from urllib.request import urlopen",
        "import subprocess as s",
        "import importlib",
        "open('x', 'w')",
        "eval('1')",
        "import os\nos.system('x')",
        "f = __import__",
    ],
)
def test_the_check_of_own_code_sees_what_it_must(source: str) -> None:
    assert forbidden(source)


def test_splunklib_is_the_only_third_party(app: Path) -> None:
    shipped = {path.relative_to(app).as_posix() for path in app.rglob("*.py")}
    own = {name for name in shipped if name == "bin/kmspolicycheck.py" or name.startswith("lib/kmspolicy/")}
    assert shipped - own and all(name.startswith("lib/splunklib/") for name in shipped - own)


def test_no_conf_asks_for_a_capability_an_input_or_an_endpoint(app: Path) -> None:
    assert not {path.name for path in app.rglob("*")} & {
        "authorize.conf",
        "authentication.conf",
        "inputs.conf",
        "passwords.conf",
        "restmap.conf",
        "web.conf",
    }
    included = {"conf_replication_include.analyticstories": "true"}
    assert read_conf(app / "default" / "server.conf") == {"shclustering": included}


def test_security_lists_every_file_of_the_package_once_and_each_conf_by_name(app: Path) -> None:
    table = (app / "SECURITY.md").read_text("utf-8").split("## What the app installs")[1].split("\n## ")[0]
    rows = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    listed = [pattern for row in rows for pattern in re.findall(r"`([^`]+)`", row)]
    shipped = [path.relative_to(app).as_posix() for path in app.rglob("*") if path.is_file()]
    named = {pattern: fnmatch.filter(shipped, pattern) for pattern in listed}
    assert sorted(path for paths in named.values() for path in paths) == sorted(shipped)
    assert all(named.values())
    assert {path for path in shipped if path.endswith(".conf")} <= set(listed)


def test_a_workflow_action_is_a_link_that_opens_in_a_tab_of_its_own(app: Path) -> None:
    for name, action in read_conf(app / "default" / "workflow_actions.conf").items():
        assert (action["type"], action["link.method"], action["link.target"]) == ("link", "get", "blank"), name
        assert action["link.uri"].startswith(("/app/kmspolicycheck/", "https://console.aws.amazon.com/")), name


def test_nothing_that_has_a_schedule_is_enabled(app: Path) -> None:
    searches = read_conf(app / "default" / "savedsearches.conf").values()
    enabled = [search for search in searches if search["disabled"] in ("0", "false")]
    assert enabled and all(search["enableSched"] == "0" and "cron_schedule" not in search for search in enabled)


SESSION_KEY = "a-session-key-that-nobody-reads"
STDLIB = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")}


def is_pythons_own(path: Path) -> bool:
    """Whether a file belongs to the standard library, and not to packages that somebody installed."""
    return any(folder in path.parents for folder in STDLIB) and "site-packages" not in path.parts


def audited(app: Path, script: Path, rows: list, args: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list:
    """Runs a command under the audit hook; what it did outside its process but to read its own code and Python's."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{audited_python.__file__}' \"$@\"\n")
    python.chmod(0o755)
    log = tmp_path / "audit.log"
    log.unlink(missing_ok=True)
    monkeypatch.setenv("AUDIT_LOG", str(log))
    with Command(app, args, python=python, name=script.stem, searchinfo={"session_key": SESSION_KEY}) as command:
        answers = list(command.stream(rows, 7))
    assert len(answers) >= len(rows) * ("show=flagged" not in args)
    assert SESSION_KEY not in repr((answers, command.getinfo, command.messages, command.stderr))
    done = [json.loads(line) for line in log.read_text().splitlines()]
    own = [Path(what).resolve() for event, what in done if event == "read"]
    assert sum(app.resolve() in path.parents for path in own) > 0, "the hook saw no import: it sees nothing"
    return [
        [event, what]
        for event, what in done
        if event != "read"
        or not (app.resolve() in Path(what).resolve().parents or is_pythons_own(Path(what).resolve()))
    ]


def sample_events() -> list[str]:
    """CloudTrail's and Security Lake's events, wrapped and plain, with and without a policy."""
    paths = [
        ROOT / "samples" / name
        for name in ("cloudtrail.jsonl", "security_lake.jsonl", "records.json", "eventbridge.json")
    ]
    return [line for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()]


def hostile_events() -> list[str]:
    """What a fuzzing run sends, and events that cannot be read."""
    random = Random(1)
    broken = [
        "{",
        "",
        "[" * 5_000,
        '{"eventName":"PutKeyPolicy"' + " " * 9_000_000,
        json.dumps({"eventName": "PutKeyPolicy", "requestParameters": {"policy": "x" * 200_000}}),
    ]
    return broken + [text(random) for _ in range(60)]


@pytest.mark.parametrize(
    "args",
    [
        ["mode=summary"],
        ["mode=expand"],
        ["mode=expand", "raw=f", "actions=all", "show=flagged"],
        ["policy", "account=owner", "mode=expand", "prefix=kms_"],
    ],
    ids=" ".join,
)
def test_a_search_opens_no_connection_starts_no_process_and_touches_no_file_but_its_code(
    args: list[str], app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [json.dumps(OPEN), json.dumps(CLOSED), *sample_events(), *hostile_events()]
    field = "policy" if "policy" in args else "_raw"
    rows = [{field: event, "owner": "111122223333"} for event in events]
    assert audited(app, app / "bin" / "kmspolicycheck.py", rows, args, tmp_path, monkeypatch) == []


@pytest.mark.parametrize("arg", ["mode=wrong", "logging_configuration=/etc/passwd", "record=t", "log_level=DEBUG"])
def test_a_search_with_a_wrong_option_touches_nothing_either(
    arg: str, app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match=arg.partition("=")[0]):
        audited(app, app / "bin" / "kmspolicycheck.py", [{"_raw": "x"}], [arg], tmp_path, monkeypatch)
    done = [json.loads(line) for line in (tmp_path / "audit.log").read_text().splitlines()]
    assert {event for event, _ in done} == {"read"}
    assert not any("passwd" in what for _, what in done)


def test_own_code_never_names_the_session_key_nor_what_uses_it(app: Path) -> None:
    """splunklib's `service` logs in to splunkd with it; `splunkd_uri` is where."""
    own = "\n".join(path.read_text("utf-8") for path in [*app.glob("bin/*.py"), *app.glob("lib/kmspolicy/**/*.py")])
    assert not re.findall(r"session_?key|splunkd_uri|self\.service\b|\bsearch_results_info\b", own)


@pytest.mark.parametrize(
    ("deed", "seen"),
    [
        ("open({stolen!r}, 'w').close()", "stolen"),
        ("open({secret!r}).read()", "secret"),
        ("import secretive", "secretive.py"),
        ("import socket; socket.socket().connect_ex(('127.0.0.1', 9))", "socket.connect"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("import os; os.system('true')", "os.system"),
    ],
)
def test_the_audit_sees_a_command_that_does_more(
    deed: str, seen: str, tmp_path: Path, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = tmp_path / "spy"
    (spy / "bin").mkdir(parents=True)
    shutil.copytree(app / "lib", spy / "lib")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secretive.py").write_text("")
    (tmp_path / "secret").write_text("")
    deed = deed.format(stolen=str(tmp_path / "stolen"), secret=str(tmp_path / "secret"))
    script = spy / "bin" / "spy.py"
    script.write_text(
        f"import sys; sys.path[:0] = [{str(spy / 'lib')!r}, {str(tmp_path / 'outside')!r}]\n"
        "from splunklib.searchcommands import Configuration, StreamingCommand, dispatch\n"
        "@Configuration()\n"
        "class Spy(StreamingCommand):\n"
        "    def stream(self, records):\n"
        f"        {deed}\n"
        "        yield from records\n"
        "dispatch(Spy, sys.argv, sys.stdin, sys.stdout, __name__)\n"
    )
    assert seen in repr(audited(spy, script, [{"a": "1"}], [], tmp_path, monkeypatch))
