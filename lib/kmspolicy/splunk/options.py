"""Decides what the command's arguments ask for. Every error is one line that names what is allowed.

Source: interface of the command (docs/command.md, *Options*; searchbnf.conf).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..policy.identifiers import ACCOUNT_ID

DEFAULT_FIELD = "_raw"
DEFAULT_PREFIX = "key_policy_"


class Options:
    """What a search asks for. A plain class: dataclasses and typing take longer to load than everything else at the
    start.
    """

    field = DEFAULT_FIELD
    field_named = False  # by the search, even if it is the default
    actions: tuple[str, ...] = ()  # empty: the engine's default
    class_listed = ""  # a class that was written in a list, where it is the action of that name
    expand = True
    flagged_only = False
    account_id = ""
    account_field = ""
    prefix = DEFAULT_PREFIX
    raw = True


class OptionError(Exception):
    """A wrong argument; the text is the one line for the searcher."""


def parse(arguments: list[str]) -> Options:
    """Options from arguments as splunkd passes them, unquoted: `name=value`, or the one field. Raises OptionError."""
    options = Options()
    seen: list[str] = []
    fields: list[str] = []
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals:
            fields.append(argument)
            continue
        if name not in _READERS:
            raise OptionError(f"unknown option {shown(name)}: the options are {', '.join(_READERS)}")
        if name in seen:
            raise OptionError(f"the option {name} is given twice: give it once")
        seen.append(name)
        _READERS[name](options, value)
    if len(fields) > 1:
        raise OptionError(
            f"one field may be named, not {len(fields)} ({', '.join(map(shown, fields[:3]))}): write "
            'options as name=value, and a list of actions in quotes, as in actions="Encrypt,Decrypt"'
        )
    if fields and not fields[0].strip():
        raise OptionError("the name of the field is empty: name a field, or none to read _raw")
    if fields:
        options.field, options.field_named = fields[0], True
    return options


def shown(value: str) -> str:
    """A searcher's text within one line: cut, and without what does not print."""
    return '"' + "".join(c if c.isprintable() else "?" for c in value[:60]) + ("…" if len(value) > 60 else "") + '"'


def _choice(name: str, field: str, values: dict[str, bool], allowed: str) -> Callable[[Options, str], None]:
    def read(options: Options, value: str) -> None:
        if value.lower() not in values:
            raise OptionError(f"{name} must be {allowed}, not {shown(value)}")
        setattr(options, field, values[value.lower()])

    return read


def _actions(options: Options, value: str) -> None:
    from ..policy.actions import CLASSES, resolve_actions  # part of the engine, which most starts need not load

    listed = [item.strip() for item in value.split(",")]
    options.class_listed = next((item for item in listed if item in CLASSES), "") if len(listed) > 1 else ""
    try:
        options.actions = resolve_actions(value)
    except ValueError as error:
        raise OptionError(str(error)) from None


def _account(options: Options, value: str) -> None:
    if ACCOUNT_ID.match(value):
        options.account_id = value
    elif not value.strip() or value.isdigit():
        raise OptionError(f"account must be a field or an account id of 12 digits, not {shown(value)}")
    else:
        options.account_field = value


def _prefix(options: Options, value: str) -> None:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value) or value.startswith("__mv_"):
        raise OptionError(
            "prefix must be letters, digits and underscores, and begin neither with a digit nor with "
            f"__mv_, not {shown(value)}"
        )
    options.prefix = value


_BOOLEANS = {
    **dict.fromkeys(("t", "true", "1", "y", "yes"), True),
    **dict.fromkeys(("f", "false", "0", "n", "no"), False),
}
_READERS: dict[str, Callable[[Options, str], None]] = {
    "actions": _actions,
    "mode": _choice("mode", "expand", {"expand": True, "summary": False}, "expand or summary"),
    "show": _choice("show", "flagged_only", {"all": False, "flagged": True}, "all or flagged"),
    "account": _account,
    "prefix": _prefix,
    "raw": _choice("raw", "raw", _BOOLEANS, "t or f"),
}
