"""One question of a search: how a statement and some Denies read as literals and clauses, and what they depend on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..caching import lazy
from ..evaluation.evaluator import principal_matches
from ..evaluation.request import Caller
from ..policy.actions import Mask, bits, mask_of, names_of
from ..policy.context_keys import context_key
from ..policy.model import Statement, keys_read
from ..requesters.key_kinds import TELL_APART
from ..solver.literals import ONLY_REQUEST, Clause, Literal, Scope, literal


class Denies:
    """Some Denies, as clauses: each must fail on one of its conditions."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = tuple(statements)

    def among(self, actions: Mask) -> "Denies":
        """Those of them that cover some of the actions."""
        found = [deny for deny in self.statements if deny.actions & actions]
        return self if len(found) == len(self.statements) else Denies(found)

    @lazy
    def read(self) -> frozenset[str]:
        """Every context key that they test or read."""
        return keys_read([condition for deny in self.statements for condition in deny.required])

    @lazy
    def size(self) -> int:
        """How much there is to look through."""
        return sum(1 + len(deny.required) for deny in self.statements)

    def clauses(self, caller: Caller, scope: Scope = ONLY_REQUEST) -> list[Clause]:
        """What a caller's request must meet to be denied by none of them; an empty clause cannot be met."""
        met = [deny for deny in self.statements if principal_matches(deny.principals, caller)]
        return [tuple([literal(condition, False, scope) for condition in deny.required]) for deny in met]


class Allowed(NamedTuple):
    """What a request must meet to be allowed by a statement, once principal and action match."""

    required: tuple[Literal, ...]
    clauses: tuple[Clause, ...]
    read: frozenset[str]


def allowed_by(statement: Statement) -> Allowed:
    """The statement's conditions and resource element as literals."""
    required = tuple([literal(condition) for condition in statement.required])
    clauses = tuple([tuple(map(literal, listed)) for listed in statement.alternatives])
    either = [condition for listed in statement.alternatives for condition in listed]
    return Allowed(required, clauses, keys_read([*statement.required, *either]))


def alike(
    asked: Mask, read: Iterable[str], statements: Sequence[Statement], extra: tuple[str, ...], by_kind: bool
) -> Iterator[Mask]:
    """Splits actions into sets that the statements, the keys that are read and, if asked, the kind of key cannot tell
    apart."""
    masks = {statement.actions for statement in statements}
    if by_kind:
        masks |= TELL_APART
    names = names_of(asked, extra)
    for key in read:
        row = context_key(key)
        if row.actions is not None:
            masks.add(mask_of(tuple([name for name in names if row.carried_by(name)]), extra))
    if not masks:
        yield asked
        return
    parts: dict[tuple[bool, ...], Mask] = {}
    for bit in bits(asked):
        kind = tuple([bool(mask & bit) for mask in masks])
        parts[kind] = parts.get(kind, 0) | bit
    yield from parts.values()
