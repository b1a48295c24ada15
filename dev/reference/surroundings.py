"""What else a request carries: where it comes from and by which way, when, and every key that stands alone.
From docs/threat-model.md, *What a request carries*; IAM User Guide, *Global condition context keys*, *Forward access
sessions*; KMS Developer Guide, *Condition keys*.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from dev.reference import kms
from dev.reference.facts import CONTEXT, ENDPOINT, OWN_ARN, OWNER, SOURCE, STRANGERS, Row
from dev.reference.languages import ANY, ANYTHING, Language, literal, one_of, sequence, some, spellings, texts
from dev.reference.names import NEVER
from dev.reference.operators import MULTIVALUED, block, host, instant, number
from dev.reference.principals import SERVICE
from dev.reference.values import (
    ACCOUNT,
    DIGITS,
    HEX,
    LETTERS,
    NO_COLON,
    ORGANIZATION,
    REGIONAL,
    UPPER,
    Facts,
    Values,
    addresses,
    arn,
    between,
    but,
    decimal,
    either,
    exact,
    fifth,
    iso,
    paths_in,
)

LABEL = some(REGIONAL)
VIA_SERVICE = LABEL + literal(".") + LABEL + literal(".") + LABEL + sequence(((REGIONAL | {"."}, True),))
CAPITALS = some(UPPER | DIGITS | {"_"})
# *Condition keys*: values that AWS alone sets, or checks
SHAPES = {
    "kms:viaservice": VIA_SERVICE,
    "kms:encapsulationalgorithm": CAPITALS,
    "kms:signingalgorithm": CAPITALS,
    "kms:macalgorithm": CAPITALS,
    "kms:keyagreementalgorithm": CAPITALS,
    "kms:wrappingalgorithm": CAPITALS,
    "kms:encryptionalgorithm": CAPITALS,
    "kms:datakeypairspec": CAPITALS,
    "kms:wrappingkeyspec": CAPITALS,
    "kms:primaryregion": LABEL,
    "kms:replicaregion": LABEL,
    "kms:grantoperations": one_of(UPPER) + some(LETTERS),
    "kms:grantconstrainttype": some(LETTERS),
    "aws:securetransport": literal("true"),
    "kms:multiregionkeytype": either(literal("PRIMARY"), ("REPLICA",)),
    **dict.fromkeys(("kms:reencryptonsamekey", "kms:bypasspolicylockoutsafetycheck"), one_of(("true", "false"))),
    **dict.fromkeys(("aws:viaawsmcpservice", "aws:assumedroot"), one_of(("true", "false"))),
    "aws:ismcpserviceaction": literal("false"),
    "aws:calledviaawsmcp": LABEL + literal(".") + LABEL + sequence(((REGIONAL | {"."}, True),)),
}

ALWAYS = {"aws:securetransport", "aws:useragent", "kms:encryptionalgorithm", *kms.REQUIRED}


def networks(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """A public address; an endpoint of a VPC; through an AWS service the first request's address, or none."""
    if row is Row.service:
        yield facts
        return
    named, through = values.named, facts["aws:viaawsservice"] == "true"
    if through:
        yield facts
    spelled = texts(_ADDRESS, values.tests("aws:sourceip", facts)) if values.tests("aws:sourceip", facts) else ()
    blocks = named.blocks()
    for address in [*addresses(blocks), *_public(spelled)]:
        if row is not Row.everyone or not named.is_named_address(address):
            yield {**facts, "aws:sourceip": str(address)}
    if through:
        return
    own = row is Row.everyone
    for vpc, vpce in itertools.product(_vpcs(values, own, facts), _endpoints(values, own, facts)):
        found: Facts = {**facts, "aws:sourcevpc": vpc, "aws:sourcevpce": vpce}
        options = [
            _endpoint(values, key, vpc, own, facts)
            for key in ("aws:sourcevpcarn", *ENDPOINT)
            if key in values.named.mentioned
        ]
        for chosen in itertools.product(*options, _owners(values, own, facts)):
            yield {**found, **{key: value for part in chosen for key, value in part.items()}}


_BYTE = some(DIGITS, 1, 3)
_ADDRESS = _BYTE + literal(".") + _BYTE + literal(".") + _BYTE + literal(".") + _BYTE


def _public(spelled: tuple[str, ...]) -> list[object]:
    """The texts that are addresses which occur."""
    hosts = [host(text) for text in spelled]
    return [h for h in hosts if h is not None and not any(h in n for n in NEVER if n.version == h.version)]


def _vpcs(values: Values, own: bool, facts: Facts) -> list[str]:
    named = values.named.vpcs
    shape = either(literal("vpc-") + some(HEX, 8), named)
    start = literal("arn:") + (sequence(((NO_COLON, True),)) + literal(":")) + literal("ec2:")
    start = start + sequence(((NO_COLON, True),)) + literal(":") + sequence(((NO_COLON, True),)) + literal(":vpc/")
    more = [t.after(start) for t in values.tests("aws:sourcevpcarn", facts) + values.lifted("aws:sourcevpcarn", facts)]
    return but(values.of("aws:sourcevpc", facts, shape, (*exact(named), *more)), named if own else ())


