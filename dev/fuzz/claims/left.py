"""Who keeps access past Denies, in the words of reasons: each party that the policy names is tried separately."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dev.fuzz.claims.never_holds import is_private
from dev.fuzz.judge import Condition, Judge
from dev.reference.facts import ORG, Row
from dev.reference.grammar import as_list
from dev.reference.names import WIDE
from kmspolicy.report.sentences import some

_OWNERS = "${aws:ResourceOrgID}"
_KINDS = {
    Row.network: "requests from networks that the policy names",
    Row.organization: "members of organizations that the policy names",
    Row.external: "principals that the policy names",
}
_MOST_NETWORKS = 8


def whom(judge: Judge, number: int, denies: list[int]) -> Iterator[str]:
    """Whom a statement lets in with only these Denies beside it; nothing for nobody.

    Where the search may have run out of steps, kinds of parties are as true as their ids.
    """
    rows = judge.past(number, denies)
    told = _Told(judge, number, denies, rows)
    words_of = {**{row: [text] for row, text in _KINDS.items()}, **dict(told.kinds())}
    gets = [row for row in words_of if told.has(row) and (row is not Row.organization or told.reads)]
    kinds = [text for row in gets for text in words_of[row]]
    for parties, apart in ((list(told.outside()), told.found), (kinds, told.all)):
        services, own = list(told.services(grants=not parties)), list(told.own(apart))
        # A network that is named by its account may be the key's own.
        for each in (own, [], ["the key's own account"] if Row.internal in rows else []) if told.by_network else (own,):
            yield from filter(None, [words([*parties, *each, *services])])
    if rows:
        yield "some requesters"


def words(parts: list[str]) -> str:
    """The parts as an enumeration."""
    return " and ".join([*filter(None, [", ".join(parts[:-1])]), *parts[-1:]])


class _Told:
    """The parties that get something by a statement past some Denies."""

    def __init__(self, judge: Judge, number: int, denies: list[int], rows: tuple[Row, ...]) -> None:
        self.judge, self.number, self.denies, self.rows = judge, number, denies, rows
        self.named = judge.named
        orgs, ids = sorted(self.named.organizations), sorted(self.named.unique_ids)
        own = judge.key.account
        strict = self._elsewhere() if Row.network in rows else []
        self.reads = bool(self.named.mentioned & {*ORG, *_OWNER_KEYS})
        self.members = [name for name in orgs if self.reads and self._gets(Row.organization, _is(_ORG, name), *strict)]
        self.owners = bool(self.named.mentioned & {*_OWNER_KEYS}) and self._gets(
            Row.organization, *_not(_ORG, orgs), *strict
        )
        apart = _not(_ORG, [*self.members, *([_OWNERS] if self.owners else [])])
        nameless = [("StringNotLike", "aws:userid", [*map(_user_ids, ids)])] if ids else []
        self.accounts = [
            name
            for name in sorted(self.named.accounts - {own})
            if self._gets(Row.external, _is(_ACCOUNT, name), *nameless, *apart, *strict)
        ]
        self.ids = [
            name
            for name in ids
            if self._gets(Row.external, ("StringLike", "aws:userid", _user_ids(name)), *apart, *strict)
        ]
        unnamed = [("StringNotLike", "aws:userid", [*map(_user_ids, self.ids)])] if self.ids else []
        self.found = [*apart, *_not(_ACCOUNT, self.accounts), *unnamed, *strict]
        owners = [_OWNERS] if self.named.mentioned & {*_OWNER_KEYS} else []
        self.all = [*_not(_ORG, [*orgs, *owners]), *_not(_ACCOUNT, sorted(self.named.accounts - {own})), *strict]

    @property
    def by_network(self) -> bool:
        """Whether requests from networks are left."""
        return Row.network in self.rows

    def _gets(self, row: Row, *more: Condition) -> bool:
        return row in self.rows and row in self.judge.past(self.number, self.denies, *more)

    def _elsewhere(self) -> list[Condition]:
        """Conditions that no request from a network that the policy names meets."""
        blocks = [str(b) for b in self.named.blocks() if b.prefixlen >= WIDE[b.version]]
        vpcs, endpoints = sorted(self.named.vpcs), sorted(self.named.endpoints)
        orgs, accounts = sorted(self.named.organizations), sorted(self.named.accounts)
        found = [
            *_not("aws:SourceVpc", vpcs),
            *_not("aws:SourceVpce", endpoints),
            *_not("aws:Ec2InstanceSourceVpc", vpcs),
            *([("StringNotLike", "aws:VpceOrgID", orgs)] if orgs else []),
            *([("StringNotLike", "aws:VpceAccount", accounts)] if accounts else []),
            *([("ArnNotLike", "aws:SourceVpcArn", [f"arn:*:ec2:*:{a}:vpc/*" for a in accounts])] if accounts else []),
        ]
        found += self._through_no_endpoint()
        return [*found, ("NotIpAddress", "aws:SourceIp", blocks)] if blocks else found

    def _through_no_endpoint(self) -> list[Condition]:
        """Conditions that no request meets that comes through an endpoint of an owner that conditions tell."""
        return _none_of(each for each in self._values if each[1].startswith("aws:vpce"))

    def has(self, row: Row) -> bool:
        """Whether a row gets something, beside a network also from elsewhere."""
        elsewhere = self._through_no_endpoint() if self.by_network and row is not Row.network else []
        return self._gets(row, *elsewhere)

    def outside(self) -> Iterator[str]:
        """The outside parties."""
        if Row.network in self.rows:
            yield from _requests(self._networks()) or [_KINDS[Row.network]]
        if self.members:
            yield f"members of {some(self.members)}"
        if self.owners:
            yield "members of the organization of the key's account"
        if self.accounts:
            yield f"principals of {some(self.accounts)}"
        if self.ids:
            yield some(self.ids)

    def kinds(self) -> Iterator[tuple[Row, list[str]]]:
        """The kinds of parties that words tell better: a single network, the organization of the key's owner."""
        if len(self._values) == 1:
            yield Row.network, _requests(list(self._values))
        if not self.named.mentioned.isdisjoint(("aws:resourceorgid", "aws:resourceorgpaths")):
            named = "organizations that the policy names or " if self.named.organizations else ""
            yield Row.organization, [f"members of {named}the organization of the key's account"]

    @property
    def _values(self) -> dict[Condition, None]:
        """The conditions that tell networks, one for each value."""
        return {
            (_TESTS[key.lower()][0], key.lower(), value): None
            for statement in (self.number, *self.denies)
            for _, key, values in self.judge.conditions(statement)
            if key.lower() in _TESTS
            for value in map(str, as_list(values))
            if key.lower() != "aws:sourceip" or not is_private(value)
        }

    def _networks(self) -> list[Condition]:
        if len(self._values) > _MOST_NETWORKS:
            return []
        met = [each for each in self._values if self._gets(Row.network, each)]
        return [] if self._gets(Row.network, *_none_of(met)) else met

    def own(self, apart: list[Condition]) -> Iterator[str]:
        """The key's own account, for itself and not as one of the other parties."""
        if self._gets(Row.internal, *apart):
            yield "the key's own account"

    def services(self, grants: bool) -> Iterator[str]:
        """The services, those by name that the Denies or the statement tell apart. grants: whether grants count."""
        judge, past = self.judge, (self.number, self.denies)
        if not judge.serves(*past, grants=grants):
            return
        names = {
            name
            for place in (self.number, *self.denies)
            for _, kind, name in self.judge.principals(place)
            if kind == "Service" and not set(name) & set("*?")
        }
        names |= {
            str(value)
            for deny in self.denies
            for _, key, values in self.judge.conditions(deny)
            if key.lower() in ("aws:principalservicename", "aws:principalservicenameslist")
            for value in as_list(values)
        }
        able = [name for name in sorted(names) if judge.serves(*past, service=name, grants=grants)]
        if names and not judge.serves(
            *past, ("StringNotLike", "aws:PrincipalServiceName", sorted(names)), grants=grants
        ):
            yield some(able)
            return
        others = sorted(names.difference(able))
        yield f"AWS services other than {some(others)}" if others else "AWS services"


