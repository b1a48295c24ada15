"""The search for values that meet literals and clauses, against every world of a few small groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

import pytest

from kmspolicy.budget import Budget, OutOfSteps, answers
from kmspolicy.domains.domain import Finite, Text
from kmspolicy.solver.groups import ByKey, Group, Key
from kmspolicy.solver.literals import Assignment, Clause, Conflict, Literal, Scope, Solution
from kmspolicy.solver.search import Question, solve
from tests.unit.solver.facts import TEXTS, SomeFacts, random_group, worlds_together
from tests.unit.solver.questions import TEXTUAL, World, asked, check, plenty, present, random_literal
from tests.unit.solver.test_variables import random_linked

NAMES = ("p", "q", "r", "s")
VALUES = [*TEXTS, "a*", "?", "x"]


def random_facts(chance: Random) -> SomeFacts:
    """Three facts that decide four keys."""
    return SomeFacts({names: random_group(chance, names) for names in (("p", "q"), ("r",), ("s",))})


def random_question(chance: Random, linked: float) -> tuple[list[Literal], list[Clause]]:
    """Literals, and clauses of one to three. linked: how many of them have variables."""

    names = chance.sample(NAMES[:3], 3)

    def one() -> Literal:
        if chance.random() < linked:
            return random_linked(chance, names)
        return random_literal(chance, chance.choice(NAMES), TEXTUAL, VALUES)

    required = [one() for _ in range(chance.randrange(3))]
    return required, [tuple([one() for _ in range(chance.randint(1, 3))]) for _ in range(chance.randrange(5))]


@pytest.mark.parametrize("linked", [0, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_literals_and_clauses_are_met_or_cannot_be(seed: int, linked: float) -> None:
    chance = Random(seed)
    answers = []
    for _ in range(100):
        facts, (required, clauses) = random_facts(chance), random_question(chance, linked)
        universe = worlds_together(facts.groups)
        found = solve(Question(required, clauses, facts.fact_of), facts, plenty())
        answers.append(check(found, universe, required, clauses))
        assert isinstance(found, Conflict) or _is_part_of_a_world(found, universe)
    assert answers.count(True) > 15 and answers.count(False) > 15


def _is_part_of_a_world(found: Assignment, universe: Sequence[World]) -> bool:
    """Whether a world has these values, and none for the keys that are absent."""
    known = present(found)
    return any(known.items() <= w.items() and all(w.get(k) is None for k in found if k not in known) for w in universe)


def test_a_clause_that_is_left_with_one_literal_conflicts_for_the_sake_of_the_others_too() -> None:
    facts = SomeFacts({(name,): Group((Key(name, Finite(("a", "b"))),)) for name in NAMES})
    impossible, wanted = asked("p", "StringEquals", "no such text"), asked("q", "Null", "true")
    found = solve(Question([wanted], [(impossible, wanted.negation)], facts.fact_of), facts, plenty())
    assert found == Conflict(frozenset(("p", "q")))


def test_clauses_conflict_for_the_sake_of_what_is_required_of_their_facts() -> None:
    cases = [tuple([Key(name, Finite((value,), False)) for name in "pr"]) for value in "ab"]
    facts = SomeFacts({("p", "r"): Group(*cases), ("s",): Group((Key("s", Finite(("a", "b"), False)),))})
    clauses = [(asked("p", "StringEquals", "b"), asked("s", "StringEquals", value)) for value in "ab"]
    found = solve(Question([asked("r", "StringEquals", "a")], clauses, facts.fact_of), facts, plenty())
    assert found == Conflict(frozenset(("p", "r", "s")))
    assert solve(Question([], clauses, facts.fact_of), facts, plenty()) != found


def test_what_is_asked_of_no_key_is_met() -> None:
    facts = SomeFacts({})
    assert solve(Question([], [], facts.fact_of), facts, plenty()) == {}


def test_the_search_ends_with_its_budget() -> None:
    chance = Random(1)
    facts = random_facts(chance)
    required, clauses = random_question(chance, 0)
    with pytest.raises(OutOfSteps):
        solve(Question([*required, asked("p", "StringLike", "*")], clauses, facts.fact_of), facts, Budget(1))


class Counted(Key):
    """A key that counts how often it is solved."""

    solved = 0

    def solve(self, literals: ByKey, budget: Budget) -> Solution:
        """See Part."""
        self.solved += 1
        return super().solve(literals, budget)


def test_what_one_search_found_takes_no_steps_and_no_work_again() -> None:
    key, memory, spent = Counted("p", Text()), answers(), []
    facts = SomeFacts({("p",): Group((key,))})
    question = Question([asked("p", "StringLike", "a*b?c")], [], facts.fact_of)
    for known in (memory, memory, None):
        budget, solved = Budget(plenty().left, None, known), key.solved
        given = budget.left
        assert not isinstance(solve(question, facts, budget), Conflict)
        spent.append((given - budget.left, key.solved - solved))
    assert spent[0] == spent[2] and spent[0][1] > 0
    again, solved = spent[1]
    assert again < spent[0][0] and solved == 0
    assert not isinstance(solve(question, facts, Budget(again, None, memory)), Conflict)
    with pytest.raises(OutOfSteps):
        solve(question, facts, Budget(spent[0][0] - 1))


def all_differ(keys: Sequence[str]) -> list[Clause]:
    """No two of the keys have the same value, of two that they can have."""
    pairs = list(combinations(keys, 2))
    return [tuple([asked(key, "StringNotEquals", value) for key in pair]) for pair in pairs for value in "ab"]


def test_three_keys_in_two_holes() -> None:
    only = SomeFacts({(name,): Group((Key(name, Finite(("a", "b"), False)),)) for name in NAMES})
    for keys in (NAMES[:2], NAMES[:3], NAMES):
        found = solve(Question([], all_differ(keys), only.fact_of), only, plenty())
        assert isinstance(found, Conflict) == (len(keys) > 2)


def test_literals_of_two_requests_are_asked_in_one_order() -> None:
    facts = SomeFacts({(name,): Group((Key(name, Text()),)) for name in ("p", "q", "second q")})
    second, steps, kept = Scope("second ", frozenset("p")), set(), []
    for _ in range(20):
        literals = [asked("p", "StringLike", "a${q}*"), asked("p", "StringLike", "a${q}*", scope=second)]
        literals.append(asked("q", "StringLike", "b?"))
        kept.append(literals)  # so that those that follow lie elsewhere in memory
        budget = plenty()
        assert not isinstance(solve(Question(literals, (), facts.fact_of), facts, budget), Conflict)
        steps.add(budget.spent)
    assert len(steps) == 1
