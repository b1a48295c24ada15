"""The texts, numbers, instants, addresses and sets that make a difference to the conditions on a key.
From the design's *Deciding*: exact candidates, not guesses.
"""

from __future__ import annotations

import ipaddress
import itertools
import re
import string
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from fractions import Fraction
from typing import Any

from dev.reference.facts import Facts
from dev.reference.names import NEVER, Condition, Policy
from dev.reference.operators import Pattern, block, expand, instant, number
from dev.reference.texts import ANY, DIGITS, NOT_COLON, Element, Glob, literal, of_operator, some, texts, wildcards

LOWER, UPPER = frozenset(string.ascii_lowercase), frozenset(string.ascii_uppercase)
ALNUM, HEX = LOWER | DIGITS, DIGITS | frozenset("abcdef")
NAME, PATH = LOWER | UPPER | DIGITS | frozenset("+=,.@_-"), ANY - {" "}  # of a user or role
ACCOUNT = some(DIGITS, 12, False)
ORGANIZATION = literal("o-") + some(ALNUM, 10)
WORD = Glob(some(LOWER))
ACCOUNTS = ("aws:principalaccount", "kms:calleraccount")
ANYTHING: tuple[Element, ...] = ((ANY, True),)
FREE = (Glob(ANYTHING),)


class Values:
    """The values of keys for one policy. facts: what is chosen already, for the variables that name it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.keys = policy.mentioned()

    def of(self, key: str, facts: Facts, shapes: tuple[Glob, ...], more: tuple[Glob, ...] = ()) -> list[str]:
        """Texts for every outcome of the conditions on a key; if its shape is free, values of other types too."""
        found = [text for _, text in texts(shapes, self.tests(key, facts) + self.lifted(key, facts) + more)]
        if shapes == FREE:
            found += self._typed([c for c in self.policy.conditions if c.key == key])
        return list(dict.fromkeys(found))

    def _typed(self, conditions: list[Condition]) -> list[str]:
        def literals(kind: str) -> list[str]:
            return [text for c in conditions if c.base.startswith(kind) for text in c.texts()]

        return [
            *literals("binary"),
            *(["true", "false"] if literals("bool") else []),
            *map(decimal, between(map(number, literals("numeric")))),
            *map(iso, between(map(instant, literals("date")))),
            *map(str, addresses(list(map(block, literals("ipaddress")))) if literals("ipaddress") else []),
        ]

    def sets(self, key: str, values: Sequence[str]) -> list[tuple[str, ...]]:
        """Sets of as many values as there are conditions: each can ask for one of its own."""
        most = sum(c.key == key for c in self.policy.conditions)
        return [s for n in range(1, min(most, len(values)) + 1) for s in itertools.combinations(values, n)]

    def tests(self, key: str, facts: Facts) -> tuple[Glob, ...]:
        """The String and Arn conditions on a key."""
        return tuple(
            of_operator(c.base, p) for c in self.policy.conditions if c.key == key for p in self.patterns(c, facts)
        )

    def patterns(self, condition: Condition, facts: Facts) -> list[Pattern]:
        """The patterns of a String or Arn condition; a variable that is not chosen yet stands for any text as well."""
        if not condition.base.startswith(("string", "arn")):
            return []
        found = []
        for value in condition.texts():
            pattern = expand(value, facts, self.policy.variables)
            if pattern is not None:
                found.append(pattern)
            for key in condition.variables - set(facts):
                anything = expand(value, {**facts, key: "\0"}, self.policy.variables)
                if anything is not None:
                    found.append([("*", False) if c == "\0" else (c, fixed) for c, fixed in anything])
        return found

    def lifted(self, key: str, facts: Facts) -> tuple[Glob, ...]:
        """Tests on a key that a variable names: what the other key, with this one's text put into it, must match."""
        found = []
        if any(key in named for named in self.policy.resource_variables):
            known = self.policy.key.key_id
            found.append(Glob(literal(known) if known else some(ALNUM | {"-"})))
        for condition in self.policy.conditions:
            if key not in condition.variables:
                continue
            if sum(key in c.variables for c in self.policy.conditions if c.key == condition.key) > 1:
                found += exact(_ends(condition.texts()))  # two patterns with the same variable may overlap in it
            others = (*self._linked_tests(condition.key, {**facts, key: "\0"}), *self._ids(condition.key), WORD)
            for value in condition.texts():
                pattern = expand(value, {**facts, key: "\0"}, True) or []
                place = [i for i, (c, _) in enumerate(pattern) if c == "\0"]
                if place:
                    before, after = wildcards(pattern[: place[0]]), wildcards(pattern[place[0] + 1 :])
                    found += [Glob(g.elements, before, after) for g in others]
        return tuple(dict.fromkeys(found))

    def _linked_tests(self, key: str, facts: Facts) -> tuple[Glob, ...]:
        """The tests on a key, and on the others that hold the same account."""
        if key not in ACCOUNTS:
            return self.tests(key, facts)
        arns = (p for c in self.policy.conditions if c.key == "aws:principalarn" for p in self.patterns(c, facts))
        found = [g for name in ACCOUNTS for g in self.tests(name, facts)]
        return (*found, *(Glob(wildcards(fifth_part(p), DIGITS)) for p in arns))

    def _ids(self, key: str) -> tuple[Glob, ...]:
        """The shapes of a bound key, and each id of its kind that the policy names."""
        if key in (*ACCOUNTS, "aws:resourceaccount", "aws:vpceaccount"):
            return (Glob(ACCOUNT), *exact(self.policy.accounts))
        if key in ("aws:principalorgid", "aws:resourceorgid", "aws:vpceorgid"):
            return (Glob(ORGANIZATION), *exact(self.policy.organizations))
        if key == "aws:principalarn":
            spelled = {name for listed in self.policy.principals for _, name in listed if name.startswith("arn:")}
            roles = {role for name in spelled for role in _role_of(name)}  # a session's ARN is its role's
            return (*self.principal_shapes(ACCOUNT), *exact(spelled | roles))
        return ()

    def principal_shapes(self, account: tuple[Element, ...]) -> tuple[Glob, ...]:
        """What aws:PrincipalArn looks like; a session has its role's."""
        iam, sts = self.arn_start() + literal(":iam::") + account, self.arn_start() + literal(":sts::") + account
        paths: tuple[tuple[Element, ...], ...] = ((), some(PATH) + literal("/"))
        named = (Glob(iam + literal(f":{kind}/") + path + some(NAME)) for kind in ("role", "user") for path in paths)
        return (*named, Glob(iam + literal(":root")), Glob(sts + literal(":federated-user/") + some(NAME, 2)))

    def arn_start(self) -> tuple[Element, ...]:
        """arn: and the key's partition, any where it is not known."""
        partition = self.policy.key.partition
        return literal(f"arn:{partition}") if partition else literal("arn:aws") + ((LOWER | {"-"}, True),)


