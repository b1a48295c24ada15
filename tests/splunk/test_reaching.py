"""The message where no Splunk can be reached: one clear line, and never a secret."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dev.package import build
from dev.splunk.__main__ import chosen
from dev.splunk.container import ACCEPTED
from dev.splunk.proof import Proof
from dev.splunk.standin import StandIn
from dev.splunk.target import WHAT_TO_SET, ProofError, Target, connect, read_target

SECRET = "s3cr3t-of-mine"
NAMED = {"KPC_SPLUNK_URL": "https://splunk.example:8089", "KPC_SPLUNK_USER": "admin", "SPLUNK_PASSWORD": SECRET}


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(ProofError) as raised, chosen(environment, Path("package.tar.gz")):
        pass
    return str(raised.value)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as stand_in:
        yield stand_in


def test_without_any_variable_three_lines_say_what_to_set() -> None:
    assert refusal({}) == "\n".join(WHAT_TO_SET)
    assert len(WHAT_TO_SET) == 3


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"SPLUNK_PASSWORD": ""}, "SPLUNK_URL needs SPLUNK_USER and SPLUNK_PASSWORD, or SPLUNK_TOKEN, in the"),
        ({"KPC_SPLUNK_URL": "splunk.example:8089"}, "SPLUNK_URL is not of the form https://host:8089"),
        ({"KPC_SPLUNK_URL": "https://admin:x@splunk.example"}, "SPLUNK_URL is not of the form https://host:8089"),
        ({"KPC_SPLUNK_URL": "http://splunk.example:8089"}, "SPLUNK_URL is http: a password would travel to"),
        ({"KPC_SPLUNK_VERIFY": "perhaps"}, "SPLUNK_VERIFY is yes or no"),
        ({"KPC_SPLUNK": "podman"}, "SPLUNK is docker; "),
        ({"KPC_SPLUNK": "docker"}, "the image starts once you accept Splunk's General Terms"),
        (
            {"KPC_SPLUNK": "docker", "KPC_SPLUNK_START_ARGS": ACCEPTED["SPLUNK_START_ARGS"]},
            "the image starts once you accept Splunk's General Terms",
        ),
    ],
)
def test_a_variable_that_is_missing_or_malformed(changed: dict[str, str], told: str) -> None:
    said = refusal({**NAMED, **changed})
    assert said.startswith(told) and "\n" not in said and SECRET not in said


def test_a_container_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = tmp_path / "docker"
    docker.write_text(
        '#!/bin/sh\ncase "$*" in *version|*down*) exit 0;; esac\necho "dependency splunk is unhealthy" >&2\nexit 1\n'
    )
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    asked = {"KPC_SPLUNK": "docker", **{f"KPC_{name}": word for name, word in ACCEPTED.items()}}
    assert refusal(asked) == "the container does not start: dependency splunk is unhealthy"
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert refusal(asked) == "docker cannot be started: No such file or directory"


def test_a_wrong_password(stand_in: StandIn) -> None:
    with pytest.raises(ProofError, match=r"^http://127\S+ does not accept this password of the user admin$"):
        connect(Target(stand_in.url, "admin", SECRET))


def test_a_wrong_token(stand_in: StandIn) -> None:
    with pytest.raises(ProofError, match=r"^http://127\S+ does not accept this token$"):
        connect(Target(stand_in.url, token=SECRET))


def test_a_wrong_address(stand_in: StandIn) -> None:
    stand_in.__exit__()
    with pytest.raises(ProofError, match=r"^http://127\S+ cannot be reached: Connection refused$"):
        connect(Target(stand_in.url, "admin", SECRET))


def test_a_server_that_is_no_splunk() -> None:
    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Welcome</html>")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    with pytest.raises(ProofError, match=r"does not answer as Splunk's management port does: HTTP 501$"):
        connect(Target(f"http://127.0.0.1:{server.server_port}", "admin", SECRET))
    server.shutdown()
    server.server_close()


def test_an_app_that_is_there_already_is_left_alone(stand_in: StandIn, tmp_path: Path) -> None:
    app = stand_in.machine.apps / "kmspolicycheck"
    app.mkdir()
    with pytest.raises(ProofError, match=r"kmspolicycheck is installed on .*SPLUNK_INSTALLED=yes allows that"):
        Proof(Target(stand_in.url, stand_in.user, stand_in.password), tmp_path / "package", []).__enter__()
    assert app.is_dir()


def test_what_was_made_is_removed(stand_in: StandIn, tmp_path: Path) -> None:
    with Proof(Target(stand_in.url, stand_in.user, stand_in.password), build(tmp_path), []) as proof:
        assert (stand_in.machine.apps / "kmspolicycheck").is_dir() and proof.index in stand_in.machine.indexes
    machine = stand_in.machine
    assert (list(machine.apps.iterdir()), list(machine.indexes), list(machine.users)) == ([], ["main"], ["admin"])


def test_secrets_are_not_shown() -> None:
    target = read_target({**NAMED, "SPLUNK_TOKEN": SECRET})
    assert SECRET not in repr(target) and SECRET not in str(target)
