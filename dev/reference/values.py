"""The texts, numbers, instants, addresses and sets that make a difference to the conditions on a key.
From docs/threat-model.md, *How the answer is found*: exact candidates, not guesses.
"""

from __future__ import annotations

import ipaddress
import itertools
import re
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timezone
from fractions import Fraction
from functools import lru_cache
from typing import Any, Union

from dev.reference.languages import ANY, ANYTHING, Language, literal, one_of, sequence, some, spellings, texts
from dev.reference.names import NEVER, Named, Test
from dev.reference.operators import Pattern, arn_parts, block, expand, instant, number

Facts = dict[str, Union[str, tuple[str, ...]]]  # context keys in lower case; what is no context key carries a `#`

DIGITS, LOWER, UPPER = frozenset(string.digits), frozenset(string.ascii_lowercase), frozenset(string.ascii_uppercase)
ALNUM, HEX = LOWER | DIGITS, DIGITS | frozenset("abcdef")
LETTERS = LOWER | UPPER
REGIONAL = ALNUM | {"-"}  # Regions, labels of service names
NAME = LETTERS | DIGITS | frozenset("+=,.@_-")  # of a user, a role, a session
PATH = ANY - {" "}
NO_COLON = ANY - {":"}
ACCOUNT = some(DIGITS, 12, 12)
ORGANIZATION = literal("o-") + some(ALNUM, 10)
WORD = some(LOWER)
ACCOUNTS = ("aws:principalaccount", "kms:calleraccount")
UNKNOWN = "\0"  # stands for the text of a variable


def paths_in(organization: Language) -> Language:
    """Organization, root and units, each with a slash behind it (IAM API Reference, EntityPath)."""
    return organization + literal("/r-") + some(REGIONAL | {"/"}) + literal("/")


