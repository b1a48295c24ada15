"""Which facts decide something together: those that a variable links, and those of which one follows from another.
From docs/threat-model.md, *What a request carries*: free keys are independent beyond the facts that several keys tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dev.reference import kms
from dev.reference.evaluator import Spelled
from dev.reference.facts import CONTEXT, KEY, OWN_ARN, WHO, group_of
from dev.reference.values import Values

NAMES, FOR_SERVICE, VIA, OPERATIONS = (
    "kms:encryptioncontextkeys",
    "kms:grantisforawsresource",
    "aws:viaawsservice",
    "kms:grantoperations",
)
OUTER = (*KEY, FOR_SERVICE, VIA)  # chosen before the facts are combined


@dataclass(frozen=True)
class Atom:
    """One part of a statement that a request meets or not: its principals, its Resource, or a condition."""

    statement: int
    keys: tuple[str, ...]
    spelled: Spelled = ()
    of_resource: bool = False


Component = tuple[tuple[str, ...], list[Atom]]


class Links:
    """The atoms of a policy, and the facts that they link."""

    def __init__(self, values: Values) -> None:
        self.named = values.named
        self.atoms = list(self._atoms())
        self._absent: dict[str, frozenset[str]] = {}
        self._components: dict[object, list[Component]] = {}

    def _atoms(self) -> Iterator[Atom]:
        for i, statement in enumerate(self.named.policy.statements):
            if statement:
                yield Atom(i, WHO[:1])
                yield Atom(i, tuple(sorted(self.named.resource_variables[i])), of_resource=True)
        for i, spelled in self.named.conditions:
            tests = [t for t in self.named.tests if t.statement == i and t.key == kms.key_of(spelled[0][1])]
            yield Atom(i, (tests[0].key, *sorted(frozenset().union(*(t.variables for t in tests)))), spelled)

    def components(self, action: str, grant: bool) -> list[Component]:
        """Groups of facts that decide something together, sources of variables first, with the atoms that they decide;
        () is what is chosen already. grant: whether the grantee decides something by himself.
        """
        sign = (self.absent(action), grant)
        if sign not in self._components:
            self._components[sign] = self._split(action, grant)
        return self._components[sign]

    def _split(self, action: str, grant: bool) -> list[Component]:
        groups = {g for atom in self.atoms for g in self._groups(atom, action)} | {"who"}
        if grant:
            groups.add("grant")
        edges = {("who", key) for key in OWN_ARN} | {("kms:viaservice", "grant")}
        edges |= {("aws:resourceorgid", "org"), ("aws:resourceorgid", "net")}
        edges |= {(NAMES, key) for key in groups if key.startswith(CONTEXT)}
        for test in self.named.tests:
            edges |= {(group_of(v), group_of(test.key)) for v in test.variables}
        for atom in self.atoms:
            linked = self._groups(atom, action)
            edges |= set(zip(linked, linked[1:])) if not atom.spelled else set()
            edges |= {(a, b) for a, b in zip(linked, linked[1:]) if group_of(atom.keys[0]) not in linked}
        edges = {(a, b) for a, b in edges if a != b and {a, b} <= groups}
        done: list[tuple[str, ...]] = [()]
        left = set(groups)
        while left:
            component, grown = set(), {min(left)}
            while grown:
                component |= grown
                grown = {g for e in edges for g in e if set(e) & component} - component
            left -= component
            done.append(tuple(_sources_first(component, edges)))
        placed = [(atom, self._groups(atom, action)) for atom in self.atoms]
        return [
            (component, [atom for atom, at in placed if (at[0] in component if at else not component)])
            for component in done
        ]

    def _groups(self, atom: Atom, action: str) -> list[str]:
        """The facts on which an atom depends, but for what is chosen already and what the action does not carry."""
        return sorted({group_of(k) for k in atom.keys if k not in OUTER and kms.carries(action, k)})

    def absent(self, action: str) -> frozenset[str]:
        """The keys of the policy that a request for the action does not carry."""
        if action not in self._absent:
            self._absent[action] = frozenset(k for k in self.named.mentioned if not kms.carries(action, k))
        return self._absent[action]


def _sources_first(component: set[str], edges: set[tuple[str, str]]) -> Iterable[str]:
    left = set(component)
    while left:
        ready = sorted(g for g in left if not any(b == g and a in left for a, b in edges)) or sorted(left)[:1]
        yield ready[0]
        left.discard(ready[0])
