"""The app's Help view, made of the pages in docs/ that an analyst or an administrator of the app needs.
`make package` writes it into the package, so that each sentence stands once, in docs/. It is a Simple XML dashboard:
its panels are as high as their text (Splunk's page: Simple XML Reference, element html).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from xml.sax.saxutils import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from dev.vendor import ROOT

VIEW = "default/data/ui/views/kms_key_policy_help.xml"
PAGES = ("docs/detections.md", "docs/command.md")

# Parts of a page that mean nothing where the app is installed: make targets, samples, pictures.
REPOSITORY_ONLY = re.compile(r"<!-- repository -->\n.*?<!-- /repository -->\n\n?", re.DOTALL)
_HEAD = """<dashboard version="1.1">
  <label>Help</label>
  <description>Detections, lists, fields and the command, in words.</description>
"""
_ADDRESS = re.compile(r"https?://")


def linked(page: str, target: str) -> str:
    """The path of the file that a page links to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), target.partition("#")[0]))


def help_view(root: Path = ROOT) -> bytes:
    """The view's XML: a row for each chapter of PAGES below `root`, in their order."""
    rows = [row for page in PAGES for row in _rows((root / page).read_text("utf-8"))]
    return f"{_HEAD}{''.join(rows)}</dashboard>\n".encode()


def _rows(text: str) -> Iterator[str]:
    """A row for each chapter of a page: what stands under one heading of the first or second level."""
    markdown = MarkdownIt("commonmark", {"xhtmlOut": True}).enable("table")
    tokens = [_plain(token) for token in markdown.parse(REPOSITORY_ONLY.sub("", text))]
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open" and token.tag in ("h1", "h2")]
    for start, end in zip(starts, [*starts[1:], len(tokens)]):
        title = "".join(child.content for child in tokens[start + 1].children or ())
        html = markdown.renderer.render(tokens[start + 3 : end], markdown.options, {})
        # In Simple XML a dollar sign begins a token, two are one.
        body = html.replace("$", "$$")
        yield f"  <row><panel><title>{escape(title)}</title><html>\n{body}</html></panel></row>\n"


def _plain(token: Token) -> Token:
    """The token without links that lead nowhere in Splunk, and with Splunk's own class on tables."""
    if token.type == "table_open":
        token.attrSet("class", "table table-striped")
    if token.children:
        token.children = list(_without_dead_links(token.children))
    return token


def _without_dead_links(children: Sequence[Token]) -> Iterator[Token]:
    """The tokens of a paragraph. Of a link its text is left, and where the page is unless the view shows it."""
    rest = iter(children)
    for child in rest:
        target = str(child.attrGet("href"))
        if child.type != "link_open" or _ADDRESS.match(target):
            yield child
            continue
        label = list(takewhile(lambda inner: inner.type != "link_close", rest))
        path = linked(PAGES[0], target)
        if target.startswith("#") or path in PAGES:
            yield from label
        elif "".join(inner.content for inner in label) == target:
            yield Token("text", "", 0, content=f"{path} in the app's folder")
        else:
            yield from (*label, Token("text", "", 0, content=f" ({path} in the app's folder)"))
