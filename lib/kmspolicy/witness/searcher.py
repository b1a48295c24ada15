"""Looks for a witness: one request by a requester of a row that a statement allows and that no Deny denies.

Source: IAM User Guide, *Policy evaluation logic*; KMS Developer Guide, *Allowing users in other accounts to use a key*.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Optional

from ..budget import Budget, OutOfSteps
from ..caching import lazy
from ..domains.domain import Facts
from ..evaluation.evaluator import matches, principal_matches
from ..evaluation.request import KeyFacts, Request
from ..policy.actions import bits, names_of
from ..policy.identifiers import MEMBER_KEYS
from ..policy.model import THE_KEY, Condition, Policy, Statement
from ..policy.principals import ANYONE
from ..requesters.audience import ALL_ROWS, NAMED_ROWS, Audience
from ..requesters.exclusions import limits_to, ruled_out, rules_out
from ..requesters.fresh_ids import named_organizations, outside_accounts, outside_organizations
from ..requesters.network_keys import NETWORK_KEYS
from ..requesters.policy_independence import general_rows
from ..requesters.population import World
from ..requesters.requesters import Requester, bound_keys, requesters
from ..solver.literals import Constraint, constraints_of, plain_resource_covers
from ..solver.search import Unmet, keys_read
from .access import NOTHING, Found, Grant, request_of, rows_named, within_reach
from .deny_set import Denies, masks_of
from .memo import Question, met_by_anyone

SEARCH_STEPS = 250_000  # one question: a statement, an action, a row
POLICY_STEPS = 700_000  # all questions about one policy

_STEPS_OF_A_REQUESTER = 40

_PLACES = frozenset((*NETWORK_KEYS, "aws:viaawsservice", "aws:ec2instancesourcevpc"))


class Searcher:
    """Answers questions about one policy, for one key; it remembers what it was asked."""

    def __init__(self, policy: Policy, key: KeyFacts) -> None:
        self.policy = policy
        self.key = key
        self.budget = Budget(POLICY_STEPS)
        self.bound_met = False  # whether a search was ended by its bound
        self._covers: dict[int, bool] = {}
        self._constraints: dict[int, list[Constraint]] = {}
        self._grants: dict[tuple[object, ...], Grant] = {}
        self._met: dict[int, bool] = {}
        self._open: dict[int, frozenset[Audience]] = {}
        self._hitting: dict[object, Denies] = {}
        self._alone: dict[tuple[int, int], int] = {}

    @lazy
    def world(self) -> World:
        """What requesters are drawn from."""
        return World(self.policy, self.key)

    @lazy
    def general_key(self) -> KeyFacts:
        """What general answers depend on of the key: no condition on its id or on the event's time is general."""
        return KeyFacts(self.key.account, self.key.region, None, self.key.partition)

    def covers(self, statement: Statement) -> bool:
        """Whether the statement's resource element covers the key (or may, when it reads variables)."""
        if statement.resources is THE_KEY:
            return True
        if statement.number not in self._covers:
            self._covers[statement.number] = plain_resource_covers(statement, self.key, self.budget)
        return self._covers[statement.number]

    def constraints(self, statement: Statement) -> list[Constraint]:
        """What the statement tests besides action, principal and plain resource."""
        if statement.number not in self._constraints:
            self._constraints[statement.number] = constraints_of(statement, self.key, self.budget)
        return self._constraints[statement.number]

    def grant(
        self, statement: Statement, actions: int, audience: Audience, denies: Optional[tuple[Statement, ...]] = None
    ) -> Grant:
        """What the row gets of these actions (a bit mask) by the statement, past these Denies (None: all there are)."""
        asked = within_reach(audience, actions & statement.actions)
        if not asked or not (statement.principals.open_ended or audience in NAMED_ROWS):
            return NOTHING
        if audience not in self.rows(statement):
            return NOTHING
        hitting = self._denies(asked, denies)
        question = (statement.number, asked, audience, hitting)
        grant = self._grants.get(question)
        if grant is None:
            if not hitting.statements and self._is_general(statement, statement.conditions, audience):
                grant = self._general(statement.conditions, asked, audience)
            else:
                grant = self._grant(statement, asked, audience, hitting)
            self._grants[question] = grant
        return grant

    def _is_general(self, statement: Statement, conditions: tuple[Condition, ...], audience: Audience) -> bool:
        """Whether the statement, under these conditions, has the same answer in every policy, and steps are left."""
        if not conditions or not self.is_plain(statement) or self.key.account is None:
            return False
        return self.budget.left >= SEARCH_STEPS and audience in general_rows(conditions)

    @staticmethod
    def is_plain(statement: Statement) -> bool:
        """Whether the statement is for everyone, and for the key."""
        principals = statement.principals
        return principals.anyone and not principals.negated and statement.resources is THE_KEY

    def _general(self, conditions: tuple[Condition, ...], asked: int, audience: Audience) -> Grant:
        """The grant of a statement that gets the same in every policy, as if it were alone in its own."""
        question = (conditions, asked, audience)
        grant = self._grants.get(question)
        if grant is None:
            gained, undecided, steps = gained_alone(conditions, asked, audience, self.general_key)
            self.budget.spend(steps)
            grant = self._grants[question] = self._undecided(gained) if undecided else Grant(gained)
        return grant

    def rows(self, statement: Statement) -> frozenset[Audience]:
        """The rows that no element of the statement rules out by itself; the others get nothing by it."""
        rows = self._open.get(statement.number)
        if rows is None:
            rows = self._open[statement.number] = self._rows(statement)
        return rows

    def _rows(self, statement: Statement) -> frozenset[Audience]:
        principals = statement.principals
        if not statement.allow or (principals.negated and principals.anyone) or not self.covers(statement):
            return frozenset()
        rows = ALL_ROWS
        if not principals.open_ended:
            rows = rows_named(principals, self.key.account)
        return rows - ruled_out(statement, self.key.account) if statement.conditions else rows

    def _denies(self, asked: int, denies: Optional[tuple[Statement, ...]]) -> Denies:
        """Those of the Denies that can meet the actions; the same object for the same ones."""
        question = (asked, None if denies is None else tuple([deny.number for deny in denies]))
        found = self._hitting.get(question)
        if found is None:
            against = self.policy.denies if denies is None else denies
            hitting = tuple([deny for deny in against if deny.actions & asked and self.covers(deny)])
            alike = tuple([deny.number for deny in hitting])
            found = self._hitting.setdefault(alike, Denies(hitting, self.constraints))
            self._hitting[question] = found
        return found

    def _grant(self, statement: Statement, asked: int, audience: Audience, hitting: Denies) -> Grant:
        by_name = audience is Audience.everyone or not statement.principals.open_ended
        if by_name and not hitting.statements and not self.constraints(statement):
            return Grant(asked)  # nothing but the principal element decides, and it covers the row
        gained, first, undecided = 0, None, False
        for alike in self._alike(asked, statement, hitting):
            found = self._search(statement, alike, audience, hitting.among(alike))
            if found.actions:
                gained |= alike
                first = first or found.found
                undecided = undecided or found.undecided
        return Grant(gained, first, undecided) if gained else NOTHING

    def _alike(self, asked: int, statement: Statement, denies: Denies) -> Iterable[int]:
        """Splits the actions into those that meet the same Denies and whose requests carry the same keys."""
        masks = denies.masks | masks_of(keys_read(self.constraints(statement)))
        if not masks:
            return (asked,)
        parts: dict[frozenset[int], int] = {}
        for bit in bits(asked):
            kind = frozenset([mask for mask in masks if mask & bit])
            parts[kind] = parts.get(kind, 0) | bit
        return parts.values()

    def condition_alone(self, statement: Statement, condition: Condition, actions: int, audience: Audience) -> Grant:
        """What the row would get by the statement if this condition were its only one, and nothing denied."""
        if len(statement.conditions) == 1:
            return self.grant(statement, actions, audience, ())
        asked = within_reach(audience, actions & statement.actions)
        if not asked or audience in rules_out(condition, self.key.account):
            return NOTHING
        if self._is_general(statement, (condition,), audience):
            return self._general((condition,), asked, audience)
        free = len(self.policy.statements) + len(self._alone)
        number = self._alone.setdefault((statement.number, id(condition)), free)
        return self.grant(statement._replace(number=number, conditions=(condition,)), actions, audience, ())

    def rows_by_name(self, statement: Statement) -> Optional[frozenset[Audience]]:
        """Whom the principal element names, where it alone decides who gets the actions; None where a search must."""
        if statement.principals.open_ended or not self.covers(statement):
            return None
        if (statement.conditions or statement.resources is not THE_KEY) and not self._met_by_all(statement):
            return None
        return rows_named(statement.principals, self.key.account)

    def _met_by_all(self, statement: Statement) -> bool:
        """Whether everybody whom the principal element names can meet what else the statement tests, by any action."""
        met = self._met.get(statement.number)
        if met is None:
            keys = {condition.key for condition in statement.conditions}
            met = self._met[statement.number] = (
                (statement.resources is THE_KEY or not self._reads_resources(statement))
                and len(keys) == len(statement.conditions)
                and keys.isdisjoint(bound_keys(statement.principals))
                and all(map(met_by_anyone, statement.conditions))
            )
        return met

    def _reads_resources(self, statement: Statement) -> bool:
        return len(self.constraints(statement)) > len(statement.conditions)

    def _search(self, statement: Statement, alike: int, audience: Audience, denies: Denies) -> Grant:
        """Whether the row gets one action, and so all that are like it."""
        if not self.budget.left:
            return self._undecided(alike)
        action = names_of(alike)[0]
        required = self.constraints(statement)
        read = denies.reads | keys_read(required)
        if (audience is Audience.network and not read & _PLACES) or (
            audience is Audience.organization and not read & MEMBER_KEYS
        ):
            return NOTHING
        budget = Budget(SEARCH_STEPS, self.budget)
        question = Question(action, required, read, self.key, budget)
        each = _STEPS_OF_A_REQUESTER + len(required) + len(read) + 2 * denies.size
        hopeless: list[Facts] = []
        try:
            for requester in self._requesters(audience, statement, denies.statements, read, budget):
                budget.spend(each + len(hopeless))
                if any(facts is known for known in hopeless for facts in requester.facts):
                    continue
                if not principal_matches(statement.principals, requester.caller):
                    continue
                against = denies.against(requester.caller)
                if not all(against):
                    continue
                context = question.solution(requester, against)
                if isinstance(context, Unmet):
                    unmet = requester.facts_about(context.keys)
                    if not unmet:
                        return NOTHING
                    if len(unmet) == 1:
                        hopeless.append(unmet[0])
                elif context is not None:
                    return Grant(alike, Found(requester, action, context))
        except OutOfSteps:
            return self._undecided(alike)
        return NOTHING

    def _undecided(self, actions: int) -> Grant:
        self.bound_met = True
        return Grant(actions, undecided=True)

    def _requesters(
        self,
        audience: Audience,
        statement: Statement,
        denies: tuple[Statement, ...],
        read: frozenset[str],
        budget: Budget,
    ) -> Iterator[Requester]:
        concerned = (statement, *denies)
        return requesters(
            audience,
            statement.principals,
            self.world,
            read,
            lambda: outside_accounts(concerned, self.world, budget),
            lambda: outside_organizations(concerned, self.world, budget),
            lambda: named_organizations(statement, self.world),
            limits_to(statement),
        )

    def witness(self, statement: Statement, grant: Grant) -> Optional[Request]:
        """A request of everyone's by which the statement grants; None where the search was ended by its bound."""
        if not grant.actions or (grant.undecided and grant.found is None):
            return None
        found = grant.found or self._found(statement, grant.actions)
        if found is None:
            return None
        request = request_of(found, self.world)
        denied = any(matches(deny, request) for deny in self.policy.denies)
        return request if matches(statement, request) and not denied else None

    def _found(self, statement: Statement, actions: int) -> Optional[Found]:
        """What gets the first of the actions, where the grant was known without it."""
        if not self.constraints(statement):  # whoever asks
            first = next(self._requesters(Audience.everyone, statement, (), frozenset(), self.budget))
            return Found(first, names_of(actions)[0], {})
        paid, self.budget = self.budget, Budget(POLICY_STEPS)
        try:
            return self._grant(statement, actions, Audience.everyone, self._denies(actions, ())).found
        finally:
            self.budget = paid


def alone_in_policy(conditions: tuple[Condition, ...], actions: int) -> Policy:
    """The policy of one Allow that gives everyone these actions (a bit mask) under these conditions."""
    spelled = "\n".join(value for condition in conditions for value in condition.values)
    return Policy((Statement(0, {}, "", True, ANYONE, actions, THE_KEY, conditions),), {}, spelled)


@lru_cache(maxsize=2048)
def gained_alone(
    conditions: tuple[Condition, ...], asked: int, audience: Audience, key: KeyFacts, bound: int = SEARCH_STEPS
) -> tuple[int, bool, int]:
    """What the row gets of these actions by a policy of one Allow for everyone under these conditions.

    The actions, whether that is undecided after so many steps, and the steps it took.
    """
    policy = alone_in_policy(conditions, asked)
    (statement,) = policy.statements
    searcher = Searcher(policy, key)
    searcher.budget = Budget(bound)
    grant = searcher._grant(statement, asked, audience, Denies((), searcher.constraints))
    return grant.actions, grant.undecided, bound - searcher.budget.left
