"""Puts reasons and problems into words; the only place where the engine's codes become sentences."""

from .explain import Code, Reason
from .problems import Problem

_LONGEST = 400
_PATTERNS = {code: "{at}" + code.value for code in Code}


def sentence(reason: Reason) -> str:
    """One reason as a plain sentence on one line."""
    told = f"{reason.statement}: " if reason.statement else ""
    return _fill(_PATTERNS[reason.code], reason.details, told)


def error_text(problem: Problem) -> str:
    """Why a policy could not be read, and where, on one line."""
    return _fill(problem.fault.value, problem.details, f"{problem.place}: " if problem.place else "")


def _fill(pattern: str, details: "tuple[str, ...]", at: str) -> str:
    # Texts of a policy are only ever put in place of a field; they are never a pattern themselves.
    text = pattern.format(*details, at=at)
    if not text.isprintable() or "  " in text or text.strip(" ") != text:
        text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
