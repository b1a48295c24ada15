"""The pictures of the dashboards in the README, as they are kept. No browser is needed."""

from __future__ import annotations

from PIL import Image, ImageDraw

from dev.dashboard.__main__ import with_palette


def test_a_rare_colour_of_a_page_stays_in_its_picture() -> None:
    page = Image.linear_gradient("L").resize((512, 512)).convert("RGB")
    draw = ImageDraw.Draw(page)
    for shade in range(256):  # orange words with soft edges, of which there are many
        draw.line([(2 * shade, 0), (2 * shade, 200)], fill=(213 * shade // 255, 94 * shade // 255, 0))
    draw.rectangle([300, 300, 315, 305], fill=(0, 114, 178))
    kept = with_palette(page).convert("RGB")
    wrong = [abs(is_now - was) for was, is_now in zip((0, 114, 178), kept.getpixel((308, 302)))]
    assert max(wrong) < 16
