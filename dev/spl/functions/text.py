"""Eval functions of text.
Pages: "Text functions", "Cryptographic functions", "JSON functions".
"""

from __future__ import annotations

import hashlib

from dev.spl.functions.define import EvalFunction, strict
from dev.spl.regexes import substitute
from dev.spl.results import Result, each, numeric, written
from dev.spl.values import pack

PAGE = "Search Reference: Text functions"


def _replace(subject: Result, regex: Result, replacement: Result) -> Result:
    """Every match replaced; `\\1` is the first group; each value of a multivalue field."""
    pattern, text = written(regex) or "", written(replacement) or ""
    return pack(substitute(pattern, text, value) for value in each(subject))


def _substr(subject: Result, start: Result, length: Result = None) -> Result:
    """Counted from 1; a negative start counts from the end."""
    text, first = written(subject) or "", int(numeric(start) or 0)
    begin = len(text) + first if first < 0 else max(first - 1, 0)
    return text[begin:] if length is None else text[begin : begin + int(numeric(length) or 0)]


def _sha256(value: Result) -> str:
    """The digest of the text's UTF-8 bytes, in lower-case hexadecimal digits."""
    return hashlib.sha256((written(value) or "").encode("utf-8", "surrogatepass")).hexdigest()


TEXT: dict[str, EvalFunction] = {
    "len": strict(PAGE, 1, 1, lambda value: len(written(value) or "")),
    "lower": strict(PAGE, 1, 1, lambda value: (written(value) or "").lower()),
    "replace": strict(PAGE, 3, 3, _replace),
    "sha256": strict("Search Reference: Cryptographic functions", 1, 1, _sha256),
    "substr": strict(PAGE, 2, 3, _substr),
}
