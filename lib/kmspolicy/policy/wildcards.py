"""Text with wildcards and policy variables, as condition values, actions and resources write it.

Source: IAM User Guide, *IAM policy elements: Variables and tags* and *Condition operators* (string, ARN).
"""

import re
from collections.abc import Iterable
from typing import Callable, NamedTuple, Optional, Union

from ..caching import cached_for_short
from ..regular import patterns


class Wildcard(NamedTuple):
    """`*` (many) or `?` (one)."""

    many: bool


class Variable(NamedTuple):
    """`${name}` or `${name, 'default'}`; the name in lower case."""

    name: str
    default: Optional[str]


STAR, ONE = Wildcard(True), Wildcard(False)
Token = Union[str, Wildcard, Variable]
Tokens = tuple[Token, ...]
Lookup = Callable[[str], Union[str, Wildcard, None]]  # a wildcard: a value that is still open

_SPLIT = {
    (True, True): re.compile(r"(\$\{[^}]*\}|\*|\?)"),
    (True, False): re.compile(r"(\*|\?)"),
    (False, True): re.compile(r"(\$\{[^}]*\})"),
}
_DEFAULT = re.compile(r"\s*([^,]*?)\s*,\s*'(.*)'\s*\Z", re.DOTALL)


def tokens_of(text: str, wildcards: bool, variables: bool) -> Tokens:
    """Splits a policy's text into literal pieces, wildcards and variables."""
    if (wildcards and ("*" in text or "?" in text)) or (variables and "${" in text):
        return _split(text, wildcards, variables)
    return (text,) if text else ()


@cached_for_short(256)
def _split(text: str, wildcards: bool, variables: bool) -> Tokens:
    pieces = _SPLIT[wildcards, variables].split(text)  # every other one is a wildcard or a variable
    return _joined([_special(piece) if at % 2 else piece for at, piece in enumerate(pieces)])


def _special(piece: str) -> Token:
    if not piece.startswith("${"):
        return STAR if piece == "*" else ONE
    inside = piece[2:-1]
    if inside in ("*", "?", "$"):
        return inside
    with_default = _DEFAULT.match(inside)
    name, default = with_default.groups() if with_default else (inside.strip(), None)
    return Variable(name.lower(), default)


def _joined(tokens: Iterable[Token]) -> Tokens:
    """A text whose literal pieces are not empty and not next to one another, nor its stars."""
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if isinstance(token, str) and isinstance(last, str):
            found[-1] = last + token
        elif token != "" and not (token is STAR and last is STAR):
            found.append(token)
    return tuple(found)


_NAME_OF_A_VARIABLE = re.compile(r"\$\{\s*([^,}]+?)\s*[,}]")


def variable_names(text: str) -> list[str]:
    """The names of the variables in a text, as written."""
    return _NAME_OF_A_VARIABLE.findall(text) if "${" in text else []


def is_plain(tokens: Tokens) -> bool:
    """Whether the text has neither wildcards nor variables."""
    return not tokens or (len(tokens) == 1 and isinstance(tokens[0], str))


def variables_in(tokens: Tokens) -> tuple[Variable, ...]:
    """The variables of a text, in order."""
    return tuple(token for token in tokens if isinstance(token, Variable))


def expand(tokens: Tokens, lookup: Lookup) -> Optional[Tokens]:
    """Puts the request's values in place of variables, as literal text; None when one has neither value nor default."""
    filled: list[Token] = []
    for token in tokens:
        if isinstance(token, Variable):
            value = lookup(token.name)
            if value is None:
                value = token.default
            if value is None:
                return None
            token = value
        filled.append(token)
    return _joined(filled)


def filled(tokens: Tokens, filling: str) -> str:
    """A text that an expanded pattern matches: its stars filled, its question marks replaced."""
    return "".join(token if isinstance(token, str) else filling if token is STAR else "x" for token in tokens)


class Glob:
    """Matches whole texts against literal pieces and wildcards, in time linear in the text for each piece."""

    def __init__(self, tokens: Tokens) -> None:
        segments: list[list[Token]] = [[]]
        for token in tokens:
            if token is STAR:
                segments.append([])
            else:
                segments[-1].append(token)
        self._segments = list(map(_Segment, segments))

    def matches(self, text: str) -> bool:
        """Whether the whole text matches."""
        first, *middle = self._segments
        if not middle:
            return first.width == len(text) and first.at(text, 0)
        last = middle.pop()
        end = len(text) - last.width
        if end < first.width or not first.at(text, 0) or not last.at(text, end):
            return False
        position = first.width
        for segment in middle:
            position = segment.find(text, position, end)
            if position < 0:
                return False
            position += segment.width
        return True


