"""Draws the app's dashboards on the sample events and writes the README's pictures: `make dashboard`.
Every search of the three views runs through dev.spl; the browser asks nothing of any network.
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
    """One picture to take: `events` False shows the app before it is set up."""

    view: str
    theme: str
    events: bool = True
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Where the picture is kept."""
        return SCREENSHOTS / f"{self.view}-{self.theme if self.events else 'empty'}.png"


# A key whose Deny statement does not close it: the most that the detail has to show.
DENY_PASSED_BY = {"key": "arn:aws:kms:us-east-1:111122223333:key/6fe75180-979e-4dd4-b57a-f4eb0d0d6859"}
LAST_WEEK = {"time.earliest": "-7d@d", "time.latest": "now"}
PICTURES = (
    *(Picture("kms_key_policies", theme, tokens=LAST_WEEK) for theme in ("light", "dark")),
    *(Picture("kms_key_policy_detail", theme, tokens=DENY_PASSED_BY) for theme in ("light", "dark")),
    *(Picture("kms_key_policy_setup", theme) for theme in ("light", "dark")),
    Picture("kms_key_policies", "light", events=False),
)


def draw(browser: Browser, splunk: SampleSplunk, picture: Picture) -> list[str]:
    """Write the picture's file; the complaints of the page and of its tiles, one a line."""
    browser.answer = splunk.answer
    splunk.theme = picture.theme
    browser.call("open", view=picture.view, tokens=picture.tokens, now=splunk.now * 1000)
    browser.call("screenshot", file=str(picture.file))
    Image.open(picture.file).convert("RGB").quantize(COLOURS).save(picture.file, optimize=True)
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
