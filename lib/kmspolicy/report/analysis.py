"""The public door: a policy's text in, verdicts with their reasons and witnesses out."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Optional

from ..caching import TextCache, lazy
from ..evaluation.request import UNKNOWN_KEY, KeyFacts
from ..policy.actions import ENCRYPT, shown, unknown
from ..policy.context_keys import KEY_ARN, Bound, context_key
from ..policy.errors import PolicyError, Problem
from ..policy.model import Policy, Statement
from ..policy.parser import parse
from ..policy.strict_json import LONGEST_TEXT
from ..requesters.audience import Audience
from .proof import witness_text
from .reasons import reasons
from .sentences import Code, Reason
from .verdict import Verdict

_OUTSIDE = (Audience.network, Audience.organization, Audience.external)
_TOLD = 10  # statements whose reasons a summary tells
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
        self._verdicts: dict[tuple[tuple[str, ...], KeyFacts], Verdict] = {}
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
        found = Analysis(self._problem, self._verdict(actions, key), key)
        self._last = (actions, key, found)
        return found

    def _verdict(self, actions: tuple[str, ...], key: KeyFacts) -> Optional[Verdict]:
        if self._policy is None:
            return None
        question = actions, key._replace(**self._irrelevant)
        found = self._verdicts.get(question)
        if found is None:
            if len(self._verdicts) >= _MOST_QUESTIONS:
                self._verdicts.clear()
            found = self._verdicts[question] = Verdict(self._policy, question[1], actions)
        return found


_SEEN: TextCache[_Seen] = TextCache(500_000)
_MOST_QUESTIONS = 8


class StatementAnalysis:
    """One statement's verdict; every attribute is worked out when it is read."""

    def __init__(self, statement: Statement, verdict: Verdict, key: KeyFacts) -> None:
        self.statement = statement
        self.verdict = verdict
        self._key = key

    @property
    def text(self) -> str:
        """The statement as compact JSON."""
        return self.verdict.policy.texts[self.statement.number]

    @lazy
    def audience(self) -> Audience:
        """Who gets a checked action by this statement alone, whatever the Denies say."""
        return self.verdict.audience_alone(self.statement)

    @lazy
    def flagged(self) -> bool:
        """Whether an outsider's request for a checked action is allowed by it and denied by no statement."""
        return bool(self.verdict.flagged_actions(self.statement))

    @lazy
    def granted(self) -> tuple[str, ...]:
        """The checked actions that its audience gets after every Deny."""
        return shown(self.verdict.granted((self.statement,), self.audience))

    @lazy
    def reasons(self) -> tuple[Reason, ...]:
        """Why, see reasons.py; that a finding has no witness is one."""
        found = reasons(self.verdict, self.statement)
        told = any(reason.code is Code.UNPROVEN for reason in found)
        return found if told or not self.flagged or self.witness is not None else (*found, Reason(Code.UNPROVEN))

    @lazy
    def witness(self) -> Optional[str]:
        """A request that the whole policy allows an outsider, as compact JSON; None when not flagged."""
        request = self.verdict.request(self.statement)
        return None if request is None else witness_text(request, self.verdict.policy, self._key)

    @property
    def proven(self) -> bool:
        """Whether a witness proves the flag, and for a key of a kind that is not merely possible."""
        return self.flagged and self.witness is not None and not self.verdict.only_encapsulates


@dataclass(frozen=True)
class Analysis:
    """A policy's verdict; every attribute is worked out when it is read. With a problem, all is empty."""

    problem: Optional[Problem]
    verdict: Optional[Verdict]
    key: KeyFacts

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the policy could not be read, or some of its statements."""
        if self.verdict is None:
            return () if self.problem is None else (self.problem,)
        return self.verdict.policy.problems

    @lazy
    def statements(self) -> tuple[StatementAnalysis, ...]:
        """The analyses of the statements, in the policy's order."""
        return self._of(self.verdict, self.verdict.policy.statements) if self.verdict else ()

    def _of(self, verdict: Verdict, statements: Iterable[Statement]) -> tuple[StatementAnalysis, ...]:
        """The analyses of statements; each statement has one, which remembers its answers."""
        found, known = [], self._known
        for statement in statements:
            analysis = known.get(statement.number)
            if analysis is None:
                analysis = known[statement.number] = StatementAnalysis(statement, verdict, self.key)
            found.append(analysis)
        return tuple(found)

    @lazy
    def _known(self) -> dict[int, StatementAnalysis]:
        return {}

    @lazy
    def audience(self) -> Optional[Audience]:
        """The widest audience that gets a checked action from the whole policy."""
        return self.verdict.audience if self.verdict else None

    @lazy
    def flagged(self) -> bool:
        """Whether everyone gets a checked action."""
        return self.verdict.flagged if self.verdict else False

    @lazy
    def granted(self) -> tuple[str, ...]:
        """The checked actions that the audience gets, by any statement."""
        verdict = self.verdict
        return shown(verdict.granted(verdict.policy.allows, verdict.audience)) if verdict else ()

    @lazy
    def reasons(self) -> tuple[Reason, ...]:
        """Those of the statements that make the audience; where it is no outsider's, first of those that look open."""
        if self.verdict is None:
            return ()
        told = list(islice(self._flagged or self._telling(self.verdict), _TOLD))
        unproven = self.verdict.unproven
        last = () if unproven is None else (Reason(Code.UNPROVEN, (), unproven.name),)
        found = tuple([r.of(a.statement.name) for a in told for r in a.reasons])
        return found + tuple(reason for reason in last if reason not in found)

    @lazy
    def witness(self) -> Optional[str]:
        """The witness of the first flagged statement that has one."""
        found = (analysis.witness for analysis in self._flagged)
        return next((witness for witness in found if witness), None)

    @property
    def proven(self) -> bool:
        """Whether a witness proves that everyone has access, for a key of a kind that is not merely possible."""
        return self.verdict is not None and self.witness is not None and not self.verdict.only_encapsulates

    @lazy
    def encrypt_only(self) -> bool:
        """Whether everyone can encrypt and not everyone can decrypt."""
        return self.verdict.encrypt_only if self.verdict else False

    @lazy
    def hash(self) -> str:
        """SHA-256 of the policy as canonical JSON, in hex; '' when it could not be read."""
        return hashlib.sha256(self.verdict.policy.canonical.encode("ascii")).hexdigest() if self.verdict else ""

    @property
    def steps(self) -> int:
        """The steps of search that the answers so far took, for diagnostics."""
        return self.verdict.searcher.spent if self.verdict else 0

    @lazy
    def _flagged(self) -> tuple[StatementAnalysis, ...]:
        found = self._of(self.verdict, self.verdict.policy.open_ended) if self.verdict else ()
        return tuple([analysis for analysis in found if analysis.flagged])

    def _telling(self, verdict: Verdict) -> Iterator[StatementAnalysis]:
        """The statements by which the audience has access: all for an outside one; else those that look open or name
        services, or where there are none, the others."""
        audience, told = verdict.audience, False
        if audience is Audience.none:
            yield from self._of(verdict, verdict.policy.open_ended)
            return
        for notable in (True,) if audience in _OUTSIDE else (True, False):
            for statement in () if told else verdict.policy.allows:
                looks_open = statement.principals.open_ended or bool(statement.principals.who.services)
                fits = audience in _OUTSIDE or looks_open is notable
                if fits and verdict.granted((statement,), audience):
                    told = True
                    yield from self._of(verdict, (statement,))
