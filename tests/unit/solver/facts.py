"""Groups of keys at random, and every world that they allow."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations, product
from random import Random

from kmspolicy.domains.domain import Domain, Finite, Text
from kmspolicy.evaluation.request import Value
from kmspolicy.regular.patterns import literal
from kmspolicy.solver.groups import Group, Key
from tests.unit.solver.questions import World, present, values_of

TEXTS = ["a", "A", "b", "ab", "ba"]


def random_domain(chance: Random) -> Domain:
    """A few of the texts, of a list or of a language."""
    chosen, optional = tuple(chance.sample(TEXTS, chance.randint(1, 3))), chance.random() < 0.5
    if chance.random() < 0.5:
        return Finite(chosen, optional)
    preferred = chosen[: chance.randrange(2)] if optional else chosen[:1]  # what is always there has an example
    return Text(tuple(map(literal, chosen)), preferred=preferred, optional=optional)


def random_key(chance: Random, name: str, several: bool = False) -> Key:
    """One key that has such a domain; a set of values, now and then with a member that is always there."""
    domain = random_domain(chance)
    if several and chance.random() < 0.3:
        only = Finite(tuple(text for text in TEXTS if domain.holds(text)), False)
        return Key(name, only, True, only.values[:1])
    return Key(name, domain, several)


def values_of_key(key: Key) -> list[Value]:
    """Everything that the key can be."""
    single = values_of(key.domain, TEXTS)
    if not key.several:
        return single
    texts = [value for value in single if isinstance(value, str)]
    sets: list[Value] = [chosen for size in range(1, len(texts) + 1) for chosen in combinations(sorted(texts), size)]
    return [chosen for chosen in sets if set(key.members) <= set(chosen or ())] + ([None] if None in single else [])


def random_group(chance: Random, names: Sequence[str], several: Sequence[str] = ()) -> Group:
    """One to three cases, in each of which some of the keys can be."""
    cases = []
    for _ in range(chance.randint(1, 3)):
        chosen = [name for name in names if chance.random() < 0.8]
        cases.append(tuple([random_key(chance, name, name in several) for name in chosen]))
    return Group(*cases)


def worlds_of(group: Group) -> Iterator[World]:
    """Every world that a group of such keys allows."""
    for case in group.cases:
        keys = [part for part in case if isinstance(part, Key)]
        for chosen in product(*map(values_of_key, keys)):
            yield present({key.name: value for key, value in zip(keys, chosen)})


def worlds_together(groups: Sequence[Group]) -> list[World]:
    """Every world that groups with nothing in common allow."""
    found: list[dict[str, Value]] = [{}]
    for group in groups:
        own = [dict(world) for world in {tuple(sorted(world.items())): world for world in worlds_of(group)}.values()]
        found = [{**before, **more} for before in found for more in own]
    return list(found)


class SomeFacts:
    """The groups of keys, as the search asks for them."""

    def __init__(self, groups: Mapping[tuple[str, ...], Group]) -> None:
        """groups: by their keys."""
        self._groups = groups
        self.groups = list(groups.values())

    def fact_of(self, key: str) -> Hashable:
        """The keys of the group."""
        return next(keys for keys in self._groups if key in keys)

    def group(self, key: str) -> Group:
        """See solver.search.Facts."""
        return next(group for keys, group in self._groups.items() if key in keys)
