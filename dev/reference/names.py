"""What a policy names: whole ids of accounts, organizations, networks and principals; patterns name nothing.
And which facts its conditions test. From the design's *Requesters* and *What a request carries*.
"""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Any

from dev.reference.evaluator import UNIQUE_ID, Key, conditions, principals
from dev.reference.grammar import as_list, has_variables, statements
from dev.reference.operators import NEGATED, block, split_operator

NETWORK_BLOCK_KEYS = ("aws:sourceip", "aws:vpcsourceip")
NEVER = [
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "fe80::/10",
        "fc00::/7",
    )
]
EVERYONES = {4: 2**24, 6: 2**96}  # blocks of one list that hold more addresses than this are everyone's
VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True)
class Condition:
    """One condition of one statement; base is the positive operator in lower case, without prefix and IfExists;
    variables are the keys that its values name, where its operator expands them.
    """

    statement: int
    operator: str
    key: str
    values: tuple[Any, ...]
    base: str
    prefix: str
    variables: frozenset[str]

    def texts(self) -> list[str]:
        """The values as texts."""
        return [str(v).lower() if isinstance(v, bool) else str(v) for v in self.values]


class Policy:
    """A parsed policy with what the oracle needs to know of it: names, conditions, variables."""

    def __init__(self, policy: dict[str, Any], key: Key, now: float | None) -> None:
        self.policy, self.key, self.now = policy, key, now
        self.statements = statements(policy)
        self.variables = has_variables(policy)
        self.conditions = [
            Condition(
                i,
                operator,
                name.lower(),
                tuple(as_list(values)),
                NEGATED.get(base, base),
                prefix,
                self._keys_in(values) if NEGATED.get(base, base).startswith(("string", "arn")) else frozenset(),
            )
            for i, statement in enumerate(self.statements)
            for operator, name, values in conditions(statement)
            for prefix, base, _ in [split_operator(operator)]
        ]
        # the keys that each statement's Resource or NotResource names
        self.resource_variables = [self._keys_in(s.get("Resource", s.get("NotResource", []))) for s in self.statements]
        spelled = list(_strings(self.policy))
        everything = "\n".join(spelled)
        self.accounts = set(re.findall(r"(?<!\d)\d{12}(?!\d)", everything)) | ({key.account} if key.account else set())
        self.organizations = set(re.findall(r"(?<![\w-])o-[a-z0-9]+(?![\w?*-])", everything))
        self.vpcs = set(re.findall(r"(?<![\w-])vpc-[0-9a-z]+(?![\w?*-])", everything))
        self.endpoints = set(re.findall(r"(?<![\w-])vpce-[0-9a-z]+(?![\w?*-])", everything))
        self.unique_ids = set(re.findall(rf"(?<!\w){UNIQUE_ID}(?![\w?*])", everything))
        self.principals = [principals(s) for s in self.statements]

    def mentioned(self) -> set[str]:
        """Every key whose value can matter: tested by a condition or named by a variable."""
        return {c.key for c in self.conditions}.union(*(c.variables for c in self.conditions), *self.resource_variables)

    def _keys_in(self, values: Any) -> frozenset[str]:
        """The keys that variables name in an element's values."""
        texts = [value for value in as_list(values) if isinstance(value, str)] if self.variables else []
        found = {name.split(", '")[0].lower() for text in texts for name in VARIABLE.findall(text)}
        return frozenset(found - {"*", "?", "$"})

    def blocks(self) -> list[list[Any]]:
        """The blocks of every value list of address conditions."""
        return [
            [b for b in map(block, c.texts()) if b is not None]
            for c in self.conditions
            if c.base == "ipaddress" and c.key in NETWORK_BLOCK_KEYS
        ]

    def is_named_address(self, address: Any) -> bool:
        """Whether some list that is not everyone's holds the address."""
        return any(address in b and not is_everyones(blocks, b.version) for blocks in self.blocks() for b in blocks)


def is_everyones(blocks: list[Any], version: int) -> bool:
    """Whether one list's blocks hold so many addresses that everybody has one of them; private ones are nobody's."""
    merged = list(ipaddress.collapse_addresses(b for b in blocks if b.version == version))
    size = sum(b.num_addresses for b in merged) - sum(
        min(b.num_addresses, n.num_addresses) for b in merged for n in NEVER if n.version == version and b.overlaps(n)
    )
    return size > EVERYONES[version]


def _strings(policy: dict[str, Any]) -> list[str]:
    """Every text of the elements that decide."""
    elements = ("Principal", "NotPrincipal", "Resource", "NotResource", "Condition")
    chosen = [s[name] for s in statements(policy) for name in elements if name in s]
    return re.findall(r'"((?:[^"\\]|\\.)*)"', json.dumps(chosen))
