"""Who makes a request: principals with their account, kind, ids and organization, and AWS services.
From docs/threat-model.md, *Who might send a request* and *What a request carries*, and the IAM User Guide, *Principal
key values*, *IAM identifiers*, *Global condition context keys*.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache

from dev.reference.facts import OWN_ARN, STRANGERS, Row
from dev.reference.languages import ANYTHING, Language, literal, sequence, some, texts
from dev.reference.operators import Pattern, arn_parts
from dev.reference.values import (
    ACCOUNT,
    ACCOUNTS,
    ALNUM,
    DIGITS,
    NAME,
    ORGANIZATION,
    PATH,
    REGIONAL,
    UPPER,
    Facts,
    Values,
    arn,
    either,
    exact,
    fifth,
    paths_in,
    wildcards,
)

UNIQUE = some(UPPER | DIGITS, 12)
ROLE_NAME = some(NAME) | (literal("aws:") + some(NAME))  # EBS User Guide: aws:ec2-infrastructure
TYPES = {"role": "AssumedRole", "user": "User", "root": "Account", "federated-user": "FederatedUser"}
IDS = {"role": "AROA", "user": "AIDA"}
IN_PATH = literal("") | (some(PATH) + literal("/"))
BEFORE_USER = literal("arn:") + some(REGIONAL) + literal(":iam::") + ACCOUNT + literal(":user/") + IN_PATH
SERVICE = some(REGIONAL) + literal(".") + some(REGIONAL) + sequence(((REGIONAL | {"."}, True),))


def may_own(values: Values, row: Row, facts: Facts, account: str) -> bool:
    """Whether a principal of the account can be in a row; facts hold the key's account."""
    named = account in values.named.accounts
    if row in STRANGERS:
        return not named and account != facts["#account"]
    if row is Row.internal:
        return account == facts["#account"] and (not named or values.named.key.account == account)
    return account != values.named.key.account and (named or account != facts["#account"])


def forms(facts: Facts, account: Language = ACCOUNT) -> dict[str, Language]:
    """What aws:PrincipalArn looks like for each kind of principal; a session has its role's."""
    return _forms(str(facts["#partition"]), account)


@lru_cache(maxsize=1 << 12)
def _forms(name: str, account: Language) -> dict[str, Language]:
    partition = literal(name)
    return {
        "role": arn("iam", account, literal("role/") + (IN_PATH + some(NAME) | ROLE_NAME), partition),
        "user": arn("iam", account, literal("user/") + IN_PATH + some(NAME), partition),
        "root": arn("iam", account, literal("root"), partition),
        "federated-user": arn("sts", account, literal("federated-user/") + some(NAME, 2), partition),
    }


def principals(values: Values, row: Row, facts: Facts, grantee: str = "") -> Iterator[Facts]:
    """Every principal of a row that matters; of a grant, those that its grantee may be (*CreateGrant*)."""
    tests, userids = tests_on_arn(values, facts), values.tests("aws:userid", facts) + values.lifted("aws:userid", facts)
    sixth = grantee.split(":", 5)[5] if grantee else ""
    role = literal("role/") + IN_PATH + literal(sixth.split("/")[1]) if sixth.startswith("assumed-role/") else None
    for kind, shape in forms(facts, literal(grantee.split(":")[4]) if grantee else ACCOUNT).items():
        if role and kind == "role":
            shape = arn("iam", literal(grantee.split(":")[4]), role, literal(str(facts["#partition"])))
        elif grantee and sixth != "root":
            shape = literal(grantee) if sixth.startswith(kind) else literal("")
        more = tuple(_userid_on_arn(kind, userid, facts) for userid in userids)
        for text in texts(shape, tests[kind] + more):
            account, name = text.split(":")[4] if text else "", text.split("/")[-1]
            if not text or not may_own(values, row, facts, account) or (kind == "user" and len(name) > 64):
                continue
            found: Facts = {
                "aws:principalarn": text,
                "aws:principalaccount": account,
                "kms:calleraccount": account,
                "aws:principaltype": TYPES[kind],
                "aws:principalisawsservice": "false",
            }
            if kind == "user":
                found["aws:username"] = name
            for session in _sessions(values, kind, text, grantee if role else ""):
                yield from _with_id(values, row, kind, {**facts, **found, "#session": session})


def tests_on_arn(values: Values, facts: Facts) -> dict[str, tuple[Language, ...]]:
    """What conditions and principal elements ask of a principal, as tests on its ARN, by kind."""
    found: dict[str, tuple[Language, ...]] = values.remember(
        ("who", facts["#account"], values.known(facts)), lambda: _tests_on_arn(values, facts)
    )
    return found


def _tests_on_arn(values: Values, facts: Facts) -> dict[str, tuple[Language, ...]]:
    named = values.named
    entries = {name for listed in named.principals for kind, name in listed if kind == "AWS"}
    accounts = [*exact({str(facts["#account"])}), *account_tests(values, facts)]
    tests = [
        *(fifth(a.within(DIGITS)) for a in dict.fromkeys(accounts)),
        *values.tests("aws:principalarn", facts),
        *values.lifted("aws:principalarn", facts),
        *exact(name for name in entries if name.startswith("arn:")),
    ]
    for session in sorted(name for name in entries if ":assumed-role/" in name):
        _, partition, _, _, account, rest = session.split(":", 5)
        role = literal("role/") + IN_PATH + literal(rest.split("/")[1])
        tests.append(arn("iam", literal(account), role, literal(partition)))
    users = values.tests("aws:username", facts) + values.lifted("aws:username", facts)
    both = tuple(dict.fromkeys(tests))
    return {**dict.fromkeys(TYPES, both), "user": both + tuple(BEFORE_USER + user.within(NAME) for user in users)}


