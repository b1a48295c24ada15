"""A candidate's request as a problem for the solver, and its solution as a request."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Optional, Union

from ..evaluation.evaluator import action_of
from ..evaluation.request import Caller, Context, KeyFacts, Request, Texts
from ..policy import context_keys as keys
from ..policy.context_keys import GRANT_KEYS, Bound
from ..policy.principals import account_of
from ..requesters.facts import Fact, Make, RequestFacts, fact_of
from ..requesters.grants import Grantee, grant_group, grant_to
from ..requesters.keys import SHARED_KEYS, Use, Uses, key_group
from ..requesters.requesters import Candidate
from ..requesters.ways import WAY_KEYS, Calls, way_group
from ..solver.groups import Group
from ..solver.literals import Assignment, Scope
from ..solver.search import Facts, Question
from .questions import Questions

_SECOND = Scope("THEN ", SHARED_KEYS)  # upper case: no context key begins so
_SAME_SERVICE = Scope(_SECOND.prefix, SHARED_KEYS | WAY_KEYS)  # the service that created the grant passes on its use


class _TwoRequests:
    """The facts of a grant's creation and of its use: the key is one, and the grantee is who uses it."""

    def __init__(self, first: RequestFacts, second: RequestFacts, grantee_is_user: bool) -> None:
        self._first = first
        self._second = second
        self._grantee_is_user = grantee_is_user

    def fact_of(self, key: str) -> Union[Fact, tuple[str, Fact]]:
        """The fact that decides a key."""
        if not key.startswith(_SECOND.prefix):
            return fact_of(key)
        fact = fact_of(key[len(_SECOND.prefix) :])
        if fact is Bound.KEY:
            return fact
        return Bound.GRANT if fact is Bound.PRINCIPAL and self._grantee_is_user else (_SECOND.prefix, fact)

    def group(self, key: str) -> Group:
        """The group of a key."""
        fact = self.fact_of(key)
        if isinstance(fact, tuple):
            return self._second.group(key[len(_SECOND.prefix) :])
        return self._first.group_of(fact, key)


@dataclass(frozen=True)
class Problem:
    """A problem for the solver. action: the checked one; operations: those of which the grant that is created allows
    one; user, scope: who makes the request that uses it, None for any grantee, and what that shares with the first."""

    facts: Facts
    question: Question
    candidate: Candidate
    action: str
    operations: Texts = ()
    user: Optional[Candidate] = None
    scope: Scope = _SECOND

    def shares(self, other: "Problem", names: frozenset[str]) -> bool:
        """Whether both problems have the same groups for these keys: what conflicts in one does in the other."""
        ordered = sorted(names)  # making a group takes steps, and the first that differs ends it
        return self.question is other.question and all(self.facts.group(k) is other.facts.group(k) for k in ordered)

    def is_about_creation(self, names: frozenset[str]) -> bool:
        """Whether these keys, if there are any, are of a grant's creation alone: a conflict of them is one for everyone
        who could use the grant."""
        of_others = self.scope.shared | GRANT_KEYS
        return bool(names) and not any(name in of_others or name.startswith(_SECOND.prefix) for name in names)

    def request(self, values: Assignment) -> Request:
        """The request, with the facts that every request of the requester carries."""
        if self.operations and keys.GRANT_OPERATIONS not in values:
            values = {**_sample(self.facts.group(keys.GRANT_OPERATIONS)), **values}
        if self.scope is _SAME_SERVICE:
            values = {
                keys.FOR_AWS_RESOURCE: "true",
                keys.VIA_AWS_SERVICE: "true",
                keys.VIA_SERVICE: self._a_service(),
                **values,
            }
            if keys.GRANTEE not in self.candidate.population.policy.reads:  # the service chooses
                values.pop(keys.GRANTEE, None)
        first = {name: value for name, value in values.items() if not name.startswith(_SECOND.prefix)}
        context = self._completed(first, self.candidate)
        then = None
        if self.operations:
            own = {name[len(_SECOND.prefix) :]: v for name, v in values.items() if name.startswith(_SECOND.prefix)}
            own.update((name, values[name]) for name in self.scope.shared & values.keys())
            user, facts = self._user(context)
            second = self._completed({**facts, **own, keys.KEY_ARN: context[keys.KEY_ARN]}, user)
            then = Request(self._granted(context), self._as_grantee(user.caller, context), second)
        return Request(action_of(self.action), self.candidate.caller, context, then)

    def _granted(self, context: Context) -> str:
        """The first of the operations that the grant allows."""
        granted = context[keys.GRANT_OPERATIONS] or ()
        return next(name for name in self.operations if name.partition(":")[2] in granted)

    def _as_grantee(self, caller: Caller, context: Context) -> Caller:
        """Who uses a grant to a session does it in that session."""
        grantee = context.get(keys.GRANTEE)
        if isinstance(grantee, str) and ":assumed-role/" in grantee and self.scope is not _SAME_SERVICE:
            return caller._replace(session=grantee)
        return caller

    def _user(self, context: Context) -> tuple[Candidate, Assignment]:
        """Who uses the grant, and what the grant says about that principal where it may be any."""
        if self.user is not None:
            return self.user, {}
        arn = str(context[keys.GRANTEE])
        account, kind = account_of(arn), arn.split(":", 5)[5].partition("/")[0]
        if kind in ("assumed-role", "root"):
            name = arn.split("/")[1] if kind == "assumed-role" else "any"
            arn = f"arn:{arn.split(':')[1]}:iam::{account}:role/{name}"
        caller = Caller(account)
        return self.candidate._replace(caller=caller), {keys.PRINCIPAL_ARN: arn}

    def _a_service(self) -> str:
        return f"rds.{self.candidate.population.key.region or 'us-east-1'}.amazonaws.com"

    def _completed(self, values: Assignment, candidate: Candidate) -> Context:
        found = dict(values)
        caller = candidate.caller
        if caller.account is not None:
            found.setdefault(keys.PRINCIPAL_ACCOUNT, caller.account)
            if keys.PRINCIPAL_ARN not in found:
                found[keys.PRINCIPAL_ARN] = _sample(candidate.groups[Bound.PRINCIPAL]())[keys.PRINCIPAL_ARN]
        if keys.KEY_ARN not in found:
            group = key_group(*_place(candidate), (Use(self.action),), frozenset((keys.KEY_ARN, *found)))
            found[keys.KEY_ARN] = _sample(group).get(keys.KEY_ARN)
        return {name: value for name, value in found.items() if value is not None}


