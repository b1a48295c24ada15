"""The stand-in answers in the form of recorded answers, and the suite names what is broken on purpose. None of this
runs on a real Splunk: it tests the suite.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from dev.package import build
from dev.splunk.differences import differences, table
from dev.splunk.jobs import row_of
from dev.splunk.standin import StandIn
from dev.splunk.target import Target, connect

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded_answers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        stand_in.machine.install(str(build(tmp_path_factory.mktemp("dist"))))
        yield stand_in


def answer(stand_in: StandIn, method: str, path: str, fields: str = "") -> bytes:
    """The body of an answer, whatever its status."""
    token = connect(Target(stand_in.url, stand_in.user, stand_in.password)).token
    if "«sid»" in path:
        started = answer(stand_in, "POST", "search/jobs", "search=|+makeresults+|+kmspolicycheck").decode()
        path = path.replace("«sid»", re.search(r"<sid>(.*)</sid>", started)[1])  # type: ignore[index]
    return stand_in.answer(method, f"/servicesNS/admin/kmspolicycheck/{path}", fields, token).body


def paths(node: ElementTree.Element, above: str = "") -> Iterator[str]:
    """Every element below and with this one, by its path without namespaces."""
    path = f"{above}/{node.tag.rpartition('}')[2]}".strip("/")
    yield path
    for one in node:
        yield from paths(one, path)


@pytest.mark.parametrize("recorded", RECORDED["recordings"], ids=lambda one: one["name"])
def test_it_answers_in_the_form_that_was_recorded(stand_in: StandIn, recorded: dict[str, Any]) -> None:
    body = answer(stand_in, *recorded["request"].split(" "))
    if "members" in recorded:
        assert json.loads(body).keys() <= set(recorded["members"])
        return
    root = ElementTree.fromstring(body)
    assert set(paths(root)) <= set(recorded["elements"])
    if "keys" in recorded:
        content = root.find(".//{*}content/{*}dict")
        assert content is not None
        assert {key.get("name") for key in content} <= set(recorded["keys"])


def test_its_search_log_names_the_process_as_splunkd_does(stand_in: StandIn) -> None:
    log = answer(stand_in, "GET", "search/jobs/«sid»/search.log").decode()
    assert re.match(RECORDED["search.log"]["line"], log), log


def test_a_row_is_read_as_the_local_runner_has_it() -> None:
    answered = {"_time": "2026-10-08T13:47:15.000+00:00", "one": ["c"], "two": ["a", "b"], "n": None, "e": "", "t": "x"}
    assert row_of(answered) == {"_time": "1791467235", "one": "c", "two": ["a", "b"], "t": "x"}


def test_what_it_does_not_know_it_refuses(stand_in: StandIn) -> None:
    assert b"The stand-in does not know GET data/inputs/http" in answer(stand_in, "GET", "data/inputs/http")


def test_differences_are_told_field_by_field() -> None:
    local = [{"key": "k-1", "open": "true", "why": ["a", "b"]}, {"key": "k-2", "open": "false"}, {"key": "k-3"}]
    splunk = [
        {"key": "k-2", "open": "false", "linecount": "1", "_cd": "1:2", "note": ""},
        {"key": "k-1", "why": ["b", "a"]},
    ]
    assert table(differences(local, splunk)).splitlines() == [
        "row      field  local runner  Splunk",
        "------------------------------------",
        "key=k-1  open   true",
        "key=k-1  why    a | b         b | a",
        "key=k-3  (row)  there         missing",
    ]
    assert differences(local, list(reversed(local))) == []
