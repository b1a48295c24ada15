"""Random policies: short cuts change no answer, nor do the policies that were analysed before. Each check can fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle
from random import Random
from typing import Any, NamedTuple

import pytest

from dev.fuzz.compare import engine
from dev.fuzz.cost import everything, forget
from dev.fuzz.generator import Case, case
from kmspolicy import Audience
from kmspolicy.report import shortcuts

pytestmark = pytest.mark.slow

TOGETHER = 5  # policies whose statements are put together anew, so that policies have some in common
DRAWN = {seed: case(Random(seed)) for seed in range(75)}
SPACES = cycle(range(1, 98))  # behind a text, so that the engine does not remember the last answer to it
LIMITED = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "kms:GenerateDataKey",
    "Resource": "*",
    "Condition": {"StringEquals": {"kms:DataKeyPairSpec": "RSA_2048"}},  # which no request for the action carries
}


class Told(NamedTuple):
    """Everything that the engine says about a policy, and the number of its steps."""

    answer: Any
    steps: int


Answers = dict[int, Told]


def statements(drawn: Case) -> list[Any]:
    """Those of a policy that can be put into others."""
    found = drawn.policy.get("Statement", []) if isinstance(drawn.policy, dict) else []
    return [each for each in (found if isinstance(found, list) else [found])[:6] if isinstance(each, dict)]


def put_together() -> Iterator[Case]:
    """Policies of statements that others have, too, for keys of which the same is known."""
    for first in range(0, len(DRAWN), TOGETHER):
        random, near = Random(first), [DRAWN[seed] for seed in range(first, first + TOGETHER)]
        listed = [each for drawn in near for each in statements(drawn)]
        for _ in range(TOGETHER):
            chosen = random.sample(listed, random.choice((1, 2, 2, 3)))
            yield random.choice(near)._replace(policy={"Version": "2012-10-17", "Statement": chosen})


CASES = {**DRAWN, **dict(enumerate(put_together(), len(DRAWN)))}


def told(asked: Case) -> Told:
    found = engine(asked._replace(policy=asked.text() + " " * next(SPACES)))
    return Told((found.problems, found.proven, everything(found)), found.steps)


def in_turn(numbers: Iterable[int]) -> Answers:
    """The answers to policies that are analysed one after the other, the first as if the engine had just started."""
    forget()
    return {number: told(CASES[number]) for number in numbers}


def other_answers(some: Answers, others: Answers) -> list[tuple[int, Any, Any]]:
    """The numbers of policies with other answers, and both."""
    return [(n, found.answer, others[n].answer) for n, found in some.items() if found.answer != others[n].answer]


def other_steps(some: Answers, others: Answers) -> list[tuple[int, int, int]]:
    """The numbers of policies with other steps, and both."""
    return [(n, found.steps, others[n].steps) for n, found in some.items() if found.steps != others[n].steps]


@pytest.fixture(scope="module")
def alone() -> Answers:
    """The answers to policies each of which is analysed as if the engine had just started."""
    return {number: in_turn([number])[number] for number in CASES}


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    forget()


def test_without_short_cuts_the_answers_are_the_same(alone: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortcuts, "ENABLED", False)
    assert other_answers(in_turn(CASES), alone) == []  # a statement that a policy repeats takes more steps


def test_the_policies_before_change_no_answer(alone: Answers) -> None:
    assert other_answers(in_turn(CASES), alone) == []
    assert other_answers(in_turn(reversed(CASES)), alone) == []
    assert other_answers({number: told(each) for number, each in CASES.items()}, alone) == []  # behind all of them


def test_the_policies_before_change_no_steps(alone: Answers) -> None:
    assert other_steps(in_turn(DRAWN), alone) == []
    assert other_steps(in_turn(reversed(DRAWN)), alone) == []


# Whoever of the key's account, and whichever service, may ask is drawn from what the policy names.
def test_names_in_an_earlier_policy_change_no_steps() -> None:
    named = {"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEROLEID0001"}, "Action": "kms:*", "Resource": "*"}
    earlier, later = Case({"Statement": [LIMITED, named]}), Case({"Statement": [LIMITED]})
    forget()
    by_itself = told(later)
    forget()
    told(earlier)
    assert told(later) == by_itself


# Encapsulate counts only where no statement of the policy gives another action of its class.
def test_what_other_statements_give_changes_no_reason_of_an_earlier_policy() -> None:
    gives = {name: {**LIMITED, "Action": name, "Condition": {}} for name in ("kms:Encapsulate", "kms:Encrypt")}
    policies = [Case({"Statement": [gives[name] for name in names]}) for names in (("kms:Encapsulate",), gives)]
    for earlier, later in (policies, policies[::-1]):
        forget()
        by_itself = told(later)
        forget()
        told(earlier)
        assert told(later).answer == by_itself.answer


def test_whom_an_earlier_policy_names_is_not_named_by_an_arn_of_another_partition() -> None:
    def naming(principal: str) -> Case:
        named = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
        return Case({"Statement": [named]}, "111122223333", "us-west-2")

    foreign = naming("arn:aws-cn:iam::444455556666:root")
    forget()
    by_itself = told(foreign)
    forget()
    told(naming("444455556666"))
    assert told(foreign) == by_itself


# Texts that a requester may choose as it likes are one question; what no request can hold is none of them.
CHOSEN = {
    "a service that calls KMS": ("kms:ViaService", ["rds.eu-west-1.amazonaws.com"], Audience.everyone),
    "another one": ("kms:ViaService", ["s3.us-west-2.amazonaws.com"], Audience.everyone),
    "a name that no service has": ("kms:ViaService", ["S3"], Audience.none),
    "both": ("kms:ViaService", ["S3", "s3.us-west-2.amazonaws.com"], Audience.everyone),
    "a wildcard that StringEquals takes literally": ("kms:ViaService", ["s3.*.amazonaws.com"], Audience.none),
    "a tag": ("aws:PrincipalTag/team", ["red"], Audience.everyone),
    "no value": ("aws:PrincipalTag/team", [], Audience.none),
    "a pair of the encryption context": ("kms:EncryptionContext:app", ["x", "y"], Audience.everyone),
    "a source": ("aws:SourceArn", ["arn:aws:s3:::logs"], Audience.service),
    "a Region": ("kms:ReplicaRegion", ["Europe"], Audience.none),
    "an account": ("kms:CallerAccount", ["444455556666"], Audience.external),
}


@pytest.mark.parametrize("order", [1, -1])
def test_texts_stand_for_one_another_only_where_a_requester_may_choose_each(order: int) -> None:
    forget()
    for key, values, audience in list(CHOSEN.values())[::order] * 2:
        statement = {**LIMITED, "Action": "kms:Encrypt", "Condition": {"StringEquals": {key: values}}}
        assert engine(Case({"Statement": [statement]}, "111122223333")).audience is audience, (key, values)


def test_an_answer_stays_known_when_no_steps_are_left() -> None:
    for _ in range(2):
        found = engine(Case({"Statement": [LIMITED]}))
        assert found.problem is None and not found.flagged and found.steps
        budget = found.verdict.searcher.budget
        budget.spend(budget.left)
        assert not found.statements[0].flagged


def test_answers_that_are_used_for_too_many_policies_are_seen(alone: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    def whatever_values(statement: Any, actions: Any, audience: Any, *more: Any) -> tuple[object, ...]:
        return tuple([each.key for each in statement.conditions]), actions, audience

    monkeypatch.setattr(shortcuts, "_question", whatever_values)
    assert other_answers(in_turn(CASES), alone)


def test_steps_that_are_not_charged_are_seen(alone: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = shortcuts.Kept
    monkeypatch.setattr(shortcuts, "Kept", lambda answer, steps: kept(answer, 0))
    assert other_steps(in_turn(CASES), alone)
