"""Turns the text of a search into stages, by the grammar in grammar.lark; a mistake becomes an SplError at its place.
A search is parsed in two steps: the pipeline, then what each command's own syntax makes of its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError
from lark.utils import TextSlice

from dev.spl import tree
from dev.spl.errors import SplError
from dev.spl.values import number

SYNTAXES = ("arguments", "filter", "assignments", "condition", "aggregation")
"""The start rules of grammar.lark that a command may name as its syntax."""

_PARSER = Lark(
    (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8"),
    parser="lalr",
    start=["pipeline", *SYNTAXES],
    propagate_positions=True,
    maybe_placeholders=True,
)
_COMMAND = re.compile(r"\s*(\w+)")
_IMPLIED = re.compile(r"\s*search\s", re.IGNORECASE)
_INLINE = v_args(inline=True)


@dataclass(frozen=True)
class _Hole:
    start: int
    end: int
    pipeline: Tree[Token]


def parse(search: str, syntaxes: Mapping[str, str], elsewhere: Mapping[str, str]) -> tuple[tree.Stage, ...]:
    """The stages of a search without macros. SplError for all that is not SPL, at its place.

    syntaxes: command -> start rule; elsewhere: command -> why it cannot be run here.
    What stands before the first pipe, if anything, is the implied `search`; its name may be written or not.
    """
    return _Reader(search, syntaxes, elsewhere).stages(_run(search, 0, len(search), "pipeline"))


def _run(text: str, start: int, end: int, rule: str) -> Tree[Token]:
    try:
        return _PARSER.parse(TextSlice(text, start, end), start=rule)
    except UnexpectedInput as error:
        raise _syntax_error(error, end) from None


def _syntax_error(error: UnexpectedInput, end: int) -> SplError:
    if isinstance(error, UnexpectedCharacters):
        what = "unclosed quotation mark" if error.char in ("'", '"') else f"unexpected {error.char!r}"
        return SplError(what, error.pos_in_stream or end)
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return SplError(f"unexpected {str(error.token)!r}", error.pos_in_stream or end)
    return SplError("the search ends too early here", end)


class _Reader:
    """Reads the stages of one text; subsearches are blanked out and put back by their place."""

    def __init__(self, text: str, syntaxes: Mapping[str, str], elsewhere: Mapping[str, str]) -> None:
        self.text = text
        self.syntaxes = syntaxes
        self.elsewhere = elsewhere

    def stages(self, pipeline: Tree[Token]) -> tuple[tree.Stage, ...]:
        found = [self._span(stage) for stage in pipeline.children if isinstance(stage, Tree)]
        start, end, holes = found[0]
        if len(found) > 1 and not self.text[start:end].strip():
            first = []
        elif _IMPLIED.match(self.text, start, end):
            first = [self._stage(start, end, holes)]
        else:
            first = [self._parsed("search", start, start, end, holes)]
        return (*first, *(self._stage(*span) for span in found[1:]))

    def _span(self, stage: Tree[Token]) -> tuple[int, int, list[_Hole]]:
        holes = [
            _Hole(child.meta.start_pos, child.meta.end_pos, child.children[0])  # type: ignore[arg-type]
            for child in stage.children
            if isinstance(child, Tree)
        ]
        if stage.meta.empty:
            return 0, 0, []
        return stage.meta.start_pos, stage.meta.end_pos, holes

    def _stage(self, start: int, end: int, holes: list[_Hole]) -> tree.Stage:
        name = _COMMAND.match(self.text, start, end)
        if name is None:
            raise SplError("a command is missing", start)
        command = name[1].lower()
        if command not in self.syntaxes:
            raise SplError(
                self.elsewhere.get(command, f"the local runner does not know the command {name[1]!r}"), name.start(1)
            )
        return self._parsed(command, name.start(1), name.end(), end, holes)

    def _parsed(self, command: str, position: int, start: int, end: int, holes: list[_Hole]) -> tree.Stage:
        blanked = self.text
        for hole in holes:
            blanked = blanked[: hole.start + 1] + " " * (hole.end - hole.start - 2) + blanked[hole.end - 1 :]
        subsearches = {hole.start: tree.Subsearch(self.stages(hole.pipeline), hole.start) for hole in holes}
        parsed = _run(blanked, start, end, self.syntaxes[command])
        try:
            arguments = _Builder(subsearches, self.text).transform(parsed)
        except VisitError as error:
            raise error.orig_exc from None
        return tree.Stage(command, arguments, self.text[start:end].strip(), position)


def _word(token: Token) -> tree.Word:
    position = token.start_pos or 0
    if token.type == "STRING":
        return tree.Word(re.sub(r'\\(["\\])', r"\1", token[1:-1]), position, True)
    return tree.Word(str(token), position)


def _place(expression: Any) -> int:
    return int(expression.position)


class _Builder(Transformer[Token, Any]):
    """Makes the nodes of dev.spl.tree out of lark's."""

    def __init__(self, subsearches: dict[int, tree.Subsearch], text: str) -> None:
        super().__init__()
        self.subsearches = subsearches
        self.text = text

    @_INLINE
    def word(self, token: Token) -> tree.Word:
        return _word(token)

    alias = group = word

    @_INLINE
    def hole(self, token: Token) -> tree.Subsearch:
        return self.subsearches[token.start_pos or 0]

    @_INLINE
    def option(self, name: Token, operator: Token, value: tree.Word) -> tree.Option:
        return tree.Option(str(name), str(operator), value, name.start_pos or 0)

    @_INLINE
    def setting(self, name: Token, operator: Token, value: Token) -> tree.Option:
        return tree.Option(str(name), str(operator), _word(value), name.start_pos or 0)

    @_INLINE
    def call(self, name: Token, argument: tree.Word) -> tree.Call:
        return tree.Call(str(name), argument, name.start_pos or 0)

    def arguments(self, items: list[Any]) -> tuple[Any, ...]:
        return tuple(items)

    @_INLINE
    def filter(self, part: tree.Filter | None) -> tree.Filter | None:
        return part

    def all(self, parts: list[tree.Filter]) -> tree.Filter:
        return tree.All(tuple(parts))

    def any(self, parts: list[tree.Filter]) -> tree.Filter:
        return tree.Some(tuple(parts))

    @_INLINE
    def not_(self, part: tree.Filter) -> tree.Filter:
        return tree.Not(part)

    @_INLINE
    def compare(self, field: Token, operator: Token, value: Token) -> tree.Filter:
        return tree.Compare(_word(field), str(operator), _word(value))

    def any_of(self, parts: list[Any]) -> tree.Filter:
        return tree.AnyOf(_word(parts[0]), tuple(parts[1:]))

    @_INLINE
    def term(self, token: Token) -> tree.Filter:
        return tree.Term(_word(token))

    def assignments(self, items: list[tree.Assignment]) -> tuple[tree.Assignment, ...]:
        return tuple(items)

    @_INLINE
    def assignment(self, target: Token, expression: tree.Expression) -> tree.Assignment:
        name = str(target) if target.type == "NAME" else target[1:-1]
        return tree.Assignment(name, expression, target.start_pos or 0)

    @_INLINE
    def condition(self, expression: tree.Expression) -> tree.Expression:
        return expression

    def either(self, operands: list[Any]) -> tree.Expression:
        return tree.Operation("OR", tuple(operands), _place(operands[0]))

    def both(self, operands: list[Any]) -> tree.Expression:
        return tree.Operation("AND", tuple(operands), _place(operands[0]))

    @_INLINE
    def negation(self, operand: tree.Expression) -> tree.Expression:
        return tree.Operation("NOT", (operand,), _place(operand))

    @_INLINE
    def minus(self, operand: tree.Expression) -> tree.Expression:
        return tree.Operation("negative", (operand,), _place(operand))

    @_INLINE
    def comparison(self, left: Any, operator: Token, right: Any) -> tree.Expression:
        return tree.Operation("=" if operator == "==" else str(operator), (left, right), _place(left))

    def arithmetic(self, parts: list[Any]) -> tree.Expression:
        result = parts[0]
        for operator, operand in zip(parts[1::2], parts[2::2]):
            result = tree.Operation(str(operator), (result, operand), _place(result))
        return result

    def concatenation(self, operands: list[Any]) -> tree.Expression:
        return tree.Operation(".", tuple(operands), _place(operands[0]))

    @_INLINE
    def number(self, token: Token) -> tree.Expression:
        value = number(token)
        assert value is not None
        return tree.Literal(value, token.start_pos or 0)

    @_INLINE
    def text_literal(self, token: Token) -> tree.Expression:
        word = _word(token)
        return tree.Literal(word.text, word.position)

    @_INLINE
    def field(self, token: Token) -> tree.Expression:
        return tree.Field(str(token) if token.type == "NAME" else token[1:-1], token.start_pos or 0)

    def function(self, parts: list[Any]) -> tree.Expression:
        name, arguments = parts[0], [part for part in parts[1:] if part is not None]
        return tree.Function(str(name).lower(), tuple(arguments), name.start_pos or 0)

    def by(self, items: list[Any]) -> tuple[Any, ...]:
        return tuple(items)

    @v_args(meta=True)
    def aggregate(self, meta: Any, parts: list[Any]) -> tree.Aggregate:
        function, alias = parts[0], parts[-1]
        arguments = [part for part in parts[1:-1] if part is not None and not isinstance(part, Token)]
        written = self.text[meta.start_pos : meta.end_pos]
        return tree.Aggregate(
            str(function), arguments[0] if arguments else None, alias and alias.text, written, function.start_pos or 0
        )

    def aggregation(self, parts: list[Any]) -> tree.Aggregation:
        over = next((part for part in parts if isinstance(part, tree.Word)), None)
        tail = next((part for part in parts if isinstance(part, tuple)), ())
        options = tuple(part for part in (*parts, *tail) if isinstance(part, tree.Option))
        aggregates = tuple(part for part in parts if isinstance(part, tree.Aggregate))
        return tree.Aggregation(options, aggregates, over, tuple(part for part in tail if isinstance(part, tree.Word)))
