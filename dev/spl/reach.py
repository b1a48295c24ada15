"""Decides which events a search can see, and which of their fields, so that a run over many keeps no others in memory.
Rules: Search Reference, "search" (first command of a pipeline) and "fields" (internal fields stay).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dev.spl import tree
from dev.spl.commands.arguments import read
from dev.spl.events import DEFAULT_FIELDS
from dev.spl.filters import Keep, compile_filter, split_times
from dev.spl.values import Row, wildcard


@dataclass(frozen=True)
class Reach:
    """filters: those that the pipelines of a search begin with; fields: all that these keep, None for every field."""

    filters: tuple[Keep, ...]
    fields: frozenset[str] | None

    @property
    def extracts(self) -> bool:
        """Whether the search can see a field that is extracted from the text of an event."""
        return self.fields is None or not self.fields <= DEFAULT_FIELDS

    def sees(self, event: Row) -> bool:
        """Whether a pipeline of the search begins with this event."""
        return any(keep(event) for keep in self.filters)

    def trim(self, event: Row) -> Row:
        """The event with no more fields than the search can see."""
        names = self.fields
        if names is None:
            return event
        patterns = [wildcard(name, False) for name in names if "*" in name]
        return {
            field: value
            for field, value in event.items()
            if field.startswith("_") or field in names or any(pattern.fullmatch(field) for pattern in patterns)
        }


def reach(stages: Sequence[tree.Stage]) -> Reach:
    """What the pipelines of a search, subsearches included, take from the events."""
    heads = [pipeline for pipeline in _pipelines(stages) if pipeline[0].command == "search"]
    filters = [split_times(head[0].arguments)[1] for head in heads]  # type: ignore[arg-type]
    kept = [_kept_fields(head[1:2]) for head in heads]
    names: set[str] | None = set()
    for found in kept:
        names = None if names is None or found is None else names | found
    if names is not None:
        names.update(name for one in filters for name in _compared(one))
    return Reach(tuple(map(compile_filter, filters)), None if names is None else frozenset(names))


def _pipelines(stages: Sequence[tree.Stage]) -> Iterator[Sequence[tree.Stage]]:
    yield stages
    for stage in stages:
        for argument in stage.arguments if isinstance(stage.arguments, tuple) else ():
            if isinstance(argument, tree.Subsearch):
                yield from _pipelines(argument.stages)


def _kept_fields(second: Sequence[tree.Stage]) -> set[str] | None:
    """The names in a `fields` that keeps some; None where another command, or none, stands there."""
    if not second or second[0].command != "fields":
        return None
    names = [word.text for word in read(second[0])[0]]
    return None if names[:1] == ["-"] else set(names) - {"+"}


def _compared(part: tree.Filter | None) -> Iterator[str]:
    """The fields that a filter asks for."""
    if isinstance(part, (tree.Compare, tree.AnyOf)):
        yield part.field.text
    elif isinstance(part, tree.Not):
        yield from _compared(part.part)
    elif isinstance(part, (tree.All, tree.Some)):
        for one in part.parts:
            yield from _compared(one)