class Values:
    """The values of keys for one policy. facts: what is chosen already, for the variables that name it."""

    def __init__(self, named: Named) -> None:
        self.named = named
        # the keys that variables name: what a test on another key is depends on their values
        self.sources = sorted(frozenset().union(*(t.variables for t in named.tests), *named.resource_variables))
        self.remembered: dict[object, Any] = {}
        self.by_key: dict[str, list[Test]] = {}
        for test in named.tests:
            self.by_key.setdefault(test.key, []).append(test)

    def known(self, facts: Facts) -> tuple[object, ...]:
        """What the tests on any key depend on, of what is chosen already."""
        if not self.sources:
            return ()
        key = facts.get("#key") if any(self.named.resource_variables) else None
        return (key, facts.get("#account"), *map(facts.get, self.sources))

    def remember(self, sign: object, make: Callable[[], Any]) -> Any:
        """What is made once for one sign."""
        if sign not in self.remembered:
            self.remembered[sign] = make()
        return self.remembered[sign]

    def of(self, key: str, facts: Facts, shape: Language = ANYTHING, more: Iterable[Language] = ()) -> list[str]:
        """Texts for every outcome of the conditions on a key; where any text will do, values of other types too."""
        sign = ("of", key, shape, tuple(more), self.known(facts))
        found: list[str] = self.remember(sign, lambda: self._of(key, facts, shape, sign[3]))
        return found

    def _of(self, key: str, facts: Facts, shape: Language, more: tuple[Language, ...]) -> list[str]:
        tests = self.tests(key, facts)
        larger = self._larger(key) if tests else ()
        found = list(texts(shape, (*tests, *larger, *self.lifted(key, facts), *more)))
        found += [text for text in self._typed(key) if text in shape]
        return list(dict.fromkeys(found))

    def _typed(self, key: str) -> list[str]:
        def literals(kind: str) -> list[str]:
            return [text for t in self.by_key.get(key, ()) if t.base.startswith(kind) for text in t.texts()]

        blocks = [b for b in map(block, literals("ipaddress")) if b is not None]
        return [
            *literals("binary"),
            *(["true", "false"] if literals("bool") else []),
            *map(decimal, between(map(number, literals("numeric")))),
            *map(iso, between(map(instant, literals("date")))),
            *map(str, addresses(blocks, private=True) if literals("ipaddress") else []),
        ]

    def _larger(self, key: str) -> Iterator[Language]:
        """Numbers with more digits than those that a key is compared with, which patterns may have a say in."""
        literals = [text for t in self.by_key.get(key, ()) if t.base.startswith("numeric") for text in t.texts()]
        for length in {len(text) for text in literals}:
            number = one_of("123456789") + some(DIGITS, length)
            yield from (number, literal("-") + number)

    def sets(self, key: str, values: Sequence[str]) -> list[tuple[str, ...]]:
        """Sets of as many values as there are conditions: each can ask for one of its own."""
        most = len(self.by_key.get(key, ())) or 1
        return [s for n in range(1, min(most, len(values)) + 1) for s in itertools.combinations(values, n)]

    def tests(self, key: str, facts: Facts) -> tuple[Language, ...]:
        """The String and Arn conditions on a key."""
        found: tuple[Language, ...] = self.remember(
            ("tests", key, self.known(facts)), lambda: tuple(self._tests(key, facts))
        )
        return found

    def _tests(self, key: str, facts: Facts) -> Iterator[Language]:
        yield from (
            of_operator(test.base, pattern)
            for test in self.by_key.get(key, ())
            for pattern in self.patterns(test, facts)
        )

    def patterns(self, test: Test, facts: Facts) -> list[Pattern]:
        """The patterns of a String or Arn condition; a variable that is not chosen yet stands for any text as well."""
        if not test.base.startswith(("string", "arn")):
            return []
        found = []
        for value in test.texts():
            known = expand(value, facts, self.named.policy.variables)
            if known is not None:
                found.append(known)
            if test.variables - set(facts):
                free = dict.fromkeys(test.variables - set(facts), UNKNOWN)
                anything = expand(value, {**facts, **free}, self.named.policy.variables) or []
                found.append([("*", False) if c == UNKNOWN else (c, fixed) for c, fixed in anything])
        return found

    def lifted(self, key: str, facts: Facts) -> tuple[Language, ...]:
        """Tests on a key that a variable names: what the other key, with this one's text put into it, must match."""
        made: tuple[Language, ...] = self.remember(("lifted", key, self.known(facts)), lambda: self._lifted(key, facts))
        return made

    def _lifted(self, key: str, facts: Facts, links: int = 1) -> tuple[Language, ...]:
        """links: how many more keys the text may come through."""
        found: list[Language] = []
        for statement, named in enumerate(self.named.resource_variables):
            if key in named and isinstance(facts.get("#key"), str):
                for pattern in self.named.resources[statement]:
                    found += self._around(key, pattern, "stringlike", facts, [literal(str(facts["#key"]))])
        for test in self.named.tests:
            if key in test.variables:
                if sum(key in other.variables for other in self.by_key[test.key]) > 1:
                    found += exact(_ends(test.texts()))  # two patterns with the same variable may overlap in it
                unknown: Facts = {**facts, key: UNKNOWN}
                others = [*self._linked(test.key, unknown), *self._ids(test.key, facts), WORD]
                if links and test.key not in facts:
                    others += self._lifted(test.key, unknown, links - 1)
                for value in test.texts():
                    found += self._around(key, value, test.base, facts, others)
        return tuple(dict.fromkeys(found))

    def _around(self, key: str, value: str, base: str, facts: Facts, others: list[Language]) -> Iterator[Language]:
        """The texts that, put into a value for the variable, can give a text of one of the others."""
        pattern = expand(value, {**facts, key: UNKNOWN}, True) or []
        places = [i for i, (c, _) in enumerate(pattern) if c == UNKNOWN]
        if places:
            parts = (pattern[: places[0]], pattern[places[-1] + 1 :])
            if base.startswith("stringequals"):
                before, after = (literal("".join(c for c, _ in part)) for part in parts)
            else:
                before, after = (wildcards(part) for part in parts)
            if base == "stringequalsignorecase":
                before, after, others = before.any_case(), after.any_case(), [other.any_case() for other in others]
            yield from (other.after(before).ahead(after) for other in others)

    def _linked(self, key: str, facts: Facts) -> list[Language]:
        """The tests on a key, and on the others that hold the same account."""
        if key not in ACCOUNTS:
            return list(self.tests(key, facts))
        arns = (p for t in self.by_key.get("aws:principalarn", ()) for p in self.patterns(t, facts))
        parts = [arn_parts(p) for p in arns]
        found = [language for name in ACCOUNTS for language in self.tests(name, facts)]
        return found + [wildcards(p[4], DIGITS) for p in parts if len(p) == 6]

    def _ids(self, key: str, facts: Facts) -> tuple[Language, ...]:
        """The shapes of a bound key, and each id of its kind that the policy or the key names."""
        if key in (*ACCOUNTS, "aws:resourceaccount", "aws:vpceaccount"):
            known = {str(facts["#account"])} if "#account" in facts else set()
            return (ACCOUNT, *map(literal, sorted(self.named.accounts | known)))
        if key in ("aws:principalorgid", "aws:resourceorgid", "aws:vpceorgid"):
            return (ORGANIZATION, *map(literal, sorted(self.named.organizations)))
        if key == "aws:principalarn":
            spelled = {name for listed in self.named.principals for _, name in listed if name.startswith("arn:")}
            path = literal("") | (some(PATH) + literal("/"))
            start, end = literal("arn:") + some(REGIONAL), path + some(NAME)
            iam = start + literal(":iam::") + ACCOUNT + literal(":")
            federated = start + literal(":sts::") + ACCOUNT + literal(":federated-user/") + some(NAME, 2)
            kinds = (
                iam + literal("role/") + end,
                iam + literal("role/aws:") + some(NAME),
                iam + literal("user/") + end,
                iam + literal("root"),
                federated,
            )
            sessions = (
                re.fullmatch(r"arn:([^:]+):sts::(\d{12}):assumed-role/([^/]+)/.+", name) for name in sorted(spelled)
            )
            roles = (  # a session carries its role's ARN, of which its own does not tell the path
                literal(f"arn:{found[1]}:iam::{found[2]}:role/") + path + literal(found[3])
                for found in sessions
                if found
            )
            return (*kinds, *roles, *map(literal, sorted(spelled)))
        return ()


