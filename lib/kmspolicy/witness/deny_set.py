"""The Denies that a question must slip past, with all that they test: collected once, asked of every statement."""

from typing import Callable

from ..caching import lazy
from ..evaluation.evaluator import principal_matches
from ..evaluation.request import Caller
from ..policy.actions import mask_of
from ..policy.context_keys import context_key
from ..policy.model import Statement
from ..solver.literals import Constraint
from ..solver.search import keys_read


class Denies:
    """Some Denies that can meet some of the actions asked for, and cover the key."""

    def __init__(self, statements: tuple[Statement, ...], tests: Callable[[Statement], list[Constraint]]) -> None:
        """tests: what a statement tests besides action, principal and plain resource."""
        self.statements = statements
        self._tests = tests
        self._among: dict[int, Denies] = {}

    def among(self, actions: int) -> "Denies":
        """Those of them that can meet some of these actions."""
        if all(mask & actions for mask in self._masks):
            return self
        found = self._among.get(actions)
        if found is None:
            met = tuple(deny for deny in self.statements if deny.actions & actions)
            found = self._among[actions] = Denies(met, self._tests)
        return found

    @lazy
    def tests(self) -> list[list[Constraint]]:
        """What each of them tests."""
        return list(map(self._tests, self.statements))

    @lazy
    def size(self) -> int:
        """How much there is to look through: they themselves and what they test."""
        return len(self.statements) + sum(map(len, self.tests))

    @lazy
    def reads(self) -> frozenset[str]:
        """Every context key that they test or read."""
        return keys_read([test for tests in self.tests for test in tests])

    @lazy
    def masks(self) -> frozenset[int]:
        """The sets of actions, as bit masks, that they or the keys that they read tell from others."""
        return self._masks | masks_of(self.reads)

    @lazy
    def _masks(self) -> frozenset[int]:
        return frozenset([deny.actions for deny in self.statements])

    @lazy
    def _for_everyone(self) -> bool:
        return all(deny.principals.anyone and not deny.principals.negated for deny in self.statements)

    def against(self, caller: Caller) -> list[list[Constraint]]:
        """What those of them test that cover a caller."""
        if self._for_everyone:
            return self.tests
        met = zip(self.statements, self.tests)
        return [tests for deny, tests in met if principal_matches(deny.principals, caller)]


def masks_of(keys: frozenset[str]) -> frozenset[int]:
    """The sets of actions, as bit masks, whose requests alone can carry one of these keys."""
    limited = (context_key(name).actions for name in keys)
    return frozenset([mask_of(actions) for actions in limited if actions is not None])
