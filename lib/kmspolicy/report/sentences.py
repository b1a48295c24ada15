"""The sentences: each kind of reason with its pattern, and how reasons and problems are put into words.

Texts of a policy are only ever put in place of a pattern's field; they are never a pattern themselves.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from ..caching import cached_for_shared
from ..policy.condition import Condition
from ..policy.context_keys import SOURCE_ACCOUNT, SOURCE_ARN, context_key
from ..policy.errors import Problem


class Code(Enum):
    """One kind of reason; the value is the sentence's pattern, filled with the reason's details."""

    # the principal element
    ANYONE = 'the principal "*" covers every AWS account and every AWS service'
    ALL_BUT = "NotPrincipal covers everyone except {0}"
    EXCEPTS_NOBODY = "NotPrincipal covers everyone: {0} matches no principal"
    COVERS_NOBODY = 'NotPrincipal "*" covers nobody'
    NAMED = "the principal element names {0}"
    NAMED_OUTSIDE = "the principal element names {0} outside the key's account"
    NOBODY = "the principal element names nobody: {0}"
    # conditions
    MET_BY_ANYONE = "condition {0} can be met from any AWS account"
    MET_WITHOUT = "condition {0} asks only for requests without {1}, which any AWS account can make"
    TESTS_THE_KEY = "condition {0} tests the key itself, not the caller: it holds for every caller or for none"
    COMPARES_THE_KEY = "condition {0} compares a fact of the key with one of the request"
    LIMITS = "condition {0} limits access to {1}"
    LIMITS_OTHERS = "condition {0} limits access to {1}; AWS services get access without this key"
    LEAVES_OUT = "condition {0} leaves out {1}"
    EXCLUDES_OUTSIDERS = "condition {0} excludes every account that the policy does not name"
    EXCLUDES_WITH_KEY = (
        "condition {0} asks only for requests without {1}, and excludes every account that the policy does not name"
    )
    ONLY_SERVICES = "condition {0} leaves access only to AWS services"
    ONLY_SERVICES_SEND = "condition {0} requires {1}, which only AWS services send"
    NEVER_HOLDS = "condition {0} never holds: {1}"
    LEAVES_NOBODY = "no request can meet {0} together"
    LEAVES_ONLY = "only {1} can meet {0} together"
    NO_SET_OPERATOR = (
        "condition {0} has no ForAnyValue or ForAllValues, which {1} needs: AWS does not say how it is read"
    )
    SAME_KEY_TWICE = "the condition keys {0} differ in case only: AWS does not say how they are read together"
    NO_LIMIT_ON_SOURCE = (
        "no condition limits for whose resources {0} may use the key; where the service sends it, "
        f"{context_key(SOURCE_ACCOUNT).name} or {context_key(SOURCE_ARN).name} would"
    )
    # Denies
    DENIED = "denied by {0}"
    NARROWED = "everyone but {0} is denied by {1}"
    LEFT_TO = "access is left only to {0} by {1}"
    DENIES_SOME = "access to {1} is denied by {0}"
    DENY_MISSES = "{0} does not stop the example request: its {1}"
    GRANTS_NOTHING = "a Deny statement grants nothing"
    # actions and resources
    OTHER_ACTIONS = "it covers none of the checked actions"
    NO_ACTION = "it has no effect: neither Action nor NotAction lists anything"
    NO_RESOURCE = "it has no effect: neither Resource nor NotResource lists anything"
    LIMITS_BY_RESOURCE = "its resource element covers this key only for some requests, if any: {0}"
    OTHER_RESOURCE = "it has no effect: its resource element does not cover this key"
    WITHIN_ACCOUNT = "other accounts cannot use {0}"
    WRONG_KEY = "a key with {0} cannot perform {1}"
    BY_GRANT = "whoever creates a grant chooses who gets access by it; grants last until they are retired or revoked"
    GRANTS_LAST = "grants that it allows outlive the policy: they last until they are retired or revoked"
    BY_GRANT_OF_SERVICE = (
        "an AWS service may create grants on the key for {0} resource, whose owner can use the key through it; "
        "grants last until they are retired or revoked"
    )
    ML_KEM_ONLY = "{0} works on ML-KEM keys only, and the event does not say whether the key is one"
    RETIRES_OWN = "strangers can retire only grants that name them"
    UNREADABLE = "it cannot be read, so it neither allows nor denies anything here"
    UNPROVEN = "access to {0} is assumed, not proven: the search found no example request and could not rule one out"

    __hash__ = object.__hash__  # each is one object; Enum's own is written in Python


class Reason(NamedTuple):
    """One reason: a code, the texts in its sentence and, in a policy's joined reasons, the statement."""

    code: Code
    details: tuple[str, ...] = ()
    statement: str = ""

    def of(self, statement: str) -> "Reason":
        """The same reason, said of a statement by its name."""
        return Reason(self.code, self.details, statement)


SHOWN = 3  # texts of a list
OWNERS = "the organization of the key's account"
_LONGEST = 120  # characters of one text
_LONGEST_SENTENCE = 400
_PATTERNS = {code: code.value for code in Code}


def some(texts: Iterable[str]) -> str:
    """The first few of the texts, and how many more there are."""
    listed = texts if isinstance(texts, tuple) else tuple(texts)
    if len(listed) <= SHOWN:
        together = ", ".join(listed)
        if len(together) <= _LONGEST:
            return together
    shown = ", ".join([text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for text in listed[:SHOWN]])
    return shown + (f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else "")


def statement_names(names: Iterable[str]) -> str:
    """Statements by their names, that close together where they are several."""
    first, *more = names
    if not more:
        return first
    shown = [name.removeprefix("statement ") for name in (first, *more)]
    shown = shown if len(shown) <= SHOWN else [*shown[:SHOWN], f"{len(shown) - SHOWN} more"]
    return f"statements {in_words(shown)} together"


def in_words(parts: Sequence[str]) -> str:
    """The parts as an enumeration."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def key_text(condition: Condition) -> str:
    """The key of a condition, as written."""
    return some((visible(condition.key_written),))


def values_text(condition: Condition) -> str:
    """The first few values of a condition, and how many more there are."""
    return listed(condition.values)


def listed(texts: Iterable[str]) -> str:
    """The first few texts of a policy, in quotes where a reader would not see them, and how many more there are."""
    return some(map(visible, texts)) or "an empty list"


def visible(text: str) -> str:
    """A text in quotes where a reader would not see all of it: it is empty, or has blanks at its ends."""
    return text if text and text == text.strip() else f'"{text}"'


@cached_for_shared
def short(condition: Condition) -> str:
    """A condition as a reason names it."""
    return f"{condition.operator_written} {key_text(condition)} = {values_text(condition)}"


def sentence(reason: Reason) -> str:
    """One reason as a plain sentence on one line."""
    text = _PATTERNS[reason.code].format(*reason.details)
    return _on_one_line(f"{reason.statement}: {text}" if reason.statement else text)


def error_text(problem: Problem) -> str:
    """Why a policy, or a statement of it, could not be read, and where, on one line."""
    place = f"{problem.place}: " if problem.place else ""
    return _on_one_line(problem.fault.value.format(*problem.details, at=place))


def _on_one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SENTENCE else text[: _LONGEST_SENTENCE - 1] + "…"
