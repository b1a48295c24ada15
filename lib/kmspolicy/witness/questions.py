"""One question of a search: how a statement and some Denies read as literals and clauses, and what they depend on."""

from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import compress, starmap
from typing import Optional

from ..budget import Budget, Undecided, answers
from ..caching import lazy
from ..domains.domain import Text
from ..evaluation.evaluator import principal_matches
from ..evaluation.request import Caller
from ..policy.actions import Mask, mask_of, names_of
from ..policy.condition import Condition, keys_read
from ..policy.context_keys import PRINCIPAL_ARN, context_key
from ..policy.model import Statement
from ..requesters.alike import Said, said_of_ids
from ..requesters.key_kinds import TELL_APART
from ..solver.literals import ONLY_REQUEST, Clause, Conflict, Literal, Scope, fewer, literal
from ..solver.search import Facts, Question
from ..solver.theories import solve

_DENIES_OF_A_STEP = 2
_STEPS_OF_A_CONTRADICTION = 8  # that is looked for
_STEPS_OF_A_LOOK = 300  # at the literals on one key


def tests_of_arns(conditions: Iterable[Condition]) -> Optional[list[Condition]]:
    """The conditions that test a principal's ARN; None where they do more with it than to compare it with constants."""
    found: list[Condition] = []
    for condition in conditions:
        if PRINCIPAL_ARN in condition.variables or (condition.key == PRINCIPAL_ARN and condition.has_variables):
            return None
        if condition.key == PRINCIPAL_ARN:
            found.append(condition)
    return found


