"""The keys that a policy may be of: each that its Resource elements and conditions tell apart.
From docs/threat-model.md, *How a policy is evaluated* (one unknown of the whole policy) and KMS Developer Guide, *Key
type reference*.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from dev.reference import kms
from dev.reference.evaluator import met
from dev.reference.languages import ANYTHING, Language, literal, sequence, some, texts
from dev.reference.operators import arn_parts, expand
from dev.reference.principals import BEFORE_USER, account_tests
from dev.reference.surroundings import CAPITALS, LABEL
from dev.reference.values import (
    ACCOUNT,
    DIGITS,
    LETTERS,
    LOWER,
    NO_COLON,
    REGIONAL,
    UNKNOWN,
    Facts,
    Values,
    arn,
    exact,
    wildcards,
)

PART = sequence(((NO_COLON, True),)) + literal(":")
KIND = ("kms:keyusage", "kms:keyspec", "kms:keyorigin")


def keys(values: Values, actions: Iterable[str]) -> list[Facts]:
    """What a request on each key that matters tells of it. Context keys; #key is its ARN, #partition and #account are
    parts of that.
    """
    kinds = list(_kinds(values, tuple(actions)))
    return [{**place, **kind} for place in _places(values) for kind in kinds]


def _places(values: Values) -> Iterator[Facts]:
    """The ARN, with what follows from it."""
    named, key = values.named, values.named.key
    partition = literal(named.partition) if named.partition else literal("aws") + some(LOWER | {"-"}, 0)
    region = literal(key.region) if key.region else LABEL
    account = literal(key.account) if key.account else ACCOUNT
    key_id = literal(key.key_id) if key.key_id else some(LETTERS | DIGITS | {"-"})
    for text in texts(arn("kms", account, literal("key/") + key_id, partition, region), tuple(_tests(values))):
        parts = text.split(":")
        multi = parts[5].startswith("key/mrk-")
        if key.key_id is None and key.multi_region not in (None, multi):
            continue
        yield {
            "#key": text,
            "#partition": parts[1],
            "#account": parts[4],
            "aws:requestedregion": parts[3],
            "aws:resourceaccount": parts[4],
            "kms:multiregion": str(multi).lower(),
        }


def _tests(values: Values) -> Iterator[Language]:
    """What a policy asks of the key's ARN and of its parts."""
    named, none = values.named, Facts()
    arns = exact(name for listed in named.principals for kind, name in listed if kind == "AWS" and ":" in name)
    ids = {"aws:principalorgid": named.organizations, "aws:userid": named.unique_ids}
    ids |= {"aws:sourcevpc": named.vpcs, "aws:sourcevpce": named.endpoints}
    ids.update(dict.fromkeys(("aws:principalaccount", "kms:calleraccount"), named.accounts))
    yield PART + PART + PART + PART + PART + literal("key/mrk-") + ANYTHING
    for patterns, variables in zip(named.resources, named.resource_variables):
        for text in patterns:
            pattern = expand(text, dict.fromkeys(variables, UNKNOWN), named.policy.variables)
            if pattern is None:
                continue
            yield wildcards([("*", False) if c == UNKNOWN else (c, fixed) for c, fixed in pattern])
            known = expand(text, none, named.policy.variables)
            if known is not None:
                yield wildcards(known)
            places = [i for i, (c, _) in enumerate(pattern) if c == UNKNOWN]
            for key in variables if places else ():
                before, after = wildcards(pattern[: places[0]]), wildcards(pattern[places[-1] + 1 :])
                tests = (*values.tests(key, none), *exact(ids.get(key, ())))
                if key == "aws:username":  # which a test on the user's ARN decides, too
                    tests += tuple(test.after(BEFORE_USER) for test in (*values.tests("aws:principalarn", none), *arns))
                yield from (before + test + after for test in tests)
    for key, start in (("aws:requestedregion", PART + PART + PART), ("aws:resourceaccount", PART + PART + PART + PART)):
        tests = (*values.tests(key, none), *values.lifted(key, none))
        yield from (start + t.within(NO_COLON) + literal(":") + ANYTHING for t in tests)
    if not named.key.account:
        # the principals of the key's own account are of it
        yield from (
            PART + PART + PART + PART + a.within(DIGITS) + literal(":") + ANYTHING for a in account_tests(values, none)
        )
    yield from (PART + p + literal(":") + ANYTHING for p in _partitions(values))