_OWNER_KEYS = ("aws:resourceorgid", "aws:resourceorgpaths")
_ORG, _ACCOUNT = "aws:PrincipalOrgID", "aws:PrincipalAccount"
_TESTS = {
    "aws:sourceip": ("IpAddress", "NotIpAddress"),
    "aws:sourcevpc": ("StringEquals", "StringNotEquals"),
    "aws:sourcevpce": ("StringEquals", "StringNotEquals"),
    "aws:vpceaccount": ("StringEquals", "StringNotEquals"),
    "aws:vpceorgid": ("StringEquals", "StringNotEquals"),
    "aws:vpceorgpaths": ("ForAnyValue:StringLike", "ForAllValues:StringNotLike"),
}
_OWNER = {
    ("aws:vpceorgid", "${aws:resourceorgid}"): "the organization of the key's account",
    ("aws:vpceorgpaths", "${aws:resourceorgid}"): "the organization of the key's account",
    ("aws:vpceaccount", "${aws:resourceaccount}"): "the key's own account",
}


def _none_of(networks: Iterable[Condition]) -> list[Condition]:
    """Conditions that no request from these networks meets. networks: conditions that tell them, one for each value."""
    found: dict[tuple[str, str], list[str]] = {}
    for _, key, value in networks:
        found.setdefault((_TESTS[key][1], key), []).append(value)
    return [(operator, key, listed) for (operator, key), listed in found.items()]


def _requests(networks: list[Condition]) -> list[str]:
    """Requests from networks that conditions tell, one for each value."""
    places = [value for _, key, value in networks if not key.startswith("aws:vpce")]
    owners = [_OWNER.get((key, value.lower())) or value for _, key, value in networks if key.startswith("aws:vpce")]
    near = [f"requests from {some(places)}"] if places else []
    return [*near, *([f"requests through VPC endpoints of {some(owners)}"] if owners else [])]


def _is(key: str, name: str) -> Condition:
    return "StringEquals", key, name


def _not(key: str, names: Iterable[str]) -> list[Condition]:
    listed = list(names)
    return [("StringNotEquals", key, listed)] if listed else []


def _user_ids(name: str) -> str:
    """A pattern of the user ids of a user, or of a role's sessions."""
    return f"{name}:*" if name.startswith("AROA") else name