def _ends(texts: Iterable[str]) -> set[str]:
    """How the plain parts of patterns begin and end."""
    parts = [part for text in texts for part in re.split(r"\$\{[^}]*\}|[*?]", text)]
    return {end for part in parts for n in range(1, min(len(part), 8) + 1) for end in (part[:n], part[-n:])}


def of_operator(operator: str, pattern: Pattern) -> Language:
    """The texts that a positive String or Arn operator matches; a short ARN is read as StringLike reads it."""
    text = "".join(c for c, _ in pattern)
    if operator == "stringequals":
        return literal(text)
    if operator == "stringequalsignorecase":
        return spellings(text)
    parts = arn_parts(pattern)
    if operator == "stringlike" or len(parts) < 6:
        return wildcards(pattern)
    found = literal("")
    for part in parts[:5]:
        found = found + wildcards(part, NO_COLON) + literal(":")
    return found + wildcards(parts[5])


def wildcards(pattern: Pattern, allowed: frozenset[str] = ANY) -> Language:
    """A pattern as StringLike reads it; `allowed` is what its wildcards span."""
    return _wildcards(tuple(pattern), allowed)


@lru_cache(maxsize=1 << 14)
def _wildcards(pattern: tuple[tuple[str, bool], ...], allowed: frozenset[str]) -> Language:
    return sequence(
        tuple((allowed, c == "*") if not fixed and c in "*?" else (frozenset([c]), False) for c, fixed in pattern)
    )


@lru_cache(maxsize=1 << 12)
def arn(
    service: str, account: Language, sixth: Language, partition: Language, region: Language | None = None
) -> Language:
    """ARNs of a service."""
    place = literal(f":{service}:") + (region or literal("")) + literal(":")
    return literal("arn:") + partition + place + account + literal(":") + sixth


@lru_cache(maxsize=1 << 12)
def fifth(account: Language) -> Language:
    """ARNs whose fifth part fits."""
    part = sequence(((NO_COLON, True),)) + literal(":")
    return literal("arn:") + part + part + part + account.within(NO_COLON) + literal(":") + ANYTHING


def exact(names: Iterable[str]) -> tuple[Language, ...]:
    """A test for each of these texts."""
    return tuple(map(literal, sorted(names)))


def but(found: Iterable[str], names: Iterable[str]) -> list[str]:
    """What remains of some texts without those that the policy names."""
    named = set(names)
    return [text for text in found if text not in named]


def either(shape: Language, names: Iterable[str]) -> Language:
    """A shape, and what the policy names of its kind, which may be shorter than AWS's."""
    return shape | one_of(names)


def between(values: Iterable[Fraction | None]) -> list[Fraction]:
    """Every value, one point between neighbours, one below and one above."""
    known = sorted({v for v in values if v is not None})
    middles = [(a + b) / 2 for a, b in zip(known, known[1:])]
    return sorted([*known, *middles, *(v - 1 for v in known[:1]), *(v + 1 for v in known[-1:])])


def addresses(blocks: list[Any], private: bool = False) -> list[Any]:
    """One address of every cell that the blocks cut out of the addresses that occur, per family."""
    found = []
    for version, first in ((4, ipaddress.ip_address("1.2.3.4")), (6, ipaddress.ip_address("2600::1"))):
        never = [] if private else [n for n in NEVER if n.version == version]
        edges = {int(first)}
        for b in (*blocks, *NEVER):
            if b.version == version:
                edges |= {int(b.network_address), int(b.broadcast_address) + 1}
        candidates = (type(first)(edge) for edge in sorted(edges) if edge < 2 ** (32 if version == 4 else 128))
        found += [a for a in candidates if not any(a in n for n in never)]
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