def _endpoints(values: Values, own: bool, facts: Facts) -> list[str]:
    named = values.named.endpoints
    shape = either(literal("vpce-") + some(HEX, 8), named)
    return but(values.of("aws:sourcevpce", facts, shape, exact(named)), named if own else ())


def _endpoint(values: Values, key: str, vpc: str, own: bool, facts: Facts) -> list[Facts]:
    """What a request through an endpoint carries besides VPC and endpoint, each the requester's own or absent."""
    found: list[Any] = _of_endpoint(values, key, vpc, own, facts)
    return [{}, *({key: value} for value in found)]


def _of_endpoint(values: Values, key: str, vpc: str, own: bool, facts: Facts) -> list[Any]:
    named = values.named
    accounts = named.accounts if own else set()
    if key == "aws:vpcsourceip":
        return _any_address(values, key, facts)
    if key == "aws:sourcevpcarn":
        shape = arn("ec2", ACCOUNT, literal(f"vpc/{vpc}"), literal(str(facts["#partition"])), LABEL)
        found = values.of(key, facts, shape, [fifth(literal(a)) for a in sorted(named.accounts)])
        return [t for t in found if t.split(":")[4] not in accounts]
    return but(values.of(key, facts, ACCOUNT, exact(named.accounts)), accounts)


def _owners(values: Values, own: bool, facts: Facts) -> Iterator[Facts]:
    """The organization of the endpoint's owner: none, or its id, and paths in it."""
    yield {}
    named, (key, its_paths) = values.named, OWNER
    if named.mentioned.isdisjoint(OWNER):
        return
    owner = {str(facts["aws:resourceorgid"])} if "aws:resourceorgid" in facts else set()
    shape = either(ORGANIZATION, named.organizations)
    starts = [literal(o + "/") + ANYTHING for o in sorted(named.organizations)]
    paths = values.of(its_paths, facts, paths_in(shape), starts)
    ids = [*values.of(key, facts, shape, exact(named.organizations)), *(path.split("/")[0] for path in paths)]
    for name in dict.fromkeys(but(ids, named.organizations | owner if own else ())):
        for chosen in values.sets(its_paths, values.of(its_paths, facts, paths_in(literal(name)), [])):
            yield {key: name, its_paths: chosen}


def _any_address(values: Values, key: str, facts: Facts) -> list[str]:
    """Any address at all: every VPC may use the private ones."""
    blocks = [b for t in values.by_key.get(key, ()) for b in map(block, t.texts()) if b is not None]
    spelled = texts(_ADDRESS, values.tests(key, facts)) if values.tests(key, facts) else ()
    return [*map(str, addresses(blocks, private=True)), *(t for t in spelled if block(t) is not None)]


