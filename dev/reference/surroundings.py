"""What else a request carries: where it comes from, when, and every key that stands alone.
From the design's *What a request carries*, and the IAM User Guide, *Global condition context keys*.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from dev.reference.facts import (
    ALWAYS,
    BOOLEAN,
    CLOSED,
    ENDPOINT,
    OWN_ARN,
    OWN_ID,
    SOURCE,
    TIME,
    Facts,
    Row,
    exists_on,
)
from dev.reference.operators import MULTIVALUED, instant
from dev.reference.texts import NOT_COLON, Glob, literal, some
from dev.reference.values import (
    ACCOUNT,
    ALNUM,
    ANYTHING,
    FREE,
    HEX,
    ORGANIZATION,
    Values,
    addresses,
    between,
    decimal,
    exact,
    fifth,
    iso,
    same,
)


def networks(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """The three ways: a public address; an endpoint of a VPC; through an AWS service with neither."""
    yield {"aws:viaawsservice": "true"}
    own = row is Row.everyone
    for address in addresses([b for blocks in values.policy.blocks() for b in blocks]):
        if not (own and values.policy.is_named_address(address)):
            yield from via({"aws:sourceip": str(address)})
    vpcs = _ids(values, ("aws:sourcevpc", "aws:sourcevpcarn"), "vpc-", values.policy.vpcs, own, facts)
    endpoints = _ids(values, ("aws:sourcevpce",), "vpce-", values.policy.endpoints, own, facts)
    for vpc, endpoint in itertools.product(vpcs, endpoints):
        options = [_endpoint(values, key, vpc, own, facts) for key in ENDPOINT if key in values.keys]
        for chosen in itertools.product(*options):
            found: Facts = {"aws:sourcevpc": vpc, "aws:sourcevpce": endpoint}
            for part in chosen:
                found.update(part)
            yield from via(found)


def via(facts: Facts) -> Iterator[Facts]:
    """The same request with and without an AWS service between."""
    return iter([{**facts, "aws:viaawsservice": flag} for flag in ("true", "false")])


def _ids(values: Values, keys: tuple[str, ...], prefix: str, named: set[str], own: bool, facts: Facts) -> list[str]:
    if values.keys.isdisjoint(keys):
        return [prefix + "00000000"]
    shapes = (Glob(literal(prefix) + some(HEX, 8)), *exact(named))
    return [t for t in values.of(keys[0], facts, shapes, exact(named)) if not (own and t in named)]


def _endpoint(values: Values, key: str, vpc: str, own: bool, facts: Facts) -> list[Facts]:
    """What a request through an endpoint carries besides VPC and endpoint, each the requester's own or absent."""
    policy = values.policy
    found: list[Any] = []
    if key == "aws:sourcevpcarn":
        region = literal(":ec2:") + some(ALNUM | {"-"}) + literal(":")
        shape = Glob(values.arn_start() + region + ACCOUNT + literal(f":vpc/{vpc}"))
        texts = values.of(key, facts, (shape,), tuple(fifth(literal(a)) for a in sorted(policy.accounts)))
        found = [t for t in texts if not (own and t.split(":")[4] in policy.accounts)]
    elif key == "aws:vpceaccount":
        texts = values.of(key, facts, (Glob(ACCOUNT),), exact(policy.accounts))
        found = [t for t in texts if not (own and t in policy.accounts)]
    elif key == "aws:vpceorgid":
        orgs = exact(policy.organizations)
        texts = values.of(key, facts, (Glob(ORGANIZATION), *orgs), orgs)
        found = [t for t in texts if not (own and t in policy.organizations)]
    elif key == "aws:vpceorgpaths":
        ends = ANYTHING + literal("/")
        starts = [literal(o + "/") for o in sorted(policy.organizations)]
        shapes = tuple(Glob(start + ends) for start in (ORGANIZATION + literal("/"), *starts))
        texts = values.of(key, facts, shapes, tuple(Glob(start + ANYTHING) for start in starts))
        paths = [t for t in texts if not (own and t.split("/")[0] in policy.organizations)]
        found = [s for s in values.sets(key, paths) if len({t.split("/")[0] for t in s}) == 1]
    elif key == "aws:vpcsourceip":
        cells = addresses([b for blocks in policy.blocks() for b in blocks])
        found = [str(a) for a in cells if not (own and policy.is_named_address(a))]
    return [{}, *({key: value} for value in found)]


