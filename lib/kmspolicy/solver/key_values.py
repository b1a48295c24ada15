"""The values of one context key that matter: one for every way in which the conditions on it can come out.

Source: the threat model of this app; typed values from IAM User Guide, *Condition operators*.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Optional

from ..budget import Budget, OutOfSteps
from ..domains.conditions import limits, rows
from ..domains.domain import Domain
from ..evaluation.evaluator import holds_without, value_test
from ..evaluation.request import Value
from ..policy import cidr, typed_values, wildcards
from ..policy.context_keys import Kind, context_key
from ..policy.model import Condition, Quantifier
from ..policy.operators import Family, Test, policy_value
from ..regular import languages

Outcomes = frozenset[tuple[int, bool]]  # (position of a condition, whether it is to hold)

_TEXT_STEPS = 200_000  # one search for a text; those that take more are guessed at before the question stays open
_GUESSES = 16
_FILLINGS = ("", *("0" * width for width in range(1, 20)), *("9" * width for width in range(1, 20)))
_STEPS_OF_A_KEY = 20
_STEPS_OF_A_TEXT = 8  # to make one
_TOKENS_OF_A_STEP = 8  # that are looked through
_UNPAID = 64  # steps that tests may run ahead of the budget


class KeyValues:
    """Finds values of one key under which chosen conditions hold and others fail; a missing key counts as a value."""

    def __init__(
        self,
        key: str,
        domain: Domain,
        conditions: Sequence[Condition],
        lookup: wildcards.Lookup,
        budget: Budget,
        extra: Iterable[str] = (),
    ) -> None:
        self.domain = domain
        self.conditions = conditions
        self.budget = budget
        self.row = context_key(key)
        budget.spend(_STEPS_OF_A_KEY + len(conditions) + sum(c.effort(0) for c in conditions if c.variables))
        self._lookup = lookup
        self._patterns: dict[int, list[languages.Pattern]] = {}  # by the id of a condition
        self._null = [condition.operator.family is Family.NULL for condition in conditions]
        self._tests: list[Test] = [value_test(condition, lookup) for condition in conditions]
        self._without = [holds_without(condition) for condition in conditions]
        self._found: dict[Outcomes, Optional[str]] = {}
        self._answers: dict[Outcomes, tuple[bool, Value]] = {}
        self._kept: list[str] = []
        self._more = self._suggested(extra)

    # --- whole values -----------------------------------------------------------------------------------------------

    def value(self, goals: Outcomes) -> tuple[bool, Value]:
        """(whether there is one, a value of the key with which every goal is met); the value None is absence."""
        answer = self._answers.get(goals)
        if answer is None:
            self.budget.spend(1 + len(goals))
            answer = self._answers[goals] = self._value(goals)
        return answer

    def _value(self, goals: Outcomes) -> tuple[bool, Value]:
        if self.domain.optional and all(self._without[at] == wanted for at, wanted in goals):
            return True, None
        if any(self._null[at] and self._tests[at]("false") != wanted for at, wanted in goals):
            return False, None
        goals = frozenset(goal for goal in goals if not self._null[goal[0]])
        if not self.row.multivalued:
            text = self._element(goals)
            return text is not None, text
        return self._set(goals)

    def _set(self, goals: Outcomes) -> tuple[bool, Value]:
        """A set of values: what all must meet, and an element for each goal that one element must meet."""
        every: set[tuple[int, bool]] = set()
        some: list[tuple[int, bool]] = []
        for at, wanted in goals:
            universal = self.conditions[at].quantifier is Quantifier.ALL
            if universal == wanted:
                every.add((at, wanted))
            else:
                some.append((at, wanted))
        found: dict[str, None] = {}
        member = self.domain.member
        if member is not None:
            if any(self._tests[at](member) != wanted for at, wanted in every):
                return False, None
            found[member] = None
            some = [(at, wanted) for at, wanted in some if self._tests[at](member) != wanted]
        for asked in [every | {goal} for goal in some] or ([] if found else [every]):
            text = self._element(frozenset(asked))
            if text is None:
                return False, None
            found[text] = None
        return True, tuple(found)

    # --- single texts -----------------------------------------------------------------------------------------------

    def _element(self, goals: Outcomes) -> Optional[str]:
        if goals not in self._found:
            self._found[goals] = self._search(goals)
        return self._found[goals]

    def _search(self, goals: Outcomes) -> Optional[str]:
        ordered = sorted(goals)
        spelled = self._spelled_by(ordered)
        if spelled is not None:
            return next((text for text in spelled if self._holds(text) and self._meets(text, ordered)), None)
        for text in self._texts():
            if self._meets(text, ordered):
                return text
        textual = [at for at, _ in ordered if self.conditions[at].operator.takes_variables]
        if self.domain.values is not None or (not textual and self._kept):
            return None
        required, forbidden = limits([(self.conditions[at], wanted) for at, wanted in ordered], self._rows)
        own_required, own_forbidden = self.domain.limits(self.budget.spend)
        required += own_required
        forbidden += own_forbidden
        try:
            spend = Budget(_TEXT_STEPS, self.budget).spend
            found = languages.find(required, forbidden, spend, lambda text: self._is_valid(text, ordered))
        except OutOfSteps:
            guesses = (text for text in self._guesses() if self._holds(text))
            found = next((text for text in guesses if self._is_valid(text, ordered)), None)
            if found is None:
                raise
        if found is not None:
            self._kept.append(found)
        return found

    def _spelled_by(self, goals: Sequence[tuple[int, bool]]) -> Optional[list[str]]:
        """All texts that can meet the goals, where one of them asks for a few that the policy spells out."""
        if self.domain.values is not None:
            return None
        for at, wanted in goals:
            condition = self.conditions[at]
            if wanted == condition.operator.negated or not condition.operator.takes_variables:
                continue
            if condition.operator.ignore_case:
                continue
            rows = self._expanded(condition)
            if all(map(wildcards.is_plain, rows)):
                return [self._filled(tokens, "") for tokens in rows]
        return None

    def _expanded(self, condition: Condition) -> list[wildcards.Tokens]:
        self.budget.spend(1 + sum(map(len, condition.tokens)) // _TOKENS_OF_A_STEP)
        found = (wildcards.expand(written, self._lookup) for written in condition.tokens)
        return [tokens for tokens in found if tokens is not None]

    def _rows(self, condition: Condition) -> list[languages.Pattern]:
        found = self._patterns.get(id(condition))
        if found is None:
            found = self._patterns[id(condition)] = rows(condition, self._lookup, self.budget)
        return found

    def _filled(self, tokens: wildcards.Tokens, filling: str) -> str:
        self.budget.spend(1 + len(tokens))
        return wildcards.filled(tokens, filling)

    def _guesses(self) -> Iterator[str]:
        """Texts made from the patterns, their stars empty or filled with a piece of another: for endless automata."""
        rows = [tokens for c in self.conditions if c.operator.takes_variables for tokens in c.tokens]
        pieces = dict.fromkeys(token for tokens in rows for token in tokens if isinstance(token, str))
        for filling in ("", *islice(pieces, _GUESSES)):
            for tokens in rows[:_GUESSES]:
                yield self._filled(tokens, filling)

    def _holds(self, text: str) -> bool:
        """Whether the key can have this value."""
        self.budget.spend(self.domain.effort(len(text)))
        return self.domain.holds(text)

    def _is_valid(self, text: str, goals: Sequence[tuple[int, bool]]) -> bool:
        return (self.domain.valid is None or self.domain.valid(text)) and self._meets(text, goals)

    def _meets(self, text: str, goals: Sequence[tuple[int, bool]]) -> bool:
        """Whether a text of the domain meets every goal."""
        steps = 1
        for at, wanted in goals:
            steps += 1 + self.conditions[at].effort(len(text))
            if steps > _UNPAID:
                self.budget.spend(steps)
                steps = 0
            if self._tests[at](text) != wanted:
                self.budget.spend(steps)
                return False
        self.budget.spend(steps)
        return True

    @property
    def texts(self) -> list[str]:
        """Every text that the conditions and the domain suggest."""
        return list(self._texts())

    def _texts(self) -> Iterator[str]:
        """The same, one at a time: most questions are answered by the first few."""
        yield from self._kept
        for text in self._more:
            self._kept.append(text)
            yield text

    def _suggested(self, extra: Iterable[str]) -> Iterator[str]:
        """The domain's own texts, then those that the conditions' values suggest."""
        if self.domain.values is not None:
            yield from self.domain.values
            return
        seen = set()
        for natural, texts in ((True, self.domain.seeds), (False, extra), (False, self._suggestions())):
            for text in texts:
                self.budget.spend(_STEPS_OF_A_TEXT + self.domain.effort(len(text)))
                if text not in seen and (self.domain.allows if natural else self.domain.holds)(text):
                    seen.add(text)
                    yield text

    def _suggestions(self) -> Iterator[str]:
        free = self.domain.languages == (languages.ANYTHING,)
        if self.row.kind is Kind.TEXT:
            yield "any"
        families = {condition.operator.family for condition in self.conditions}
        for condition in self.conditions:
            if condition.operator.takes_variables:
                for tokens in self._expanded(condition):
                    if free or wildcards.is_plain(tokens):
                        yield self._filled(tokens, "any")
                    elif condition.operator.family is Family.ARN:
                        yield from (wildcards.arn_like(tokens, seed) for seed in self.domain.seeds)
            elif condition.operator.family in (Family.BOOLEAN, Family.BINARY):
                yield from condition.values
        if Family.BOOLEAN in families:
            yield from ("true", "false", "True", "False", "TRUE", "FALSE")
        if Family.NUMERIC in families:
            yield from self._with_exponents()
            yield from map(typed_values.number_text, points(self._typed_values(Family.NUMERIC)))
        if Family.DATE in families:
            moments = points(self._typed_values(Family.DATE))
            moments = [m for m in moments if typed_values.FIRST_MOMENT <= m <= typed_values.LAST_MOMENT]
            yield from map(typed_values.moment_text, moments)
        if Family.ADDRESS in families:
            addressed = (c for c in self.conditions if c.operator.family is Family.ADDRESS)
            written = [text for condition in addressed for text in condition.values]
            self.budget.spend(_STEPS_OF_A_TEXT * len(written))
            for cell in cidr.cells(block for block in map(cidr.block, written) if block):
                value = cell.low if self.domain.address_in is None else self.domain.address_in(cell)
                if value is not None:
                    yield cidr.address_text(cell.family, value)

    def _with_exponents(self) -> Iterator[str]:
        """Numbers with exponents that patterns on the same key match, their stars filled with digits."""
        rows = [tokens for c in self.conditions if c.operator.takes_variables for tokens in c.tokens]
        for tokens in rows[:_GUESSES]:
            written = wildcards.expand(tokens, self._lookup)
            if written is not None and "e" in wildcards.filled(written, "").lower():
                yield from (self._filled(written, filling) for filling in _FILLINGS)

    def _typed_values(self, family: Family) -> list[Any]:
        texts = [text for c in self.conditions if c.operator.family is family for text in c.values]
        self.budget.spend(_STEPS_OF_A_TEXT * len(texts))
        return [value for value in (policy_value(text, family) for text in texts) if value is not None]


def points(values: Iterable[Any]) -> list[Any]:
    """Every value, one point between neighbours, one below and one above (numbers or moments)."""
    ordered = sorted(set(values))
    if not ordered:
        return []
    found = [ordered[0] - 1]
    for low, high in zip(ordered, ordered[1:]):
        found += [low, typed_values.between(low, high)]
    return [*found, ordered[-1], ordered[-1] + 1]
