"""Looks for a witness: one request by a requester of a row that a statement allows and that no Deny denies."""
from dataclasses import replace
from typing import Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Tuple

from . import automata, patterns
from .actions import CROSS_ACCOUNT, mask_of
from .budget import Budget, OutOfSteps
from .constraints import Constraint, constraints_of, plain_resource_covers
from .domains import Domain
from .evaluate import Caller, KeyFacts, Request, Value, matches, principal_matches
from .keys import context_key
from .names import Names, names_in
from .networks import NETWORK_KEYS
from .operators import Family
from .policy import Condition, Policy, Statement, account_of
from .requesters import WITHIN_ACCOUNT, Audience, Requester, World, requesters, world_of
from .solver import keys_read, solve

SEARCH_STEPS = 10_000  # one question: a statement, an action, a row
POLICY_STEPS = 100_000  # all questions about one policy

_PLACES = frozenset((*NETWORK_KEYS, "aws:viaawsservice", "aws:ec2instancesourcevpc"))
_ORGANIZATIONS = frozenset(("aws:principalorgid", "aws:principalorgpaths"))
_ACCOUNT_KEYS = ("aws:principalaccount", "kms:calleraccount")


class Answer(NamedTuple):
    """A witness; or none, and then whether the search was ended by its bound."""

    request: Optional[Request]
    undecided: bool = False

    @property
    def open(self) -> bool:
        """Whether access is given, or not ruled out."""
        return self.request is not None or self.undecided


NO = Answer(None)


class Searcher:
    """Answers questions about one policy, for one key; it remembers what it was asked."""

    def __init__(self, policy: Policy, key: KeyFacts) -> None:
        self.policy = policy
        self.key = key
        self._budget = Budget(POLICY_STEPS)
        self._names: Optional[Names] = None
        self._world: Optional[World] = None
        self._covers: Dict[int, bool] = {}
        self._constraints: Dict[int, List[Constraint]] = {}
        self._answers: Dict[Tuple[object, ...], Answer] = {}

    @property
    def names(self) -> Names:
        if self._names is None:
            self._names = names_in(self.policy)
        return self._names

    @property
    def world(self) -> World:
        if self._world is None:
            self._world = world_of(self.policy, self.names, self.key)
        return self._world

    def covers(self, statement: Statement) -> bool:
        """Whether the statement's resource element covers the key (or may, when it reads variables)."""
        if statement.index not in self._covers:
            self._covers[statement.index] = plain_resource_covers(statement, self.key)
        return self._covers[statement.index]

    def constraints(self, statement: Statement) -> List[Constraint]:
        """What the statement tests besides action, principal and plain resource."""
        if statement.index not in self._constraints:
            self._constraints[statement.index] = constraints_of(statement, self.key)
        return self._constraints[statement.index]

    def ask(self, statement: Statement, action: str, audience: Audience, denies: Tuple[Statement, ...]) -> Answer:
        """Whether a requester of the row gets the action by the statement, past these Denies."""
        bit = mask_of((action,))
        if (not statement.allow or not statement.actions & bit or not self.covers(statement)
                or not self._may_cover(statement, audience)
                or action not in CROSS_ACCOUNT and audience not in WITHIN_ACCOUNT):
            return NO
        hitting = tuple(deny for deny in denies if deny.actions & bit and self.covers(deny))
        question = (statement.index, audience, tuple(deny.index for deny in hitting),
                    self._limited_keys(statement, hitting, action))
        answer = self._answers.get(question)
        if answer is None:
            answer = self._answers[question] = self._search(statement, action, audience, hitting)
        if answer.request is not None and answer.request.action != action:
            answer = Answer(Request(action, answer.request.caller, answer.request.context, self.key))
        return answer

    def condition_alone(self, statement: Statement, condition: Condition, action: str, audience: Audience) -> Answer:
        """Whether the row could get the action by the statement if this condition were its only one, and nothing denied."""
        index = -1 - statement.conditions.index(condition)
        alone = replace(statement, index=index * len(self.policy.statements) - statement.index, conditions=(condition,))
        return self.ask(alone, action, audience, ())

    def _may_cover(self, statement: Statement, audience: Audience) -> bool:
        """Whether the principal element alone can cover a requester of the row."""
        principals = statement.principals
        if principals.negated and principals.anyone:
            return False
        if principals.open_ended:
            return True
        if audience is Audience.service:
            return bool(principals.services)
        if audience is Audience.internal:
            own = self.key.account
            return own is not None and (own in principals.accounts or any(
                account_of(arn) == own for arn in (*principals.arns, *principals.sessions)))
        if audience is Audience.external:
            return bool(principals.unique_ids) or any(account != self.key.account for account in (
                *principals.accounts, *map(account_of, (*principals.arns, *principals.sessions))))
        return False

    def _limited_keys(self, statement: Statement, denies: Tuple[Statement, ...], action: str) -> FrozenSet[str]:
        """Which of the keys that exist on some actions only this action's requests can carry."""
        found = set()
        for each in (statement, *denies):
            for name in keys_read(self.constraints(each)):
                row = context_key(name)
                if row.actions is not None and action in row.actions:
                    found.add(name)
        return frozenset(found)

    def _search(self, statement: Statement, action: str, audience: Audience, denies: Tuple[Statement, ...]) -> Answer:
        required = self.constraints(statement)
        tests = {deny.index: self.constraints(deny) for deny in denies}
        read = keys_read([*required, *(test for of_deny in tests.values() for test in of_deny)])
        if audience is Audience.network and not read & _PLACES or audience is Audience.organization and not read & _ORGANIZATIONS:
            return NO
        budget = Budget(SEARCH_STEPS, self._budget)
        try:
            for requester in self._requesters(audience, statement, denies, read, budget):
                against = [tests[d.index] for d in denies if principal_matches(d.principals, requester.caller)]
                if not all(against):
                    continue
                context = solve(requester, action, required, against, self.key, budget)
                if context is not None:
                    request = self._request(requester, action, context)
                    if matches(statement, request) and not any(matches(deny, request) for deny in denies):
                        return Answer(request)
        except OutOfSteps:
            return Answer(None, undecided=True)
        return NO

    def _requesters(self, audience: Audience, statement: Statement, denies: Tuple[Statement, ...], read: FrozenSet[str],
                    budget: Budget) -> Iterator[Requester]:
        concerned = (statement, *denies)
        return requesters(audience, statement.principals, self.world, read,
                          lambda: _outside_accounts(concerned, self.world, budget),
                          lambda: _outside_organizations(concerned, self.world, budget))

    def _request(self, requester: Requester, action: str, context: Dict[str, Value]) -> Request:
        """The request with the facts of its caller that no condition asked for."""
        present = {name: value for name, value in context.items() if value is not None}
        for name in ("aws:principalarn", "aws:principalaccount"):
            domain = requester.domains.get(name)
            if name not in context and domain is not None and not domain.optional:
                present[name] = _first_of(domain)
        caller = requester.caller
        if caller.account is None and not caller.service:
            caller = Caller(service=str(present.get("aws:principalservicename", "s3.amazonaws.com")))
        return Request(action, caller, present, self.key)


