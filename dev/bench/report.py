"""Writes what was measured as Markdown: the machine, and tables with targets beside the values."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dev.bench.measure import Target


@dataclass
class Table:
    """One table; cells are text already."""

    title: str
    columns: Sequence[str]
    note: str = ""
    rows: list[Sequence[str]] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"### {self.title}", ""]
        if self.note:
            lines += [self.note, ""]
        lines += (
            _line(self.columns),
            "|" + "|".join("---" if i == 0 else "---:" for i in range(len(self.columns))) + "|",
        )
        return "\n".join([*lines, *map(_line, self.rows), ""])


_MARKED = re.compile(r"(<!-- measured: [^\n]* -->\n).*?(<!-- end of measured -->)", re.DOTALL)


def refreshed(page: str, measured: str) -> str:
    """The page with new text between its marks; the words around them are by hand. Raises ValueError without marks."""
    if not _MARKED.search(page):
        raise ValueError("the page has lost its marks: <!-- measured: … --> and <!-- end of measured -->")
    return _MARKED.sub(lambda marks: f"{marks[1]}\n{measured.strip()}\n\n{marks[2]}", page, count=1)


def verdict(value: float, target: Target | None) -> tuple[str, str]:
    """The cells of a target: what is asked, and whether it is met."""
    return (str(target), "met" if target.met(value) else "**missed**") if target else ("", "")


def machine() -> str:
    """One line that names the machine."""
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text("utf-8"))
    load = os.getloadavg()[0]
    cpu = names[0] if names else platform.processor()
    return f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}, load {load:.1f}"


def number(value: float) -> str:
    """Three significant digits, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 or value == 0 else f"{value:.2g}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
