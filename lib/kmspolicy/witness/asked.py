"""One question, and the requesters for which it may have a solution."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Optional

from ..budget import Budget, answers
from ..caching import Recent, lazy, once, replayed
from ..evaluation.evaluator import holds_for, principal_matches
from ..evaluation.request import Caller
from ..policy import context_keys as keys
from ..policy.actions import CREATE_GRANT
from ..policy.context_keys import Bound, context_key
from ..policy.model import Statement
from ..policy.principals import ANYONE
from ..requesters.alike import kinds, said_of_ids
from ..requesters.audience import Audience
from ..requesters.callers import Sources
from ..requesters.fresh_ids import named_organizations, organizations, outside_accounts, services
from ..requesters.grants import Grantee
from ..requesters.limits import accounts_among
from ..requesters.population import Population
from ..requesters.requesters import Candidate, requesters
from .problems import Problems, plain_problem
from .questions import Denies, Questions, tests_of_arns

_NEEDED = {
    Audience.network: keys.NETWORK_KEYS | {keys.VIA_AWS_SERVICE},
    Audience.organization: keys.MEMBER_KEYS | {keys.RESOURCE_ORG, keys.RESOURCE_ORG_PATHS},
}
# Kinds of keys that can hold the same for every requester of an audience, whatever else a policy names; and exceptions.
_ALIKE = (Bound.NOTHING, Bound.TRAIT, Bound.MFA, Bound.MCP, Bound.CONTEXT, Bound.WAY, Bound.SERVICE)
_ALIKE_BESIDES = frozenset((keys.GRANT_OPERATIONS, keys.IS_AWS_SERVICE))
_NOT_ALIKE = frozenset((keys.KEY_ARN, keys.SERVICE_NAME, keys.SERVICE_NAMES))
_TESTS_OF_A_STEP = 2  # of ARNs
_OF_PRINCIPALS = keys.PRINCIPAL_KEYS | {keys.GRANTEE}
_BESIDE_ARN = _OF_PRINCIPALS - {keys.PRINCIPAL_ARN}


def are_told_apart(audience: Audience, read: frozenset[str]) -> bool:
    """Whether these context keys can tell an audience from everyone, which it would be part of otherwise."""
    needed = _NEEDED.get(audience)
    return needed is None or not needed.isdisjoint(read)


def are_principals_told_apart(denies: Denies, read: frozenset[str]) -> bool:
    """Whether some Denies, or these context keys, can tell one principal of an account from another."""
    return denies.tells_principals_apart or not read.isdisjoint(_OF_PRINCIPALS)


def is_alike_for_all(key: str) -> bool:
    """Whether a context key can hold the same for every requester of an audience, whatever else the policy names."""
    return key in _ALIKE_BESIDES or (context_key(key).bound in _ALIKE and key not in _NOT_ALIKE)


@dataclass(frozen=True, eq=False)
class Asked:
    """One question: what a statement allows past some Denies.

    denies: all that bear on it; questions: what both ask of requests; budget: pays for the search for requesters.
    """

    statement: Statement
    denies: Denies
    questions: Questions
    population: Population
    budget: Budget

    def candidates(self, audience: Audience) -> Iterator[Candidate]:
        """The requesters of an audience that the statement's principal element covers; only one if they are alike."""
        if self.questions.is_contradiction or not are_told_apart(audience, self.questions.read):
            return iter(())
        element = self.statement.principals
        found = requesters(audience, element, self.population, self._sources)
        covered = (each for each in found if principal_matches(element, each.caller))
        return islice(covered, 1) if self._are_alike else covered

    @lazy
    def _are_alike(self) -> bool:
        """Whether the question has the same answer for every requester of an audience."""
        denied_alike = all(deny.principals.anyone for deny in self.denies.statements)
        return denied_alike and all(map(is_alike_for_all, self.questions.read))

    def users(self, audience: Audience) -> Iterator[Candidate]:
        """The requesters of an audience who may use a grant: no Allow has to cover them."""
        return self._of_anyone.candidates(audience)

    @lazy
    def _of_anyone(self) -> "Asked":
        return replace(self, statement=self.statement._replace(principals=ANYONE, conditions=(), alternatives=()))

    @lazy
    def _sources(self) -> Sources:
        statement, population, budget, read = self.statement, self.population, self.budget, self.questions.read
        denies, concerned = self.denies, (self.statement, *self.denies.statements)
        outside = once(lambda: tuple(organizations(concerned, population, budget)))
        return Sources(
            replayed(outside_accounts, concerned, population, budget),
            outside,
            once(lambda: tuple(organizations(concerned, population, budget, outside()))),
            partial(named_organizations, statement, population),
            replayed(services, population, budget.spend),
            accounts_among(statement),
            read,
            not (statement.principals.tells_principals_apart or are_principals_told_apart(self.denies, read)),
            self._look(),
            once(lambda: kinds(said_of_ids((statement,)), denies.said_of_ids)),
            budget.spend,
        )

    def _look(self) -> Optional[Callable[[Caller], Hashable]]:
        """How the question sees a principal with a known ARN: which Denies cover it, and which tests of ARNs hold."""
        own, theirs = tests_of_arns(self.statement.tests), self.denies.tests_of_arns
        if own is None or theirs is None or self.questions.read & _BESIDE_ARN:
            return None
        tests, denies, budget = [*own, *theirs], self.denies, self.budget
        steps = sum(test.effort for test in tests) // _TESTS_OF_A_STEP

        def look(caller: Caller) -> Hashable:
            budget.spend(steps)
            return (*denies.met_by(caller), *[holds_for(test, caller.arn) for test in tests])

        return look


_MOST_KEPT = 64


class Known:
    """What searches have worked out, each for itself or several together. It takes no steps again."""

    def __init__(self) -> None:
        self.by_search = answers()
        self.asked: Recent[Asked] = Recent(_MOST_KEPT)


def plain_problems(asked: Asked, action: str, audience: Audience) -> Iterator[Problems]:
    """The problems of a request for an action that is no grant for certain operations, one by one."""
    for candidate in asked.candidates(audience):
        for grantees in _GRANTEES if action == CREATE_GRANT else ((),):
            yield (partial(plain_problem, action, candidate, asked.questions, grantees),)


_GRANTEES = ((Grantee.PRINCIPAL, Grantee.SERVICE), (Grantee.CHOSEN_BY_SERVICE,))  # of any call, of a service's
