"""Every value that could make a difference, fact by fact, for each kind of requester.
From the design's *Requesters* and *What a request carries*, and the IAM User Guide, *Global condition context keys*.
"""
from __future__ import annotations

import ipaddress
import itertools
import string
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from enum import IntEnum
from fractions import Fraction
from typing import Any, Optional, Union

from tests.reference.names import Condition, Policy, block, occurs
from tests.reference.operators import MULTIVALUED, Pattern, expand, instant, number
from tests.reference.texts import (ANY, DIGITS, NOT_COLON, Element, Glob, literal, of_operator, some, texts,
                                   wildcards)

Facts = dict[str, Union[str, tuple[str, ...]]]


class Row(IntEnum):
    """The rows of the design's table, widest first."""
    everyone = 0
    network = 1
    organization = 2
    external = 3
    service = 4
    internal = 5
    none = 6


STRANGERS = (Row.everyone, Row.network, Row.organization)  # in an account named nowhere, with an id named nowhere
LOWER, UPPER = frozenset(string.ascii_lowercase), frozenset(string.ascii_uppercase)
ALNUM, HEX = LOWER | DIGITS, DIGITS | frozenset("abcdef")
NAME = LOWER | UPPER | DIGITS | frozenset("+=,.@_-")
PATH = ANY - {" "}
ACCOUNT = some(DIGITS, 12, False)
ORGANIZATION = literal("o-") + some(ALNUM, 10)
UNIQUE = some(UPPER | DIGITS, 17, False)
USER_IDS = (Glob(literal("AIDA") + UNIQUE), Glob(literal("AROA") + UNIQUE + literal(":") + some(NAME, 2)))
SERVICES = (Glob(some(ALNUM | {".", "-"}) + literal(".amazonaws.com")),)
FREE = (Glob(((ANY, True),)),)

PRINCIPAL = ("aws:principalarn", "aws:principalaccount", "kms:calleraccount")
ORG = ("aws:principalorgid", "aws:principalorgpaths")
NETWORK = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid",
           "aws:vpceorgpaths", "aws:vpcsourceip", "aws:viaawsservice")
TIME = ("aws:currenttime", "aws:epochtime")
SERVICE = ("aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist")
SOURCE = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
OWN_ARN = ("ec2:sourceinstancearn", "lambda:sourcefunctionarn", "ssm:sourceinstancearn", "codebuild:buildarn",
           "codebuild:projectarn", "aws:chatbotsourcearn", "aws:signinsessionarn", "aws:federatedprovider")
OWN_ID = ("aws:ec2instancesourcevpc", "identitystore:userid")
CLOSED: dict[str, Sequence[str]] = {"aws:principaltype": ("User", "AssumedRole", "FederatedUser", "Account"),
                                    "aws:securetransport": ("true",)}
ALWAYS = ("kms:keyspec", "kms:keyusage", "kms:keyorigin", "kms:multiregion", "aws:requestedregion")

_ENCRYPT = ("kms:Encrypt", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext",
            "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext")
_DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
LIMITED: dict[str, Sequence[str]] = {
    "kms:grantisforawsresource": ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"),
    "kms:grantconstrainttype": ("kms:CreateGrant",), "kms:grantoperations": ("kms:CreateGrant",),
    "kms:granteeprincipal": ("kms:CreateGrant",), "kms:retiringprincipal": ("kms:CreateGrant",),
    "kms:datakeypairspec": ("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext"),
    "kms:reencryptonsamekey": ("kms:ReEncryptTo", "kms:ReEncryptFrom"),
    "kms:recipientattestation:": ("kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"),
    "kms:encryptioncontext:": (*_ENCRYPT, *_DECRYPT, "kms:CreateGrant"),
    "kms:encryptioncontextkeys": (*_ENCRYPT, *_DECRYPT, "kms:CreateGrant"),
    "kms:encryptionalgorithm": (*_ENCRYPT, *_DECRYPT),
    "kms:bypasspolicylockoutsafetycheck": ("kms:PutKeyPolicy",),
    "kms:expirationmodel": ("kms:ImportKeyMaterial",), "kms:validto": ("kms:ImportKeyMaterial",),
    "kms:schedulekeydeletionpendingwindowindays": ("kms:ScheduleKeyDeletion",),
    "kms:macalgorithm": (), "kms:messagetype": (), "kms:signingalgorithm": (), "kms:wrappingalgorithm": (),
    "kms:wrappingkeyspec": (), "kms:primaryregion": (), "kms:replicaregion": (), "aws:requesttag/": (), "aws:tagkeys": (),
}


