"""One condition of a statement: a context key under one operator.

Source: IAM User Guide, *IAM JSON policy elements: Condition*.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Optional

from ..caching import lazy
from ..regular.intervals import Intervals
from . import wildcards
from .context_keys import KEY_ARN, context_key, key_named
from .operators import OPERATORS, Family, Operator, Test, matching_points, points_test, text_test


class Quantifier(Enum):
    """The set prefix of a condition operator."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


_PATTERNS_OF_A_STEP = 4


@dataclass(eq=False)
class Condition:
    """One context key under one operator, with all its values. Alike ones may be one object.

    values: as written; expands: whether the policy's Version has variables; allow: whether it stands in an Allow, since
    AWS's silence is read towards access; shared: whether conditions alike are this one object, while it is remembered;
    filled: the values once their variables are replaced.
    """

    operator: Operator
    quantifier: Optional[Quantifier]
    if_exists: bool
    operator_written: str
    key_written: str
    values: tuple[str, ...]
    expands: bool = False
    allow: bool = True
    shared: bool = False
    filled: Optional[tuple[wildcards.Tokens, ...]] = None

    @lazy
    def key(self) -> str:
        """The context key, in lower case."""
        return self.key_written if self.key_written == KEY_ARN else key_named(self.key_written)

    @lazy
    def tokens(self) -> tuple[wildcards.Tokens, ...]:
        """The values split into literal text, wildcards and variables."""
        if self.filled is not None:
            return self.filled
        takes = self.expands and self.operator.takes_variables
        found = [wildcards.tokens_of(text, self.operator.wildcards, takes) for text in self.values]
        return tuple([_named(tokens) if takes else tokens for tokens in found])

    @lazy
    def effort(self) -> int:
        """The steps that a test of one value takes: one for a few patterns, more for long ones and for those of ARNs.
        Values without wildcards are looked up, however many there are."""
        patterns = [tokens for tokens in self.tokens if not wildcards.is_plain(tokens)]
        parts = 6 if self.operator.family is Family.ARN else 1
        return 1 + parts * (len(patterns) + sum(map(len, patterns)) // 4) // _PATTERNS_OF_A_STEP

    @lazy
    def points(self) -> Intervals:
        """What matches one of the values, which are no texts, before any negation."""
        return matching_points(self.operator, self.values)

    @lazy
    def has_variables(self) -> bool:
        """Whether a value holds a policy variable."""
        if self.filled is not None or not self.expands or "${" not in "\n".join(self.values):
            return False
        return any(wildcards.variables_in(tokens) for tokens in self.tokens)

    @lazy
    def variables(self) -> tuple[str, ...]:
        """Names of the policy variables in its values that a request can fill: single-valued context keys."""
        if not self.has_variables:
            return ()
        names = dict.fromkeys(v.name for tokens in self.tokens for v in wildcards.variables_in(tokens))
        return tuple([name for name in names if not context_key(name).multivalued])

    def expanded(self, lookup: wildcards.Lookup) -> "Condition":
        """The condition with the request's values in place of its variables; a value whose variable has none, and no
        default, is left out: it is null, and matches nothing. Source: *IAM policy elements: Variables and tags*."""
        if not self.has_variables:
            return self
        found = (wildcards.expand(tokens, lookup) for tokens in self.tokens)
        return self._filled([each for each in found if each is not None])

    def _filled(self, tokens: Sequence[wildcards.Tokens]) -> "Condition":
        how = (self.operator, self.quantifier, self.if_exists, self.operator_written, self.key_written, self.values)
        return Condition(*how, allow=self.allow, filled=tuple(tokens))

    def opened(self) -> "Condition":
        """The condition with any text in place of a variable."""
        return self.expanded(lambda name: wildcards.STAR)

    def opened_as_text(self) -> "Condition":
        """The same, where the text may hold colons: an ARN then has other parts, and is compared as a text."""
        found = self.opened()
        if found is self or self.operator.family is not Family.ARN:
            return found
        return replace(found, operator=OPERATORS["stringnotlike" if self.operator.negated else "stringlike"])

    def of_values(self, values: tuple[str, ...], if_exists: bool) -> "Condition":
        """The condition with these values alone; if_exists: whether it holds for every request that lacks the key."""
        return replace(self, values=values, if_exists=if_exists, shared=False)

    def without_variables(self) -> "Condition":
        """The condition less its values that hold variables."""
        if not self.has_variables:
            return self
        return self._filled([tokens for tokens in self.tokens if not wildcards.variables_in(tokens)])

    @lazy
    def lacks_set_operator(self) -> bool:
        """Whether AWS requires a set prefix that is not there. Source: *Single-valued vs. multivalued context keys*."""
        plain = self.quantifier is None and self.operator.family is not Family.NULL
        return plain and context_key(self.key).multivalued

    @lazy
    def settled(self) -> Optional[bool]:
        """Its outcome, where that is the same for every request; None where it depends on the key.

        A Null with a set prefix asks no longer about the key (IAM Access Analyzer, *Null with qualifier*). What AWS
        makes of a set operator that is missing is not documented: such a condition of a Deny is met by nobody.
        """
        if self.operator.family is Family.NULL and self.quantifier is not None:
            return self.quantifier is Quantifier.ALL
        return False if self.lacks_set_operator and not self.allow else None

    @lazy
    def without_key(self) -> bool:
        """Whether it holds for a request that lacks its key. Source: *Condition operators*, ...IfExists; Null.

        The order decides: Null, IfExists, ForAllValues, ForAnyValue, then the operator.
        """
        if self.operator.family is Family.NULL:
            return self.test("true")
        if self.if_exists or self.quantifier is Quantifier.ALL:
            return True
        return self.operator.negated and self.quantifier is not Quantifier.ANY

    @lazy
    def test(self) -> Test:
        """The test of one value of a request, for a condition without variables. For Null the value is `true` where
        the key is missing, else `false`."""
        operator = self.operator
        if operator.takes_variables:
            test = text_test(operator, self.readable)
        else:
            test = points_test(operator.family, self.points)
        return (lambda value: not test(value)) if operator.negated else test

    @lazy
    def readable(self) -> tuple[wildcards.Tokens, ...]:
        """The values that can match. An ARN of fewer than six parts is not documented: an Allow compares it as a
        string, a Deny does whatever denies less."""
        tokens = self.tokens
        if self.operator.family is not Family.ARN or self.allow or self.operator.negated:
            return tokens
        return tuple([each for each in tokens if wildcards.arn_parts(each) is not None])

    @lazy
    def text(self) -> str:
        """The condition on one line."""
        return f"{self.operator_written} {self.key_written} = {', '.join(self.values)}"


def _named(tokens: wildcards.Tokens) -> wildcards.Tokens:
    """A text whose variables have their keys' own names."""
    return tuple(
        [each._replace(name=key_named(each.name)) if isinstance(each, wildcards.Variable) else each for each in tokens]
    )


def differing_in_case(conditions: Iterable[Condition]) -> list[tuple[Condition, ...]]:
    """Those conditions of a statement that stand below one operator, and whose keys differ in case only."""
    of_key: dict[tuple[str, str], list[Condition]] = {}
    for condition in conditions:
        of_key.setdefault((condition.operator_written, condition.key_written.lower()), []).append(condition)
    return [tuple(alike) for alike in of_key.values() if len(alike) > 1]


def keys_read(conditions: Iterable[Condition]) -> frozenset[str]:
    """Every context key that the conditions test or read."""
    return frozenset([name for c in conditions for name in (c.key, *c.variables)])