Problems = Iterable[Callable[[], Problem]]  # with one first request; each is made when there are steps for it


def _sample(group: Group) -> Assignment:
    """Values of the keys that are always there, in the case that reads most naturally."""
    return {name: value for part in group.cases[0] for name, value in part.sample().items()} if group.cases else {}


def _place(candidate: Candidate) -> tuple[KeyFacts, Texts]:
    """What is known of the key where a requester can be, and accounts that it is not in."""
    population, caller = candidate.population, candidate.caller.account
    key = population.key
    owner = caller if key.account is None and caller == population.own_account else key.account
    place = key._replace(account=owner, partition=population.partition, event_time=None)
    if owner is not None or caller is None or caller in population.names.accounts:
        return place, ()
    return place, (caller,)


def _facts(candidate: Candidate, use: Use, uses: Uses, read: frozenset[str], calls: Calls, grant: Make) -> RequestFacts:
    called = action_of(use.action)
    groups: dict[Bound, Make] = {
        **candidate.groups,
        Bound.KEY: lambda: key_group(*_place(candidate), uses, read),
        Bound.GRANT: grant,
        Bound.WAY: lambda: way_group(candidate.where, called, calls),
    }
    return RequestFacts(groups, candidate.single, called, use.scope)


_NO_GRANT = Group(())


def plain_problem(action: str, candidate: Candidate, questions: Questions, grantees: Sequence[Grantee] = ()) -> Problem:
    """One request for an action that is no grant for certain operations. grantees: whom a grant may be for."""

    def grant() -> Group:
        groups = [grant_group(each, candidate.population, None, ()) for each in grantees]
        return Group(*[case for group in groups for case in group.cases]) if groups else _NO_GRANT

    calls = Calls.FOR_RESOURCE if Grantee.CHOSEN_BY_SERVICE in grantees else Calls.ANY
    facts = _facts(candidate, Use(action), (Use(action),), questions.read, calls, grant)
    return Problem(facts, questions.of(facts, candidate.caller), candidate, action)


def grant_problem(
    name: str,
    operations: Texts,
    candidate: Candidate,
    grantee: Grantee,
    questions: Questions,
    user: Optional[Candidate],
) -> Problem:
    """The creation of a grant for one of the operations, and its use, which no Deny meets.

    name: the checked action; user: who uses it, None for any grantee.
    """
    population = candidate.population
    operation = operations[0]  # the others are like it: the same Denies meet them, the same kinds of keys perform them
    joint = user is not None and grantee is Grantee.PRINCIPAL
    scope = _SAME_SERVICE if grantee is Grantee.CHOSEN_BY_SERVICE else _SECOND
    creation, use = uses = Use(name), Use(operation, scope)

    def grant() -> Group:
        if user is not None and joint:
            principal, account = user.groups[Bound.PRINCIPAL](), user.caller.account or ""
            return grant_to(principal, scope, population.partition, account, operations)
        return grant_group(grantee, population, candidate.caller.account, operations)

    first = _facts(candidate, creation, uses, questions.read, grantee.value, grant)
    if user is None:
        return Problem(first, questions.of(first, candidate.caller), candidate, name, operations)
    second = _facts(user, use, uses, questions.read, Calls.ANY, lambda: _NO_GRANT)
    facts = _TwoRequests(first, second, joint)
    asked = questions.of(facts, candidate.caller, user.caller, scope, joint)
    return Problem(facts, asked, candidate, name, operations, user, scope)