def exists_on(key: str, action: str) -> bool:
    """Whether a request for the action can carry the key."""
    for name, actions in LIMITED.items():
        if key == name or (name.endswith((":", "/")) and key.startswith(name)):
            return action in actions
    return True


def is_owned(group: str) -> bool:
    """Whether a fact depends on the requester's own account."""
    return group in OWN_ARN


def group_of(key: str) -> str:
    """The fact that a key belongs to; keys of one fact are linked, others are not."""
    for name, keys in (("arn", PRINCIPAL), ("org", ORG), ("net", NETWORK), ("time", TIME), ("svc", SERVICE)):
        if key in keys:
            return name
    return key


class Candidates:
    """The values of each fact for one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.keys = policy.mentioned()

    def of(self, group: str, row: Row, action: str, facts: Facts) -> Iterator[Facts]:
        """The values of one fact; facts: those already chosen, which variables may name. A caller's parts carry a `#`."""
        service = row is Row.service
        if group == "arn":
            return iter([{}]) if service else self._principals(row, facts)
        if group == "aws:userid":
            return iter([{}]) if service else self._user_ids(row, facts)
        if group == "org":
            return iter([{}]) if service else self._organizations(row, facts)
        if group == "net":
            return iter(self._via({})) if service else self._networks(row, facts)
        if group == "time":
            return self._moments()
        if group == "svc":
            return self._services(facts) if service else iter([{"aws:principalisawsservice": "false"}])
        return self._single(group, row, action, facts)

    # one key that stands alone

    def _single(self, key: str, row: Row, action: str, facts: Facts) -> Iterator[Facts]:
        absent: list[Facts] = [{}]
        if not exists_on(key, action) or (row is Row.service and key in (*OWN_ARN, *OWN_ID)):
            return iter(absent)
        if key in CLOSED:
            return iter([{key: value} for value in CLOSED[key]])
        if key == "aws:resourceaccount":
            return self._resource_account(row, facts)
        if key in SOURCE:
            return iter(absent + (self._source(key, facts) if row is Row.service else []))
        if key in OWN_ARN:
            return iter(absent + [{key: t} for t in self._own_arn(key, facts)])
        if key in OWN_ID:
            return iter(absent + [{key: t} for t in self._own_id(key, row, facts)])
        if key == "aws:resourceorgid":
            theirs = facts.get("#org")
            found = [{key: t} for t in self._values(key, facts, (Glob(ORGANIZATION), *self._exact("organizations")), _same(theirs))]
            return iter(absent + [f for f in found if row not in (Row.everyone, Row.network) or f[key] != theirs])
        found = [{key: t} for t in self._values(key, facts, FREE)]
        if key in MULTIVALUED:
            return iter(absent + [{key: s} for s in self._sets(key, [f[key] for f in found])])
        return iter(found if key in ALWAYS else absent + found)

    def _values(self, key: str, facts: Facts, shapes: tuple[Glob, ...], more: tuple[Glob, ...] = ()) -> list[str]:
        """Texts for every outcome of the key's conditions, whatever their type."""
        tests = self._tests(key, facts) + self._lifted(key, facts) + more
        found = [text for _, text in texts(shapes, tests)]
        if shapes == FREE:
            mine = [c for c in self.policy.conditions if c.key == key]
            for c in mine:
                found += [t for t in c.texts() if c.base == "binaryequals"]
                found += ["true", "false"] if c.base == "bool" else []
            found += [_decimal(n) for n in _between([number(t) for c in mine if c.base.startswith("numeric")
                                                     for t in c.texts()])]
            found += [_iso(n) for n in _between([instant(t) for c in mine if c.base.startswith("date")
                                                 for t in c.texts()])]
            found += [str(a) for a in _addresses([block(t) for c in mine if c.base == "ipaddress" for t in c.texts()])]
        return list(dict.fromkeys(found))

    def _sets(self, key: str, values: Sequence[Any]) -> list[tuple[str, ...]]:
        """Sets of as many values as conditions can ask for one each."""
        most = sum(c.key == key for c in self.policy.conditions)
        return [s for n in range(1, min(most, len(values)) + 1) for s in itertools.combinations(values, n)]

    def _tests(self, key: str, facts: Facts) -> tuple[Glob, ...]:
        return tuple(of_operator(c.base, p) for c in self.policy.conditions if c.key == key
                     for p in self._patterns(c, facts))

    def _patterns(self, condition: Condition, facts: Facts) -> list[Pattern]:
        """The patterns of a String or Arn condition; a variable not chosen yet stands for any text."""
        if not condition.base.startswith(("string", "arn")):
            return []
        found = []
        for value in condition.texts():
            pattern = expand(value, facts, self.policy.variables)
            if pattern is not None:
                found.append(pattern)
            for key in self.policy.variables_of(condition) - set(facts):
                anything = expand(value, {**facts, key: "\0"}, self.policy.variables)
                if anything is not None:
                    found.append([("*", False) if c == "\0" else (c, fixed) for c, fixed in anything])
        return found

    def _lifted(self, key: str, facts: Facts) -> tuple[Glob, ...]:
        """Tests on a key that a variable names: what the other key, with this one's text put into it, must match."""
        found = []
        if any(key in self.policy.resource_variables(s) for s in self.policy.statements):
            known = self.policy.key.key_id
            found.append(Glob(literal(known) if known else some(ALNUM | {"-"})))
        for condition in self.policy.conditions:
            if key not in self.policy.variables_of(condition):
                continue
            for value in condition.texts():
                pattern = expand(value, {**facts, key: "\0"}, True) or []
                text = "".join(c for c, fixed in pattern if fixed or c not in "*?")
                if "\0" in text:
                    before, _, after = text.partition("\0")
                    others = self._tests(condition.key, {**facts, key: "\0"}) + self._shapes_of(condition.key)
                    found += [Glob(g.elements, before, after) for g in others if not (g.prefix or g.suffix)]
        return tuple(dict.fromkeys(found))

    def _shapes_of(self, key: str) -> tuple[Glob, ...]:
        """The shape of a bound key, and each id of its kind that the policy names."""
        if key in ("aws:principalaccount", "kms:calleraccount", "aws:resourceaccount", "aws:vpceaccount"):
            return (Glob(ACCOUNT), *self._exact("accounts"))
        if key in ("aws:principalorgid", "aws:resourceorgid", "aws:vpceorgid"):
            return (Glob(ORGANIZATION), *self._exact("organizations"))
        return ()

    def _exact(self, kind: str) -> tuple[Glob, ...]:
        return tuple(Glob(literal(name)) for name in sorted(getattr(self.policy, kind)))

    # who

    def _principals(self, row: Row, facts: Facts) -> Iterator[Facts]:
        mine, named = self.policy.key.account, sorted(self.policy.accounts)
        account = literal(mine) if row is Row.internal and mine else ACCOUNT
        iam, sts = self._start() + literal(":iam::") + account, self._start() + literal(":sts::") + account
        shapes = [Glob(iam + literal(f":{kind}/") + path + some(NAME)) for kind in ("role", "user")
                  for path in ((), some(PATH) + literal("/"))]
        shapes += [Glob(iam + literal(":root")), Glob(sts + literal(":federated-user/") + some(NAME, 2))]
        tests = [_fifth(literal(name)) for name in named] + list(self._tests("aws:principalarn", facts))
        for key in ("aws:principalaccount", "kms:calleraccount"):
            for condition in self.policy.conditions:
                if condition.key == key:
                    tests += [_fifth(wildcards(p, DIGITS)) for p in self._patterns(condition, facts)]
            tests += [_fifth(g.elements) for g in self._lifted(key, facts) if not (g.prefix or g.suffix)]
        tests += self._lifted("aws:principalarn", facts)
        for condition in self.policy.conditions:
            if condition.key in OWN_ARN:
                tests += [_fifth(wildcards(part, DIGITS)) for p in self._patterns(condition, facts)
                          for part in [_part(p, 4)] if part is not None]
        sessions = []
        for kind, name in {entry for entries in self.policy.principals for entry in entries}:
            if kind == "AWS" and ":assumed-role/" in name and "*" not in name:
                sessions.append(name)
                role = name.split("/")[1]
                start = literal("arn:") + ((NOT_COLON, True),) + literal(f":iam::{name.split(':')[4]}:role/")
                tests += [Glob(start + literal(role)), Glob(start + ((ANY, True),) + literal(f"/{role}"))]
            elif kind == "AWS" and name.startswith("arn:"):
                tests.append(Glob(literal(name)))
        for outcome, arn in texts(tuple(shapes), tuple(tests)):
            owner = arn.split(":")[4]
            stranger = not any(outcome[:len(named)])
            if row in STRANGERS and not stranger or row is Row.external and owner == mine:
                continue
            if row is Row.internal and not mine and not stranger:
                continue
            base: Facts = {"aws:principalarn": arn, "aws:principalaccount": owner, "kms:calleraccount": owner,
                           "#session": arn if ":federated-user/" in arn else ""}
            yield base
            for session in sessions:
                if session.split(":")[4] == owner and f":role/{arn.split('/')[-1]}" in f":role/{session.split('/')[1]}" \
                        and ":role/" in arn:
                    yield {**base, "#session": session}

    def _start(self) -> tuple[Element, ...]:
        """arn: and the key's partition, any where it is not known."""
        partition = self.policy.key.partition
        return literal(f"arn:{partition}") if partition else literal("arn:aws") + ((LOWER | {"-"}, True),)

    def _user_ids(self, row: Row, facts: Facts) -> Iterator[Facts]:
        named = sorted(self.policy.unique_ids)
        exact = tuple(Glob(literal(n)) for n in named) + tuple(Glob(literal(n) + literal(":") + ((ANY, True),)) for n in named)
        tests = exact + self._tests("aws:userid", facts) + self._lifted("aws:userid", facts)
        session = facts.get("#session")
        shapes = USER_IDS[1:] if isinstance(session, str) and ":assumed-role/" in session else USER_IDS
        for outcome, text in texts(shapes, tests):
            if row not in STRANGERS or not any(outcome[:len(exact)]):
                yield {"aws:userid": text}

    def _organizations(self, row: Row, facts: Facts) -> Iterator[Facts]:
        if row is not Row.organization:
            yield {}
        named = sorted(self.policy.organizations)
        paths = [c for c in self.policy.conditions if c.key == "aws:principalorgpaths"]
        first = [Glob(wildcards(p[:next((i for i, c in enumerate(p) if c[0] == "/"), len(p))], ALNUM | {"-"}))
                 for c in paths for p in self._patterns(c, facts)]
        tests = tuple(Glob(literal(n)) for n in named) + self._tests("aws:principalorgid", facts) + tuple(first)
        theirs = facts.get("aws:resourceorgid")
        tests += self._lifted("aws:principalorgid", facts) + _same(theirs)
        for outcome, org in texts((Glob(ORGANIZATION), *self._exact("organizations")), tests):
            stranger = not any(outcome[:len(named)]) and org != theirs
            if row in (Row.everyone, Row.network) and not stranger:
                continue
            base: Facts = {"aws:principalorgid": org, "#org": org}
            if not paths:
                yield base
                continue
            shape = Glob(literal(org + "/") + ((ANY, True),) + literal("/"))
            options = [t for _, t in texts((shape,), self._tests("aws:principalorgpaths", facts))]
            for chosen in self._sets("aws:principalorgpaths", options):
                yield {**base, "aws:principalorgpaths": chosen}

    def _resource_account(self, row: Row, facts: Facts) -> Iterator[Facts]:
        key, theirs = "aws:resourceaccount", facts.get("aws:principalaccount")
        if self.policy.key.account:
            yield {key: self.policy.key.account}
        elif row is Row.internal:
            yield {key: theirs} if theirs is not None else {}
        else:
            for text in self._values(key, facts, (Glob(ACCOUNT),), self._exact("accounts") + _same(theirs)):
                if text != theirs or (row is Row.external and text in self.policy.accounts):
                    yield {key: text}

    def _own_arn(self, key: str, facts: Facts) -> list[str]:
        owner = facts.get("aws:principalaccount")
        part = literal(owner) if isinstance(owner, str) else ACCOUNT
        shape = literal("arn:") + (((NOT_COLON, True),) + literal(":")) * 3 + part + literal(":") + ((ANY, True),)
        found = self._values(key, facts, (Glob(shape),))
        if key == "aws:federatedprovider":
            is_arn = Glob(literal("arn:") + ((ANY, True),))
            found += [t for t in self._values(key, facts, FREE, (is_arn,)) if not t.startswith("arn:")]
        return found

    def _own_id(self, key: str, row: Row, facts: Facts) -> list[str]:
        if key == "identitystore:userid":
            return self._values(key, facts, FREE) if row in (Row.external, Row.internal) else ["fresh-user-id"]
        vpcs = self._values(key, facts, (Glob(literal("vpc-") + some(HEX, 8)), *self._exact("vpcs")), self._exact("vpcs"))
        return [v for v in vpcs if row is not Row.everyone or v not in self.policy.vpcs]

    # from where

    def _via(self, facts: Facts) -> list[Facts]:
        return [{**facts, "aws:viaawsservice": flag} for flag in ("true", "false")]

    def _networks(self, row: Row, facts: Facts) -> Iterator[Facts]:
        yield {"aws:viaawsservice": "true"}
        own = row is Row.everyone
        for address in _addresses([b for blocks in self.policy.blocks() for b in blocks]):
            if not (own and self.policy.is_named_address(address)):
                yield from self._via({"aws:sourceip": str(address)})
        vpcs = self._ids("aws:sourcevpc", "vpc-", "vpcs", own, facts)
        endpoints = self._ids("aws:sourcevpce", "vpce-", "endpoints", own, facts)
        for vpc, endpoint in itertools.product(vpcs, endpoints):
            options = [self._endpoint_facts(key, vpc, own, facts) for key in NETWORK[2:8]
                       if key in self.keys and key != "aws:sourcevpce"]
            for chosen in itertools.product(*options):
                base: Facts = {"aws:sourcevpc": vpc, "aws:sourcevpce": endpoint}
                for part in chosen:
                    base.update(part)
                yield from self._via(base)

    def _ids(self, key: str, prefix: str, kind: str, own: bool, facts: Facts) -> list[str]:
        if key not in self.keys and not (key == "aws:sourcevpc" and "aws:sourcevpcarn" in self.keys):
            return [prefix + "00000000"]
        found = self._values(key, facts, (Glob(literal(prefix) + some(HEX, 8)), *self._exact(kind)), self._exact(kind))
        return [text for text in found if not (own and text in getattr(self.policy, kind))]

    def _endpoint_facts(self, key: str, vpc: str, own: bool, facts: Facts) -> list[Facts]:
        """What a request through an endpoint carries besides the VPC and the endpoint, each its own or absent."""
        found: list[Any] = []
        if key == "aws:sourcevpcarn":
            shape = Glob(self._start() + literal(":ec2:") + some(ALNUM | {"-"}) + literal(":") + ACCOUNT + literal(f":vpc/{vpc}"))
            named = tuple(_fifth(literal(a)) for a in sorted(self.policy.accounts))
            found = [t for t in self._values(key, facts, (shape,), named)
                     if not (own and t.split(":")[4] in self.policy.accounts)]
        elif key == "aws:vpceaccount":
            found = [t for t in self._values(key, facts, (Glob(ACCOUNT),), self._exact("accounts"))
                     if not (own and t in self.policy.accounts)]
        elif key == "aws:vpceorgid":
            found = [t for t in self._values(key, facts, (Glob(ORGANIZATION), *self._exact("organizations")),
                                             self._exact("organizations"))
                     if not (own and t in self.policy.organizations)]
        elif key == "aws:vpceorgpaths":
            shape = Glob(ORGANIZATION + literal("/") + ((ANY, True),) + literal("/"))
            shapes = (shape, *(Glob(literal(o + "/") + ((ANY, True),) + literal("/")) for o in sorted(self.policy.organizations)))
            starts = tuple(Glob(literal(o + "/") + ((ANY, True),)) for o in sorted(self.policy.organizations))
            paths = [t for t in self._values(key, facts, shapes, starts)
                     if not (own and t.split("/")[0] in self.policy.organizations)]
            found = [s for s in self._sets(key, paths) if len({t.split("/")[0] for t in s}) == 1]
        elif key == "aws:vpcsourceip":
            blocks = [b for each in self.policy.blocks() for b in each]
            found = [str(a) for a in _addresses(blocks) if not (own and self.policy.is_named_address(a))]
        return [{}, *({key: value} for value in found)]

    def _services(self, facts: Facts) -> Iterator[Facts]:
        named = {name for entries in self.policy.principals for kind, name in entries if kind == "Service"}
        exact = tuple(Glob(literal(name)) for name in sorted(named) if "*" not in name)
        keys = SERVICE[1:]
        tests = tuple(g for key in keys for g in self._tests(key, facts)) + exact
        options = [t for _, t in texts(SERVICES + exact, tests)]
        for name in options:
            others = [o for o in options if o != name]
            for n in range(3):
                for more in itertools.combinations(others, n):
                    yield {"aws:principalisawsservice": "true", "aws:principalservicename": name,
                           "aws:principalservicenameslist": (name, *more)}

    def _source(self, key: str, facts: Facts) -> list[Facts]:
        """What a service acts for is anybody's; so every value that makes a difference occurs."""
        found = [t for _, t in texts(FREE, self._tests(key, facts))]
        return [{key: s} for s in self._sets(key, found)] if key in MULTIVALUED else [{key: t} for t in found]

    # when

    def _moments(self) -> Iterator[Facts]:
        literals = [instant(t) for c in self.policy.conditions if c.key in TIME
                    and c.base.startswith(("date", "numeric")) for t in c.texts()]
        now = None if self.policy.now is None else Fraction(self.policy.now).limit_denominator(1000)
        for moment in _between([*literals, now]) or [Fraction(1_900_000_000)]:
            if now is None or moment >= now:
                yield {"aws:currenttime": _iso(moment), "aws:epochtime": _decimal(moment)}


