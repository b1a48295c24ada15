"""The public door: a policy's text in, verdicts with their reasons and witnesses out."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Optional

from ..caching import TextCache, lazy
from ..evaluation.request import UNKNOWN_KEY, KeyFacts, Request
from ..policy.actions import ENCRYPT
from ..policy.context_keys import CLOCKS, SPELLING
from ..policy.errors import PolicyError, Problem
from ..policy.model import Policy, Statement
from ..policy.parser import parse
from ..policy.strict_json import LONGEST_TEXT
from ..requesters.audience import Audience
from .reasons import Code, Reason, reasons
from .verdict import Verdict

_OUTSIDE = (Audience.network, Audience.organization, Audience.external)
_TOLD = 10  # statements whose reasons a summary tells


def analyze(policy_text: str, *, actions: tuple[str, ...] = ENCRYPT, key: KeyFacts = UNKNOWN_KEY) -> "Analysis":
    """Decides who gets the checked actions on a key by its key policy.

    policy_text: the policy as JSON text; actions: full names such as `kms:Encrypt` (see resolve_actions);
    key: what is known of the key from elsewhere. Never raises: what cannot be read is in the result's `problem`.
    Source: IAM User Guide, *Policy evaluation logic*; the threat model of this app (README).
    """
    seen = _SEEN.answer(policy_text, _Seen) if len(policy_text) <= LONGEST_TEXT else _Seen(policy_text)
    return seen.analysis(actions, key)


class _Seen:
    """A policy text and the analyses of it, one for every way in which the question can differ."""

    def __init__(self, text: str) -> None:
        self._analyses: dict[tuple[object, ...], Analysis] = {}
        self._policy: Optional[Policy] = None
        self._problem: Optional[Problem] = None
        self._first: Optional[tuple[tuple[str, ...], KeyFacts, Analysis]] = None  # most texts are seen only once
        try:
            self._policy = parse(text)
        except PolicyError as error:
            self._problem = error.problem

    @lazy
    def _matters(self) -> tuple[bool, bool]:
        """Whether the policy's verdicts depend on the key's place (region and id) and on the event's time."""
        policy = self._policy
        if policy is None:
            return False, False
        return policy.names_resources or "aws:requestedregion" in policy.reads, bool(policy.reads & _CLOCKS)

    def analysis(self, actions: tuple[str, ...], key: KeyFacts) -> "Analysis":
        """The analysis for these actions and this key."""
        first = self._first
        if first is None:
            found = self._analysis(actions, key)
            self._first = (actions, key, found)
            return found
        if first[0] == actions and first[1] == key:
            return first[2]
        question = self._question(actions, key)
        if not self._analyses:
            self._analyses[self._question(*first[:2])] = first[2]
        if question not in self._analyses:
            if len(self._analyses) >= _MOST_QUESTIONS:
                self._analyses.clear()
            self._analyses[question] = self._analysis(actions, key)
        return self._analyses[question]

    def _question(self, actions: tuple[str, ...], key: KeyFacts) -> tuple[object, ...]:
        """All that the analysis depends on besides the text."""
        place, time = self._matters
        where = (key.region, key.key_id) if place else None
        return actions, key.account, key.partition, where, key.event_time if time else None

    def _analysis(self, actions: tuple[str, ...], key: KeyFacts) -> "Analysis":
        return Analysis(self._problem, None if self._policy is None else Verdict(self._policy, key, actions))


_SEEN: TextCache[_Seen] = TextCache(500_000)
_MOST_QUESTIONS = 4
_CLOCKS = frozenset(CLOCKS)


