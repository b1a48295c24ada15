"""The outside parties that a statement lets in: of those that the policy names, the ones that get access by it.

Each party is asked for alone, by the statement with conditions that only its requests meet.
Source: docs/threat-model.md, *Who might send a request*.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Optional

from ..budget import Budget
from ..caching import lazy
from ..policy import context_keys as keys
from ..policy.actions import Mask
from ..policy.condition import Condition, keys_read
from ..policy.identifiers import ACCOUNT_ID
from ..policy.model import Statement
from ..policy.parser import condition
from ..requesters.alike import Said, kinds, said_of_ids
from ..requesters.audience import OUTSIDE, Audience
from ..requesters.limits import accounts_among, limits_members
from ..requesters.named_ids import NamedIds
from ..witness.searcher import Searcher
from .verdict import Verdict

PARTY_STEPS = 6_000  # all parties of a policy; those that are not decided in time are listed
OWNER_ORG = f"${{{keys.RESOURCE_ORG}}}"


class Parties:
    """The outside parties to which one policy gives access, past all of its Denies or past some."""

    def __init__(
        self, verdict: Verdict, denies: Optional[tuple[Statement, ...]] = None, budget: Optional[Budget] = None
    ) -> None:
        """denies: None for all; budget: of all questions, None for one that is enough for a policy."""
        self._verdict = verdict
        self._denies = denies
        self.budget = budget or Budget(PARTY_STEPS)
        self._searchers: dict[bool, Searcher] = {}

    def let_in(self, statement: Statement) -> tuple[str, ...]:
        """The parties that get a checked action by the statement, past every Deny, in alphabetical order.

        Accounts, organizations and unique ids; `network` for whoever is in a network that the policy names; the name
        of the audience where no id tells the party, as of the organization of the key's owner. Empty where everyone
        gets in, or nobody from outside.
        """
        verdict = self._verdict
        able = OUTSIDE if statement.principals.open_ended else (Audience.external,)
        possible = [each for each in able if verdict.searcher.conceivable(statement, verdict.checked, each)]
        if not possible or verdict.flagged_actions(statement):
            return ()

        def got(audience: Audience) -> Mask:
            return verdict.access(statement, audience, enough=True).actions if audience in possible else 0

        found = self._found(statement, got)
        return tuple(sorted(found)) or tuple([audience.value for audience in OUTSIDE if got(audience)][:1])

    def _found(self, statement: Statement, got: Callable[[Audience], Mask]) -> set[str]:
        """The parties by their ids. got: what an audience gets."""
        found = {Audience.network.value} if got(Audience.network) else set()
        asked = PartySearch(self._search(strict=bool(found)), statement, self._surest(got(Audience.organization)))
        members = set(self._members(asked, Audience.organization))
        if any(map(limits_members, statement.required)) and self._apart_from(members):
            return found | (members or {*self._members(self._of_others(asked, got), Audience.external)})
        return found.union(members, self._named(self._of_others(asked, got), members))

    def _of_others(self, asked: "PartySearch", got: Callable[[Audience], Mask]) -> "PartySearch":
        """The search for those who are not members. It takes steps, so it is made only where it counts."""
        return asked._replace(actions=self._surest(got(Audience.external)))

    def _surest(self, actions: Mask) -> Mask:
        """Those of the actions that no Deny covers, if there are any: who gets others by a statement gets these."""
        return actions & ~self._verdict.policy.hit_by_denies(actions) or actions

    def _apart_from(self, members: set[str]) -> Sequence[str]:
        """The organizations whose members are not listed by account. members: those that get in."""
        return (*self._names.organizations, *((OWNER_ORG,) if self._owner_matters else ()))

    @lazy
    def _names(self) -> NamedIds:
        return self._verdict.searcher.populations[0].names

    def _search(self, strict: bool = False) -> Searcher:
        """strict: of those in no network that the policy names; from a network that has access, everyone has it."""
        if strict not in self._searchers:
            verdict = self._verdict
            self._searchers[strict] = Searcher(verdict.policy, verdict.key, verdict.extra, self.budget, strict)
        return self._searchers[strict]

    def _gets(self, asked: "PartySearch", audience: Audience, more: Iterable[Condition]) -> bool:
        """Whether the audience gets access if these conditions hold, too; so it is where no step is left."""
        if not self.budget.left:
            return True
        statement = asked.statement._replace(conditions=(*asked.statement.conditions, *more))
        return bool(asked.search.access(statement, asked.actions, audience, self._denies, enough=True).actions)

    def _members(self, asked: "PartySearch", audience: Audience, *more: Condition) -> Iterator[str]:
        """The organizations whose members get access as requesters of an audience, if these conditions hold, too."""
        if not asked.actions:
            return
        named = self._names.organizations
        if len(named) == 1 and not (self._owner_matters or more or asked.search.strict):
            yield from named  # somebody gets access, and nobody else is left
            return

        def of_it(name: str) -> Iterator[Condition]:
            yield condition("StringEquals", keys.PRINCIPAL_ORG, name)
            if self._owner_matters:  # its members get access even where the key belongs to others
                yield condition("StringNotEquals", keys.RESOURCE_ORG, name)

        yield from (name for name in named if self._gets(asked, audience, chain(of_it(name), more)))
        if self._owner_matters:
            of_owner = condition("StringEquals", keys.PRINCIPAL_ORG, OWNER_ORG)
            if self._gets(asked, audience, (of_owner, condition("StringNotEquals", keys.PRINCIPAL_ORG, *named), *more)):
                yield Audience.organization.value

    def _named(self, asked: "PartySearch", members: set[str]) -> Iterator[str]:
        """The accounts and unique ids that get access, each by itself, and the organizations whose members among the
        others do. members: the organizations whose members do as such."""
        if not asked.actions:
            return
        accounts, ids = self._asked_for(asked.statement)
        kind_of, by_membership = self._kinds(asked), self._tells_members(asked)
        alike = len({*map(kind_of, accounts), *map(kind_of, ids)}) == 1
        open_ended = asked.statement.principals.open_ended and accounts_among(asked.statement) is None
        alone = [condition("StringNotEquals", keys.PRINCIPAL_ORG, *self._apart_from(members))] if by_membership else []
        if alike and not (open_ended or alone or asked.search.strict):
            yield from (*accounts, *ids)  # somebody gets access, and all are alike
            return
        nameless = without_ids(ids)

        def gets_account(name: str) -> bool:
            of_it = condition("StringEquals", keys.PRINCIPAL_ACCOUNT, name)
            return self._gets(asked, Audience.external, (of_it, *nameless, *alone))

        def gets_id(name: str) -> bool:
            return self._gets(
                asked, Audience.external, (condition("StringLike", keys.USER_ID, _user_ids(name)), *alone)
            )

        found = _those(accounts, gets_account, kind_of)
        found_ids = _those(ids, gets_id, kind_of)
        yield from (*found, *found_ids)
        if alone and (open_ended or len(found) + len(found_ids) < len(accounts) + len(ids)):
            others = condition("StringNotEquals", keys.PRINCIPAL_ACCOUNT, *found)
            yield from self._members(asked, Audience.external, others, *without_ids(found_ids))

    @lazy
    def _owner_matters(self) -> bool:
        return not self._verdict.policy.reads.isdisjoint(keys.OWNER_KEYS)

    def _asked_for(self, statement: Statement) -> tuple[list[str], list[str]]:
        """The accounts and the unique ids that the statement may let in as external ones."""
        element, among = statement.principals, accounts_among(statement)
        accounts: Iterable[str] = element.owners
        ids: Iterable[str] = element.unique_ids
        if among is not None:
            accounts, ids = among, ()
        elif element.open_ended:
            accounts, ids = self._names.accounts, self._names.unique_ids
        own = self._verdict.key.account
        return sorted(name for name in accounts if name != own and ACCOUNT_ID.match(name)), sorted(ids)

    def _kinds(self, asked: "PartySearch") -> Callable[[str], Hashable]:
        """Of an account or a unique id what is the same for all that get the same."""
        return kinds(said_of_ids((asked.statement,)), self._said_by_denies if self._denies_of(asked) else {})

    @lazy
    def _said_by_denies(self) -> Optional[Said]:
        return said_of_ids(self._all_denies)

    def _tells_members(self, asked: "PartySearch") -> bool:
        """Whether anything tells members of organizations from others."""
        tests = (*asked.statement.tests, *(test for deny in self._denies_of(asked) for test in deny.required))
        return not keys_read(tests).isdisjoint(keys.MEMBER_KEYS)

    def _denies_of(self, asked: "PartySearch") -> tuple[Statement, ...]:
        """The Denies that bear on what is asked."""
        return self._all_denies if self._verdict.policy.hit_by_denies(asked.actions) else ()

    @property
    def _all_denies(self) -> tuple[Statement, ...]:
        return self._verdict.policy.denies if self._denies is None else self._denies


class PartySearch(NamedTuple):
    """What is asked for each party: whether it gets one of the actions by the statement."""

    search: Searcher
    statement: Statement
    actions: Mask


def _those(names: list[str], gets: Callable[[str], bool], kind_of: Callable[[str], Hashable]) -> list[str]:
    """Those of the parties that get access; of each kind, one is asked about."""
    told: dict[Hashable, bool] = {}
    for name in names:
        kind = kind_of(name)
        if kind not in told:
            told[kind] = gets(name)
    return [name for name in names if told[kind_of(name)]]


def without_ids(unique_ids: Sequence[str]) -> list[Condition]:
    """What requests of all but these users and roles meet: one condition, or none where nobody is listed."""
    return [condition("StringNotLike", keys.USER_ID, *map(_user_ids, unique_ids))] if unique_ids else []


def _user_ids(unique_id: str) -> str:
    """A pattern of the user ids of a user, or of a role's sessions."""
    return unique_id + ":*" if unique_id.startswith("AROA") else unique_id
