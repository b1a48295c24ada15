"""What the programs here print with: text that cannot act on a terminal, whole words, plain text in a pipe."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

_LONGEST = 1_000  # characters of one text: no event fills the screen


def visible(text: str) -> str:
    """The text in one line, with escapes for what a terminal obeys or hides: controls, bidi marks, zero widths."""
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in cut)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of this many characters; a longer word, such as an ARN, stays whole on a line of its own."""
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False) or [""]


@contextmanager
def output(pipe_width: int | None) -> Iterator[Console]:
    """A console for standard output. In a pipe its lines have up to `pipe_width` characters (None: as COLUMNS says) and
    end without blanks, and a reader who stops reading (`| head`) ends the program quietly, with status 0.
    """
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    console = _Console(highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        yield console
        return
    console.width = pipe_width or console.width
    with console.capture() as captured:
        yield console
    try:
        for line in captured.get().split("\n")[:-1]:
            print(line.rstrip())
        sys.stdout.flush()
    except BrokenPipeError:
        console.on_broken_pipe()


class _Console(Console):
    def on_broken_pipe(self) -> None:
        try:
            super().on_broken_pipe()
        except SystemExit:
            raise SystemExit(0) from None
