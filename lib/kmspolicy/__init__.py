"""Decides who can use an AWS KMS key by its key policy, and proves it with a witness request."""

from .actions import ENCRYPT, resolve_actions
from .analysis import Analysis, StatementAnalysis, analyze
from .audience import Audience
from .evaluate import KeyFacts
from .explain import Reason
from .problems import Problem
from .sentences import error_text, sentence

__all__ = [
    "ENCRYPT",
    "Analysis",
    "Audience",
    "KeyFacts",
    "Problem",
    "Reason",
    "StatementAnalysis",
    "analyze",
    "error_text",
    "resolve_actions",
    "sentence",
]
