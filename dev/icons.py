"""Draws the app's icons: a key whose bow holds the `*` of a policy that admits everyone.
Names and sizes are those that Splunk looks for in static/: appIcon for light pages, appIconAlt for the app bar.
"""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

from dev.vendor import ROOT

SIZES = {"": 36, "_2x": 72}  # pixels
_SCALE = 16  # drawn this much larger, then reduced, for smooth edges

_GROUND = (16, 42, 67, 255)
_KEY = (240, 244, 248, 255)
_STAR = (247, 144, 9, 255)
_CLEAR = (0, 0, 0, 0)


def draw(size: int, ground: bool) -> Image.Image:
    """The icon at `size` pixels, on a rounded square or on nothing."""
    side = size * _SCALE
    unit = side / 36
    image = Image.new("RGBA", (side, side), _CLEAR)
    pen = ImageDraw.Draw(image)
    if ground:
        pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=7 * unit, fill=_GROUND)
    # The key lies on the square's diagonal: the bow at the upper left, two teeth at the lower right.
    bow, ring = 12.9 * unit, 8.6 * unit
    _bar(pen, (bow, bow), 45, 0, 24 * unit, 4.2 * unit, _KEY)
    for along in (16.6, 21.9):
        foot = bow + along * unit / math.sqrt(2)
        _bar(pen, (foot, foot), -45, 0, 6.4 * unit, 3.6 * unit, _KEY)
    pen.ellipse((bow - ring, bow - ring, bow + ring, bow + ring), fill=_KEY)
    hole = 6.2 * unit
    pen.ellipse((bow - hole, bow - hole, bow + hole, bow + hole), fill=_GROUND if ground else _CLEAR)
    for turn in range(0, 180, 60):
        _bar(pen, (bow, bow), turn + 30, -4.4 * unit, 4.4 * unit, 2.3 * unit, _STAR if ground else _KEY)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _bar(
    pen: ImageDraw.ImageDraw,
    origin: tuple[float, float],
    angle: float,
    start: float,
    end: float,
    width: float,
    colour: tuple[int, int, int, int],
) -> None:
    """A straight bar along a ray from `origin`; angle in degrees, clockwise from the right."""
    x, y = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    half = width / 2
    corners = [(start, -half), (end, -half), (end, half), (start, half)]
    pen.polygon([(origin[0] + a * x - b * y, origin[1] + a * y + b * x) for a, b in corners], fill=colour)


def save(folder: Path) -> None:
    """Writes the four icon files into `folder`."""
    for suffix, size in SIZES.items():
        draw(size, ground=True).save(folder / f"appIcon{suffix}.png", optimize=True)
        draw(size, ground=False).save(folder / f"appIconAlt{suffix}.png", optimize=True)


if __name__ == "__main__":
    save(ROOT / "static")
