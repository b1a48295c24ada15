"""Finds in a Studio definition what the framework lets pass: names that lead nowhere, names that nothing uses.
The rules are those of Splunk's Dashboard Studio manual: data sources, tokens, dynamic options syntax.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Definition = Mapping[str, Any]
Vocabulary = Mapping[str, Mapping[str, list[str]]]
"""Kind of component -> its type -> the names of its options, as the framework's schemas have them."""

_TOKEN = re.compile(r"\$([\w.:\- ]+?)(?:\|[a-z]+)?\$")
_CLICK = re.compile(r"(row\..+|click\..+|name|value)")
_NAME_IN_STEP = re.compile(r'"(?:\\.|[^"])*"|([A-Za-z_]\w*)(?!\w*\()')
_SINGULAR = {"dataSources": "data source", "visualizations": "visualization", "inputs": "input"}
_TIME_BOUNDS = ("earliest", "latest")


def lint(definition: Definition, vocabulary: Vocabulary | None = None) -> tuple[str, ...]:
    """One sentence for each finding; empty for a clean definition. Without a vocabulary, options go unchecked."""
    rules = [_data_sources, _unused_data_sources, _saved_searches, _tokens, _unused_tokens, _contexts]
    found = [finding for rule in rules for finding in rule(definition)]
    return (*found, *_options(definition, vocabulary or {}))


def _items(definition: Definition, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from definition.get(kind, {}).items()


def _bound(definition: Definition) -> Iterator[tuple[str, str]]:
    """Who uses a data source, and which."""
    for kind in ("visualizations", "inputs"):
        for name, item in _items(definition, kind):
            for source in item.get("dataSources", {}).values():
                yield f"{_SINGULAR[kind]} {name}", source
    for name, source in _items(definition, "dataSources"):
        if "extend" in source["options"]:
            yield f"data source {name}", source["options"]["extend"]


def _data_sources(definition: Definition) -> Iterator[str]:
    known = definition.get("dataSources", {})
    for user, source in _bound(definition):
        if source not in known:
            yield f"{user}: there is no data source {source}"


def _unused_data_sources(definition: Definition) -> Iterator[str]:
    used = {source for _, source in _bound(definition)}
    for name, _ in _items(definition, "dataSources"):
        if name not in used:
            yield f"data source {name}: nothing uses it"


def _saved_searches(definition: Definition) -> Iterator[str]:
    for name, source in _items(definition, "dataSources"):
        if source["type"] == "ds.savedSearch" and "app" not in source["options"]:
            yield f"data source {name}: it names no app, so it would look in the app of the page"


def _defined_tokens(definition: Definition) -> dict[str, str]:
    """Token -> the input or click that sets it."""
    defined = {}
    for name, item in _items(definition, "inputs"):
        token = item["options"]["token"]
        bounds = [f"{token}.{bound}" for bound in _TIME_BOUNDS] if item["type"] == "input.timerange" else [token]
        defined.update(dict.fromkeys(bounds, f"input {name}"))
    for name, item in _items(definition, "visualizations"):
        for handler in item.get("eventHandlers", []):
            for token in handler["options"].get("tokens", []):
                defined[token["token"]] = f"visualization {name}"
    return defined


def _used_tokens(definition: Definition) -> Iterator[tuple[str, str]]:
    """Where a token is used, and which; what a click carries counts in event handlers only."""
    for kind in ("dataSources", "visualizations", "inputs"):
        for name, item in _items(definition, kind):
            clicks = json.dumps(item.get("eventHandlers", []))
            rest = json.dumps({key: value for key, value in item.items() if key != "eventHandlers"})
            for token in _TOKEN.findall(rest):
                yield f"{_SINGULAR[kind]} {name}", token
            for token in _TOKEN.findall(clicks):
                if not _CLICK.fullmatch(token):
                    yield f"{_SINGULAR[kind]} {name}", token


def _tokens(definition: Definition) -> Iterator[str]:
    defined = _defined_tokens(definition)
    for user, token in _used_tokens(definition):
        if token not in defined:
            yield f"{user}: nothing sets the token {token}"


def _unused_tokens(definition: Definition) -> Iterator[str]:
    used = {token for _, token in _used_tokens(definition)}
    for token, setter in _defined_tokens(definition).items():
        if token not in used:
            yield f"{setter}: nothing uses the token {token}"


def _dynamic(value: Any) -> Iterator[str]:
    """The dynamic options in a value, without their leading '>'."""
    if isinstance(value, str) and value.startswith(">"):
        yield value[1:]
    elif isinstance(value, (Mapping, list)):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _dynamic(inner)


def _contexts(definition: Definition) -> Iterator[str]:
    for kind in ("visualizations", "inputs"):
        for name, item in _items(definition, kind):
            context = item.get("context", {})
            used, sources = set(), set()
            for option in _dynamic([item.get("options", {}), context]):
                source, *steps = option.split("|")
                if re.fullmatch(r"\s*[\w.]+\s*", source):
                    sources.add(source.strip())
                else:
                    steps.append(source)
                used |= {found for step in steps for found in _NAME_IN_STEP.findall(step) if found}
            for missing in sorted(used - set(context)):
                yield f"{_SINGULAR[kind]} {name}: there is no context {missing}"
            for unused in sorted(set(context) - used - sources):
                yield f"{_SINGULAR[kind]} {name}: no option uses the context {unused}"


def _options(definition: Definition, vocabulary: Vocabulary) -> Iterator[str]:
    for kind, types in vocabulary.items():
        for name, item in _items(definition, kind):
            for option in sorted(set(item.get("options", {})) - set(types[item["type"]])):
                yield f"{_SINGULAR[kind]} {name}: {item['type']} has no option {option}"
