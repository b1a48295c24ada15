"""What the publisher's builder, contentctl-ng 1.1.1, refuses: in a detection, and in a content folder as a whole.
Source: the validators of contentctl-ng (PyPI).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from dev.content.builder import filter_macro, search_text
from dev.content.detection import Detection

LONGEST_STANZA = 81
"""Characters of a stanza's name: Enterprise Security allows 99, and a clone gets 18 more."""

_TYPES = {"TTP", "Anomaly", "Correlation", "Hunting"}
_ENTITY_TYPES = {"user", "system", "other"}
_TOKEN = re.compile(r"\$([^\s.$]+)\$")


def problems(detection: Detection) -> list[str]:
    """What the builder would refuse, a sentence each; empty for a detection that it builds."""
    return [problem for rule in _RULES for problem in rule(detection)]


def folder_problems(files: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the builder would refuse in a folder, path -> content of the file there: two things of one name whatever
    their kinds, and calls of macros that are not there. It takes all text between two backticks without white space
    for one call.
    """
    named = Counter(fields["name"] for fields in files.values() if "name" in fields)
    found = [f"{count} files say the name {name}" for name, count in named.items() if count > 1]
    macros = {fields["name"] for path, fields in files.items() if path.startswith("macros/")}
    macros |= {filter_macro(fields["name"]) for path, fields in files.items() if path.startswith("detections/")}
    for path, fields in files.items():
        for text in (fields.get("search", ""), fields.get("definition", "")):
            called = {call.partition("(")[0] for call in re.findall(r"`(\S+)`", text)}
            found += [f"{path} calls {name}, which is no macro of the folder" for name in sorted(called - macros)]
    return found


def _names(detection: Detection) -> Iterator[str]:
    if len(detection.stanza) > LONGEST_STANZA:
        yield f"the stanza's name has {len(detection.stanza)} characters, more than {LONGEST_STANZA}"
    try:
        UUID(detection.id)
    except ValueError:
        yield f"the id {detection.id!r} is not a UUID"
    if not re.fullmatch(r"[1-9]\d*", detection.version):
        yield f"the version {detection.version!r} is not a positive whole number"


def _findings_of_the_type(detection: Detection) -> Iterator[str]:
    """TTP: a finding, intermediate findings as well or not; Anomaly: only these; Correlation: only a finding."""
    if detection.type not in _TYPES:
        yield f"the type {detection.type!r} is none of {', '.join(sorted(_TYPES))}"
    if len(detection.finding) > 1:
        yield f"the finding has {len(detection.finding)} entities instead of one"
    if detection.type in {"TTP", "Correlation"} and not detection.finding:
        yield f"{detection.type} without a finding"
    if detection.type in {"Anomaly", "Hunting"} and detection.finding:
        yield f"{detection.type} with a finding"
    if detection.type == "Anomaly" and not detection.entities:
        yield "Anomaly without intermediate findings"
    if detection.type in {"Correlation", "Hunting"} and detection.entities:
        yield f"{detection.type} with intermediate findings"
    if detection.type == "Hunting" and detection.threat_objects:
        yield "Hunting with threat objects"


def _entities(detection: Detection) -> Iterator[str]:
    scored = [*detection.finding, *detection.entities]
    for field, count in Counter(entity.field for entity in scored).items():
        if count > 1:
            yield f"{field} is an entity {count} times: it would score each time"
    for entity in scored:
        if entity.type not in _ENTITY_TYPES:
            yield f"the entity {entity.field} has the type {entity.type!r}, none of {', '.join(sorted(_ENTITY_TYPES))}"
        if not 0 <= entity.score <= 100:
            yield f"the entity {entity.field} scores {entity.score}, outside 0 to 100"


def _texts(detection: Detection) -> Iterator[str]:
    """Titles and messages: a token or more, and no $ besides."""
    texts = [entity.message for entity in detection.entities]
    for text in [detection.title, *texts] if detection.finding else texts:
        if not _TOKEN.search(text):
            yield f"no $field$ in {text!r}"
        if "$" in _TOKEN.sub("", text):
            yield f"a $ without its other half in {text!r}"


def _fields_in_the_search(detection: Detection) -> Iterator[str]:
    """Every field that an entity, a threat object or a text names, as the search's own text shows it, in any case."""
    named = {one.field for one in (*detection.finding, *detection.entities)}
    named.update(one.field for one in detection.threat_objects)
    for text in (detection.title, *(entity.message for entity in detection.entities)):
        named.update(_TOKEN.findall(text))
    search = detection.search.lower()
    for field in sorted(named):
        if field.lower() not in search:
            yield f"{field} is not in the text of the search"


def _filter(detection: Detection) -> Iterator[str]:
    macro = filter_macro(detection.name)
    if not search_text(detection).endswith(f"`{macro}`"):
        yield f"the search does not end with `{macro}`, with or without this app's prefix"


def _membership(detection: Detection) -> Iterator[str]:
    if not detection.stories:
        yield "it belongs to no story"
    for technique in detection.techniques:
        if any(other.startswith(f"{technique}.") for other in detection.techniques):
            yield f"the technique {technique} and one of its sub-techniques"


_RULES: tuple[Callable[[Detection], Iterator[str]], ...] = (
    _names,
    _findings_of_the_type,
    _entities,
    _texts,
    _fields_in_the_search,
    _filter,
    _membership,
)