def moments(values: Values) -> Iterator[Facts]:
    """Both times of one moment, from the event's on."""
    policy = values.policy
    spelled = [
        instant(t)
        for c in policy.conditions
        if c.key in TIME and c.base.startswith(("date", "numeric"))
        for t in c.texts()
    ]
    now = None if policy.now is None else Fraction(policy.now).limit_denominator(1000)
    for moment in between([*spelled, now]) or [Fraction(1_900_000_000)]:
        if now is None or moment >= now:
            yield {"aws:currenttime": iso(moment), "aws:epochtime": decimal(moment)}


def single(values: Values, key: str, row: Row, action: str, facts: Facts) -> list[Facts]:
    """The values of a key that stands alone; {} where it may be absent."""
    policy = values.policy
    if not exists_on(key, action) or (row is Row.service and key in (*OWN_ARN, *OWN_ID)):
        return [{}]
    if key in SOURCE and row is not Row.service:
        return [{}]
    if key == "aws:resourceaccount":
        return [{key: text} for text in _resource_accounts(values, row, facts)]
    found = list(CLOSED.get(key, ()))
    if not found:
        if key in BOOLEAN:
            found = ["true", "false"]
        elif key == "aws:requestedregion" and policy.key.region:
            found = [policy.key.region]
        elif key in OWN_ARN:
            found = _own_arns(values, key, facts)
        elif key in OWN_ID:
            found = _own_ids(values, key, row, facts)
        elif key == "aws:resourceorgid":
            found = _resource_organizations(values, row, facts)
        else:
            found = values.of(key, facts, FREE)
    sets: list[Facts] = [{key: s} for s in values.sets(key, found)]
    ones: list[Facts] = [{key: t} for t in found]
    absent: list[Facts] = [] if key in CLOSED or key in ALWAYS else [{}]
    return absent + (sets if key in MULTIVALUED else ones)


def _resource_accounts(values: Values, row: Row, facts: Facts) -> list[str]:
    """The key's account; where it is not known, any but the requester's, unless that is named or the key's own."""
    policy, theirs = values.policy, facts.get("aws:principalaccount")
    if policy.key.account:
        return [policy.key.account]
    if row is Row.internal:
        return [theirs] if isinstance(theirs, str) else []
    texts = values.of("aws:resourceaccount", facts, (Glob(ACCOUNT),), exact(policy.accounts) + same(theirs))
    return [t for t in texts if t != theirs or (row is Row.external and t in policy.accounts)]


def _resource_organizations(values: Values, row: Row, facts: Facts) -> list[str]:
    """The key's organization, to which no stranger belongs."""
    theirs = facts.get("#org")
    shapes = (Glob(ORGANIZATION), *exact(values.policy.organizations))
    texts = values.of("aws:resourceorgid", facts, shapes, same(theirs))
    return [t for t in texts if t != theirs or row not in (Row.everyone, Row.network)]


def _own_arns(values: Values, key: str, facts: Facts) -> list[str]:
    """ARNs with the requester's own account; a federated provider may be none."""
    owner = facts.get("aws:principalaccount")
    account = literal(owner) if isinstance(owner, str) else ACCOUNT
    start = literal("arn:") + (((NOT_COLON, True),) + literal(":")) * 3
    found = values.of(key, facts, (Glob(start + account + literal(":") + ANYTHING),))
    if key == "aws:federatedprovider":
        any_arn = Glob(literal("arn:") + ANYTHING)
        found += [t for t in values.of(key, facts, FREE, (any_arn,)) if not t.startswith("arn:")]
    return found


def _own_ids(values: Values, key: str, row: Row, facts: Facts) -> list[str]:
    """An id of the requester's own, named nowhere, unless he may be who the policy names."""
    if key == "identitystore:userid":
        return values.of(key, facts, FREE) if row in (Row.external, Row.internal) else ["fresh-user-id"]
    vpcs = exact(values.policy.vpcs)
    texts = values.of(key, facts, (Glob(literal("vpc-") + some(HEX, 8)), *vpcs), vpcs)
    return [t for t in texts if row is not Row.everyone or t not in values.policy.vpcs]
