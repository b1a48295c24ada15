"""Looks for a witness: one request by a requester of an audience that a statement allows and that no Deny denies.

Source: IAM User Guide, *Policy evaluation logic*; KMS Developer Guide, *Allowing users in other accounts to use a key*
and *Grants in AWS KMS*.
"""

from collections.abc import Hashable, Iterator
from typing import Optional

from ..budget import Budget, Undecided
from ..caching import Recent, lazy
from ..evaluation.evaluator import is_denied, matches
from ..evaluation.request import KeyFacts, Request
from ..policy.actions import GRANTS_MASK, Mask
from ..policy.condition import Condition
from ..policy.context_keys import KEY_ARN
from ..policy.model import Policy, Statement
from ..policy.principals import Principals
from ..requesters.alike import without_id
from ..requesters.audience import WIDEST_FIRST, Audience
from ..requesters.keys import key_group
from ..requesters.limits import ruled_out
from ..requesters.population import Population, partitions
from ..solver.literals import Conflict, Literal, literal
from .access import NO_ACCESS, Access, named_audiences, within_reach
from .asked import Known, are_told_apart
from .inquiry import Inquiry
from .questions import Denies

POLICY_STEPS = 17_000  # all questions about one policy
_MOST_KEPT = 64
_ALL = frozenset(WIDEST_FIRST)


