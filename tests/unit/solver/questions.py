"""Literals at random, and what a solution or a conflict must be, by trying every assignment of a small universe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from random import Random
from typing import Any

from kmspolicy.budget import Budget
from kmspolicy.domains.domain import Domain, Points
from kmspolicy.evaluation.request import Value
from kmspolicy.policy.condition import Condition, Quantifier
from kmspolicy.policy.operators import OPERATORS, Family
from kmspolicy.solver.literals import ONLY_REQUEST, Clause, Conflict, Literal, Scope, Solution, keys_of, literal

World = Mapping[str, Value]  # one assignment of a universe; a key that is not in it is absent

TEXTUAL = [name for name, operator in OPERATORS.items() if operator.family is Family.STRING]
ARNS = [name for name, operator in OPERATORS.items() if operator.family is Family.ARN]
NUMERIC = [name for name, operator in OPERATORS.items() if operator.family is Family.NUMERIC]
DATES = [name for name, operator in OPERATORS.items() if operator.family is Family.DATE]
ADDRESSES = [name for name, operator in OPERATORS.items() if operator.family is Family.ADDRESS]
OTHERS = ["bool", "binaryequals"]


def plenty() -> Budget:
    """More steps than any of these questions takes."""
    return Budget(1_000_000)


def asked(
    key: str, operator: str, *values: str, wanted: bool = True, scope: Scope = ONLY_REQUEST, **more: Any
) -> Literal:
    """The literal of a condition. operator: with its set prefix, as in `ForAnyValue:StringLike`; variables count."""
    prefix, _, name = operator.rpartition(":")
    condition = Condition(
        OPERATORS[name.lower()],
        Quantifier(prefix) if prefix else None,
        more.pop("if_exists", False),
        operator,
        key,
        values,
        expands=True,
        **more,
    )
    return literal(condition, wanted, scope)


def random_text(chance: Random, letters: str, longest: int) -> str:
    """A text of so many letters at most."""
    return "".join(chance.choices(letters, k=chance.randint(0, longest)))


def random_literal(chance: Random, key: str, operators: Sequence[str], values: Sequence[str]) -> Literal:
    """A literal under one of the operators with one or two of the values; now and then a Null, or with IfExists."""
    wanted, allow = chance.random() < 0.6, chance.random() < 0.8
    if chance.random() < 0.1:
        return asked(key, "null", chance.choice(["true", "false"]), wanted=wanted, allow=allow)
    listed = chance.sample(values, chance.randint(1, 2))
    if_exists = chance.random() < 0.15
    return asked(key, chance.choice(operators), *listed, wanted=wanted, allow=allow, if_exists=if_exists)


def values_of(domain: Domain, texts: Iterable[str]) -> list[Value]:
    """What a key can be: those of the texts that its domain holds, and absent."""
    held: list[Value] = [text for text in texts if domain.holds(text)]
    if isinstance(domain, Points):  # which are written in one way
        held = [text for text in held if text == domain.line.write(domain.line.read(str(text)))]
    return [*held, None] if domain.optional else held


def worlds(values: Mapping[str, Sequence[Value]]) -> list[World]:
    """Every assignment of these values to the keys."""
    return [present(dict(zip(values, chosen))) for chosen in product(*values.values())]


def present(values: World) -> World:
    """The keys that are there; a set of values in order."""
    there = {key: value for key, value in values.items() if value is not None}
    return {key: tuple(sorted(value)) if isinstance(value, tuple) else value for key, value in there.items()}


def holds_in(world: World, literals: Iterable[Literal], clauses: Iterable[Clause] = ()) -> bool:
    """Whether all literals are true in a world, and of each clause one at least."""
    return all(each.is_met(world) for each in literals) and all(
        any(each.is_met(world) for each in clause) for clause in clauses
    )


def check(
    found: Solution, universe: Iterable[World], literals: Sequence[Literal], clauses: Sequence[Clause] = ()
) -> bool:
    """That a solution is one, or that what is asked of the keys of a conflict, and of no others, holds in no world.

    Returns whether there was a solution.
    """
    if not isinstance(found, Conflict):
        assert holds_in(found, literals, clauses), (found, shown(literals), list(map(shown, clauses)))
        return True
    about = [each for each in literals if keys_of((each,)) <= found.keys]
    of_these = [clause for clause in clauses if keys_of(clause) <= found.keys]
    world = next((world for world in universe if holds_in(world, about, of_these)), None)
    assert world is None, (world, found, shown(about), list(map(shown, of_these)))
    return False


def check_value(found: Value | Conflict, domain: Domain, values: Iterable[Value], literals: Sequence[Literal]) -> bool:
    """The same for literals on one key: the value is of the domain; values: what else was possible."""
    key = literals[0].key
    if isinstance(found, Conflict):
        assert found.keys == {key}
        return check(found, [present({key: value}) for value in values], literals)
    one_by_one = found if isinstance(found, tuple) else (found,)
    assert all(domain.optional if text is None else domain.holds(text) for text in one_by_one), (found, domain)
    return check({key: found}, (), literals)


def shown(literals: Iterable[Literal]) -> list[str]:
    """The literals for people."""
    return [
        ("" if each.wanted else "not ")
        + (f"{each.condition.quantifier.value}:" if each.condition.quantifier else "")
        + each.condition.text
        + (" ...IfExists" if each.condition.if_exists else "")
        for each in literals
    ]
