"""The answers about a policy and its statements, each worked out when it is first read.

Keys that no condition tells apart share the answers about their policy.

Source: docs/threat-model.md, *What the flags and severities mean* and *Reasons*.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Optional

from ..caching import lazy
from ..policy.actions import shown
from ..policy.errors import Problem
from ..policy.model import Statement
from ..policy.serialization import canonical, of_statement
from ..requesters.audience import OUTSIDE, Audience
from .confused_deputy import unguarded_services
from .parties import Parties
from .proof import Witness
from .reasons import OF_GRANTS, reasons
from .sentences import Code, Reason, some
from .verdict import Verdict

_TOLD = 10  # statements whose reasons a summary gives


@dataclass(frozen=True)
class StatementAnalysis:
    """One statement's verdict. search: looks for parties."""

    statement: Statement
    verdict: Verdict
    search: Parties

    @property
    def text(self) -> str:
        """The statement as compact JSON."""
        return of_statement(self.statement.source)

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
        return shown(self.verdict.granted_by(self.statement, self.audience))

    @lazy
    def reasons(self) -> tuple[Reason, ...]:
        """Why, see reasons.py; one reason says that a finding has no witness."""
        found = reasons(self.verdict, self.statement)
        told = any(reason.code is Code.UNPROVEN for reason in found)
        if told or not self.flagged or self.witness is not None:
            return found
        return *found, Reason(Code.UNPROVEN, (some(self.granted),))

    @lazy
    def parties(self) -> tuple[str, ...]:
        """The outside parties that get a checked action by it, past every Deny, see Parties."""
        return self.search.let_in(self.statement)

    @lazy
    def witness(self) -> Optional[Witness]:
        """A request that the whole policy allows an outsider; None when not flagged, or not proven."""
        request = self.verdict.request(self.statement)
        return None if request is None else Witness(request, self.verdict.policy)

    @property
    def proven(self) -> bool:
        """Whether a witness proves the flag, and for a key of a kind that is not merely possible."""
        return self.flagged and self.witness is not None and not self.verdict.only_encapsulates


@dataclass(frozen=True)
class Analysis:
    """A policy's verdict; of one that could not be read, all but its problem is empty."""

    verdict: Verdict

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the policy could not be read, or some of its statements."""
        return self.verdict.policy.problems

    @property
    def problem(self) -> Optional[Problem]:
        """Why the policy as a whole could not be read."""
        first = self.problems[:1]
        return first[0] if first and first[0].statement is None else None

    @lazy
    def statements(self) -> tuple[StatementAnalysis, ...]:
        """The analyses of the statements, in the policy's order."""
        search = Parties(self.verdict)
        return tuple([StatementAnalysis(each, self.verdict, search) for each in self.verdict.policy.statements])

    @property
    def audience(self) -> Optional[Audience]:
        """The widest audience that gets a checked action from the whole policy."""
        return self.verdict.audience if self.problem is None else None

    @property
    def flagged(self) -> bool:
        """Whether everyone gets a checked action."""
        return self.verdict.flagged

    @property
    def encrypt_only(self) -> bool:
        """Whether everyone can encrypt and not everyone can decrypt."""
        return self.verdict.encrypt_only

    @lazy
    def granted(self) -> tuple[str, ...]:
        """The checked actions that the audience gets, by any statement."""
        return shown(self.verdict.granted)

    @lazy
    def reasons(self) -> tuple[Reason, ...]:
        """Those of the statements that make the audience; where it is no outsider's, first of those that look open."""
        told = list(islice(self._flagged or self._telling(), _TOLD))
        found = [reason.of(each.statement.name) for each in told for reason in each.reasons]
        # Each of these says that grants last: one is enough.
        of_grants = [reason for reason in found if reason.code in OF_GRANTS]
        found = [reason for reason in found if reason.code is not Code.GRANTS_LAST or reason is of_grants[0]]
        numbers = {each.statement.number for each in told}
        for statement in self.verdict.policy.allows:
            if statement.number not in numbers:  # else its reasons say so already
                found += [reason.of(statement.name) for reason in unguarded_services(self.verdict, statement)]
        return tuple(found)

    @lazy
    def parties(self) -> tuple[str, ...]:
        """The outside parties that get a checked action by any statement; none where everyone does. See Parties."""
        if self.verdict.audience not in OUTSIDE:
            return ()
        return tuple(sorted({party for each in self._of(self.verdict.policy.allows) for party in each.parties}))

    @lazy
    def witness(self) -> Optional[Witness]:
        """The witness of the first flagged statement that has one."""
        return next(filter(None, (each.witness for each in self._flagged)), None)

    @property
    def proven(self) -> bool:
        """Whether a witness proves that everyone has access, for a key of a kind that is not merely possible."""
        return self.witness is not None and not self.verdict.only_encapsulates

    @lazy
    def hash(self) -> str:
        """SHA-256 of the policy as canonical JSON, in hex; '' when it could not be read."""
        policy = self.verdict.policy
        return hashlib.sha256(canonical(policy.source).encode("ascii")).hexdigest() if policy.source else ""

    @property
    def steps(self) -> int:
        """The steps of search that the answers so far took, for diagnostics."""
        return self.verdict.searcher.spent

    @lazy
    def _flagged(self) -> tuple[StatementAnalysis, ...]:
        return tuple([each for each in self._of(self.verdict.listed(Audience.everyone)) if each.flagged])

    def _of(self, statements: Iterable[Statement]) -> Iterator[StatementAnalysis]:
        return (self.statements[statement.number] for statement in statements)

    def _telling(self) -> Iterable[StatementAnalysis]:
        """The statements by which the audience has access: all for an outside one; else those that look open or name
        services, or where there are none, the others. For nobody, those that cover a checked action, alone those that
        look open where there are any; where none covers one, those that look open.
        """
        verdict, audience = self.verdict, self.verdict.audience
        if audience is Audience.none:
            covering = [each for each in verdict.policy.allows if each.actions & verdict.checked]
            listed = covering or verdict.policy.statements
            looking = [each for each in listed if each.allow and each.principals.open_ended]
            return self._of(looking or covering)

        def giving(notable: bool) -> Iterator[StatementAnalysis]:
            for statement in verdict.listed(audience):
                looks_open = statement.principals.open_ended or bool(statement.principals.services)
                fits = audience in OUTSIDE or looks_open is notable
                if fits and verdict.access(statement, audience).actions:
                    yield self.statements[statement.number]

        return list(islice(giving(notable=True), _TOLD)) or giving(notable=False)
