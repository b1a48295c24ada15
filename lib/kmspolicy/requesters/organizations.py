"""The organizations that a requester and the key's owner may be in; roots and units below them are free.

Source: IAM User Guide, *AWS global condition context keys*, aws:PrincipalOrgID, aws:PrincipalOrgPaths,
aws:ResourceOrgID and aws:ResourceOrgPaths; docs/threat-model.md, *What a request carries*.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Optional

from ..caching import cached_for_short
from ..domains.domain import Text, fixed
from ..evaluation.request import Texts
from ..policy import context_keys as keys
from ..regular.patterns import Pattern, literal, matcher
from ..solver.groups import Group, Key, Part
from .audience import STRANGERS, Audience
from .callers import Sources
from .languages import ORGANIZATION, beginning_in, paths_in
from .population import Population

_STEPS_OF_A_MEMBERSHIP = 6


Membership = tuple[str, Optional[str]]  # of a requester and of the key's owner: "" for none, None for any but the first


def organization_group(audience: Audience, population: Population, sources: Sources) -> Group:
    """The memberships that requesters of an audience may have."""
    found: list[Membership] = [("", "")] if audience is Audience.internal else []
    apart, together = _members(audience, population, sources)
    with_others = ((name, owner) for name in apart for owner in _owners(population, sources, name))
    for membership in chain(with_others, ((name, name) for name in together)):
        sources.spend(_STEPS_OF_A_MEMBERSHIP)
        found.append(membership)
    return _group(tuple(found), population.own_organization, population.names.organizations)


@cached_for_short(16)  # one object for all questions that ask for the same: then its answers are found once
def _group(memberships: tuple[Membership, ...], own: str, named: Texts) -> Group:
    def owner_apart(of: Optional[str], member: str) -> tuple[Part, ...]:
        return _any_owner(own, named, member) if of is None else _owner(of)

    return Group(*[(*_member(member), *owner_apart(owner, member)) for member, owner in memberships])


def _members(audience: Audience, population: Population, sources: Sources) -> tuple[Iterable[str], Iterable[str]]:
    """The organizations, '' for none, of requesters who are in another one than the key's owner, and in the same."""
    if audience is Audience.internal:
        return (), (*sources.organizations(), *sources.named(), *sources.owners())
    if audience is Audience.organization:
        owners = () if sources.read.isdisjoint(keys.OWNER_KEYS) else sources.owners()
        return sources.named(), (*sources.named(), *owners)
    outside = ("", *sources.organizations())
    if audience in STRANGERS:
        return outside, ()
    return (*outside, *sources.named()), (*sources.named(), population.own_organization)


def of_service(population: Population, sources: Sources) -> Group:
    """The key owner's organization in a service's request, which carries none of its own."""
    memberships = tuple([("", owner) for owner in _owners(population, sources, "")])
    return _group(memberships, population.own_organization, population.names.organizations)


def _member(name: str) -> tuple[Part, ...]:
    return () if not name else in_organization(name, keys.PRINCIPAL_ORG, keys.PRINCIPAL_ORG_PATHS)


def _owner(name: str) -> tuple[Part, ...]:
    return () if not name else in_organization(name, keys.RESOURCE_ORG, keys.RESOURCE_ORG_PATHS)


@lru_cache(maxsize=512)
def in_organization(name: str, its_id: str, its_paths: str) -> tuple[Part, ...]:
    """The keys that hold the id of an organization, and paths in it."""
    paths = Text((paths_in(literal(name)),), (), (f"{name}/r-ab12/ou-ab12-11111111/",), False)
    return Key(its_id, fixed(name)), Key(its_paths, paths, True)


def _owners(population: Population, sources: Sources, other: str) -> list[Optional[str]]:
    """The organizations of the key's owner that are not the requester's: "" for none, None for any. other: the
    requester's, "" for none.

    Each is one case where several keys must agree on it, or where it must differ from that of an endpoint's owner.
    """
    read, named = sources.read, population.names.organizations
    if not read >= keys.OWNER_KEYS and read.isdisjoint((keys.VPCE_ORG, keys.VPCE_ORG_PATHS)):
        return [None]
    return ["", *(name for name in (*sources.owners(), *named) if name != other)]


@lru_cache(maxsize=256)
def _any_owner(own: str, named: Texts, other: str) -> tuple[Part, ...]:
    ids, paths = _of_organizations(named)
    taken = (literal(other),) if other else ()
    owner = Text(ids, taken, (own,))
    below = Text(paths, tuple(map(beginning_in, taken)), (own + "/r-ab12/ou-ab12-11111111/",))
    return Key(keys.RESOURCE_ORG, owner), Key(keys.RESOURCE_ORG_PATHS, below, True)


_HAS_FORM = matcher((ORGANIZATION,))


@lru_cache(maxsize=2)  # one for all requesters of a policy, who may be thousands
def _of_organizations(named: Texts) -> tuple[tuple[Pattern, ...], tuple[Pattern, ...]]:
    """The ids of organizations, these among them, and the paths in them."""
    names = (ORGANIZATION, *[literal(name) for name in named if not _HAS_FORM(name)])
    return names, tuple(map(paths_in, names))