class _Segment:
    """A stretch between two stars: its width in characters, and its literal texts, each with its place in it."""

    def __init__(self, tokens: list[Token]) -> None:
        self.width = 0
        self.pieces: list[tuple[int, str]] = []
        for token in tokens:
            if isinstance(token, str):
                self.pieces.append((self.width, token))
            self.width += len(token) if isinstance(token, str) else 1

    def at(self, text: str, position: int) -> bool:
        return all(text.startswith(piece, position + place) for place, piece in self.pieces)

    def find(self, text: str, start: int, end: int) -> int:
        if not self.pieces:
            return start if start + self.width <= end else -1
        place, first = self.pieces[0]
        while True:
            start = text.find(first, start + place, end) - place
            if start < 0 or start + self.width > end:
                return -1
            if len(self.pieces) == 1 or self.at(text, start):
                return start
            start += 1


def arn_parts(tokens: Tokens) -> Optional[tuple[Tokens, ...]]:
    """The six parts of an expanded ARN; None when it is not one. The sixth keeps its colons."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            parts[-1].append(token)
            continue
        first, *rest = token.split(":", 6 - len(parts))
        if first:
            parts[-1].append(first)
        for piece in rest:
            parts.append([piece] if piece else [])
    return tuple(map(tuple, parts)) if len(parts) == 6 else None


def arn_test(tokens: Tokens) -> Callable[[str], bool]:
    """Whether a whole ARN matches, each of six parts on its own; a pattern of fewer parts is compared as a string."""
    parts = arn_parts(tokens)
    if parts is None:
        return Glob(tokens).matches
    globs = list(map(Glob, parts))

    def matches(text: str) -> bool:
        values = text.split(":", 5)
        return len(values) == 6 and all(glob.matches(value) for glob, value in zip(globs, values))

    return matches


def like(tokens: Tokens, arn: str) -> Optional[str]:
    """An ARN that a pattern matches, with the parts of another one where the pattern has wildcards; None for others.

    What a pattern such as `*app*` spells out becomes the name at the end of the other one.
    """
    parts, others = arn_parts(tokens), arn.split(":", 5)
    if len(others) != 6:
        return None
    if parts is None:
        start, slash, _ = arn.rpartition("/")
        return f"{start}/{filled(tokens, '').lstrip('/')}" if slash and tokens and tokens[0] is STAR else None
    kept = [filled(part, "") if is_plain(part) else other for part, other in zip(parts[:5], others)]
    return ":".join((*kept, filled(parts[5], "any")))


def fold(text: str) -> str:
    """The text without case, character by character."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low) == 1 else char for char, low in ((char, char.lower()) for char in text))


def without_case(tokens: Tokens) -> Tokens:
    """An expanded text without case."""
    return tuple([fold(token) if isinstance(token, str) else token for token in tokens])


def either_case(row: patterns.Pattern) -> patterns.Pattern:
    """The row that matches the same texts and those that differ from them in case."""
    return tuple(
        element if element.chars.negated else element._replace(chars=_both_cases(element.chars)) for element in row
    )


def _both_cases(chars: patterns.CharClass) -> patterns.CharClass:
    lower = set(map(fold, chars.chars))
    upper = [low.upper() for low in lower]
    return patterns.CharClass(frozenset([*chars.chars, *lower, *(each for each in upper if len(each) == 1)]))


def _as_elements(tokens: Tokens, wild: patterns.CharClass) -> patterns.Pattern:
    elements: list[patterns.Element] = []
    for token in tokens:
        if isinstance(token, Wildcard):
            elements.append(patterns.Element(wild, token.many))
        elif isinstance(token, str):
            elements += patterns.literal(token)
    return tuple(elements)


def automaton(tokens: Tokens, ignore_case: bool = False) -> patterns.Pattern:
    """An expanded text as the row of character classes that the search walks."""
    row = _as_elements(tokens, patterns.ANY)
    return either_case(row) if ignore_case else row


def arn_automaton(tokens: Tokens) -> patterns.Pattern:
    """The same for an ARN, whose wildcards stay inside their part; a text with fewer parts is compared as a string."""
    parts = arn_parts(tokens)
    if parts is None:
        return automaton(tokens)
    colon = patterns.literal(":")
    row: patterns.Pattern = ()
    for part in parts[:5]:
        row += _as_elements(part, patterns.NO_COLON) + colon
    return row + _as_elements(parts[5], patterns.ANY)
