"""What is answered about a policy and its statements, whatever key has the policy: each answer worked out once.

Source: docs/threat-model.md, *What the flags and severities mean* and *Reasons*.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Optional

from ..caching import lazy
from ..evaluation.request import Request
from ..policy.actions import shown
from ..policy.model import Statement
from ..requesters.audience import OUTSIDE, Audience
from .confused_deputy import unguarded_services
from .parties import Parties
from .reasons import reasons
from .sentences import Code, Reason, some
from .verdict import Verdict

_TOLD = 10  # statements whose reasons a summary tells


@dataclass(frozen=True)
class StatementAnswers:
    """The answers about one statement, see StatementAnalysis."""

    statement: Statement
    verdict: Verdict
    search: Parties

    @lazy
    def audience(self) -> Audience:
        """Who gets a checked action by the statement alone."""
        return self.verdict.audience_alone(self.statement)

    @lazy
    def flagged(self) -> bool:
        """Whether everyone gets a checked action by it, past every Deny."""
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
        if told or not self.flagged or self.request is not None:
            return found
        return *found, Reason(Code.UNPROVEN, (some(self.granted),))

    @lazy
    def parties(self) -> tuple[str, ...]:
        """The outside parties that get a checked action by it, past every Deny, see Parties."""
        return self.search.let_in(self.statement)

    @property
    def request(self) -> Optional[Request]:
        """An outsider's request that the policy allows; None when not flagged, or not proven."""
        return self.verdict.request(self.statement)

    @property
    def proven(self) -> bool:
        """Whether a request proves the flag, and for a key of a kind that is not merely possible."""
        return self.flagged and self.request is not None and not self.verdict.only_encapsulates


def _once(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """The reasons; that grants last is told once."""
    told = False
    for reason in reasons:
        if reason.code is not Code.GRANTS_LAST or not told:
            yield reason
        told = told or reason.code in (Code.BY_GRANT, Code.BY_GRANT_OF_SERVICE, Code.GRANTS_LAST)


@dataclass(frozen=True)
class PolicyAnswers:
    """The answers about one policy, see Analysis."""

    verdict: Verdict

    @lazy
    def statements(self) -> tuple[StatementAnswers, ...]:
        """Those about each statement, in the policy's order."""
        search = Parties(self.verdict)
        return tuple([StatementAnswers(each, self.verdict, search) for each in self.verdict.policy.statements])

    @lazy
    def granted(self) -> tuple[str, ...]:
        """The checked actions that the audience gets, by any statement."""
        return shown(self.verdict.granted(self.verdict.policy.allows, self.verdict.audience))

    @lazy
    def reasons(self) -> tuple[Reason, ...]:
        """Those of the statements that make the audience; where it is no outsider's, first of those that look open."""
        told = list(islice(self._flagged or self._telling(), _TOLD))
        found = [reason.of(each.statement.name) for each in told for reason in each.reasons]
        assumed = self.verdict.unproven
        if assumed is not None:
            last = [reason.of(assumed.name) for reason in self.statements[assumed.number].reasons]
            found += [reason for reason in last if reason.code is Code.UNPROVEN and reason not in found]
        found = list(_once(found))
        numbers = {each.statement.number for each in told}
        for statement in self.verdict.policy.allows:
            if statement.number not in numbers:  # else its reasons say so already
                found += [reason.of(statement.name) for reason in unguarded_services(self.verdict, statement)]
        return tuple(found)

    @lazy
    def parties(self) -> tuple[str, ...]:
        """The outside parties that get a checked action by any statement; none where everyone does."""
        if self.verdict.audience not in OUTSIDE:
            return ()
        return tuple(sorted({party for each in self._of(self.verdict.policy.allows) for party in each.parties}))

    @lazy
    def proven_statement(self) -> Optional[StatementAnswers]:
        """The first flagged statement that has a witness."""
        return next((each for each in self._flagged if each.request is not None), None)

    @lazy
    def hash(self) -> str:
        """SHA-256 of the policy as canonical JSON, in hex."""
        return hashlib.sha256(self.verdict.policy.canonical.encode("ascii")).hexdigest()

    @lazy
    def _flagged(self) -> tuple[StatementAnswers, ...]:
        return tuple([each for each in self._of(self.verdict.policy.open_ended) if each.flagged])

    def _of(self, statements: Iterable[Statement]) -> Iterator[StatementAnswers]:
        return (self.statements[statement.number] for statement in statements)

    def _telling(self) -> Iterator[StatementAnswers]:
        """The statements by which the audience has access: all for an outside one; else those that look open or name
        services, or where there are none, the others."""
        verdict, audience, told = self.verdict, self.verdict.audience, False
        if audience is Audience.none:
            yield from self._of(verdict.policy.open_ended)
            return
        for notable in (True,) if audience in OUTSIDE else (True, False):
            for statement in () if told else verdict.policy.allows:
                looks_open = statement.principals.open_ended or bool(statement.principals.services)
                fits = audience in OUTSIDE or looks_open is notable
                if fits and verdict.granted((statement,), audience):
                    told = True
                    yield self.statements[statement.number]
