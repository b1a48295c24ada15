"""Puts reasons and problems into words; the only place where the engine's codes become sentences."""

from .explain import Code, Reason
from .problems import Problem

_LONGEST = 400
_PATTERNS = {code: code.value for code in Code}


def sentence(reason: Reason) -> str:
    """One reason as a plain sentence on one line."""
    text = _PATTERNS[reason.code].format(*reason.details)
    return _on_one_line(f"{reason.statement}: {text}" if reason.statement else text)


def error_text(problem: Problem) -> str:
    """Why a policy could not be read, and where, on one line."""
    place = f"{problem.place}: " if problem.place else ""
    return _on_one_line(problem.fault.value.format(*problem.details, at=place))


def _on_one_line(text: str) -> str:
    """Texts of a policy are only ever put in place of a pattern's field; they are never a pattern themselves."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
