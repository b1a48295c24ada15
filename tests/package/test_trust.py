"""What SECURITY.md promises of the shipped code, checked on the built package: by its text, and by watching it run."""
import ast
import json
import sys
from pathlib import Path

import pytest

from dev.splunkd import run
from tests.package import audited_python
from tests.package.test_session import CLOSED, OPEN
from tests.package.trees import read_conf

# Modules that reach nothing outside their own process; of os, below, only what changes nothing.
ALLOWED = {"__future__", "abc", "base64", "binascii", "bisect", "collections", "contextlib", "csv", "dataclasses",
           "datetime", "decimal", "enum", "errno", "fractions", "functools", "gc", "hashlib", "heapq", "io",
           "ipaddress", "itertools", "json", "math", "operator", "os", "re", "signal", "string", "sys", "time", "types",
           "typing", "unicodedata"}
FORBIDDEN_CALLS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open"}
FORBIDDEN_OF_OS = {"chmod", "chown", "execv", "execve", "fork", "forkpty", "kill", "link", "makedirs", "mkdir", "popen",
                   "posix_spawn", "remove", "rename", "replace", "rmdir", "spawnv", "startfile", "symlink", "system",
                   "truncate", "unlink"}
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
        path.relative_to(app).as_posix(): [] for path in modules}


@pytest.mark.parametrize("source", [
    "import socket", "from urllib.request import urlopen", "import subprocess as s", "import importlib",
    "open('x', 'w')", "eval('1')", "import os\nos.system('x')", "f = __import__"])
def test_the_check_of_own_code_sees_what_it_must(source: str) -> None:
    assert forbidden(source)


def test_splunklib_is_the_only_third_party(app: Path) -> None:
    shipped = {path.relative_to(app).as_posix() for path in app.rglob("*.py")}
    own = {name for name in shipped if name == "bin/kmspolicycheck.py" or name.startswith("lib/kmspolicy/")}
    assert shipped - own and all(name.startswith("lib/splunklib/") for name in shipped - own)


def test_no_conf_asks_for_a_capability_an_input_or_an_endpoint(app: Path) -> None:
    assert not {path.name for path in app.rglob("*")} & {
        "authorize.conf", "authentication.conf", "inputs.conf", "passwords.conf", "restmap.conf", "web.conf"}
    assert read_conf(app / "default" / "server.conf") == {
        "shclustering": {"conf_replication_include.analyticstories": "true"}}


def audited(app: Path, script: Path, rows: list, args: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Runs a command under the audit hook; what it did outside its process, a line each."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{audited_python.__file__}' \"$@\"\n")
    python.chmod(0o755)
    log = tmp_path / "audit.log"
    monkeypatch.setenv("AUDIT_LOG", str(log))
    answer = run(app, rows, args, python=python, name=script.stem)
    assert len(answer.rows) == len(rows)
    return log.read_text()


def test_a_search_opens_no_connection_starts_no_process_and_writes_no_file(
        app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"policy": json.dumps(policy)} for policy in (OPEN, CLOSED)] + [{"policy": "{"}, {"policy": ""}]
    done = audited(app, app / "bin" / "kmspolicycheck.py", rows, ["policy", "mode=summary"], tmp_path, monkeypatch)
    assert done == ""


def test_the_audit_sees_a_command_that_writes(tmp_path: Path, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = tmp_path / "spy"
    (spy / "bin").mkdir(parents=True)
    script = spy / "bin" / "spy.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(app / 'lib')!r})\n"
        "from splunklib.searchcommands import Configuration, StreamingCommand, dispatch\n"
        "@Configuration()\n"
        "class Spy(StreamingCommand):\n"
        "    def stream(self, records):\n"
        f"        open({str(tmp_path / 'stolen')!r}, 'w').close()\n"
        "        yield from records\n"
        "dispatch(Spy, sys.argv, sys.stdin, sys.stdout, __name__)\n")
    done = audited(spy, script, [{"a": "1"}], [], tmp_path, monkeypatch)
    assert "stolen" in done
