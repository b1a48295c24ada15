"""Texts that keys tied together by policy variables can have: what one is spelled, the others echo.

Source: IAM User Guide, *IAM policy elements: Variables and tags*.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Optional

from ..budget import Budget
from ..domains.domain import Domain
from ..evaluation.evaluator import variable_lookup
from ..evaluation.request import KeyFacts, Value
from ..policy import wildcards
from .literals import Constraint, OfKey

_ROUNDS = 3  # how far a text travels from key to key
_MOST = 24  # texts of one key
_PARTS_OF_AN_ARN = ("us-east-1", "1234abcd-12ab-34cd-56ef-1234567890ab", "aws", "no/part/of/an/ARN")


def echoes(
    constraints: Iterable[Constraint],
    domains: Mapping[str, Domain],
    fixed: Mapping[str, Value],
    facts: KeyFacts,
    budget: Budget,
) -> dict[str, list[str]]:
    """For every key that the constraints test or read: texts to try, taken from the others' values and domains."""
    listed = list(constraints)
    budget.spend(len(domains) * len(listed) * 2)
    texts = {key: list(_own(key, listed, domains, fixed, facts)) for key in domains}
    for _ in range(_ROUNDS):
        grown = {key: dict.fromkeys(found) for key, found in texts.items()}
        for constraint in listed:
            if isinstance(constraint, OfKey) and constraint.variables:
                _travel(constraint, texts, fixed, grown, budget)
        merged = {key: list(found)[:_MOST] for key, found in grown.items()}
        if merged == texts:
            break
        texts = merged
    return texts


def _own(
    key: str, constraints: list[Constraint], domains: Mapping[str, Domain], fixed: Mapping[str, Value], facts: KeyFacts
) -> Iterator[str]:
    """What the conditions on the key itself spell, then its domain, then the values that do not vary."""
    known = variable_lookup(fixed)
    for constraint in constraints:
        if isinstance(constraint, OfKey) and constraint.key == key:
            expanded = (wildcards.expand(tokens, known) for tokens in constraint.condition.tokens)
            yield from (wildcards.filled(tokens, "any") for tokens in expanded if tokens is not None)
        elif not isinstance(constraint, OfKey) and key in constraint.variables:
            yield from filter(None, (facts.account, facts.region, facts.key_id, facts.partition))
            yield from _PARTS_OF_AN_ARN
    yield from (*(domains[key].values or ()), *domains[key].seeds)
    yield f"any-{len(key)}"
    yield from (value for value in fixed.values() if isinstance(value, str))


def _travel(
    constraint: OfKey,
    texts: Mapping[str, list[str]],
    fixed: Mapping[str, Value],
    grown: dict[str, dict[str, None]],
    budget: Budget,
) -> None:
    """Texts of the key give texts of the variables in its values, and those give texts of the key."""
    key, known = constraint.key, fixed.get(constraint.key)
    spelled = [known] if isinstance(known, str) else texts.get(key, [])
    for tokens in constraint.condition.tokens:
        for variable in wildcards.variables_in(tokens):
            if variable.name in grown:
                budget.spend(len(spelled) * (2 + len(tokens)))
                for text in spelled:
                    grown[variable.name].update(dict.fromkeys(residues(tokens, variable.name, text)))
        for at in range(_MOST if key in grown else 0):
            budget.spend(4 + 2 * len(tokens))
            filled = wildcards.expand(tokens, partial(_nth, at, texts, fixed))
            if filled is None:
                break
            grown[key][wildcards.filled(filled, "any")] = None


def _nth(at: int, texts: Mapping[str, list[str]], fixed: Mapping[str, Value], name: str) -> Optional[str]:
    """The lookup of variables that gives each its text number `at`."""
    value = fixed.get(name)
    if isinstance(value, str):
        return value if at == 0 else None
    found = texts.get(name, [])
    return found[at] if at < len(found) else None


def residues(tokens: wildcards.Tokens, name: str, text: str) -> Iterator[str]:
    """The stretches of a text that stand where the variable stands between its literal neighbours."""
    for at, token in enumerate(tokens):
        if not isinstance(token, wildcards.Variable) or token.name != name:
            continue
        before = tokens[at - 1] if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        head = before if isinstance(before, str) else ""
        tail = after if isinstance(after, str) else ""
        start = text.find(head)
        if start < 0:
            continue
        start += len(head)
        end = text.find(tail, start) if tail else len(text)
        if end >= 0:
            yield text[start:end]