def _first_of(domain: Domain) -> str:
    """Any value of a domain that no condition asks about."""
    for text in domain.values or domain.seeds:
        if domain.holds(text):
            return text
    return automata.find([domain.languages], domain.excluded, lambda: None) or ""


def _outside_accounts(statements: Tuple[Statement, ...], world: World, budget: Budget) -> Iterator[str]:
    """Accounts that the policy does not name, one for each way in which its patterns can see an account."""
    yield world.outsider
    whole: List[automata.Pattern] = []
    within: List[automata.Pattern] = []
    for statement in statements:
        for condition in statement.conditions:
            if not condition.operator.takes_variables:
                continue
            for comparand in condition.values:
                tokens = comparand.tokens
                if condition.operator.family is Family.ARN:
                    parts = patterns.arn_parts(tokens)
                    tokens = parts[4] if parts else ()
                if not any(isinstance(token, patterns.Wildcard) for token in tokens) or tokens == (patterns.STAR,):
                    continue
                if condition.key in _ACCOUNT_KEYS or condition.operator.family is Family.ARN:
                    whole.append(patterns.automaton(tokens))
                elif condition.key == "aws:principalarn":
                    within.append(patterns.automaton(tokens))
    named = [automata.literal(account) for account in world.names.accounts]
    avoid = {*world.names.accounts, world.key.account, world.outsider}
    digits = (automata.Element(automata.DIGIT),) * 12
    if whole:
        yield from (a for a in automata.cells(digits, "", whole + named, budget.spend) if a not in avoid)
    if within:
        for partition in world.partitions:
            for service in ("iam", "sts"):
                prefix = f"arn:{partition}:{service}::"
                prefixed = [automata.literal(prefix + account) for account in world.names.accounts]
                yield from (a for a in automata.cells(digits, prefix, within + prefixed, budget.spend) if a not in avoid)


def _outside_organizations(statements: Tuple[Statement, ...], world: World, budget: Budget) -> Iterator[str]:
    """The same for organizations."""
    yield world.foreign_organization
    rows = [patterns.automaton(comparand.tokens) for statement in statements for condition in statement.conditions
            if condition.key in _ORGANIZATIONS and condition.operator.takes_variables for comparand in condition.values
            if any(isinstance(token, patterns.Wildcard) for token in comparand.tokens)]
    if rows:
        language = (automata.literal("o-") + (automata.Element(automata.LOWER_ALNUM),) * 10
                    + automata.any_of(automata.LOWER_ALNUM))
        named = [automata.literal(name) for name in world.names.organizations]
        avoid = {*world.names.organizations, world.foreign_organization, world.own_organization}
        yield from (o for o in automata.cells(language, "", rows + named, budget.spend) if o not in avoid)
