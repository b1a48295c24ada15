"""The organizations that a requester and the key's owner may be in; roots and units below them are free.

Source: IAM User Guide, *AWS global condition context keys*, aws:PrincipalOrgID, aws:PrincipalOrgPaths,
aws:ResourceOrgID and aws:ResourceOrgPaths; docs/threat-model.md, *What a request carries*.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from ..caching import cached_for_short
from ..domains.domain import Text, fixed
from ..policy import context_keys as keys
from ..regular.patterns import literal
from ..solver.groups import Group, Key, Part
from .audience import STRANGERS, Audience
from .callers import Sources
from .languages import paths_in
from .population import Population

_STEPS_OF_A_MEMBERSHIP = 6
Membership = tuple[str, str]  # of a requester and of the key's owner, "" for none


def organization_group(audience: Audience, population: Population, sources: Sources) -> Group:
    """The memberships that requesters of an audience may have."""
    found: list[Membership] = [("", "")] if audience is Audience.internal else []
    apart, together = _members(audience, population, sources)
    with_others = ((name, owner) for name in apart for owner in _owners(population, sources, name))
    for membership in chain(with_others, ((name, name) for name in together)):
        sources.spend(_STEPS_OF_A_MEMBERSHIP)
        found.append(membership)
    return _group(tuple(found))


@cached_for_short(16)  # one object for all questions that ask for the same: then its answers are found once
def _group(memberships: tuple[Membership, ...]) -> Group:
    cases = [(in_organization(member, *_MEMBER), in_organization(owner, *_OWNER)) for member, owner in memberships]
    return Group(*[(*members, *owners) for members, owners in cases])


_MEMBER, _OWNER = (keys.PRINCIPAL_ORG, keys.PRINCIPAL_ORG_PATHS), (keys.RESOURCE_ORG, keys.RESOURCE_ORG_PATHS)


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
    return _group(tuple([("", owner) for owner in _owners(population, sources, "")]))


@lru_cache(maxsize=512)
def in_organization(name: str, its_id: str, its_paths: str) -> tuple[Part, ...]:
    """The keys that hold the id of an organization, and paths in it; none of "", which is no organization."""
    if not name:
        return ()
    paths = Text((paths_in(literal(name)),), (), (f"{name}/r-ab12/ou-ab12-11111111/",), False)
    return Key(its_id, fixed(name)), Key(its_paths, paths, True)


def _owners(population: Population, sources: Sources, other: str) -> list[str]:
    """The organizations of the key's owner that are not the requester's, "" for none. other: the requester's.

    Where no key tells the owner's, it is in none.
    """
    if sources.read.isdisjoint(_TELL_OWNER):
        return [""]
    return ["", *(name for name in (*sources.owners(), *population.names.organizations) if name != other)]


_TELL_OWNER = keys.OWNER_KEYS | {keys.VPCE_ORG, keys.VPCE_ORG_PATHS}  # the owner's is not that of an endpoint's owner
