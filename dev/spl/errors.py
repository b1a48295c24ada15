"""The one error of the search runner: what is wrong with a search, and where in it.
Splunk stops at the first such mistake, too; the runner also stops where Splunk's documentation gives no answer.
"""

from __future__ import annotations


class SplError(Exception):
    """A search that cannot be run. `message` says why; with `text` and `position` (a character offset in it), `str()`
    adds line, column and the line with a caret.
    """

    def __init__(self, message: str, position: int | None = None, text: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.position = position

    def at(self, position: int) -> SplError:
        """The same error at this place, unless it has one already."""
        return self if self.position is not None else SplError(self.message, position, self.text)

    def within(self, text: str) -> SplError:
        """The same error with the search it belongs to, unless it knows one already."""
        return self if self.text is not None else SplError(self.message, self.position, text)

    def __str__(self) -> str:
        if self.text is None or self.position is None:
            return self.message
        before = self.text[: self.position]
        line, start = before.count("\n"), before.rfind("\n") + 1
        column = self.position - start
        shown = self.text.split("\n")[line]
        lead = "".join("\t" if character == "\t" else " " for character in shown[:column])
        return f"line {line + 1}, column {column + 1}: {self.message}\n  {shown}\n  {lead}^"
