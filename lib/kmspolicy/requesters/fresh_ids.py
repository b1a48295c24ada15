"""Accounts and organizations an outsider may be in: named nowhere, one for each way in which patterns can see them.

A pattern names nothing. Source: docs/threat-model.md, *Who might send a request*.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count

from ..budget import Budget
from ..policy import context_keys as keys
from ..policy import typed_values, wildcards
from ..policy.condition import Condition, keys_read
from ..policy.context_keys import context_key
from ..policy.model import Statement
from ..policy.operators import Family
from ..policy.wildcards import automaton, is_plain
from ..regular.languages import cells
from ..regular.patterns import Pattern, Spend, literal
from ..solver.literals import joined
from .languages import ACCOUNT, ORGANIZATION
from .limits import limits_members
from .population import Population

_Groups = Sequence[tuple[str, Sequence[Pattern]]]
_STEPS_OF_A_PATTERN = 2
_TOKENS_OF_A_STEP = 3
_OF_ACCOUNTS = frozenset((*keys.ACCOUNT_KEYS, keys.VPCE_ACCOUNT))  # which hold a requester's account
_HOLD_ARNS = frozenset((keys.PRINCIPAL_ARN, keys.FEDERATED_PROVIDER, *keys.OWN_ARNS))  # which hold it in an ARN


def outside_accounts(statements: tuple[Statement, ...], population: Population, budget: Budget) -> Iterator[str]:
    """Accounts that the policy does not name, one for each way in which its conditions can see an account."""
    yield population.outsider
    conditions = [condition for statement in statements for condition in statement.conditions]
    seen_through, of_users = _linked(statements, _OF_ACCOUNTS), _linked(statements, {keys.USER_ID})
    whole: dict[object, list[Pattern]] = {}  # patterns that one condition cannot tell apart, together
    within: list[tuple[str, list[Pattern]]] = []  # of texts in which an account stands, with what is before it
    for place, condition, tokens in _readings(conditions, budget):
        seen, rest = _as_account(condition, tokens, seen_through)
        if tells_accounts_apart(seen):
            whole.setdefault((place, rest), []).append(automaton(seen))
        for start in _starts(condition, tokens, of_users, population.partition):
            within.append((start, [automaton(tokens)]))
    others = dict.fromkeys((*population.names.accounts, population.own_account, population.outsider))
    if whole or within:
        groups = [*within, *(("", listed) for listed in whole.values())]
        yield from _told_apart(ACCOUNT, groups, others, not within and seen_through == _OF_ACCOUNTS, budget.spend)
    for condition in conditions:
        if condition.key in seen_through and condition.operator.family is Family.NUMERIC:
            for number in filter(None, map(typed_values.number, condition.values)):
                yield from _beside(number, others)


def _readings(conditions: Iterable[Condition], budget: Budget) -> Iterator[tuple[int, Condition, wildcards.Tokens]]:
    """The patterns of conditions on texts, each with its condition and the place of that; variables can be any text."""
    for place, condition in enumerate(conditions):
        if condition.operator.takes_variables:
            opened = condition.opened()
            length = sum(map(len, opened.tokens))
            budget.spend(_STEPS_OF_A_PATTERN * len(opened.tokens) + length // _TOKENS_OF_A_STEP)
            for tokens in opened.tokens:
                yield place, opened, tokens


def _told_apart(
    language: Pattern, groups: _Groups, others: Collection[str], whole: bool, spend: Spend
) -> Iterator[str]:
    """Texts of a language that are none of the others, one for each way in which groups of patterns can match them.

    See cells(). The others are patterns too, so that none of them stands for a cell of those that are asked for.
    """
    found = cells(language, [*groups, ("", list(map(literal, others)))], whole, spend)
    return (text for text in found if text not in others)


def _as_account(
    condition: Condition, tokens: wildcards.Tokens, seen_through: Collection[str]
) -> tuple[wildcards.Tokens, object]:
    """What a value asks of an account by itself, and what else it asks."""
    parts = wildcards.arn_parts(tokens)
    if condition.key in _OF_ACCOUNTS:
        return tokens, ()
    if parts is not None:
        return parts[4], (parts[:4], parts[5])
    return (tokens, tokens) if condition.key in seen_through else ((), ())


def _starts(condition: Condition, tokens: wildcards.Tokens, of_users: Collection[str], partition: str) -> Iterator[str]:
    """What stands before the account in texts that a value can match: a star may span more than the account.

    of_users: keys that hold a user's id, which may begin with it.
    """
    if not tells_accounts_apart(tokens):
        return
    if condition.key in of_users:
        yield ""
    elif condition.operator.family is Family.ARN and wildcards.arn_parts(tokens) is not None:
        return
    elif condition.key == keys.PRINCIPAL_ARN:
        yield from (f"arn:{partition}:{service}::" for service in ("iam", "sts"))
    elif condition.key in _HOLD_ARNS:
        spelled = _BEFORE_ACCOUNT.match(str(tokens[0]))
        yield spelled[0] if spelled else f"arn:{partition}:ec2:us-east-1:"


_ACCOUNTS = 10**12
_BEFORE_ACCOUNT = re.compile(r"(?:[^:]*:){4}")


def _beside(number: Decimal, others: Collection[str]) -> Iterator[str]:
    """The next account on each side of a number that is none of the others."""
    for step in (-1, 1):
        accounts = range(int(number) + step, -1 if step < 0 else _ACCOUNTS, step)
        found = next((name for name in map("{:012d}".format, accounts) if name not in others), None)
        if found is not None:
            yield found


def _linked(statements: tuple[Statement, ...], listed: Collection[str]) -> frozenset[str]:
    """These keys, and those that policy variables tie to them."""
    conditions = [condition for statement in statements for condition in statement.conditions]
    root = joined((condition.key, name) for condition in conditions for name in condition.variables)
    tied = {root(name) for name in listed}
    return frozenset(listed).union(name for name in keys_read(conditions) if root(name) in tied)


def tells_accounts_apart(tokens: wildcards.Tokens) -> bool:
    """Whether a pattern can match part of the accounts: digits beside a wildcard, or a wildcard for one character."""
    if tokens and isinstance(tokens[0], str) and _WHOLE_ACCOUNT.match(tokens[0]):
        return False
    for at, token in enumerate(tokens):
        if token is wildcards.ONE:
            return True
        if isinstance(token, str):
            head = _HEAD_DIGITS.match(token) if at else None
            tail = _TAIL_DIGITS.search(token) if at + 1 < len(tokens) else None
            if any(found is not None and len(found.group(1)) <= 12 for found in (head, tail)):
                return True
    return False


# Digits that can be the end or the start of an account id: nothing but a colon stands on their other side.
_WHOLE_ACCOUNT = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[0-9]{12}:")
_HEAD_DIGITS = re.compile(r"([0-9]+)(?::|\Z)")
_TAIL_DIGITS = re.compile(r"(?:\A|:)([0-9]+)\Z")


def named_organizations(statement: Statement, population: Population) -> Iterator[str]:
    """The organizations that the policy names, first those of the statement's own conditions; those alone where a
    condition limits access to their members."""
    spelled = [value.lower() for condition in statement.conditions for value in condition.values]
    own = "\n".join(spelled)
    if any(map(limits_members, statement.conditions)):
        return (name for name in dict.fromkeys(spelled) if name in population.names.organizations)
    return iter(sorted(population.names.organizations, key=lambda name: name not in own))


def organizations(
    statements: tuple[Statement, ...], population: Population, budget: Budget, outside: tuple[str, ...] = ()
) -> Iterator[str]:
    """Organizations of outsiders, one for each way in which the policy's conditions can see an organization.

    outside: these, where those of the key's owner are asked for, which are others.
    """
    foreign, own = population.foreign_organization, population.own_organization
    yield own if outside else foreign
    seen_through = _linked(statements, _OF_ORGANIZATIONS)
    conditions = [c for each in statements for c in each.conditions if c.key in seen_through]
    whole = {condition.key for condition in conditions} == {keys.PRINCIPAL_ORG} and seen_through == _OF_ORGANIZATIONS
    patterns: dict[object, list[Pattern]] = {}
    for place, _, tokens in _readings(conditions, budget):
        if _tells_organizations_apart(tokens):
            patterns.setdefault(place if whole else tokens, []).append(automaton(tokens))
    if patterns:
        others = (*population.names.organizations, own, *(outside or (foreign,)))
        yield from _told_apart(ORGANIZATION, [("", each) for each in patterns.values()], others, whole, budget.spend)


def _tells_organizations_apart(tokens: wildcards.Tokens) -> bool:
    """Whether a pattern can match part of the organizations."""
    text = "".join(token if isinstance(token, str) else "?" if token is wildcards.ONE else "*" for token in tokens)
    return not is_plain(tokens) and _PART_OF_AN_ORGANIZATION.match(text) is not None


_OF_ORGANIZATIONS = keys.MEMBER_KEYS | keys.OWNER_KEYS | {keys.VPCE_ORG, keys.VPCE_ORG_PATHS}
_PART_OF_AN_ORGANIZATION = re.compile(r"(?!o?-?\*(?:/|\Z))[^/]*[*?]")


def services(population: Population, spend: Spend) -> Iterator[str]:
    """Services that principal elements name, then others, one for each way in which conditions can see a name."""
    named = dict.fromkeys(name for each in population.policy.statements for name in sorted(each.principals.services))
    yield from named
    fresh = next(name for name in map("x{}.amazonaws.com".format, count()) if name not in named)
    yield fresh
    tests = [each for each in population.policy.conditions if each.key in (keys.SERVICE_NAME, keys.SERVICE_NAMES)]
    groups = [
        ("", [automaton(tokens, each.operator.ignore_case) for tokens in each.tokens])
        for each in map(Condition.opened, tests)
        if each.operator.takes_variables
    ]
    if groups:
        yield from _told_apart(_SERVICE, groups, (*named, fresh), True, spend)


(_SERVICE,) = context_key(keys.SERVICE_NAME).forms
