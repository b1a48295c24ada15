"""The organizations that a requester and the key's owner may be in; roots and units below them are free.

Source: IAM User Guide, *AWS global condition context keys*, aws:PrincipalOrgID, aws:PrincipalOrgPaths,
aws:ResourceOrgID and aws:ResourceOrgPaths; docs/threat-model.md, *What a request carries*.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from ..domains.domain import Text, fixed
from ..evaluation.request import Texts
from ..policy import context_keys as keys
from ..regular.patterns import Pattern, literal, matcher
from ..solver.groups import Case, Group, Key, Part
from .audience import Audience
from .callers import Sources
from .languages import ORGANIZATION, beginning_in, paths_in
from .population import Population


def organization_group(audience: Audience, population: Population, sources: Sources) -> Group:
    """The memberships that requesters of an audience may have."""
    read = sources.read
    if read.isdisjoint(keys.MEMBER_KEYS | keys.OWNER_KEYS):
        return Group(()) if audience is not Audience.organization else Group()
    cases: list[Case] = []
    strangers = audience in (Audience.everyone, Audience.network)

    def add(member: str, owners: Iterable[tuple[Part, ...]]) -> None:
        for parts in owners:
            sources.spend()
            cases.append((*_member(member), *parts) if member else parts)

    if audience is Audience.internal:
        cases.append(())
        for name in (*sources.organizations(), *sources.named(), *sources.owners()):
            add(name, [_same_owner(name)])
        return Group(*cases)
    if audience is not Audience.organization:
        for name in ("", *sources.organizations()):
            add(name, _owners(population, sources, name))
    for name in () if strangers else (*sources.named(), population.own_organization):
        add(name, () if name == population.own_organization else _owners(population, sources, name))
        add(name, [_same_owner(name)])
    for name in islice(sources.owners(), 1, None) if audience is Audience.organization else ():
        add(name, [_same_owner(name)])
    return Group(*cases)


def of_service(population: Population, sources: Sources) -> Group:
    """The key owner's organization in a service's request, which tells none of its own."""
    return Group(*_owners(population, sources, ""))


def _member(name: str) -> tuple[Part, ...]:
    return _in_organization(name, keys.PRINCIPAL_ORG, keys.PRINCIPAL_ORG_PATHS)


def _same_owner(name: str) -> tuple[Part, ...]:
    return _in_organization(name, keys.RESOURCE_ORG, keys.RESOURCE_ORG_PATHS)


@lru_cache(maxsize=512)
def _in_organization(name: str, its_id: str, its_paths: str) -> tuple[Part, ...]:
    paths = Text((paths_in(literal(name)),), (), (f"{name}/r-ab12/ou-ab12-11111111/",), False)
    return Key(its_id, fixed(name)), Key(its_paths, paths, True)


def _owners(population: Population, sources: Sources, other: str) -> list[tuple[Part, ...]]:
    """The organizations of the key's owner that are not the requester's, or none. other: the requester's, '' for none.

    Where several keys must agree on it, or it must be told from that of an endpoint's owner, each by itself.
    """
    read, named = sources.read, population.names.organizations
    if not read >= keys.OWNER_KEYS and read.isdisjoint((keys.VPCE_ORG, keys.VPCE_ORG_PATHS)):
        return [_any_owner(population.own_organization, named, other)]
    return [(), *(_same_owner(name) for name in (*sources.owners(), *named) if name != other)]


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
