"""Draws the app's dashboards on the sample events and writes the README's pictures: `make dashboard`. Every search of
the three views runs through dev.spl; the browser makes no network request.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from dev.dashboard.browser import Browser, missing
from dev.dashboard.samples import SampleSplunk, sample_events, time_after
from dev.dashboard.views import APP

SCREENSHOTS = APP / "docs" / "screenshots"
COLOURS = 128  # a picture's palette: enough for text and bars, a third of the bytes


@dataclass(frozen=True)
class Picture:
    """One picture to take, named by its view and by what it shows.

    events: False shows the app before it is set up. until: the last tile on it; all tiles where it is empty.
    """

    view: str
    shows: str
    theme: str = "light"
    events: bool = True
    tokens: dict[str, str] = field(default_factory=dict)
    until: str = ""

    @property
    def file(self) -> Path:
        """Where the picture is kept."""
        return SCREENSHOTS / f"{self.view}-{self.shows}.png"


# A key whose Deny statement does not close it: the most that the detail has to show. And one that could not be read.
DENY_PASSED_BY = {"key": "arn:aws:kms:us-east-1:111122223333:key/6fe75180-979e-4dd4-b57a-f4eb0d0d6859"}
UNREAD = {"key": "arn:aws:kms:us-east-1:111122223333:key/18b853fa-c700-460a-a823-145d9b40a93d"}
LAST_WEEK = {"time.earliest": "-7d@d", "time.latest": "now"}
THEMES = ("light", "dark")
PICTURES = (
    *(Picture("kms_key_policies", theme, theme, tokens=LAST_WEEK, until="open_keys_tall") for theme in THEMES),
    Picture("kms_key_policies", "empty", events=False),
    *(Picture("kms_key_policy_detail", theme, theme, tokens=DENY_PASSED_BY) for theme in THEMES),
    Picture("kms_key_policy_detail", "unread", tokens=UNREAD),
    *(Picture("kms_key_policy_setup", theme, theme) for theme in THEMES),
    Picture("kms_key_policy_setup", "empty", events=False),
)


def with_palette(image: Image.Image) -> Image.Image:
    """The image in COLOURS colours, the rare ones among them: a word in a colour of its own says what is wrong."""
    return image.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=1)


def draw(browser: Browser, splunk: SampleSplunk, picture: Picture) -> list[str]:
    """Write the picture's file; the complaints of the page and of its tiles, one a line."""
    browser.answer = splunk.answer
    splunk.theme = picture.theme
    browser.call("open", view=picture.view, tokens=picture.tokens, now=splunk.now * 1000)
    browser.call("screenshot", file=str(picture.file), until=picture.until)
    with_palette(Image.open(picture.file)).save(picture.file, optimize=True)
    tiles, page = browser.call("tiles"), browser.call("state")
    troubled = [f"tile {name}: {tile['status']}" for name, tile in tiles.items() if tile["status"]]
    return [*troubled, *page["complaints"], *(f"refused: {url}" for url in page["refused"])]


def main() -> int:
    """Draw every picture; exit status 1 where a program is missing or a page complains."""
    if missing():
        print(f"The dashboards cannot be drawn here; missing: {missing()}", file=sys.stderr)
        return 1
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    events = sample_events()
    now = time_after(events)
    full, empty = SampleSplunk(events, now), SampleSplunk((), now)
    full.update_inventory()
    complaints = []
    with Browser(full.answer) as browser:
        for picture in PICTURES:
            found = draw(browser, full if picture.events else empty, picture)
            complaints += [f"{picture.file.name}: {complaint}" for complaint in found]
            print(f"{picture.file.relative_to(APP)}  {picture.file.stat().st_size // 1024} KB", flush=True)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
