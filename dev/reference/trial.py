"""Tries requests: for one key, one row of requesters and one action, which statements some request meets.
Every combination of values that matters is tried, fact by fact; facts that no condition links are combined afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dev.reference import grants, kms, principals, surroundings
from dev.reference.evaluator import Caller, action_matches, met, principal_matches, resource_matches
from dev.reference.facts import CALLED, CONTEXT, KEY, NET, STRANGERS, Row
from dev.reference.keys import can, context_matters
from dev.reference.links import FOR_SERVICE, NAMES, OPERATIONS, OUTER, VIA, Atom, Links
from dev.reference.values import Facts, Values

ASKED_OF_SERVICES = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")


@dataclass(frozen=True)
class Goal:
    """What a requester wants: an action, or to create a grant for an operation."""

    action: str
    operation: str = ""

    @property
    def verb(self) -> str:
        """The action that it comes down to."""
        return self.operation or self.action

    @property
    def encapsulates(self) -> bool:
        """Whether it is of ML-KEM keys."""
        return self.verb in kms.ENCAPSULATION


Mask = int  # a bit for each statement that may still match

_KEY_ITSELF = ("#key", "#partition", "#account", "#asymmetric")


class Trial:
    """All trials of one policy."""

    def __init__(self, values: Values) -> None:
        self.values, self.named = values, values.named
        self.statements = self.named.policy.statements
        self.allows = [i for i, s in enumerate(self.statements) if s and s["Effect"] == "Allow"]
        self.allow_bits = sum(1 << i for i in self.allows)
        self.deny_bits = sum(1 << i for i, s in enumerate(self.statements) if s and s["Effect"] == "Deny")
        self.every = self.allow_bits | self.deny_bits
        self.links = Links(values)
        # what is chosen first and named by a variable
        self.outer_sources = set(OUTER) & set(values.sources)
        self.ways = way_matters(self.named.mentioned) or bool(self.deny_bits)
        self.fronts: dict[object, list[tuple[Mask, Facts]]] = {}
        self.joint: dict[object, list[tuple[Mask, Facts]]] = {}
        self.about: dict[str, Mask] = {}
        self.usable: dict[object, bool] = {}
        self.met: dict[object, bool] = {}
        self.before: dict[object, list[str]] = {}  # names of facts that make a difference to a component

    def requests(self, key: Facts, row: Row, goal: Goal, denies: bool) -> frozenset[int]:
        """The Allow statements that allow a requester of the row what it wants; denies: after every Deny."""
        found: Mask = 0
        for mask, _ in self.tried(key, row, goal, denies):
            if not denies or not mask & self.deny_bits:
                found |= mask & self.allow_bits
        return frozenset(i for i in self.allows if found >> i & 1)

    def tried(self, key: Facts, row: Row, goal: Goal, denies: bool) -> Iterator[tuple[Mask, Facts]]:
        """The requests that matter, each with the statements that it meets."""
        for facts in self._ways(key, row, goal, denies):
            yield from self._front(facts, Row[str(facts["#row"])], goal.action)

    def _ways(self, key: Facts, row: Row, goal: Goal, denies: bool) -> Iterator[Facts]:
        """What is chosen before the other facts: by which way the request comes, whether it has encryption context."""
        if not kms.crosses_accounts(goal.action) and row not in (Row.service, Row.internal):
            return
        if not (can(key, goal.verb) and can(key, goal.action)):
            return
        base: Facts = {
            **key,
            "#action": goal.action,
            "#operation": goal.operation.removeprefix("kms:"),
            "#row": row.name,
        }
        base["#denies"] = str(denies)
        if goal.action != kms.CREATE_GRANT or not goal.operation:
            yield from self._surroundings({**base, "#for": "any"}, row)
            return
        yield from self._surroundings({**base, "#for": "service" if row is Row.service else "row"}, row)
        if row is Row.service:
            for other in (Row.everyone, Row.network, Row.organization, Row.external):
                yield from self._surroundings({**base, "#for": "service", "#row": other.name}, other)
        if row is Row.internal:
            yield from self._surroundings({**base, "#for": "service"}, row)

    def _surroundings(self, base: Facts, row: Row) -> Iterator[Facts]:
        action = str(base["#action"])
        contexts, has_context = ["none"], kms.has_context(str(base["kms:keyspec"]), base["#asymmetric"] == "true")
        if context_matters(self.values) and kms.carries(action, NAMES) and has_context:
            contexts.append("some")
        spec = [base]
        if action == "kms:RetireGrant":
            spec.append({k: v for k, v in base.items() if k not in KEY[:4]})
        for facts in spec:
            for context in contexts:
                for through in ("false", "true") if self.ways else ("false",):
                    found: Facts = {**facts, "#context": context, VIA: through}
                    if action not in ASKED_OF_SERVICES:
                        yield found
                        continue
                    yield {**found, FOR_SERVICE: "false"}
                    if through == "true":
                        yield {**found, FOR_SERVICE: "true"}

    def _usable(self, facts: Facts, row: Row, who: Facts) -> bool:
        """Whether the grantee is of the row, and his own request for the operation, on the same key, is met by no
        Deny where they count.
        """
        denied = self.deny_bits if facts["#denies"] == "True" else 0
        if not denied and "#grantee" not in who:
            return True
        operation = f"kms:{facts['#operation']}"
        if "#service" in who:
            row = Row.service
        base: Facts = {k: v for k, v in facts.items() if k in (*KEY, *_KEY_ITSELF)}
        base = {
            **base,
            "#action": operation,
            "#operation": "",
            "#row": row.name,
            "#denies": "True",
            "#for": "any",
            **who,
        }
        sign = (operation, row, denied, tuple(sorted(base.items())))
        if sign not in self.usable:
            self.usable[sign] = any(
                not mask & denied
                for found in self._surroundings(base, row)
                if "#via" not in who or found[VIA] == "true"
                for mask, _ in self._front(found, row, operation)
            )
        return self.usable[sign]

    def _front(self, facts: Facts, row: Row, action: str) -> list[tuple[Mask, Facts]]:
        """The best sets of statements that requests with these facts meet: as many Allows, as few Denies as can be."""
        listed = self.links.components(action, action == kms.CREATE_GRANT and facts["#for"] != "any")
        signs = [self._depends(component, atoms, facts, row) for component, atoms in listed]
        carried = self.links.absent(action)
        sign = self._about(action), id(listed), tuple(signs)  # links keep the list
        if sign not in self.joint:
            found: list[tuple[Mask, Facts]] = [(self._about(action), {})]
            for (component, atoms), own in zip(listed, signs):
                options = self._component(component, atoms, facts, row, (component, carried, own))
                pairs = ((one, other) for one in found for other in options)
                found = self._best((mask & more, {**known, **chosen}) for (mask, known), (more, chosen) in pairs)
            self.joint[sign] = found
        return [(mask, {**facts, **chosen}) for mask, chosen in self.joint[sign]]

    def _about(self, action: str) -> Mask:
        """The statements that are about an action."""
        if action not in self.about:
            self.about[action] = sum(1 << i for i, s in enumerate(self.statements) if s and action_matches(s, action))
        return self.about[action]

    def _best(self, options: Iterable[tuple[Mask, Facts]]) -> list[tuple[Mask, Facts]]:
        """Without those to which another is at least as good: as many Allows, no further Deny."""
        found: dict[Mask, Facts] = {}
        for mask, facts in options:
            found.setdefault(mask, facts)
        wins = {m: (m & self.allow_bits) | (~m & self.deny_bits) for m in found}
        best = [
            m for m in wins if not any(o != m and wins[m] | wins[o] == wins[o] and wins[o] != wins[m] for o in wins)
        ]
        return [(m, found[m]) for m in best]

    def _component(
        self, component: tuple[str, ...], atoms: list[Atom], facts: Facts, row: Row, sign: object
    ) -> list[tuple[Mask, Facts]]:
        """The best sets of statements that the facts of one component leave. sign: what they depend on."""
        if sign not in self.fronts:
            options = ((self._mask(atoms, found), found) for found in self._enumerate(component, row, facts))
            best = self._best(options)
            self.fronts[sign] = [(mask, {k: v for k, v in found.items() if k not in facts}) for mask, found in best]
        return self.fronts[sign]

    def _depends(self, component: tuple[str, ...], atoms: list[Atom], facts: Facts, row: Row) -> object:
        """What of the facts chosen already, and of the row, makes a difference to a component."""
        if not {"net", "org", "aws:ec2instancesourcevpc", "grant"} & set(component) and row in STRANGERS:
            row = Row.everyone
        if "grant" in component and self.deny_bits:
            return row, tuple(sorted(facts.items()))
        sign = id(atoms)  # links keep them
        if sign not in self.before:
            self.before[sign] = sorted(self._names_before(component, atoms))
        return row, tuple([(name, facts[name]) for name in self.before[sign] if name in facts])

    def _names_before(self, component: tuple[str, ...], atoms: list[Atom]) -> set[str]:
        """The names of the facts chosen already that make a difference to a component."""
        names = {"#partition", "#account"} if {"who", "net", "grant"} & set(component) else set()
        if not component or any(not set(OUTER).isdisjoint(atom.keys) or not atom.spelled for atom in atoms):
            names |= {key for atom in atoms for key in atom.keys if key in OUTER}
            names |= {"#key"} if any(atom.of_resource for atom in atoms) else set()
        if "grant" in component:
            names |= {"#for", "#denies", FOR_SERVICE}
        if OPERATIONS in component:
            names.add("#operation")
        if "who" in component:
            names |= {"#grantee", "#service"}
        if any(key.startswith(CONTEXT) or key in (NAMES, "kms:grantconstrainttype") for key in component):
            names |= {"#context", "#action"}
        if {"net", "called", "kms:viaservice"} & set(component):
            names |= {VIA, "#via"}
        if "kms:encryptionalgorithm" in component:
            names |= {"kms:keyspec", "#asymmetric"}
        return names | self.outer_sources

    def _enumerate(self, groups: tuple[str, ...], row: Row, facts: Facts) -> Iterator[Facts]:
        """Every combination of values of some groups."""
        if not groups:
            yield facts
            return
        for chosen in self._candidates(groups[0], row, facts):
            yield from self._enumerate(groups[1:], row, chosen)

    def _candidates(self, group: str, row: Row, facts: Facts) -> Iterator[Facts]:
        """The facts with each value of one group."""
        if group == "who" and row is Row.service:
            return principals.services(self.values, facts, str(facts.get("#service", "")))
        if group == "who":
            return principals.principals(self.values, row, facts, str(facts.get("#grantee", "")))
        if group == "org":
            return iter([facts]) if row is Row.service else principals.organizations(self.values, row, facts)
        if group == "grant":
            return grants.grantees(self.values, row, facts, lambda who: self._usable(facts, row, who))
        if group == OPERATIONS:
            return grants.operations(self.values, facts)
        if group == "kms:viaservice" and "#via" in facts:
            return iter(
                [{**facts, group: facts["#via"]}]
                if facts["#via"]
                else surroundings.single(self.values, group, row, facts)
            )
        makers = {
            "net": surroundings.networks,
            "called": surroundings.called,
            "time": surroundings.moments,
            "mfa": surroundings.mfa,
            "mcp": surroundings.mcp,
            NAMES: surroundings.context_names,
        }
        if group in makers:
            return makers[group](self.values, row, facts)
        return surroundings.single(self.values, group, row, facts)

    def _mask(self, atoms: list[Atom], facts: Facts) -> Mask:
        """The statements of which these facts meet every atom."""
        context = {k: v for k, v in facts.items() if not k.startswith("#")}
        caller, mask = caller_of(facts), self.every
        for atom in atoms:
            if mask >> atom.statement & 1 and not self._meets(atom, caller, str(facts["#key"]), context):
                mask &= ~(1 << atom.statement)
        return mask

    def _meets(self, atom: Atom, caller: Caller, key: str, context: Facts) -> bool:
        statement, variables = self.statements[atom.statement], self.named.policy.variables
        if atom.spelled:
            seen = id(atom), tuple([context.get(name) for name in atom.keys])
            if seen not in self.met:
                self.met[seen] = met(atom.spelled, context, variables, statement["Effect"] == "Deny")
            return self.met[seen]
        if atom.of_resource:
            return resource_matches(statement, key, context, variables)
        return principal_matches(statement, caller, key)


def way_matters(mentioned: set[str]) -> bool:
    """Whether it matters by which way a request comes."""
    keys = {FOR_SERVICE, VIA, "kms:viaservice", "kms:granteeprincipal", "kms:granteeserviceprincipal"}
    return bool(mentioned & (keys | set(NET) | set(CALLED)))


def caller_of(facts: Facts) -> Caller:
    """Who makes a request with these facts."""

    def text(key: str) -> str | None:
        value = facts.get(key)
        return value if isinstance(value, str) and value else None

    service, user_id = text("aws:principalservicename"), text("aws:userid")
    return Caller(
        text("aws:principalaccount"),
        text("aws:principalarn"),
        text("#session"),
        user_id.split(":")[0] if user_id else None,
        (service,) if service else (),
    )
