"""Who keeps access past Denies, in words: by ids, as far as the policy gives them.

Source: docs/threat-model.md, *Reasons*.
"""

from collections.abc import Iterable, Sequence

from ..budget import Budget
from ..caching import lazy
from ..evaluation.evaluator import principal_matches
from ..evaluation.request import Caller
from ..policy import context_keys as keys
from ..policy.actions import GRANTS_MASK, Mask
from ..policy.cidr import is_private
from ..policy.condition import Condition
from ..policy.identifiers import ACCOUNT_ID
from ..policy.model import Statement
from ..policy.parser import condition
from ..policy.principals import one_principal
from ..requesters.audience import OUTSIDE, Audience
from ..witness.searcher import Searcher
from .parties import OWNER_ORG, Parties, PartySearch, without_ids
from .sentences import OWNERS, in_words, some, values_text
from .verdict import Verdict

_NETWORKS = "requests from networks that the policy names"
_PRINCIPALS = "principals that the policy names"
_UNKNOWN = "some requesters"  # where the search finds neither ids nor kinds
_MOST_NETWORKS = 8  # that are tried one by one
# The operators that compare a network key with a value: plain, negated.
_TESTS = {
    keys.SOURCE_IP: ("IpAddress", "NotIpAddress"),
    keys.SOURCE_VPC: ("StringEquals", "StringNotEquals"),
    keys.SOURCE_VPCE: ("StringEquals", "StringNotEquals"),
    keys.VPCE_ACCOUNT: ("StringEquals", "StringNotEquals"),
    keys.VPCE_ORG: ("StringEquals", "StringNotEquals"),
    keys.VPCE_ORG_PATHS: ("ForAnyValue:StringLike", "ForAllValues:StringNotLike"),
}
_OF_SERVICES = (keys.SERVICE_NAME, keys.SERVICE_NAMES)


