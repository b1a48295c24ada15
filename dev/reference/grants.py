"""CreateGrant: to whom a request may give a grant, and for what.
From the KMS Developer Guide, *Grants in AWS KMS*, *Condition keys* (kms:GranteePrincipal and the others of a grant),
and the API Reference, *CreateGrant*; docs/threat-model.md, *CreateGrant is a way to encrypt*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dev.reference import kms
from dev.reference.facts import Row
from dev.reference.languages import Language, literal, some, texts
from dev.reference.principals import ROLE_NAME, SERVICE, UNIQUE, forms, may_own, tests_on_arn
from dev.reference.surroundings import SHAPES
from dev.reference.values import ACCOUNT, NAME, Facts, Values, arn, either, exact, fifth

PRINCIPAL, SERVICE_PRINCIPAL, SOURCE_ARN = (
    "kms:granteeprincipal",
    "kms:granteeserviceprincipal",
    "kms:grantconstraintsourcearn",
)
Check = Callable[[Facts], bool]


def grantees(values: Values, row: Row, facts: Facts, usable: Check) -> Iterator[Facts]:
    """The grantee of a request to create a grant. facts["#for"]:

    "any": whoever it is; "row": a principal of the row, who can use it; "service": a service, which can use it.
    On a call that an AWS service makes for the requester (kms:GrantIsForAWSResource) the service chooses anybody but
    the principals of other rows, itself perhaps (API Reference, *ListGrants*), and the requester uses the grant through
    that service.
    usable: whether the grantee (#grantee, #service) can use it.
    """
    purpose, through = facts["#for"], facts.get("kms:grantisforawsresource") == "true"
    if purpose in ("any", "service"):
        for name in texts(
            either(SERVICE, ()),
            (
                *values.tests(SERVICE_PRINCIPAL, facts),
                *values.lifted(SERVICE_PRINCIPAL, facts),
                *_services(values, facts),
            ),
        ):
            if purpose == "any" or usable({"#service": name}):
                yield from _bound(values, {**facts, SERVICE_PRINCIPAL: name})
    if purpose == "any":
        for text in values.of(PRINCIPAL, facts, _arns(facts) | SERVICE if through else _arns(facts)):
            yield {**facts, PRINCIPAL: text}
            yield from _bound(values, {**facts, PRINCIPAL: text})
    elif purpose == "row" and through:
        if usable({"#via": facts.get("kms:viaservice", "")}):
            for text in values.of(PRINCIPAL, facts, _arns(facts) | SERVICE, _of_accounts(values, facts)):
                if not text.startswith("arn:") or may_own(values, row, facts, text.split(":")[4]):
                    yield {**facts, PRINCIPAL: text}
    elif purpose == "row" and PRINCIPAL not in values.named.mentioned:
        if usable({}):
            yield facts
    elif purpose == "row":
        for text in _principals(values, facts):
            account = text.split(":")[4]
            fits = may_own(values, row, facts, account) and not _elsewhere(values, row, facts, account)
            if fits and usable({"#grantee": text}):
                yield {**facts, PRINCIPAL: text}


def _elsewhere(values: Values, row: Row, facts: Facts, account: str) -> bool:
    """Whether the only principal that is known by a unique id would be in another account as a grantee than as a
    requester.
    """
    named, own = values.named, facts.get("aws:principalaccount")
    if row is not Row.external or named.users or len(named.unique_ids) > 1 or account in named.accounts:
        return False
    return own is not None and own not in named.accounts and own != account


def operations(values: Values, facts: Facts) -> Iterator[Facts]:
    """The operations of a grant, never none; the one that is asked for among them."""
    key, asked = "kms:grantoperations", str(facts["#operation"])
    names = [name for name in values.of(key, facts, SHAPES[key]) if f"kms:{name}" not in kms.IN_NO_GRANT]
    if not asked:
        yield from ({**facts, key: chosen} for chosen in values.sets(key, names))
        return
    for chosen in [(), *values.sets(key, [n for n in names if n != asked])]:
        yield {**facts, key: (asked, *chosen)}


def _bound(values: Values, facts: Facts) -> Iterator[Facts]:
    """With a SourceArn constraint, without which a grant to a service cannot be (API Reference, *CreateGrant*)."""
    yield from ({**facts, SOURCE_ARN: text} for text in values.of(SOURCE_ARN, facts))


_SESSION = literal("assumed-role/") + ROLE_NAME + literal("/") + some(NAME, 2)


def _session(facts: Facts) -> Language:
    return arn("sts", ACCOUNT, _SESSION, literal(str(facts["#partition"])))


def _arns(facts: Facts) -> Language:
    """ARNs of accounts, users, roles, sessions and federated users."""
    found = _session(facts)
    for form in forms(facts).values():
        found |= form
    return found


def _principals(values: Values, facts: Facts) -> Iterator[str]:
    """Every grantee that matters to the conditions on kms:GranteePrincipal and to its own request."""
    asked = values.tests(PRINCIPAL, facts) + values.lifted(PRINCIPAL, facts)
    own = tests_on_arn(values, {k: v for k, v in facts.items() if k.startswith("#")})
    for kind, shape in forms(facts).items():
        yield from texts(shape, (*asked, *own[kind]))
    tails = [_BEFORE_SESSION + userid.after(_ROLE_ID).within(NAME) for userid in values.tests("aws:userid", facts)]
    yield from texts(_session(facts), (*asked, *tails, *_named_sessions(values), *_of_accounts(values, facts)))


def _of_accounts(values: Values, facts: Facts) -> Iterator[Language]:
    """ARNs of each account that the policy or the key names."""
    return map(fifth, exact(values.named.accounts | {str(facts["#account"])}))


_ROLE_ID = literal("AROA") + UNIQUE + literal(":")
_BEFORE_SESSION = (
    literal("arn:") + some(NAME) + literal(":sts::") + ACCOUNT + literal(":assumed-role/") + ROLE_NAME + literal("/")
)


def _named_sessions(values: Values) -> tuple[Language, ...]:
    return exact({n for listed in values.named.principals for k, n in listed if k == "AWS" and ":assumed-role/" in n})


def _services(values: Values, facts: Facts) -> tuple[Language, ...]:
    keys = ("aws:principalservicename", "aws:principalservicenameslist")
    named = {n for listed in values.named.principals for k, n in listed if k == "Service" and "*" not in n}
    return (*(t for key in keys for t in values.tests(key, facts)), *exact(named))
