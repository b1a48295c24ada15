"""What a policy names: whole ids of accounts, organizations, networks and principals; patterns name nothing.
Which keys its conditions test, and which partition it is of. From docs/threat-model.md, *Who might send a request* and
*How a policy is evaluated*.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dev.reference import kms
from dev.reference.evaluator import UNIQUE_ID, Spelled, conditions, principals
from dev.reference.grammar import Policy, as_list
from dev.reference.operators import NEGATED, block, split_operator

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
WIDE = {4: 8, 6: 32}  # a block wider than this is everyone's: S3's measure, *Blocking public access*
MANY = {4: 2**28, 6: 2**100}  # a list of more addresses than this is everyone's
VARIABLE = re.compile(r"\$\{([^}]*)\}")
PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov", "us-iso": "aws-iso", "us-isob": "aws-iso-b"}
PARTITIONS |= {"us-isof": "aws-iso-f", "eu-isoe": "aws-iso-e", "eusc": "aws-eusc"}


@dataclass(frozen=True)
class Key:
    """What is known of the KMS key; a part that is not known is None and may be anything."""

    account: str | None = None
    region: str | None = None
    key_id: str | None = None
    partition: str | None = None
    usage: str | None = None
    spec: str | None = None
    origin: str | None = None
    multi_region: bool | None = None


@dataclass(frozen=True)
class Test:
    """One operator, key and values; base is the positive operator in lower case, without prefix and IfExists;
    variables are the keys that its values name, where its operator expands them.
    """

    statement: int
    key: str
    values: tuple[Any, ...]
    base: str
    variables: frozenset[str]

    def texts(self) -> list[str]:
        """The values as texts."""
        return [str(v).lower() if isinstance(v, bool) else str(v) for v in self.values]


class Named:
    """A policy, its key and the time, with what the oracle needs to know of them."""

    def __init__(self, policy: Policy, key: Key, now: float) -> None:
        self.policy, self.key, self.now = policy, key, now
        self.conditions = [(i, c) for i, s in enumerate(policy.statements) if s for c in conditions(s)]
        self.tests = [test for i, spelled in self.conditions for test in self._tests(i, spelled)]
        # the keys that each statement's Resource or NotResource names
        self.resources = [as_list(s.get("Resource", s.get("NotResource", []))) for s in policy.statements]
        self.resource_variables = [self.keys_in(patterns) for patterns in self.resources]
        self.principals = [principals(s) if s else [] for s in policy.statements]
        parts = {part for text in self._texts() for part in re.split(r"[:/']", text)}
        self.accounts = _whole(r"\d{12}", parts) | ({key.account} if key.account else set())
        self.organizations = _whole(r"o-[a-z0-9]+", parts)
        self.vpcs, self.endpoints = _whole(r"vpc-[0-9a-z]+", parts), _whole(r"vpce-[0-9a-z]+", parts)
        self.unique_ids = _whole(UNIQUE_ID, parts)
        self.users = {
            text
            for t in self.tests
            if t.key == "identitystore:userid"
            for text in t.texts()
            if re.fullmatch(r"[A-Za-z0-9-]+", text)
        }
        self.partition = self._partition()
        self.mentioned = {t.key for t in self.tests}.union(*(t.variables for t in self.tests), *self.resource_variables)

    def _tests(self, statement: int, spelled: Spelled) -> Iterator[Test]:
        for operator, key, values in spelled:
            base = split_operator(operator)[1]
            base = NEGATED.get(base, base)
            variables = self.keys_in(as_list(values)) if base.startswith(("string", "arn")) else frozenset()
            yield Test(statement, kms.key_of(key), tuple(as_list(values)), base, variables)

    def keys_in(self, values: Iterable[Any]) -> frozenset[str]:
        """The keys that variables name in an element's values."""
        texts = [value for value in values if isinstance(value, str)] if self.policy.variables else []
        found = {kms.key_of(name.split(", '")[0]) for text in texts for name in VARIABLE.findall(text)}
        return frozenset(found - {"*", "?", "$"})

    def _texts(self) -> list[str]:
        """Every text that can name something."""
        found = [text for test in self.tests for text in test.texts()]
        found += [name for listed in self.principals for _, name in listed]
        return found + [text for patterns in self.resources for text in patterns if isinstance(text, str)]

    def _partition(self) -> str | None:
        """The key's partition: known, or learnt from the ARNs of the policy where they agree."""
        if self.key.partition:
            return self.key.partition
        if self.key.region:
            heads = ("-".join(self.key.region.split("-")[:n]) for n in (2, 1))
            return next((PARTITIONS[head] for head in heads if head in PARTITIONS), "aws")
        named = [name for listed in self.principals for kind, name in listed if kind == "AWS"]
        own = [name for name in named if self.key.account and name.split(":")[4:5] == [self.key.account]]
        if _partitions(named):
            return _agreed(named) or _agreed(own)
        return _agreed(self._texts())

    def is_named_address(self, address: Any) -> bool:
        """Whether the address lies in a block that is not everyone's (aws:SourceIp)."""
        return any(
            address in b
            and b.prefixlen >= WIDE[b.version]
            and not (test.base == "ipaddress" and too_many(found, b.version))
            for test, found in self._blocks()
            for b in found
        )

    def blocks(self) -> list[Any]:
        """Every block that conditions on an address name."""
        return [b for _, found in self._blocks() for b in found]

    def _blocks(self) -> list[tuple[Test, list[Any]]]:
        tests = [t for t in self.tests if t.key == "aws:sourceip"]
        return [(t, [b for b in map(block, t.texts()) if b is not None]) for t in tests]


def too_many(blocks: list[Any], version: int) -> bool:
    """Whether one list's blocks hold so many addresses that everybody has one of them; private ones are nobody's."""
    merged = list(ipaddress.collapse_addresses(b for b in blocks if b.version == version))
    size = sum(b.num_addresses for b in merged) - sum(
        min(b.num_addresses, n.num_addresses) for b in merged for n in NEVER if n.version == version and b.overlaps(n)
    )
    return size > MANY[version]


def _whole(pattern: str, parts: Iterable[str]) -> set[str]:
    return {part for part in parts if re.fullmatch(pattern, part, re.ASCII)}


def _partitions(texts: Iterable[str]) -> set[str]:
    found = (re.match(r"arn:(aws[a-z-]*):", text) for text in texts)
    return {match[1] for match in found if match}


def _agreed(texts: Iterable[str]) -> str | None:
    found = _partitions(texts)
    return found.pop() if len(found) == 1 else None
