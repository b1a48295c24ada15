"""The work for one policy: bounded by counted steps whatever it holds, and far below the bound for real policies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kmspolicy import Audience, KeyFacts, analyze, sentence
from kmspolicy.budget import Budget, OutOfSteps, answers
from kmspolicy.caching import Recent
from kmspolicy.report.parties import PARTY_STEPS
from kmspolicy.report.sentences import Code
from kmspolicy.report.shortcuts import reset
from kmspolicy.report.verdict import EXAMPLE_STEPS, NAMING_STEPS
from kmspolicy.witness.searcher import POLICY_STEPS
from tests.engine.cases import OURS, THEIRS, document
from tests.engine.explosive import ENDLESS, PERIMETER, TAME, allow, deny, everything, windows

pytestmark = pytest.mark.slow

ALL_STEPS = POLICY_STEPS + NAMING_STEPS + PARTY_STEPS + EXAMPLE_STEPS

STOPPED = "is assumed, not proven: the search found no example request and could not rule one out"


class Ledger:
    """The engine's own budgets: all of them, and those of whole policies, which have no parent."""

    def __init__(self) -> None:
        self.budgets: list[Budget] = []
        self.whole: list[Budget] = []

    @property
    def spent(self) -> int:
        """Steps taken for whole policies."""
        return sum(budget.spent for budget in self.whole)


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """Writes down the engine's own budgets."""
    book, start = Ledger(), Budget.__init__

    def init(budget: Budget, steps: int, parent: Budget | None = None, known: Recent[Any] | None = None) -> None:
        book.budgets.append(budget)
        if parent is None:
            book.whole.append(budget)
        start(budget, steps, parent, known)

    monkeypatch.setattr(Budget, "__init__", init)
    return book


@pytest.mark.parametrize("build", [*ENDLESS.values(), *TAME.values()], ids=[*ENDLESS, *TAME])
def test_no_policy_takes_more_steps_than_the_bound(build: Callable[[], dict[str, Any]], ledger: Ledger) -> None:
    found = everything(build())
    assert found.steps <= POLICY_STEPS and len(ledger.whole) <= 4
    assert ledger.spent <= ALL_STEPS


def test_a_statement_that_is_plainly_open_has_an_example_beside_endless_ones() -> None:
    found = everything(document(allow({}), *[allow(windows(15, length)) for length in (16, 17, 18)]))
    assert found.statements[0].witness is not None and [each.witness for each in found.statements[1:]] == [None] * 3
    assert (found.proven, found.steps) == (True, POLICY_STEPS)


@pytest.mark.parametrize("build", ENDLESS.values(), ids=ENDLESS)
def test_past_the_bound_access_is_not_ruled_out_and_a_reason_says_so(build: Callable[[], dict[str, Any]]) -> None:
    found = everything(build())
    assert (found.audience, found.flagged, found.witness) == (Audience.everyone, True, None)
    assert any(sentence(reason).endswith(STOPPED) for each in found.statements for reason in each.reasons)


def test_when_all_steps_are_taken_nothing_is_searched_for(ledger: Ledger) -> None:
    found = analyze(json.dumps(document(*(allow(windows(15, 16 + at)) for at in range(20)))))
    assert found.audience is Audience.everyone and found.granted and found.steps == POLICY_STEPS
    statements, searches = found.statements, len(ledger.budgets)
    assert all(each.flagged and each.granted and each.reasons for each in statements)
    assert ledger.budgets[searches:] == []


def test_a_statement_that_is_known_to_cover_no_key_is_never_assumed_to_give_access() -> None:
    elsewhere = allow(Resource=f"arn:aws:kms:*:{THEIRS}:key/*")
    endless = [make(windows(length, 16 + at)) for make, length in ((allow, 15), (deny, 17)) for at in range(20)]
    found = analyze(json.dumps(document(elsewhere, *endless)), key=KeyFacts(OURS))
    assert found.audience is Audience.everyone and found.granted and found.steps == POLICY_STEPS
    assert (found.statements[0].audience, found.statements[0].granted) == (Audience.none, ())
    assert [reason.code for reason in found.statements[0].reasons] == [Code.OTHER_RESOURCE]


def test_without_steps_a_policy_is_answered_alike_whatever_was_asked_before() -> None:
    own = allow({"StringEquals": {"kms:EncryptionContext:a": "b"}}, Principal={"AWS": OURS})
    names = ("Encrypt", "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyWithoutPlaintext")
    service = {"Service": "s3.amazonaws.com"}
    endless = [
        allow(windows(15 + at, 16 + at), Principal=service, Action=f"kms:{name}") for at, name in enumerate(names)
    ]
    key = KeyFacts(OURS, partition="aws", usage="ENCRYPT_DECRYPT", spec="SYMMETRIC_DEFAULT", origin="AWS_KMS")
    told = []
    for warm in (False, True):
        reset()
        if warm:
            alone = analyze(json.dumps(document(own)), key=key)
            assert alone.audience is alone.statements[0].audience is Audience.internal
        found = analyze(json.dumps(document(*endless, own)), key=key)
        told.append((found.statements[-1].audience, found.audience, found.granted, found.steps))
    assert told[0] == told[1] and told[0][-1] == POLICY_STEPS