def account_tests(values: Values, facts: Facts) -> Iterator[Language]:
    """What conditions ask of the account of a principal."""
    yield from exact(values.named.accounts)
    for key in ACCOUNTS:
        yield from (*values.tests(key, facts), *values.lifted(key, facts))
    for key in (*OWN_ARN, "aws:principalarn"):
        for test in values.by_key.get(key, ()):
            yield from (wildcards(_fifth_part(pattern), DIGITS) for pattern in values.patterns(test, facts))


def _userid_on_arn(kind: str, userid: Language, facts: Facts) -> Language:
    """A test on aws:userid as one on the ARN, where the two tell the same: of the root user and federated users."""
    if kind == "root":
        return fifth(userid.within(DIGITS))
    if kind == "federated-user":
        named = userid.within(NAME | {":"}).replacing(":", ":federated-user/")
        return literal(f"arn:{facts['#partition']}:sts::") + named
    return ANYTHING


def _sessions(values: Values, kind: str, text: str, grantee: str) -> Iterator[str]:
    """The session's ARN that a principal element may name: a federated user's own, a role's by each session named."""
    if kind == "federated-user":
        yield text
        return
    if not grantee:
        yield ""
    entries = {
        name for listed in values.named.principals for k, name in listed if k == "AWS" and "assumed-role/" in name
    }
    for session in [grantee] if grantee else sorted(entries):
        same = session.replace(":sts:", ":iam:").split(":")[:5] == text.split(":")[:5]
        if same and kind == "role" and session.split("/")[1] == text.split("/")[-1]:
            yield session


def _with_id(values: Values, row: Row, kind: str, facts: Facts) -> Iterator[Facts]:
    """The principal with each aws:userid; a unique id that the policy names is no stranger's.

    Of the accounts that it does not name, the policy names only who has such an id, and users of identity stores.
    """
    account, named = str(facts["aws:principalaccount"]), exact(values.named.unique_ids)
    by_id = row is Row.external and account not in values.named.accounts and not values.named.users
    if by_id and kind not in IDS:
        return
    if kind == "root":
        yield {**facts, "aws:userid": account}
        return
    if kind == "federated-user":
        yield {**facts, "aws:userid": f"{account}:{str(facts['aws:principalarn']).split('/')[-1]}"}
        return
    session = str(facts["#session"]).split("/")[-1]
    end = literal("") if kind == "user" else literal(":") + (literal(session) if session else some(NAME, 2))
    tests = values.tests("aws:userid", facts) + values.lifted("aws:userid", facts)
    for text in texts(
        literal(IDS[kind]) + UNIQUE + end, tests + tuple(n + (literal(":") + ANYTHING | literal("")) for n in named)
    ):
        has_named = text.split(":")[0] in values.named.unique_ids
        if not (row in STRANGERS and has_named) and not (by_id and not has_named):
            yield {**facts, "aws:userid": text}


def services(values: Values, facts: Facts, name: str = "") -> Iterator[Facts]:
    """A service under each name that matters, alone and with other names of its own."""
    named = {
        name for listed in values.named.principals for kind, name in listed if kind == "Service" and "*" not in name
    }
    keys = ("aws:principalservicename", "aws:principalservicenameslist")
    tests = [language for key in keys for language in values.tests(key, facts) + values.lifted(key, facts)]
    options = texts(either(SERVICE, named), (*tests, *exact(named)))
    for first in [name] if name else options:
        others = [o for o in options if o != first] if keys[1] in values.by_key else []
        for more in (m for n in range(3) for m in itertools.combinations(others, n)):
            yield {
                **facts,
                "aws:principalisawsservice": "true",
                "aws:principalservicename": first,
                "aws:principalservicenameslist": (first, *more),
            }


def organizations(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """None, or one organization with paths in it; strangers are in none that is named, nor in the key's own, members in
    one of these. The principals of the key's own account belong to the key's own.
    """
    named, theirs = values.named.organizations, facts.get("aws:resourceorgid")
    owner = row is Row.internal and "aws:resourceorgid" in values.named.mentioned
    if not (owner and theirs) and row is not Row.organization:
        yield facts
    if owner and not theirs:
        return
    shapes = literal(str(theirs)) if owner else either(ORGANIZATION, named)
    heads = [
        wildcards(_head(p), ALNUM | {"-"})
        for t in values.by_key.get("aws:principalorgpaths", ())
        for p in values.patterns(t, facts)
    ]
    tests = (
        *exact(named),
        *values.tests("aws:principalorgid", facts),
        *values.lifted("aws:principalorgid", facts),
        *heads,
    )
    if theirs:
        tests += (literal(str(theirs)),)
    for org in texts(shapes, tests):
        is_known = org in named or org == theirs
        if is_known if row in (Row.everyone, Row.network) else row is Row.organization and not is_known:
            continue
        paths = texts(paths_in(literal(org)), values.tests("aws:principalorgpaths", facts))
        for chosen in values.sets("aws:principalorgpaths", paths):
            yield {**facts, "aws:principalorgid": org, "aws:principalorgpaths": chosen}


def _head(pattern: Pattern) -> Pattern:
    """What a pattern of a path asks of the organization, the path's first part."""
    return pattern[: next((i for i, c in enumerate(pattern) if c[0] == "/"), len(pattern))]


def _fifth_part(pattern: Pattern) -> Pattern:
    """What a pattern of an ARN asks of the account; any where it has too few parts."""
    parts = arn_parts(pattern)
    return parts[4] if len(parts) == 6 else [("*", False)]