class StatementAnalysis:
    """One statement's verdict. What nothing else in the policy can change is known at once; the rest is worked out when
    it is read."""

    def __init__(self, statement: Statement, verdict: Verdict) -> None:
        self.statement = statement
        self.verdict = verdict
        self._settled = settled = verdict.settled(statement)
        if settled is not None:
            self.__dict__.update(settled.answers)

    @property
    def index(self) -> int:
        return self.statement.number

    @property
    def text(self) -> str:
        """The statement as compact JSON."""
        return self.verdict.policy.texts[self.statement.number]

    @property
    def sid(self) -> str:
        return self.statement.sid

    @property
    def effect(self) -> str:
        return "Allow" if self.statement.allow else "Deny"

    @property
    def actions(self) -> tuple[str, ...]:
        """As written; those of NotAction behind `!`."""
        return self.statement.actions_written

    @property
    def principals(self) -> tuple[str, ...]:
        """As written; those of NotPrincipal behind `!`, typed ones as `Service:…`."""
        return self.statement.principals.written

    @property
    def conditions(self) -> tuple[str, ...]:
        """One line for every operator and key."""
        return tuple([condition.text for condition in self.statement.conditions])

    @lazy
    def audience(self) -> Audience:
        """Who gets in by this statement alone."""
        return self.verdict.audience_alone(self.statement)

    @lazy
    def flagged(self) -> bool:
        """Whether an outsider's request for a checked action is allowed by it and denied by no statement."""
        return self.verdict.gets_in(self.statement, Audience.everyone)

    @lazy
    def granted(self) -> tuple[str, ...]:
        """The checked actions that its audience gets after every Deny."""
        return self.verdict.granted((self.statement,), self.audience)

    @lazy
    def reasons(self) -> tuple[Reason, ...]:
        return reasons(self.verdict, self.statement, self._settled)

    @property
    def witness(self) -> Optional[str]:
        """A request that the whole policy allows an outsider, as compact JSON; None when not flagged."""
        grant = self.verdict.grant(self.statement, Audience.everyone)
        request = self.verdict.searcher.witness(self.statement, grant)
        return witness_text(request, self.verdict.policy.spelling) if request is not None else None


@dataclass(frozen=True)
class Analysis:
    """A policy's verdict; every attribute is worked out when it is read. With a problem, all is empty."""

    problem: Optional[Problem]
    verdict: Optional[Verdict]

    @lazy
    def statements(self) -> tuple[StatementAnalysis, ...]:
        return self._of(self.verdict, self.verdict.policy.statements) if self.verdict else ()

    def _of(self, verdict: Verdict, statements: Iterable[Statement]) -> tuple[StatementAnalysis, ...]:
        """The analyses of statements; each statement has one, which remembers its answers."""
        found, known = [], self._known
        for statement in statements:
            analysis = known.get(statement.number)
            if analysis is None:
                analysis = known[statement.number] = StatementAnalysis(statement, verdict)
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
        return verdict.granted(verdict.policy.allows, verdict.audience) if verdict else ()

    @lazy
    def reasons(self) -> tuple[Reason, ...]:
        """Those of the flagged statements; where none is, of those that look open or let outsiders in by name."""
        if self.verdict is None:
            return ()
        told = list(islice(self._flagged or self._noteworthy(self.verdict), _TOLD))
        unproven = self.verdict.unproven
        last = () if unproven is None else (Reason(Code.BOUND, (), unproven.name),)
        found = tuple([r.of(a.statement.name) for a in told for r in a.reasons])
        return found + tuple(reason for reason in last if reason not in found)

    @lazy
    def witness(self) -> Optional[str]:
        """The witness of the first flagged statement that has one."""
        found = (analysis.witness for analysis in self._flagged)
        return next((witness for witness in found if witness), None)

    @lazy
    def encrypt_only(self) -> bool:
        return self.verdict.encrypt_only if self.verdict else False

    @lazy
    def hash(self) -> str:
        """SHA-256 of the policy as canonical JSON, in hex; '' when it could not be read."""
        return hashlib.sha256(self.verdict.policy.canonical.encode("ascii")).hexdigest() if self.verdict else ""

    @lazy
    def _flagged(self) -> tuple[StatementAnalysis, ...]:
        found = self._of(self.verdict, self.verdict.policy.open_ended) if self.verdict else ()
        return tuple([analysis for analysis in found if analysis.flagged])

    def _noteworthy(self, verdict: Verdict) -> Iterator[StatementAnalysis]:
        outside = verdict.audience in _OUTSIDE
        for statement in verdict.policy.allows if outside else verdict.policy.open_ended:
            if statement.principals.open_ended or verdict.granted((statement,), verdict.audience):
                yield from self._of(verdict, (statement,))


_COMPACT = json.JSONEncoder(separators=(",", ":"), check_circular=False)


def witness_text(request: Request, spelling: Mapping[str, str]) -> str:
    """A request as compact JSON: the principal, the action, and the context keys that the policy asks about.

    spelling: how the policy writes keys that AWS's pages do not list.
    """
    context: dict[str, object] = {
        SPELLING.get(name) or spelling.get(name, name): list(value) if isinstance(value, tuple) else value
        for name, value in sorted(request.context.items())
    }
    caller = request.caller
    who = caller.service or caller.session or context.get("aws:PrincipalArn")
    return _COMPACT.encode({"principal": who, "action": request.action, "context": context})