@pytest.mark.parametrize("build", TAME.values(), ids=TAME)
def test_within_the_bound_nothing_is_said_of_it(build: Callable[[], dict[str, Any]]) -> None:
    found = everything(build())
    assert Code.UNPROVEN not in {reason.code for each in found.statements for reason in each.reasons}
    assert found.flagged == (found.witness is not None) and found.steps < POLICY_STEPS


# Those whose bound decides a narrower audience than everyone, or that of a statement alone.
NARROWER: dict[str, dict[str, Any]] = {
    "windows in one organization": document(
        allow({**windows(15, 16), "StringEquals": {"aws:PrincipalOrgID": "o-aaaabbbbcc"}})
    ),
    "windows for named roles": document(allow(windows(15, 16), Principal={"AWS": f"arn:aws:iam::{THEIRS}:role/a"})),
    "windows behind a Deny": document(allow(windows(15, 16)), deny({"StringNotEquals": {"kms:CallerAccount": THEIRS}})),
}


@pytest.mark.parametrize("policy", NARROWER.values(), ids=NARROWER)
def test_a_narrower_audience_past_the_bound_says_so(policy: dict[str, Any]) -> None:
    found = analyze(json.dumps(policy))
    told = {sentence(reason) for reason in found.reasons}
    of_statements = {sentence(reason) for each in found.statements for reason in each.reasons}
    assert any(text.endswith(STOPPED) for text in of_statements)
    assert found.audience not in (Audience.none, Audience.network)  # no key tells a network from everyone
    assert any(text.endswith(STOPPED) for text in told)


def test_a_statement_says_that_its_own_access_is_assumed_past_denies_beside_one_that_is_plainly_open() -> None:
    """Without the Denies there is an example of its access; whoever the Denies leave is not found in time."""
    them: dict[str, Any] = {"Principal": {"AWS": THEIRS}}
    denies = [{"StringNotLike": {"m": f"*b{'?' * 15}*a"}}, {"StringLike": {"m": ["a*", "b*", "*aa*"]}}]
    limited = [allow({"StringLike": {"m": f"*a{'?' * 14}"}}, **them), *(deny(each, **them) for each in denies)]
    found = analyze(json.dumps(document(allow(), *limited)))
    assert (found.audience, found.proven, found.statements[1].audience) == (Audience.everyone, True, Audience.external)
    told = [[sentence(reason).endswith(STOPPED) for reason in each.reasons] for each in found.statements[:2]]
    assert [any(stopped) for stopped in told] == [False, True]


def costly(number: int) -> dict[str, Any]:
    """A condition that means the same in every policy, on a key that anyone can set."""
    return {
        "StringLike": {"aws:UserAgent": [f"*{number}?x{at}*{'?*a' * 8}" for at in range(4)]},
        "StringNotLike": {"aws:UserAgent": [f"*x*{number}{'*a?' * 8}", f"*{number}*a*"]},
        "StringLikeIfExists": {"aws:UserAgent": [f"*{number}{'*?b*a' * 7}"]},
    }


def test_work_for_questions_that_are_alike_in_every_policy_is_bounded_too(ledger: Ledger) -> None:
    found = analyze(json.dumps(document(*(allow(costly(number)) for number in range(50)))), key=KeyFacts(OURS))
    assert all(each.reasons for each in found.statements) and found.audience is Audience.everyone
    assert POLICY_STEPS // 2 < found.steps <= ledger.spent <= ALL_STEPS


def test_what_is_told_twice_is_paid_once(ledger: Ledger) -> None:
    """The reasons of a statement stand in its own row, and in that of the policy."""
    via = {"StringEquals": {"kms:CallerAccount": OURS, "kms:ViaService": "s3.us-west-2.amazonaws.com"}}
    policy = document(allow(via), allow({"StringLike": {"aws:UserAgent": "x*"}}))
    found = analyze(json.dumps(policy), key=KeyFacts(OURS))
    assert all(each.reasons and each.granted for each in found.statements)
    paid = ledger.spent
    assert found.reasons and found.granted and 0 < paid == ledger.spent


