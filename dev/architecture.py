"""Reads the app's layers from its imports: what breaks them, their number, and their picture in docs/architecture.md.
`python -m dev.architecture` redraws the picture; `--numbers` counts packages, floors and arrows instead.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

from dev.vendor import LIB, ROOT

Arrows = Mapping[str, set[str]]
"""The imports: each name with the names that it imports, except itself."""

LAYERS = (
    ("splunk",),
    ("events",),
    ("__init__",),  # the engine's door: what is above it sees the engine, what is below it is the engine
    ("report",),
    ("witness",),
    ("requesters",),
    ("solver",),  # knows no rule of IAM: requesters/ declares to it which keys are one fact
    ("domains",),
    ("evaluation",),
    ("policy",),
    ("budget",),
    ("caching", "regular"),
)
"""The packages and modules of lib/kmspolicy, top first: each may import only from rows below its own."""

SPLUNK_ONLY = re.compile(r"splunklib|search command protocol|\bcsv\b|\bchunked\b|\bgetinfo\b", re.IGNORECASE)
"""What nothing outside splunk/ may name, be it in a comment."""

PAGE = ROOT / "docs" / "architecture.md"
_PICTURE = re.compile(r"(<!-- picture -->\n).*?(<!-- /picture -->)", re.DOTALL)


def modules(package: str) -> dict[str, set[str]]:
    """The arrows between the modules of a package, which must be on sys.path; imports inside functions count."""
    graph = grimp.build_graph(package, cache_dir=None)
    return {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}


def packages(arrows: Arrows) -> dict[str, set[str]]:
    """The arrows between the packages of which `arrows` has the modules; the root's own module is `__init__`."""
    joined: dict[str, set[str]] = {}
    for name, imported in arrows.items():
        joined.setdefault(_package(name), set()).update(map(_package, imported))
    return {name: imported - {name} for name, imported in joined.items()}


def _package(module: str) -> str:
    return f"{module}.__init__".split(".")[1]


def upward(arrows: Arrows) -> list[str]:
    """The imports, as "importer -> imported", that do not go down in LAYERS.

    Raises ValueError where a package of `arrows` has no place there, or the other way round.
    """
    floor = {name: number for number, row in enumerate(LAYERS) for name in row}
    if floor.keys() != set(map(_package, arrows)):
        raise ValueError(f"not both in the code and in LAYERS: {sorted(floor.keys() ^ set(map(_package, arrows)))}")
    return sorted(
        f"{name} -> {below}"
        for name, imported in arrows.items()
        for below in imported
        if _package(name) != _package(below) and floor[_package(name)] >= floor[_package(below)]
    )


def naming_splunk(lib: Path) -> list[str]:
    """Where a file below `lib` outside splunk/ names what only splunk/ may know, as "file:line: word"."""
    return [
        f"{path.relative_to(lib).as_posix()}:{number}: {found[0]}"
        for path in sorted(lib.rglob("*.py"))
        if "splunk" not in path.relative_to(lib).parts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := SPLUNK_ONLY.search(line))
    ]


def circle(arrows: Arrows) -> list[str]:
    """The names along one circle of imports, the first one again at its end; empty without any."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def floors(arrows: Arrows) -> int:
    """How many names the longest way down the arrows passes. Raises CycleError where there is a circle."""
    height: dict[str, int] = {}
    for name in TopologicalSorter(arrows).static_order():
        height[name] = 1 + max((height[below] for below in arrows.get(name, ())), default=0)
    return max(height.values())


def picture(arrows: Arrows) -> str:
    """The arrows as a Mermaid flowchart, without those that a longer way already shows."""
    drawn = [f"    {_label(name)} --> {_label(below)}" for name, below in sorted(_needed(arrows))]
    return "\n".join(["```mermaid", "flowchart TD", *drawn, "```"])


def _needed(arrows: Arrows) -> Iterator[tuple[str, str]]:
    reached: dict[str, set[str]] = {}
    for name in TopologicalSorter(arrows).static_order():
        reached[name] = set(arrows[name]).union(*(reached[below] for below in arrows[name]))
    for name, imported in arrows.items():
        roundabout = set().union(*(reached[below] for below in imported))
        yield from ((name, below) for below in imported - roundabout)


def _label(name: str) -> str:
    return 'door["kmspolicy (the door)"]' if name == "__init__" else name


def refresh(text: str, arrows: Arrows) -> str:
    """The page's text with the present picture between its two marks."""
    return _PICTURE.sub(lambda marks: f"{marks[1]}{picture(arrows)}\n{marks[2]}", text)


def main() -> None:
    """Redraws the picture, or prints the numbers."""
    parser = argparse.ArgumentParser(prog="python -m dev.architecture", description=__doc__)
    parser.add_argument("--numbers", action="store_true", help="count packages, floors and arrows")
    parser.add_argument("--lib", type=Path, default=LIB, help="the folder that holds kmspolicy (default: lib)")
    options = parser.parse_args()
    sys.path.insert(0, str(options.lib))
    of_modules = modules("kmspolicy")
    of_packages = packages(of_modules)
    if options.numbers:
        for kind, arrows in (("modules", of_modules), ("packages", of_packages)):
            print(f"{len(arrows)} {kind}, {floors(arrows)} floors, {sum(map(len, arrows.values()))} arrows")
    else:
        PAGE.write_text(refresh(PAGE.read_text("utf-8"), of_packages), "utf-8")


if __name__ == "__main__":
    main()
