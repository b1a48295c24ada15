"""The public door: a policy's text in, verdicts with their reasons and witnesses out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

from ..caching import Recent, TextCache, lazy
from ..evaluation.request import UNKNOWN_KEY, KeyFacts
from ..policy.actions import ENCRYPT, unknown
from ..policy.context_keys import KEY_ARN, Bound, context_key
from ..policy.errors import PolicyError, Problem
from ..policy.model import Policy, Statement
from ..policy.parser import parse
from ..policy.strict_json import LONGEST_TEXT
from ..requesters.audience import Audience
from .answers import PolicyAnswers, StatementAnswers
from .proof import witness_text
from .sentences import Reason
from .verdict import Verdict

_STARTED = time.time() // 1


def analyze(
    policy_text: str,
    *,
    actions: tuple[str, ...] = ENCRYPT,
    key: KeyFacts = UNKNOWN_KEY,
    now: float = _STARTED,
) -> "Analysis":
    """Decides who gets the checked actions on a key by its key policy.

    policy_text: the policy as JSON text; actions: full names such as `kms:Encrypt` (see resolve_actions);
    key: what is known of the key from elsewhere; now: Unix seconds, from which on requests are made where the key has
    no event time. Never raises: what cannot be read is in the result's `problems`.
    Source: IAM User Guide, *Policy evaluation logic*; docs/threat-model.md.
    """
    if key.event_time is None:
        key = key._replace(event_time=now)
    extra = unknown(actions)
    if extra or len(policy_text) > LONGEST_TEXT:
        return _Seen(policy_text, extra).analysis(actions, key)
    return _SEEN.answer(policy_text, _Seen).analysis(actions, key)


class _Seen:
    """A policy text and the verdicts on it, one for every way in which the question can differ."""

    def __init__(self, text: str, extra: tuple[str, ...] = ()) -> None:
        self._answers: Recent[PolicyAnswers] = Recent(_MOST_QUESTIONS)
        self._policy: Optional[Policy] = None
        self._problem: Optional[Problem] = None
        self._last: Optional[tuple[tuple[str, ...], KeyFacts, Analysis]] = None
        self._irrelevant: Mapping[str, None] = {}
        try:
            self._policy = parse(text, extra)
            self._irrelevant = self._unread(self._policy)
        except PolicyError as error:
            self._problem = error.problem

    @staticmethod
    def _unread(policy: Policy) -> Mapping[str, None]:
        """The facts about the key that no condition reads: the verdicts do not depend on them."""
        bounds = {context_key(name).bound for name in policy.reads}
        unread: dict[str, None] = {}
        if Bound.KEY not in bounds and KEY_ARN not in policy.reads:
            unread["key_id"] = None  # a witness says it: see witness_text
        if Bound.TIME not in bounds:
            unread["event_time"] = None
        return unread

    def analysis(self, actions: tuple[str, ...], key: KeyFacts) -> "Analysis":
        """The analysis for these actions and this key."""
        last = self._last
        if last is not None and last[0] == actions and last[1] == key:
            return last[2]
        found = Analysis(self._problem, self._answered(actions, key), key)
        self._last = (actions, key, found)
        return found

    def _answered(self, actions: tuple[str, ...], key: KeyFacts) -> Optional[PolicyAnswers]:
        if self._policy is None:
            return None
        question = actions, key._replace(**self._irrelevant)
        found = self._answers.get(question)
        if found is not None:
            return found
        return self._answers.keep(question, PolicyAnswers(Verdict(self._policy, question[1], actions)))


_SEEN: TextCache[_Seen] = TextCache(500_000)
_MOST_QUESTIONS = 8


@dataclass(frozen=True)
class StatementAnalysis:
    """One statement's verdict; every attribute is worked out when it is read."""

    answers: StatementAnswers
    key: KeyFacts

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return self.answers.statement

    @property
    def text(self) -> str:
        """The statement as compact JSON."""
        return self.statement.text

    @property
    def audience(self) -> Audience:
        """Who gets a checked action by this statement alone, whatever the Denies say."""
        return self.answers.audience

    @property
    def flagged(self) -> bool:
        """Whether an outsider's request for a checked action is allowed by it and denied by no statement."""
        return self.answers.flagged

    @property
    def granted(self) -> tuple[str, ...]:
        """The checked actions that its audience gets after every Deny."""
        return self.answers.granted

    @property
    def parties(self) -> tuple[str, ...]:
        """The outside parties that get a checked action by it, past every Deny, see Parties."""
        return self.answers.parties

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, see reasons.py; that a finding has no witness is one."""
        return self.answers.reasons

    @lazy
    def witness(self) -> Optional[str]:
        """A request that the whole policy allows an outsider, as compact JSON; None when not flagged, or not
        proven."""
        request = self.answers.request
        return None if request is None else witness_text(request, self.answers.verdict.policy, self.key)

    @property
    def proven(self) -> bool:
        """Whether a witness proves the flag, and for a key of a kind that is not merely possible."""
        return self.answers.proven


@dataclass(frozen=True)
class Analysis:
    """A policy's verdict; every attribute is worked out when it is read. With a problem, all is empty."""

    problem: Optional[Problem]
    answers: Optional[PolicyAnswers]
    key: KeyFacts

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the policy could not be read, or some of its statements."""
        if self.answers is None:
            return () if self.problem is None else (self.problem,)
        return self.answers.verdict.policy.problems

    @lazy
    def statements(self) -> tuple[StatementAnalysis, ...]:
        """The analyses of the statements, in the policy's order."""
        return tuple([StatementAnalysis(each, self.key) for each in self.answers.statements]) if self.answers else ()

    @property
    def audience(self) -> Optional[Audience]:
        """The widest audience that gets a checked action from the whole policy."""
        return self.answers.verdict.audience if self.answers else None

    @property
    def flagged(self) -> bool:
        """Whether everyone gets a checked action."""
        return self.answers.verdict.flagged if self.answers else False

    @property
    def granted(self) -> tuple[str, ...]:
        """The checked actions that the audience gets, by any statement."""
        return self.answers.granted if self.answers else ()

    @property
    def parties(self) -> tuple[str, ...]:
        """The outside parties that get a checked action; none where everyone does. See Parties."""
        return self.answers.parties if self.answers else ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Those of the statements that make the audience; where it is no outsider's, first of those that look open."""
        return self.answers.reasons if self.answers else ()

    @lazy
    def witness(self) -> Optional[str]:
        """The witness of the first flagged statement that has one."""
        proven = self.answers.proven_statement if self.answers else None
        return None if proven is None else StatementAnalysis(proven, self.key).witness

    @property
    def proven(self) -> bool:
        """Whether a witness proves that everyone has access, for a key of a kind that is not merely possible."""
        proven = self.answers.proven_statement if self.answers else None
        return proven is not None and proven.proven

    @property
    def encrypt_only(self) -> bool:
        """Whether everyone can encrypt and not everyone can decrypt."""
        return self.answers.verdict.encrypt_only if self.answers else False

    @property
    def hash(self) -> str:
        """SHA-256 of the policy as canonical JSON, in hex; '' when it could not be read."""
        return self.answers.hash if self.answers else ""

    @property
    def steps(self) -> int:
        """The steps of search that the answers so far took, for diagnostics."""
        return self.answers.verdict.searcher.spent if self.answers else 0
