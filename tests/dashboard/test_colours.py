"""The colours that the views bring: contrast in both themes, and never a colour alone. Needs no browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dev.dashboard.views import read_views

VIEWS = {view.name: view for view in read_views()}
PAGES = {"light": "#FFFFFF", "dark": "#000000"}
"""What a tile stands on in each of the framework's themes."""
TEXT, GRAPHICS = 4.5, 3.0
"""WCAG 2.2, success criteria 1.4.3 and 1.4.11: contrast of text, of large text and graphics."""


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, as WCAG 2.2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def matches(viz: dict[str, Any], name: str) -> dict[str, str]:
    """Word -> colour of a context that colours by the word."""
    return {entry["match"]: entry["value"] for entry in viz["context"][name] if entry["value"] != "transparent"}


def visualizations() -> Iterator[tuple[str, dict[str, Any]]]:
    for view in VIEWS.values():
        for name, viz in view.definition["visualizations"].items():
            yield f"{view.name} {name}", viz


def test_a_coloured_cell_can_be_read() -> None:
    seen = 0
    for name, viz in visualizations():
        for background in (it for it in viz.get("context", {}) if it.endswith("Background")):
            texts = matches(viz, background.replace("Background", "Text"))
            for word, colour in matches(viz, background).items():
                assert contrast(colour, texts[word]) >= TEXT, (name, word)
                seen += 1
    assert seen


def test_large_numbers_bars_and_lines_can_be_told_from_the_page() -> None:
    colours = {
        (name, colour)
        for name, viz in visualizations()
        for colour in (
            *(entry["value"] for entry in viz.get("context", {}).get("alarm", ())),
            *viz["options"].get("seriesColorsByField", {}).values(),
            *viz["options"].get("seriesColors", ()),
        )
    }
    assert colours
    assert [it for it in colours if min(contrast(it[1], page) for page in PAGES.values()) < GRAPHICS] == []


def test_no_colour_stands_alone_or_for_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for name, viz in visualizations():
        options = viz["options"]
        for colour, word in ((colour, word) for word, colour in options.get("seriesColorsByField", {}).items()):
            assert options["legendDisplay"] != "off", name
            meanings.setdefault(word, set()).add(colour)
        for context in (it for it in viz.get("context", {}) if it.endswith("Background")):
            for word, colour in matches(viz, context).items():
                meanings.setdefault(word, set()).add(colour)
        assert len(options.get("seriesColors", ())) <= 1, name
    assert {word: colours for word, colours in meanings.items() if len(colours) > 1} == {}
    fine = meanings["ok"] | meanings["own account"]
    assert [word for word in ("critical", "high", "medium", "low", "unread", "warning") if meanings[word] & fine] == []
