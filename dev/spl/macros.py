"""Puts the definitions of search macros in the place of their calls, before a search is parsed.
Rules: Search Manual, "Use search macros in searches" and "Define search macros in Settings"; macros.conf.spec.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lark import Lark, UnexpectedInput

from dev.spl.conf import Conf
from dev.spl.errors import SplError

MacroTable = Mapping[tuple[str, int], "Macro"]
"""Name and number of arguments -> macro: Splunk keeps `x` and `x(1)` apart."""

_DEPTH = 20
_PIECE = re.compile(r'(?P<comment>```.*?```)|"(?:\\.|[^"\\])*"|`(?P<call>[^`]*)`', re.DOTALL)
_STANZA = re.compile(r"(?P<name>[^()]+?)(?:\((?P<arity>\d+)\))?")
_CALL = Lark(
    r"""
    start: NAME ["(" [argument ("," argument)*] ")"]
    argument: (QUOTED | PLAIN | nested)+
    !nested: "(" (QUOTED | PLAIN | nested | COMMA)* ")"
    NAME: /[^\s()",`]+/
    QUOTED: /"(?:[^"\\]|\\.)*"/s
    PLAIN: /[^()",]+/
    COMMA: ","
    %ignore /\s+(?=[(])/
""",
    parser="lalr",
)


@dataclass(frozen=True)
class Macro:
    """One stanza of macros.conf: the text it stands for, in which `$name$` stands for an argument."""

    parameters: tuple[str, ...]
    definition: str


def macro_table(conf: Conf, overrides: Mapping[str, str] | None = None) -> dict[tuple[str, int], Macro]:
    """The macros of a macros.conf. overrides: stanza name -> definition, as a local/macros.conf would change it."""
    table = {}
    for stanza in {**conf, **dict.fromkeys(overrides or ())}:
        match = _STANZA.fullmatch(stanza)
        settings = dict(conf.get(stanza, {}))
        if overrides and stanza in overrides:
            settings["definition"] = overrides[stanza]
        parameters = tuple(name.strip() for name in settings.get("args", "").split(",") if name.strip())
        if match is None or len(parameters) != int(match["arity"] or 0):
            raise SplError(f"macro {stanza}: the number in its name is not the number of its arguments")
        if settings.get("iseval", "0") not in ("0", "false"):
            raise SplError(f"macro {stanza}: the local runner does not know macros with iseval")
        table[match["name"], len(parameters)] = Macro(parameters, settings.get("definition", ""))
    return table


def expand(search: str, macros: MacroTable, depth: int = 0) -> str:
    """The search without macro calls and comments; quoted text stays as it is. SplError at a call that cannot be."""

    def replace(piece: re.Match[str]) -> str:
        if piece["comment"] is not None:
            return " "
        if piece["call"] is None:
            return piece[0]
        if depth == _DEPTH:
            raise SplError(f"macros are nested more than {_DEPTH} deep", piece.start(), search)
        try:
            name, arguments = _read_call(piece["call"])
            macro = _find(macros, name, len(arguments))
            return expand(_fill(macro, arguments), macros, depth + 1)
        except SplError as error:
            raise SplError(error.message, piece.start(), search) from None

    return _PIECE.sub(replace, search)


def _read_call(text: str) -> tuple[str, list[str]]:
    """The name and the arguments of a call; an argument loses the quotation marks around it."""
    try:
        tree = _CALL.parse(text.strip())
    except UnexpectedInput:
        raise SplError(f"not a macro call: `{text}`") from None
    arguments = []
    for node in tree.find_data("argument"):
        tokens = list(node.scan_values(lambda _: True))
        argument = text.strip()[tokens[0].start_pos : tokens[-1].end_pos].strip() if tokens else ""
        if len(tokens) == 1 and tokens[0].type == "QUOTED":
            argument = re.sub(r'\\(["\\])', r"\1", argument[1:-1])
        arguments.append(argument)
    return str(tree.children[0]), arguments


def _find(macros: MacroTable, name: str, arity: int) -> Macro:
    if (name, arity) in macros:
        return macros[name, arity]
    others = sorted(count for known, count in macros if known == name)
    if others:
        raise SplError(f"macro {name} takes {' or '.join(map(str, others))} arguments, not {arity}")
    raise SplError(f"macro {name} does not exist in this app's macros.conf")


def _fill(macro: Macro, arguments: list[str]) -> str:
    text = macro.definition
    for parameter, argument in zip(macro.parameters, arguments):
        text = text.replace(f"${parameter}$", argument)
    return text