def test_accounts_that_conditions_treat_alike_are_asked_for_once(ledger: Ledger) -> None:
    """Another account is another question only where something may tell it from the others."""

    def spent(named: int, **tests: Any) -> int:
        before, accounts = ledger.spent, [str(200_000_000_000 + number) for number in range(named)]
        never = {"Bool": {"aws:MultiFactorAuthPresent": "false"}, "Null": {"aws:MultiFactorAuthAge": "false"}}
        found = everything(document(allow({**never, **tests}, Principal={"AWS": accounts})))
        assert found.audience is Audience.none
        return ledger.spent - before

    for tests in ({}, {"StringNotEquals": {"aws:username": "a"}}, {"StringNotLike": {"aws:PrincipalAccount": "*:a"}}):
        assert spent(40, **tests) <= spent(1, **tests) + 40
    for tests in (
        {"StringNotLike": {"aws:PrincipalAccount": "1*"}},
        {"NumericLessThan": {"aws:PrincipalAccount": "9e11"}},
    ):
        assert spent(40, **tests) > spent(1, **tests) + 400


def test_one_endless_statement_leaves_the_others_their_verdicts() -> None:
    limited = allow({"StringEquals": {"kms:CallerAccount": THEIRS}})
    found = analyze(
        json.dumps(
            {
                **ENDLESS["two windows"](),
                "Statement": [
                    *ENDLESS["two windows"]()["Statement"],
                    limited,
                    allow({"StringEquals": {"aws:username": "john"}}),
                ],
            }
        )
    )
    assert [each.flagged for each in found.statements] == [True, False, True]
    assert [each.witness is None for each in found.statements] == [True, True, False]
    assert found.witness is not None
    assert json.loads(found.witness.text())["context"]["aws:username"] == "john"


def test_the_order_of_the_questions_does_not_change_the_bound() -> None:
    text = json.dumps(ENDLESS["windows in many statements"]())
    found = analyze(text)
    last_first = [each.flagged for each in reversed(found.statements)]
    assert last_first == [True] * 60 and found.steps == POLICY_STEPS


def test_ids_that_are_nobody_elses_are_paid_for_by_each_question_about_others(ledger: Ledger) -> None:
    def spent(named: int) -> int:
        key, before = "identitystore:UserId", ledger.spent
        users = allow({"StringEquals": {key: [f"user-{number}" for number in range(named)]}})
        found = everything(document(users, *(allow({"StringEquals": {key: f"other-{at}"}}) for at in range(9))))
        assert found.audience is Audience.external
        return ledger.spent - before

    characters = len("user-000") * 200
    assert spent(201) - spent(1) > characters // 8


def test_a_budget_ends_with_its_parent_and_never_gives_more() -> None:
    whole = Budget(5)
    part = Budget(3, whole)
    for _ in range(3):
        part.spend()
    with pytest.raises(OutOfSteps):
        part.spend()
    assert whole.left == 2
    other = Budget(3, whole)
    with pytest.raises(OutOfSteps):
        other.spend(3)
    assert whole.left == 0


def test_what_a_part_has_found_its_parent_knows() -> None:
    whole = Budget(5)
    part = Budget(4, whole)
    part.spend(3)
    assert (part.left, part.spent, whole.spent) == (1, 3, 3)
    assert part.known is whole.known is not Budget(1, whole, answers()).known


@pytest.mark.parametrize(
    ("conditions", "denies"),
    [
        ({"StringLike": {"aws:PrincipalTag/a": "a*"}, "StringNotLike": {"aws:PrincipalTag/a": "?*"}}, ()),
        ({"Bool": {"aws:SecureTransport": "true"}, "BoolIfExists": {"aws:SecureTransport": "false"}}, ()),
        ({"StringLike": {"aws:PrincipalTag/a": "a*"}}, ({"StringLike": {"aws:PrincipalTag/a": "?*"}},)),
        (
            {"Null": {"aws:PrincipalTag/a": "false"}},
            ({"StringNotEquals": {"aws:PrincipalTag/a": "x"}}, {"StringEquals": {"aws:PrincipalTag/a": "x"}}),
        ),
    ],
    ids=["a pattern within another", "a Boolean", "a Deny of the same", "two Denies"],
)
def test_that_no_value_of_a_key_serves_is_seen_before_any_search(
    conditions: dict[str, Any], denies: tuple[dict[str, Any], ...]
) -> None:
    grants = allow(conditions, Action="kms:CreateGrant")
    closed = analyze(json.dumps(document(grants, *map(deny, denies), *PERIMETER)))
    assert closed.audience is Audience.none and closed.steps < 300
    of_another_key = [{operator: {"aws:PrincipalTag/b": "x"} for operator in each} for each in denies[:1]]
    open_ = analyze(json.dumps(document(grants, *map(deny, of_another_key))))
    assert (open_.audience is Audience.everyone) == bool(denies)


@pytest.mark.parametrize("rest", ["alias/app", "alias/${aws:username}", "key/${aws:PrincipalTag/team}/x"])
def test_that_a_statement_covers_no_key_is_seen_once_for_all_requesters(rest: str) -> None:
    role = {"AWS": f"arn:aws:iam::{THEIRS}:role/app"}
    found = everything(document(allow(Principal=role, Resource=f"arn:aws:kms:us-west-2:{OURS}:{rest}")))
    assert found.audience is Audience.none
    assert found.steps < POLICY_STEPS / 40