def called(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """aws:CalledVia with the first and the last of the chain, or none; only through an AWS service."""
    yield facts
    if facts["aws:viaawsservice"] == "false":
        return
    keys = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
    tests = [language for key in keys for language in values.tests(key, facts) + values.lifted(key, facts)]
    names = texts(SERVICE, tuple(tests))
    for first, last in (
        itertools.product(names, names) if values.named.mentioned & set(keys[1:]) else [(names[0], names[0])]
    ):
        for chosen in values.sets(keys[0], names):
            yield {**facts, keys[0]: tuple(dict.fromkeys((first, *chosen, last))), keys[1]: first, keys[2]: last}
    for chosen in values.sets(keys[0], names):
        yield {**facts, keys[0]: chosen, keys[1]: chosen[0], keys[2]: chosen[-1]}


def moments(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """Both clocks of one moment, from now on; the credentials were issued before it."""
    keys = ("aws:currenttime", "aws:epochtime", "aws:tokenissuetime")
    tests = [t for key in keys for t in values.by_key.get(key, ())]
    spelled = [(number if t.base.startswith("numeric") else instant)(text) for t in tests for text in t.texts()]
    now = Fraction(round(values.named.now * 1000), 1000)
    points = between([*spelled, now])
    issued = keys[2] in values.named.mentioned
    for moment in (p for p in points if p >= now):
        found: Facts = {**facts, keys[0]: iso(moment), keys[1]: decimal(moment)}
        yield found
        for earlier in (p for p in points if issued and p <= moment):
            yield {**found, keys[2]: iso(earlier)}


def mfa(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """Without, with MFA; only then an age, which is not negative."""
    yield facts
    yield {**facts, "aws:multifactorauthpresent": "false"}
    yield {**facts, "aws:multifactorauthpresent": "true"}
    key = "aws:multifactorauthage"
    literals = [number(t) for test in values.by_key.get(key, ()) for t in test.texts()]
    for age in [*values.of(key, facts), *map(decimal, between([*literals, Fraction(0)]))]:
        seconds = number(age)
        if seconds is not None and seconds >= 0:
            yield {**facts, "aws:multifactorauthpresent": "true", key: age}


def mcp(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """Without, with an MCP server of AWS; only then its name."""
    via, called = "aws:viaawsmcpservice", "aws:calledviaawsmcp"
    yield facts
    yield {**facts, via: "false"}
    for name in values.of(called, facts, SHAPES[called]):
        yield {**facts, via: "true", called: name}


def context_names(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """Which encryption context a request carries, spelled as its caller likes: #names; none where it may have none.
    Names may differ in case only (API Reference, *GrantConstraints*).
    """
    key, none = "kms:encryptioncontextkeys", {**facts, "#names": ()}
    if facts["#context"] == "none":
        yield none
        return
    tests = values.tests(key, facts) + values.lifted(key, facts)
    mentioned = sorted(k.removeprefix(CONTEXT) for k in values.named.mentioned if k.startswith(CONTEXT))
    tests_on_names = (*tests, *map(spellings, mentioned))
    spelled = [[(), *values.sets(key, texts(spellings(name), tests))] for name in mentioned]
    others = [t for t in texts(some(ANY), tests_on_names) if t.lower() not in mentioned]
    extra = [(), *values.sets(key, others)]
    for chosen, more in itertools.product(itertools.product(*spelled), extra):
        names = (*itertools.chain.from_iterable(chosen), *more)
        if names:
            yield {**facts, key: names, "#names": tuple(dict.fromkeys(name.lower() for name in names))}


def single(values: Values, key: str, row: Row, facts: Facts) -> Iterator[Facts]:
    """The values of a key that stands alone; none where it may be absent."""
    constrained = key == "kms:grantconstrainttype" and facts["#context"] == "some"
    names = facts.get("#names", ())
    constrained = constrained or (key.startswith(CONTEXT) and key.removeprefix(CONTEXT) in (names or ()))
    if key not in ALWAYS and not constrained:
        yield facts
    yield from ({**facts, key: value} for value in _single(values, key, row, facts))


def _single(values: Values, key: str, row: Row, facts: Facts) -> list[str] | list[tuple[str, ...]]:
    service, named = row is Row.service, values.named
    if (key in SOURCE and not service) or (key in OWN_ARN and service):
        return []
    if key == "kms:viaservice" and facts["aws:viaawsservice"] == "false":
        return []
    if key in OWN_ARN:
        return _own_arns(values, key, facts)
    if key == "aws:ec2instancesourceprivateipv4":
        return [] if service else [t for t in _any_address(values, key, facts) if ":" not in t]
    if key == "aws:ec2instancesourcevpc":
        found = values.of(key, facts, either(literal("vpc-") + some(HEX, 8), named.vpcs), exact(named.vpcs))
        return [] if service else but(found, named.vpcs if row is Row.everyone else ())
    if key == "identitystore:userid":
        found = values.of(key, facts, some(LETTERS | DIGITS | {"-"}), exact(named.users))
        return [] if service else but(found, named.users if row in STRANGERS else ())
    if key.startswith(CONTEXT):
        names = facts.get("#names", (key.removeprefix(CONTEXT),) if facts["#context"] == "some" else ())
        return values.of(key, facts) if key.removeprefix(CONTEXT) in names else []
    if key == "aws:resourceorgid":
        return values.of(key, facts, either(ORGANIZATION, named.organizations))
    if key == "aws:resourceorgpaths":
        found = values.of(key, facts, paths_in(either(ORGANIZATION, named.organizations)))
        return values.sets(key, found)
    if key == "kms:grantconstrainttype" and facts["#context"] == "none":
        return []
    found = values.of(key, facts, SHAPES.get(key, ANYTHING))
    if key == "kms:encryptionalgorithm":
        known = sorted({name for names in kms.ALGORITHMS.values() for name in names})
        found = [*known, *values.of(key, facts, CAPITALS, exact(known))]
        spec, asymmetric = str(facts["kms:keyspec"]), facts["#asymmetric"] == "true"
        found = [t for t in dict.fromkeys(found) if kms.fits(spec, t, asymmetric)]
    return values.sets(key, found) if key in MULTIVALUED else found


def _own_arns(values: Values, key: str, facts: Facts) -> list[str]:
    """ARNs with the requester's own account; a federated provider may be none."""
    owner = facts.get("aws:principalaccount")
    account: Language = literal(str(owner)) if owner else ACCOUNT
    found = values.of(
        key,
        facts,
        literal("arn:")
        + (sequence(((NO_COLON, True),)) + literal(":"))
        + (sequence(((NO_COLON, True),)) + literal(":"))
        + (sequence(((NO_COLON, True),)) + literal(":"))
        + account
        + literal(":")
        + ANYTHING,
    )
    if key == "aws:federatedprovider":
        found += [t for t in values.of(key, facts, ANYTHING, [literal("arn:") + ANYTHING]) if not t.startswith("arn:")]
    return found