class Denies:
    """Some Denies, as clauses: each must fail on one of its conditions."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = tuple(statements)
        self._among: dict[Mask, Optional[Denies]] = {}  # None for this one itself: a cycle would stay in memory
        self._clauses: dict[tuple[tuple[bool, ...], Scope], list[Clause]] = {}

    def among(self, actions: Mask) -> "Denies":
        """Those of them that cover some of the actions."""
        if actions not in self._among:
            listed = [deny for deny in self.statements if deny.actions & actions]
            self._among[actions] = None if len(listed) == len(self.statements) else Denies(listed)
        return self._among[actions] or self

    @lazy
    def read(self) -> frozenset[str]:
        """Every context key that they test or read."""
        return keys_read([condition for deny in self.statements for condition in deny.required])

    @lazy
    def masks(self) -> frozenset[Mask]:
        """The sets of actions that they cover."""
        return frozenset([deny.actions for deny in self.statements])

    @lazy
    def tells_principals_apart(self) -> bool:
        """Whether one of them names one principal of an account and not another."""
        return any(deny.principals.tells_principals_apart for deny in self.statements)

    @lazy
    def said_of_ids(self) -> Optional[Said]:
        """What they say of each id that they spell out."""
        return said_of_ids(self.statements)

    @lazy
    def tests_of_arns(self) -> Optional[list[Condition]]:
        """See tests_of_arns."""
        return tests_of_arns(condition for deny in self.statements for condition in deny.required)

    @lazy
    def for_everyone(self) -> tuple[bool, ...]:
        """Of each of them, whether it covers every caller."""
        return tuple([deny.principals.anyone and not deny.principals.negated for deny in self.statements])

    def met_by(self, caller: Caller) -> tuple[bool, ...]:
        """Of each of them, whether its principal element covers a caller."""
        return tuple([principal_matches(deny.principals, caller) for deny in self.statements])

    def clauses(self, met: tuple[bool, ...], scope: Scope = ONLY_REQUEST) -> list[Clause]:
        """What a request must meet to pass those that its caller meets, in one clause where they rule out values of one
        key; an empty clause cannot be met."""
        asked = met, scope
        if asked not in self._clauses:
            denies = compress(self.statements, met)
            self._clauses[asked] = fewer(tuple([literal(c, False, scope) for c in deny.required]) for deny in denies)
        return self._clauses[asked]


NO_DENIES = Denies(())


class Questions:
    """The questions of one search: what a statement and some Denies ask of those who may make its requests, one for
    each way in which the Denies can meet them."""

    def __init__(self, statement: Statement, denies: Denies, budget: Budget, use: Denies = NO_DENIES) -> None:
        """denies: of the request that is checked; use: of a second one, where a grant is created."""
        self._budget = budget
        self.read = keys_read(statement.tests) | denies.read | use.read
        self._required = tuple(map(literal, statement.required))
        self._alternatives = [tuple(map(literal, listed)) for listed in statement.alternatives]
        self._denies = denies
        self._use = use
        self._made: dict[Hashable, Question] = {}

    @property
    def use_is_free(self) -> bool:
        """Whether no Deny can meet the use of the grant that is created."""
        return not self._use.statements

    @lazy
    def is_contradiction(self) -> bool:
        """Whether it is plain that nobody's request passes: no value of some key can have all that the statement, and
        Denies for everyone on one condition, ask of it."""
        clauses = self._denies.clauses(self._denies.for_everyone)
        self._budget.spend(_STEPS_OF_A_CONTRADICTION + len(clauses) // _DENIES_OF_A_STEP)
        units = [clause[0] for clause in clauses if len(clause) == 1]
        return not all(starmap(self._has_value, _by_key([*self._required, *units]).items()))

    def _has_value(self, key: str, literals: Sequence[Literal]) -> bool:
        """Whether some value of a key, which may be any, makes literals on it true; one alone is asked later.

        What other questions have found is not used: the steps of this one must not depend on them.
        """
        try:
            budget = Budget(min(_STEPS_OF_A_LOOK, self._budget.left), self._budget, answers())
            found = len(literals) == 1 or solve(key, Text(), literals, budget, context_key(key).multivalued)
        except Undecided:
            return True
        return not isinstance(found, Conflict)

    def of(
        self,
        facts: Facts,
        caller: Caller,
        user: Optional[Caller] = None,
        scope: Scope = ONLY_REQUEST,
        joint: bool = False,
    ) -> Question:
        """The question about a caller's request. user: who makes the second one, in this scope; joint: whether the
        grant and its user are one fact."""
        met, met_later = self._denies.met_by(caller), () if user is None else self._use.met_by(user)
        name = met, met_later, scope, joint
        found = self._made.get(name)
        if found is None:
            denied = (*self._denies.clauses(met), *self._use.clauses(met_later, scope))
            found = self._made[name] = Question(self._required, (*self._alternatives, *denied), facts.fact_of)
            self._budget.spend(found.size + (len(met) + len(met_later)) // _DENIES_OF_A_STEP)
        return found


def _by_key(literals: Iterable[Literal]) -> dict[str, list[Literal]]:
    """Those without variables, by their key."""
    found: dict[str, list[Literal]] = {}
    for each in literals:
        if not each.variables:
            found.setdefault(each.key, []).append(each)
    return found


@lru_cache(maxsize=1024)
def alike(
    asked: Mask, read: frozenset[str], covered: frozenset[Mask], extra: tuple[str, ...], by_kind: bool
) -> tuple[Mask, ...]:
    """Splits actions into sets that nothing tells apart: not what carries the keys that are read, not the sets that
    Denies cover, nor, if asked, the kind of key."""
    masks = set(covered | TELL_APART if by_kind else covered)
    names = names_of(asked, extra)
    carried_by_some = {row.actions: row for row in map(context_key, read) if row.actions is not None}
    for row in carried_by_some.values():
        masks.add(mask_of(tuple([name for name in names if row.carried_by(name)]), extra))
    parts: dict[tuple[bool, ...], Mask] = {}
    for name in names:
        bit = mask_of((name,), extra)
        kind = tuple([bool(mask & bit) for mask in masks])
        parts[kind] = parts.get(kind, 0) | bit
    return tuple(parts.values())
