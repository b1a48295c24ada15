"""Who makes a request: principals with their account, unique id and organization, and AWS services.
From the design's *Requesters* and *What a request carries*, and the IAM User Guide, *Global condition context keys*.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from dev.reference.facts import OWN_ARN, SERVICE, STRANGERS, Facts, Row
from dev.reference.operators import Pattern
from dev.reference.texts import DIGITS, Glob, literal, some, texts, wildcards
from dev.reference.values import (
    ACCOUNT,
    ACCOUNTS,
    ALNUM,
    ANYTHING,
    NAME,
    ORGANIZATION,
    UPPER,
    Values,
    exact,
    fifth,
    fifth_part,
    same,
)

UNIQUE = some(UPPER | DIGITS, 17, False)
USER_IDS = (Glob(literal("AIDA") + UNIQUE), Glob(literal("AROA") + UNIQUE + literal(":") + some(NAME, 2)))
KINDS = {"AIDA": "user", "AROA": "role"}
SERVICES = (Glob(some(ALNUM | {".", "-"}) + literal(".amazonaws.com")),)


def principals(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """aws:PrincipalArn with the account that goes with it, and the session that a policy may name."""
    mine, named = values.policy.key.account, sorted(values.policy.accounts)
    account = literal(mine) if row is Row.internal and mine else ACCOUNT
    shapes = values.principal_shapes(account)
    entries = {name for listed in values.policy.principals for kind, name in listed if kind == "AWS"}
    sessions = sorted(name for name in entries if ":assumed-role/" in name and "*" not in name)
    tests = [
        *(fifth(literal(name)) for name in named),
        *values.tests("aws:principalarn", facts),
        *values.lifted("aws:principalarn", facts),
        *_account_tests(values, facts),
        *(fifth(ACCOUNT, f"{kind}/") for kind in KINDS.values() if values.policy.unique_ids),
        *exact(name for name in entries if name.startswith("arn:")),
        *(g for s in sessions for g in _roles_of(s)),
    ]
    for outcome, arn in texts(shapes, tuple(tests)):
        owner = arn.split(":")[4]
        stranger = not any(outcome[: len(named)])
        if (row in STRANGERS and not stranger) or (row is Row.external and owner == mine):
            continue
        if row is Row.internal and not mine and not stranger:
            continue
        found: Facts = {
            "aws:principalarn": arn,
            "aws:principalaccount": owner,
            "kms:calleraccount": owner,
            "#session": arn if ":federated-user/" in arn else "",
        }
        yield found
        for session in sessions:
            same_account = session.replace(":sts:", ":iam:").split(":")[:5] == arn.split(":")[:5]
            if same_account and ":role/" in arn and session.split("/")[1] == arn.split("/")[-1]:
                yield {**found, "#session": session}


def _account_tests(values: Values, facts: Facts) -> Iterator[Glob]:
    """What conditions ask of the account, as tests on the ARN that holds it."""
    for key in ACCOUNTS:
        yield from (fifth(g.elements) for g in values.lifted(key, facts) if not (g.before or g.after))
    for condition in values.policy.conditions:
        for pattern in values.patterns(condition, facts):
            if condition.key in ACCOUNTS:
                yield fifth(wildcards(pattern, DIGITS))
            elif condition.key in OWN_ARN:
                yield fifth(wildcards(fifth_part(pattern), DIGITS))


def _roles_of(session: str) -> tuple[Glob, Glob]:
    """The ARNs of the role of a session, whose own ARN leaves out the role's path."""
    _, partition, _, _, account, rest = session.split(":", 5)
    role, start = rest.split("/")[1], literal(f"arn:{partition}:iam::{account}:role/")
    return Glob(start + literal(role)), Glob(start + ANYTHING + literal(f"/{role}"))


def user_ids(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """aws:userid; that of a named session ends in the session's name. A unique id that the policy names is a user's or
    a role's by its prefix (IAM User Guide, *IAM identifiers*, Unique ID prefixes), and no root's or federated user's.
    """
    named = sorted(values.policy.unique_ids)
    spelled = exact(named) + tuple(Glob(literal(n) + literal(":") + ANYTHING) for n in named)
    tests = spelled + values.tests("aws:userid", facts) + values.lifted("aws:userid", facts)
    account = "" if row in STRANGERS else str(facts.get("aws:principalaccount", ""))
    for outcome, text in texts(_user_id_shapes(str(facts.get("#session", "")), account), tests):
        is_named = any(outcome[: len(spelled)])
        kind = str(facts["aws:principalarn"]).split(":", 5)[5].split("/")[0]
        if not is_named or (row not in STRANGERS and KINDS[text[:4]] == kind):
            yield {"aws:userid": text}


def _user_id_shapes(session: str, account: str) -> tuple[Glob, ...]:
    """Unique ids; in a named account also its root's and federated users' (IAM User Guide, *Principal key values*)."""
    if ":assumed-role/" not in session:
        federated = (Glob(literal(account)), Glob(literal(account + ":") + some(NAME, 1))) if account else ()
        return USER_IDS + federated
    return (Glob(literal("AROA") + UNIQUE + literal(":" + session.split("/")[-1])),)


def organizations(values: Values, row: Row, facts: Facts) -> Iterator[Facts]:
    """None, or one organization with paths in it; strangers are in none that is named, nor in the key's own, to which
    the principals of the key's own account belong.
    """
    named, theirs = sorted(values.policy.organizations), facts.get("aws:resourceorgid")
    owner = row is Row.internal and "aws:resourceorgid" in values.keys
    if row is not Row.organization and not (owner and theirs):
        yield {}
    conditions = [c for c in values.policy.conditions if c.key == "aws:principalorgpaths"]
    heads = [Glob(wildcards(_head(p), ALNUM | {"-"})) for c in conditions for p in values.patterns(c, facts)]
    tests = exact(named) + values.tests("aws:principalorgid", facts) + tuple(heads)
    tests += values.lifted("aws:principalorgid", facts) + same(theirs)
    for outcome, org in texts((Glob(ORGANIZATION), *exact(named)), tests):
        if row in (Row.everyone, Row.network) and (any(outcome[: len(named)]) or org == theirs):
            continue
        if owner and org != theirs:
            continue
        found: Facts = {"aws:principalorgid": org, "#org": org}
        if not conditions:
            yield found
            continue
        shape = Glob(literal(org + "/") + ANYTHING + literal("/"))
        options = [text for _, text in texts((shape,), values.tests("aws:principalorgpaths", facts))]
        for chosen in values.sets("aws:principalorgpaths", options):
            yield {**found, "aws:principalorgpaths": chosen}


def _head(pattern: Pattern) -> Pattern:
    """What a pattern of a path asks of the organization, the path's first part."""
    return pattern[: next((i for i, c in enumerate(pattern) if c[0] == "/"), len(pattern))]


def services(values: Values, facts: Facts) -> Iterator[Facts]:
    """A service under each name that matters, alone and with other names of its own."""
    named = {name for listed in values.policy.principals for kind, name in listed if kind == "Service"}
    known = exact(name for name in named if "*" not in name)
    tests = tuple(g for key in SERVICE[1:] for g in values.tests(key, facts)) + known
    options = [text for _, text in texts(SERVICES + known, tests)]
    for name in options:
        others = [o for o in options if o != name]
        for more in (m for n in range(3) for m in itertools.combinations(others, n)):
            yield {
                "aws:principalisawsservice": "true",
                "aws:principalservicename": name,
                "aws:principalservicenameslist": (name, *more),
            }