def _ends(texts: list[str]) -> set[str]:
    """How the plain parts of patterns begin and end."""
    parts = [part for text in texts for part in re.split(r"\$\{[^}]*\}|[*?]", text)]
    return {end for part in parts for n in range(1, min(len(part), 8) + 1) for end in (part[:n], part[-n:])}


def _role_of(arn: str) -> list[str]:
    """The role of a session, outside any path."""
    session = re.fullmatch(r"(arn:[^:]+):sts::(\d{12}):assumed-role/([^/]+)/.+", arn)
    return [f"{session[1]}:iam::{session[2]}:role/{session[3]}"] if session else []


def exact(names: Iterable[str]) -> tuple[Glob, ...]:
    """A test for each of these texts."""
    return tuple(Glob(literal(name)) for name in sorted(names))


def same(text: object) -> tuple[Glob, ...]:
    """A test for a text that another fact has, so that there are candidates that differ from it."""
    return (Glob(literal(text)),) if isinstance(text, str) else ()


def fifth(account: tuple[Element, ...], sixth: str = "") -> Glob:
    """ARNs whose fifth part fits, and whose sixth begins so."""
    return Glob(literal("arn:") + (((NOT_COLON, True),) + literal(":")) * 3 + account + literal(f":{sixth}") + ANYTHING)


def fifth_part(pattern: Pattern) -> Pattern:
    """What a pattern of an ARN asks of the account."""
    parts: list[Pattern] = [[]]
    for character in pattern:
        if character[0] == ":":
            parts.append([])
        else:
            parts[-1].append(character)
    return parts[4] if len(parts) > 4 else []


def between(values: Iterable[Fraction | None]) -> list[Fraction]:
    """Every value, one point between neighbours, one below and one above."""
    known = sorted({v for v in values if v is not None})
    middles = [(a + b) / 2 for a, b in zip(known, known[1:])]
    return sorted([*known, *middles, *(v - 1 for v in known[:1]), *(v + 1 for v in known[-1:])])


def addresses(blocks: list[Any]) -> list[Any]:
    """One address of every cell that the blocks cut out of the addresses that occur, per family."""
    found = []
    for version, first in ((4, ipaddress.ip_address("1.2.3.4")), (6, ipaddress.ip_address("2600::1"))):
        edges = {int(first)}
        for b in (*blocks, *NEVER):
            if b is not None and b.version == version:
                edges |= {int(b.network_address), int(b.broadcast_address) + 1}
        candidates = (type(first)(edge) for edge in sorted(edges) if edge < 2 ** (32 if version == 4 else 128))
        found += [a for a in candidates if not any(a in n for n in NEVER if n.version == version)]
    return found


def decimal(value: Fraction) -> str:
    """A finite decimal; the values of policies and the points between them are."""
    scale = 0
    while (value * 10**scale).denominator != 1:
        scale += 1
    digits = str(abs(int(value * 10**scale))).rjust(scale + 1, "0")
    text = digits if not scale else f"{digits[:-scale]}.{digits[-scale:]}"
    return f"-{text}" if value < 0 else text


def iso(moment: Fraction) -> str:
    """An instant as aws:CurrentTime has it."""
    seconds, rest = divmod(moment, 1)
    text = datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}{decimal(rest)[1:]}Z"
