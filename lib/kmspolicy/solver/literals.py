"""Literals: conditions that are to hold, or not to hold, for the values of some keys.

A problem may be about two requests at once: a scope tells the keys of the second from those of the first.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional, TypeVar, Union

from ..evaluation.evaluator import holds_for, variable_lookup
from ..evaluation.request import Value
from ..policy.condition import Condition, Quantifier
from ..policy.context_keys import context_key
from ..policy.operators import Family
from ..policy.wildcards import Tokens, variables_in

Node = TypeVar("Node", bound=Hashable)
Assignment = dict[str, Value]  # by key; None is absence


class Conflict(NamedTuple):
    """There is no solution, and these keys alone are the reason."""

    keys: frozenset[str]


class Scope(NamedTuple):
    """One request of a problem. prefix: of its keys; shared: names of keys that it has in common with the first."""

    prefix: str = ""
    shared: frozenset[str] = frozenset()

    def key(self, name: str) -> str:
        """The key of the problem that a name means in this request."""
        return name if not self.prefix or name in self.shared else self.prefix + name


ONLY_REQUEST = Scope()


class Literal(NamedTuple):
    """A condition, and whether it is to hold for a request."""

    condition: Condition
    wanted: bool
    scope: Scope = ONLY_REQUEST

    @property
    def key(self) -> str:
        """The key that it tests."""
        return self.scope.key(self.condition.key)

    @property
    def variables(self) -> tuple[str, ...]:
        """The keys that its values read."""
        read = self.condition.variables
        return tuple(map(self.scope.key, read)) if read else ()

    @property
    def is_positive(self) -> bool:
        """Whether it asks for a value that one of the condition's values matches."""
        return self.wanted != self.condition.operator.negated

    @property
    def is_universal(self) -> bool:
        """Whether, of a key with several values, it is about each of them; otherwise one that makes it true is enough.

        Source: IAM User Guide, *Single-valued vs. multivalued context keys* (ForAllValues, ForAnyValue).
        """
        return self.wanted == (self.condition.quantifier is Quantifier.ALL)

    @property
    def ignores_values(self) -> bool:
        """Whether all values of its key are alike to it: it asks at most whether the key is there."""
        return self.condition.settled is not None or self.condition.operator.family is Family.NULL

    @property
    def exclusion(self) -> Optional[Hashable]:
        """How it rules out values of its key, and does nothing else: alike for literals that can be one; else None."""
        how = self.condition
        if self.wanted or how.operator.negated or how.quantifier is Quantifier.ALL:
            return None
        if how.has_variables or how.filled is not None:
            return None
        return self.key, how.operator, how.quantifier, how.if_exists, how.allow

    @property
    def negation(self) -> "Literal":
        return Literal(self.condition, not self.wanted, self.scope)

    @property
    def opened(self) -> "Literal":
        """A literal without variables that is true wherever this one is."""
        condition = self.condition
        opened = condition.opened_as_text() if self.is_positive else condition.without_variables()
        return Literal(opened, self.wanted, self.scope)

    def given(self, values: Mapping[str, Value]) -> "Literal":
        """The literal with the values of other keys in place of its variables."""
        if not self.condition.has_variables:
            return self

        lookup = variable_lookup(values)
        return Literal(self.condition.expanded(lambda name: lookup(self.scope.key(name))), self.wanted, self.scope)

    def accepts(self, value: Value) -> bool:
        """Whether a value of the key makes it true; it has no variables."""
        return holds_for(self.condition, value) == self.wanted

    def accepts_one(self, text: str) -> bool:
        """Whether one value of the key, by itself, makes it true."""
        return self.condition.test(text) == self.wanted

    def is_met(self, values: Mapping[str, Value]) -> bool:
        """Whether these values make it true."""
        return self.given(values).accepts(values.get(self.key))


Clause = tuple[Literal, ...]  # one of them at least must be true
Solution = Union[Assignment, Conflict]


def fewer(clauses: Iterable[Clause]) -> list[Clause]:
    """Clauses that ask for the same, with one in place of those that rule out values of a key in the same way."""
    others: dict[Clause, None] = {}
    alike: dict[Hashable, list[Literal]] = {}
    for clause in clauses:
        kind = clause[0].exclusion if len(clause) == 1 else None
        if kind is None:
            others[clause] = None
        else:
            alike.setdefault(kind, []).append(clause[0])
    return [*others, *[(_excluding(listed),) for listed in alike.values()]]


def _excluding(literals: Sequence[Literal]) -> Literal:
    """One literal in place of some that rule out values of one key in the same way."""
    first = literals[0]
    if len(literals) == 1:
        return first
    values = tuple([value for each in literals for value in each.condition.values])
    return first._replace(condition=first.condition.of_values(values, first.condition.if_exists))


def literal(condition: Condition, wanted: bool = True, scope: Scope = ONLY_REQUEST) -> Literal:
    """A literal; variables that no request can fill are replaced by their defaults at once."""
    if condition.has_variables and not condition.variables:
        condition = condition.expanded(lambda name: None)
    return Literal(condition, wanted, scope)


def forbid_presence(literals: Iterable[Literal]) -> bool:
    """Whether one of the literals is false whatever its key holds, so that the key cannot be there."""
    return any(each.ignores_values and not each.accepts("x") for each in literals)


def about_values(literals: Iterable[Literal]) -> list[Literal]:
    """The literals that limit what their key can hold where it is there."""
    return [each for each in literals if not each.ignores_values]


def keys_of(literals: Iterable[Literal]) -> frozenset[str]:
    """Every key that the literals test or read."""
    return frozenset([name for each in literals for name in (each.key, *each.variables)])


def joined(pairs: Iterable[tuple[Node, Node]]) -> Callable[[Node], Node]:
    """Union-find: of what pairs join, directly or not, the one that stands for all; of anything else itself."""
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for one, other in pairs:
        parent[root(one)] = root(other)
    return root


def equal_keys(literals: Sequence[Literal]) -> dict[str, str]:
    """Of keys that must be there and equal: the one that stands for all of them."""
    pairs = [(each.key, each.variables[0]) for each in literals if _is_equation(each)]
    root = joined(pairs)
    return {name: root(name) for pair in pairs for name in pair}


def _is_equation(each: Literal) -> bool:
    """Whether it asks that its key, of one value, is there and has the value of another one."""
    condition = each.condition
    if len(each.variables) != 1 or not each.is_positive or condition.without_key == each.wanted:
        return False
    operator, tokens = condition.operator, condition.tokens
    if operator.family is not Family.STRING or operator.ignore_case or context_key(condition.key).multivalued:
        return False
    return len(tokens) == len(tokens[0]) == 1 and _has_no_default(tokens[0])


def _has_no_default(tokens: Tokens) -> bool:
    return all(variable.default is None for variable in variables_in(tokens))


def needed(each: Literal) -> Iterator[str]:
    """The keys that must be present for a literal: its own, and what each of its values reads."""
    if each.condition.without_key != each.wanted:
        yield each.key
        if each.variables and each.is_positive:
            read = [{v.name for v in variables_in(t) if v.default is None} for t in each.condition.tokens]
            yield from sorted(map(each.scope.key, set(each.condition.variables).intersection(*read)))
