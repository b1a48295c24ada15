"""What splunkd's REST API answers: Atom feeds and entries, messages, search results.
The form is that of recorded answers: tests/splunk/recorded_answers.json names each source.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from dev.spl import Results

ATOM = "http://www.w3.org/2005/Atom"
SPLUNK = "http://dev.splunk.com/ns/rest"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
for _prefix, _namespace in (("", ATOM), ("s", SPLUNK), ("opensearch", OPENSEARCH)):
    ElementTree.register_namespace(_prefix, _namespace)

_ACL = {
    "app": "kmspolicycheck",
    "can_write": "1",
    "owner": "nobody",
    "perms": {"read": ["*"], "write": ["admin"]},
    "sharing": "app",
}


class Answer(NamedTuple):
    """Status, body and content type of one HTTP response."""

    status: int
    body: bytes
    kind: str = "text/xml; charset=UTF-8"


class Entry(NamedTuple):
    """One thing that an endpoint tells of: its name and its settings, each a text, a list or a mapping of these."""

    title: str
    content: Mapping[str, Any]


def feed(title: str, path: str, entries: Iterable[Entry]) -> Answer:
    """An Atom feed: what a collection answers, and an object of it."""
    root = Element(f"{{{ATOM}}}feed")
    shown = list(entries)
    for name, text in (("title", title), ("id", path), ("updated", _now())):
        SubElement(root, f"{{{ATOM}}}{name}").text = text
    SubElement(root, f"{{{ATOM}}}generator", build="stand-in", version="10.2.0")
    SubElement(SubElement(root, f"{{{ATOM}}}author"), f"{{{ATOM}}}name").text = "Splunk"
    for name, text in (("totalResults", str(len(shown))), ("itemsPerPage", "30"), ("startIndex", "0")):
        SubElement(root, f"{{{OPENSEARCH}}}{name}").text = text
    SubElement(root, f"{{{SPLUNK}}}messages")
    for one in shown:
        _fill(SubElement(root, f"{{{ATOM}}}entry"), path, one)
    return Answer(200, _xml(root))


def entry(path: str, one: Entry) -> Answer:
    """An Atom entry without a feed around it, as a search job answers."""
    root = Element(f"{{{ATOM}}}entry")
    _fill(root, path, one)
    return Answer(200, _xml(root))


def _fill(node: Element, path: str, one: Entry) -> None:
    place = f"{path}/{quote(one.title, safe='')}"
    for name, text in (("title", one.title), ("id", place), ("updated", _now())):
        SubElement(node, f"{{{ATOM}}}{name}").text = text
    SubElement(node, f"{{{ATOM}}}link", href=place, rel="alternate")
    SubElement(SubElement(node, f"{{{ATOM}}}author"), f"{{{ATOM}}}name").text = "nobody"
    content = SubElement(node, f"{{{ATOM}}}content", type="text/xml")
    _value(content, {**one.content, "eai:acl": _ACL})


def _value(node: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        inner = SubElement(node, f"{{{SPLUNK}}}dict")
        for key, one in value.items():
            _value(SubElement(inner, f"{{{SPLUNK}}}key", name=key), one)
    elif isinstance(value, (list, tuple)):
        inner = SubElement(node, f"{{{SPLUNK}}}list")
        for one in value:
            _value(SubElement(inner, f"{{{SPLUNK}}}item"), one)
    else:
        node.text = {True: "1", False: "0"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def messages(status: int, kind: str, text: str) -> Answer:
    """A refusal, or a confirmation: <response><messages><msg type="FATAL">."""
    root = Element("response")
    SubElement(SubElement(root, "messages"), "msg", type=kind).text = text
    return Answer(status, _xml(root))


def told(name: str, text: str, status: int = 200) -> Answer:
    """<response><name>text</name></response>, as logging in and starting a job answer."""
    root = Element("response")
    SubElement(root, name).text = text
    return Answer(status, _xml(root))


def results(found: Results) -> Answer:
    """The results of a job with output_mode=json: a null field is left out, _time is ISO 8601."""
    body = {
        "preview": False,
        "init_offset": 0,
        "messages": [],
        "fields": [{"name": name} for name in found.columns],
        "results": [
            {name: _time(value) if name == "_time" else value for name, value in row.items()} for row in found.rows
        ],
        "highlighted": {},
    }
    return Answer(200, json.dumps(body).encode("utf-8"), "application/json; charset=UTF-8")


def _time(value: Any) -> str:
    return datetime.fromtimestamp(float(value), timezone.utc).isoformat(timespec="milliseconds")


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _xml(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root)