class Left(Parties):
    """Those who get a checked action by a statement that does not let everyone in, past some Denies, in words."""

    def __init__(self, verdict: Verdict, statement: Statement, denies: Iterable[Statement]) -> None:
        # The search for ids leaves some of the steps for kinds, and for others of whom a policy tells.
        super().__init__(verdict, tuple(denies), Budget(verdict.naming.left // 2, verdict.naming))
        self._statement = statement

    @lazy
    def everybody(self) -> str:
        """All of them, AWS services and the key's own account too: outside parties by their ids, or by their kinds
        where that takes too many steps."""
        got = self._got
        if self._undecided:
            return _UNKNOWN
        found = sorted(self._found(self._statement, got.__getitem__))
        parts = self._by_ids(found)
        by_user = got[Audience.external] and keys.STORE_USER in self._verdict.policy.reads  # of an unknown account
        told = [] if by_user or (any(got.values()) and not parts) else self._with_inside(parts, found)
        if not told:
            self.budget = self._verdict.naming
            self._searchers.clear()
            told = self._with_inside(self._by_kinds(), self._all_ids)
        return in_words(told) if told else _UNKNOWN

    def _with_inside(self, parts: list[str], found: Sequence[str]) -> list[str]:
        """The parts, with the key's own account and AWS services where they keep access; nothing where the search could
        not decide that. found: those who are known by their ids."""
        asked = self._others
        # Through grants services may have access nearly always: that is told where nobody else has from outside.
        by_services = asked._replace(actions=asked.actions & ~GRANTS_MASK) if parts else asked
        told = [] if self._undecided else parts + self._inside(asked, found) + self._services(by_services)
        return [] if self._undecided else told

    @property
    def _others(self) -> PartySearch:
        """What is asked for others than the networks that keep access."""
        search = self._search(strict=bool(self._got[Audience.network]))
        return PartySearch(search, self._statement, self._verdict.checked)

    @lazy
    def _got(self) -> dict[Audience, Mask]:
        """What each audience from outside keeps."""
        checked, search = self._verdict.checked, self._search()
        found = {each: search.access(self._statement, checked, each, self._denies, enough=True) for each in OUTSIDE}
        return {each: access.actions for each, access in found.items()}

    @property
    def _undecided(self) -> bool:
        return not self.budget.left or any(search.limit_reached for search in self._searchers.values())

    def _apart_from(self, members: set[str]) -> Sequence[str]:
        return [OWNER_ORG if name == Audience.organization.value else name for name in sorted(members)]

    def _by_kinds(self) -> list[str]:
        """Those from outside by their kinds."""
        asked, networks = self._others, self._network_values
        named = ["organizations that the policy names"] if self._names.organizations else []
        members = f"members of {' or '.join([*named, *([OWNERS] if self._owner_matters else ())])}"
        apart = self._elsewhere(asked.search)
        parts = _requests(networks if len(networks) == 1 else []) if self._got[Audience.network] else []
        for audience, words in ((Audience.organization, members), (Audience.external, _PRINCIPALS)):
            if self._got[audience] and (not apart or self._gets(asked, audience, apart)):
                parts.append(words)
        return parts

    @property
    def _all_ids(self) -> list[str]:
        """All ids from outside that the policy names, but unique ids."""
        owners = [Audience.organization.value] if self._owner_matters else []
        return [*self._names.organizations, *owners, *self._names.accounts]

    def _by_ids(self, found: Sequence[str]) -> list[str]:
        """Those from outside by their ids."""
        asked = PartySearch(self._search(), self._statement, self._verdict.checked)
        parts = _requests(self._networks(asked)) if Audience.network.value in found else []
        members = [name for name in found if name in self._names.organizations]
        if members:
            parts.append(f"members of {some(members)}")
        if Audience.organization.value in found:
            parts.append(f"members of {OWNERS}")
        accounts = [name for name in found if ACCOUNT_ID.match(name)]
        if accounts:
            parts.append(f"principals of {some(accounts)}")
        ids = [name for name in found if name in self._names.unique_ids]
        return [*parts, some(ids)] if ids else parts

    @lazy
    def _network_values(self) -> list[tuple[str, str]]:
        """The keys and values by which the conditions tell networks. A private address is in none."""
        tested = [test for each in (self._statement, *(self._denies or ())) for test in each.conditions]
        found = dict.fromkeys((test.key, each) for test in tested if test.key in _TESTS for each in test.values)
        return [(key, value) for key, value in found if key != keys.SOURCE_IP or not is_private(value)]

    def _elsewhere(self, search: Searcher) -> list[Condition]:
        """What requests meet that come through no endpoint that is named, where a search leaves out the networks that
        are named by ids: the key's own account, or its organization, can have an endpoint."""
        named = self._network_values if search.strict else []
        return [_test(*each, negated=True) for each in named if each[0] in OF_ENDPOINTS]

    def _networks(self, asked: PartySearch) -> list[tuple[str, str]]:
        """Those of them of the networks whose requests get in; none where they do not tell these from others."""
        if len(self._network_values) > _MOST_NETWORKS:
            return []
        met = [each for each in self._network_values if self._gets(asked, Audience.network, (_test(*each),))]
        others = [_test(*each, negated=True) for each in met]
        return [] if self._gets(asked, Audience.network, others) else met

    def _inside(self, asked: PartySearch, found: Sequence[str]) -> list[str]:
        """The key's own account, for itself and not as one of those who are found."""
        accounts = [] if self._verdict.key.account else [name for name in found if ACCOUNT_ID.match(name)]
        members = self._apart_from({*found}.intersection((*self._names.organizations, Audience.organization.value)))
        named = (keys.PRINCIPAL_ORG, members), (keys.PRINCIPAL_ACCOUNT, accounts)
        apart = [condition("StringNotEquals", key, *values) for key, values in named if values]
        apart += without_ids([name for name in found if name in self._names.unique_ids])
        apart += self._elsewhere(asked.search)
        return ["the key's own account"] if self._gets(asked, Audience.internal, apart) else []

    def _services(self, asked: PartySearch) -> list[str]:
        """AWS services: by their names those that are told apart from others."""
        if not self._gets(asked, Audience.service, ()):
            return []
        covering = asked.statement.principals
        names = set(covering.services)
        for deny in self._denies or ():
            names |= deny.principals.services
            names.update(*(test.values for test in deny.conditions if test.key in _OF_SERVICES))

        def gets(name: str) -> bool:
            only = asked.statement._replace(principals=one_principal(name, "Service"))
            covered = principal_matches(covering, Caller(service=name))
            return covered and self._gets(asked._replace(statement=only), Audience.service, ())

        able = [name for name in sorted(names) if gets(name)]
        if names and not self._gets(asked, Audience.service, (condition("StringNotLike", keys.SERVICE_NAME, *names),)):
            return [some(able)]
        others = sorted(names.difference(able))
        return [f"AWS services other than {some(others)}" if others else "AWS services"]


def _requests(networks: Iterable[tuple[str, str]]) -> list[str]:
    """The requests from networks that these keys and values tell; of unknown ones for none."""
    places = [value for key, value in networks if key not in OF_ENDPOINTS]
    owners = [named_by(_test(key, value))[1] for key, value in networks if key in OF_ENDPOINTS]
    near = [f"requests from {some(places)}"] if places else []
    through = [through_endpoints(some(owners))] if owners else []
    return near + through or [_NETWORKS]


def _test(key: str, value: str, negated: bool = False) -> Condition:
    return condition(_TESTS[key][negated], key, value)


def through_endpoints(owners: str) -> str:
    """Requests through the VPC endpoints of these owners."""
    return f"requests through VPC endpoints of {owners}"


def named_by(condition: Condition) -> tuple[str, str]:
    """The key that tells who somebody is, and those whom the values of a condition name: what decides that may stand on
    either side of a comparison."""
    variables = condition.variables if len(condition.values) == 1 else ()
    whose, other = condition.key, variables[0] if len(variables) == 1 else ""
    if whose in OWNER_FACTS and other:
        whose, other = other, whose
    if other == keys.RESOURCE_ORG and whose in _OF_ORGANIZATIONS:
        return whose, OWNERS
    if other == keys.RESOURCE_ACCOUNT and whose in _OF_ACCOUNTS:
        return whose, "the key's own account"
    return whose, values_text(condition)


OWNER_FACTS = keys.OWNER_KEYS | {keys.RESOURCE_ACCOUNT}
OF_ENDPOINTS = (keys.VPCE_ACCOUNT, keys.VPCE_ORG, keys.VPCE_ORG_PATHS)
_OF_ORGANIZATIONS = keys.MEMBER_KEYS | {keys.SOURCE_ORG, keys.SOURCE_ORG_PATHS, *OF_ENDPOINTS[1:]}
_OF_ACCOUNTS = (*keys.ACCOUNT_KEYS, keys.SOURCE_ACCOUNT, keys.SOURCE_OWNER, keys.VPCE_ACCOUNT)
