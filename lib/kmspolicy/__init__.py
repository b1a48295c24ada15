"""Decides who can use an AWS KMS key by its key policy, and proves it with a witness request.

What is named here is loaded when it is first asked for: the search command starts without the engine.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers read it; importing typing for it would cost a tenth of the command's start
if TYPE_CHECKING:
    from .evaluation.request import KeyFacts
    from .policy.actions import ENCRYPT, resolve_actions
    from .policy.errors import Problem
    from .report.analysis import analyze
    from .report.answers import Analysis, StatementAnalysis
    from .report.sentences import Code, Reason, error_text, sentence
    from .report.severity import Severity, severity
    from .requesters.audience import Audience

__all__ = [
    "ENCRYPT",
    "Analysis",
    "Audience",
    "Code",
    "KeyFacts",
    "Problem",
    "Reason",
    "Severity",
    "StatementAnalysis",
    "analyze",
    "error_text",
    "resolve_actions",
    "sentence",
    "severity",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .evaluation import request
    from .policy import actions, errors
    from .report import analysis, answers, sentences, severity
    from .requesters import audience

    for module in (actions, analysis, answers, audience, errors, request, sentences, severity):
        globals().update({found: value for found, value in vars(module).items() if found in __all__})
    return globals()[name]