def _partitions(values: Values) -> Iterator[Language]:
    """What a policy asks of the partition, where it is not known."""
    if values.named.partition:
        return
    for test in values.named.tests:
        for pattern in values.patterns(test, {}):
            parts = arn_parts(pattern)
            if len(parts) == 6:
                yield wildcards(parts[1], REGIONAL)
    yield from exact({n.split(":")[1] for listed in values.named.principals for _, n in listed if n.count(":") > 1})


def _kinds(values: Values, actions: tuple[str, ...]) -> Iterator[Facts]:
    """Usage, spec and origin of the keys that can exist, one for all that neither conditions nor actions tell apart."""
    key = values.named.key
    known = (tuple(kms.USAGES), tuple(kms.SPECS), kms.ORIGINS)
    told = (key.usage, key.spec, key.origin)
    options = [
        [t]
        if t
        else dict.fromkeys([*names, *texts(CAPITALS, (*values.tests(k, {}), *values.lifted(k, {}), *exact(names)))])
        for t, names, k in zip(told, known, KIND)
    ]
    variables = frozenset().union(*(t.variables for t in values.named.tests), *values.named.resource_variables)
    groups: dict[object, list[Facts]] = {}
    asked = "kms:encryptionalgorithm" in values.named.mentioned
    for usage, spec, origin in itertools.product(*options):
        if not kms.exists(usage, spec, origin):
            continue
        for asymmetric in ("false", "true") if asked and spec not in kms.SPECS else ("false",):
            facts: Facts = {KIND[0]: usage, KIND[1]: spec, KIND[2]: origin, "#asymmetric": asymmetric}
            sign = (
                kms.has_context(spec, asymmetric == "true") and context_matters(values),
                asked and (kms.ALGORITHMS.get(spec), asymmetric),
                tuple(_outcomes(values, facts)),
                tuple(facts[k] for k in KIND if k in variables),
            )
            groups.setdefault(sign, []).append(facts)
    for alike in groups.values():
        by_actions = {tuple(a for a in actions if can(facts, a)): facts for facts in alike}
        yield from (facts for able, facts in by_actions.items() if not any(_covers(able, o) for o in by_actions))


def can(facts: Facts, action: str) -> bool:
    """Whether the key of which these facts are known can perform an action."""
    usage, spec, origin = (str(facts[key]) for key in KIND)
    return kms.can(usage, spec, origin, action, facts["#asymmetric"] == "true")


def context_matters(values: Values) -> bool:
    """Whether the policy asks for encryption context."""
    return any(k.startswith("kms:encryptioncontext") or k == "kms:grantconstrainttype" for k in values.named.mentioned)


def _covers(able: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a key that can do more shows all that a key shows: then they decrypt the same, wherever it encrypts."""

    def decrypts(actions: tuple[str, ...], encapsulates: bool) -> set[str]:
        return {a for a in actions if a in kms.DECRYPT and (a in kms.ENCAPSULATION) is encapsulates}

    def encrypts(encapsulates: bool) -> bool:
        return any(a in kms.ENCRYPT and (a in kms.ENCAPSULATION) is encapsulates for a in able)

    return set(able) < set(other) and all(
        not encrypts(flag) or decrypts(able, flag) == decrypts(other, flag) for flag in (False, True)
    )


def _outcomes(values: Values, facts: Facts) -> Iterator[bool]:
    for statement, spelled in values.named.conditions:
        if kms.key_of(spelled[0][1]) in KIND:
            denies = values.named.policy.statements[statement]["Effect"] == "Deny"
            yield met(spelled, facts, values.named.policy.variables, denies)