class Searcher:
    """Answers questions about one policy, for one key."""

    def __init__(
        self,
        policy: Policy,
        key: KeyFacts,
        extra: tuple[str, ...],
        budget: Budget,
        strict: bool = False,
    ) -> None:
        """extra: asked actions that the table does not know, see actions.mask_of; budget: of all questions about the
        policy; strict: whether only requesters count that are in no network that it names."""
        self.policy = policy
        self.key = key
        self.extra = extra
        self.budget = budget
        self.strict = strict
        self.limit_reached = False  # whether a question stayed undecided
        self._covers: dict[int, bool] = {}
        self._reached: dict[tuple[object, ...], frozenset[Audience]] = {}  # by elements, see _possible
        self._known_denies: Recent[Denies] = Recent(_MOST_KEPT)
        self._known = Known()
        self._of_alike: dict[Hashable, Access] = {}  # by the question without the id that a statement spells out

    @lazy
    def populations(self) -> tuple[Population, ...]:
        """What requesters are drawn from, for each partition that the key may be in."""
        told_apart = partitions(self.policy, self.key)
        return tuple([Population(self.policy.within(each), self.key, each, self.strict) for each in told_apart])

    @property
    def spent(self) -> int:
        """The steps that the answers so far took."""
        return self.budget.spent

    def access(
        self,
        statement: Statement,
        actions: Mask,
        audience: Audience,
        denies: Optional[tuple[Statement, ...]] = None,
        apart: bool = False,
        enough: bool = False,
    ) -> Access:
        """What the audience gets of these actions by the statement, past these Denies (None: all of the policy's).

        apart: whether nothing is used that other answers have worked out, and nothing kept for them, so that the steps
        do not depend on earlier questions; enough: whether one proven action is enough: no other is asked about then.
        """
        asked = self.conceivable(statement, actions, audience)
        if not asked:
            return NO_ACCESS
        if not self.budget.left and not self.gives_by_name(statement, audience):  # no search could show more
            is_assumed = are_told_apart(audience, self.policy.reads)
            self.limit_reached |= is_assumed
            return Access(asked) if is_assumed else NO_ACCESS
        against = self.policy.denies if denies is None else denies
        question = None if apart else self._without_id(statement, asked, audience, against, enough)
        found = None if question is None else self._of_alike.get(question)
        if found is None:
            found = self._gained(statement, asked, audience, against, apart, enough)
            if question is not None and not found.undecided:
                self._of_alike[question] = found
        return found

    def _gained(
        self,
        statement: Statement,
        asked: Mask,
        audience: Audience,
        against: tuple[Statement, ...],
        apart: bool,
        enough: bool,
    ) -> Access:
        """See access. asked: actions that are conceivable."""
        gained = NO_ACCESS
        for each in self._accesses(statement, asked, audience, against, apart):
            gained |= each
            if enough and each.proven:
                return gained._replace(whole=gained.actions == asked)
        return gained

    def _without_id(
        self, statement: Statement, asked: Mask, audience: Audience, against: tuple[Statement, ...], enough: bool
    ) -> Optional[Hashable]:
        """The question without the only id that the statement spells out: what the Denies say of that stands for it, so
        that the answer is the same for all whom they say the same of. None where ids may be told apart otherwise."""
        found = without_id(statement, self.key.account)
        if found is None:
            return None
        (name, rest), denies = found, self._denies(against, self.populations[0])
        said = denies.said_of_ids
        numbers = tuple([deny.number for deny in against])
        return None if said is None else (rest, said.get(name), asked, audience, numbers, enough)

    def conceivable(self, statement: Statement, actions: Mask, audience: Audience) -> Mask:
        """Those of the actions that the statement may allow the audience, by a look at each element alone."""
        asked = within_reach(audience, actions & statement.actions)
        if not asked or not statement.allow or not self.covers(statement):
            return 0
        if audience in self._possible(statement):
            return asked
        return asked & GRANTS_MASK if audience is Audience.service else 0  # a service may be made a grantee

    def _possible(self, statement: Statement) -> frozenset[Audience]:
        """The audiences of which the statement may allow somebody something, by a look at each element alone."""
        elements = statement.principals, statement.conditions, statement.resource
        found = self._reached.get(elements)
        if found is None:
            found = self._reached[elements] = self._covered(statement.principals) - ruled_out(statement)
        return found

    def _covered(self, principals: Principals) -> frozenset[Audience]:
        """The audiences with a member that a principal element covers."""
        if not principals.open_ended:
            return named_audiences(principals, self.key.account)
        return frozenset() if principals.negated and principals.anyone else _ALL

    def _accesses(
        self,
        statement: Statement,
        asked: Mask,
        audience: Audience,
        against: tuple[Statement, ...],
        apart: bool = False,
    ) -> Iterator[Access]:
        """What the audience gets of conceivable actions in each population, one search after the other."""
        known = Known() if apart else self._known
        for population in self.populations:
            own = statement._replace(principals=statement.principals.within(population.partition))
            denies, possible = self._denies(against, population), self._possible(own)
            inquiry = Inquiry(own, audience, possible, denies, population, self.budget, known, self.extra)
            for each in inquiry.accesses(asked) if asked else ():
                self.limit_reached |= bool(each.undecided)
                asked &= ~each.actions
                yield each

    def _denies(self, against: tuple[Statement, ...], population: Population) -> Denies:
        """Some Denies, as they read in a population."""
        numbers = tuple([deny.number for deny in against])
        asked = population.partition, numbers
        found = self._known_denies.get(asked)
        if found is None:
            listed = [population.policy.statements[number] for number in numbers]
            found = self._known_denies.keep(asked, Denies(listed))
        return found

    def gives_by_name(self, statement: Statement, audience: Audience) -> bool:
        """Whether the statement gives the audience all that it covers, because its principal element covers it and
        nothing else decides."""
        by_name = audience is Audience.everyone or not statement.principals.open_ended
        return by_name and statement.is_unconditional and audience in self._possible(statement)

    def proof(self, statement: Statement, actions: Mask) -> Optional[Request]:
        """An outsider's request for one of the actions that everyone was proven to get by the statement; None where no
        search found one in time. Every witness passes the evaluator."""
        searches = self._accesses(statement, actions, Audience.everyone, self.policy.denies)
        for problem, values in filter(None, (access.found for access in searches)):
            request, policy = problem.request(values), problem.candidate.population.policy
            allowed = matches(policy.statements[statement.number], request, self.extra)
            if allowed and not is_denied(policy, request, self.extra):
                return request
        return None

    def covers(self, statement: Statement) -> bool:
        """Whether the statement's resource element covers the key, or may: its variables can be any text."""
        if statement.resource is None:
            return True
        if statement.number not in self._covers:
            self._covers[statement.number] = self._may_cover(statement.resource)
        return self._covers[statement.number]

    def _may_cover(self, resource: Condition) -> bool:
        try:
            return any(self._is_met(literal(resource).opened, population) for population in self.populations)
        except Undecided:
            return True

    def _is_met(self, asked: Literal, population: Population) -> bool:
        """Whether the key may have an ARN that makes a literal true."""
        place = self.key._replace(partition=population.partition, event_time=None)
        group = key_group(place, (), (), frozenset((KEY_ARN,)))
        return not isinstance(group.solve({KEY_ARN: [asked]}, self.budget), Conflict)
