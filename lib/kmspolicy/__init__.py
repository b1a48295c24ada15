"""Decides who can use an AWS KMS key by its key policy, and proves it with a witness request.

What is named here is loaded when it is first asked for: the search command starts without the engine.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers read it; importing typing for it would cost a tenth of the command's start
if TYPE_CHECKING:
    from .actions import ENCRYPT, resolve_actions
    from .analysis import Analysis, StatementAnalysis, analyze
    from .audience import Audience
    from .evaluate import KeyFacts
    from .explain import Code, Reason
    from .problems import Problem
    from .sentences import error_text, sentence

__all__ = [
    "ENCRYPT",
    "Analysis",
    "Audience",
    "Code",
    "KeyFacts",
    "Problem",
    "Reason",
    "StatementAnalysis",
    "analyze",
    "error_text",
    "resolve_actions",
    "sentence",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import actions, analysis, audience, evaluate, explain, problems, sentences

    for module in (actions, analysis, audience, evaluate, explain, problems, sentences):
        globals().update({found: value for found, value in vars(module).items() if found in __all__})
    return globals()[name]