def _same(text: object) -> tuple[Glob, ...]:
    """A test for a text that another fact has, so that there are candidates that differ from it."""
    return (Glob(literal(text)),) if isinstance(text, str) else ()


def _fifth(account: tuple[Element, ...]) -> Glob:
    """ARNs whose fifth part fits."""
    return Glob(literal("arn:") + (((NOT_COLON, True),) + literal(":")) * 3 + account + literal(":") + ((ANY, True),))


def _part(pattern: Pattern, index: int) -> Optional[Pattern]:
    """One colon-separated part of a pattern, None where it has no such part."""
    parts: list[Pattern] = [[]]
    for character in pattern:
        parts[-1].append(character) if character[0] != ":" else parts.append([])
    return parts[index] if len(parts) > index else None


def _between(values: list[Optional[Fraction]]) -> list[Fraction]:
    """Every value, one point between neighbours, one below and one above."""
    known = sorted({v for v in values if v is not None})
    if not known:
        return []
    middles = [(a + b) / 2 for a, b in zip(known, known[1:])]
    return sorted([known[0] - 1, *known, *middles, known[-1] + 1])


def _addresses(blocks: list[Any]) -> list[Any]:
    """One address of every cell that the blocks cut out of the addresses that occur, per family."""
    found = []
    for version, first in ((4, ipaddress.ip_address("1.2.3.4")), (6, ipaddress.ip_address("2600::1"))):
        edges = {int(first)}
        for b in blocks:
            if b is not None and b.version == version:
                edges |= {int(b.network_address), int(b.broadcast_address) + 1}
        for private in ("11.0.0.0", "172.32.0.0", "192.169.0.0", "100.128.0.0", "128.0.0.0", "169.255.0.0") * (version == 4):
            edges.add(int(ipaddress.ip_address(private)))
        top = 2 ** (32 if version == 4 else 128)
        addresses = (type(first)(edge) for edge in sorted(edges) if edge < top)
        found += [a for a in addresses if occurs(a)]
    return found


def _decimal(value: Fraction) -> str:
    """A finite decimal; the values of policies and the points between them are."""
    scale = 0
    while (value * 10 ** scale).denominator != 1:
        scale += 1
    digits = str(abs(int(value * 10 ** scale))).rjust(scale + 1, "0")
    text = digits if not scale else f"{digits[:-scale]}.{digits[-scale:]}"
    return f"-{text}" if value < 0 else text


def _iso(moment: Fraction) -> str:
    seconds, rest = divmod(moment, 1)
    text = datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}{_decimal(rest)[1:]}Z"
