"""Who can do what under a key policy, by trying every kind of requester with every combination of values that matters.
From the design's *Requesters*, *Deciding* and *Flags*. Slow and obvious: every combination of conditions that some
request meets is tried, and each request that is found goes through the evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dev.reference.evaluator import ALLOWED, Caller, Key, Request, action_matches, evaluate, names, resource_matches
from dev.reference.facts import OWN_ID, Facts, Row, depends_on_requester, exists_on, group_of, is_owned
from dev.reference.grammar import BrokenPolicy, read
from dev.reference.names import Policy
from dev.reference.operators import holds
from dev.reference.requesters import candidates
from dev.reference.values import Values

CLASSES = {
    "encrypt": (
        "kms:Encrypt",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:GenerateDataKeyPair",
        "kms:GenerateDataKeyPairWithoutPlaintext",
    ),
    "decrypt": ("kms:Decrypt", "kms:ReEncryptFrom"),
    "grant": ("kms:CreateGrant",),
    "admin": (
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:CancelKeyDeletion",
        "kms:DisableKey",
        "kms:EnableKey",
        "kms:ImportKeyMaterial",
        "kms:DeleteImportedKeyMaterial",
        "kms:CreateAlias",
        "kms:UpdateAlias",
        "kms:DeleteAlias",
        "kms:RevokeGrant",
        "kms:RetireGrant",
    ),
}
# *Allowing users in other accounts to use a KMS key*
CROSS_ACCOUNT = frozenset(
    [*CLASSES["encrypt"], *CLASSES["decrypt"], "kms:CreateGrant", "kms:RetireGrant", "kms:RevokeGrant"]
)


UNKNOWN_KEY = Key()


@dataclass(frozen=True)
class StatementVerdict:
    """What one statement gives: its own audience, and the actions that it leaves open to everyone after every Deny."""

    audience: str
    granted: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the oracle found; error is the reason why the policy cannot be read, and then the rest is empty."""

    error: str = ""
    audience: str | None = None
    statements: tuple[StatementVerdict, ...] = ()
    encrypt_only: bool = False
    witness: Request | None = None

    @property
    def flagged(self) -> tuple[int, ...]:
        """The indexes of the flagged statements."""
        return tuple(i for i, s in enumerate(self.statements) if s.granted)


def judge(
    text: str, actions: Sequence[str] = CLASSES["encrypt"], key: Key = UNKNOWN_KEY, now: float | None = None
) -> Verdict:
    """The verdict on a policy text. actions: full names; now: Unix seconds from which on the policy is in force."""
    try:
        policy = read(text)
    except BrokenPolicy as error:
        return Verdict(error=str(error))
    trial = _Trial(Policy(policy, key, now))
    results = {a: trial.action(a) for a in dict.fromkeys([*actions, *CLASSES["encrypt"], *CLASSES["decrypt"]])}
    mine = [results[a] for a in actions]
    statements = tuple(
        StatementVerdict(Row(min(r.own[i] for r in mine)).name, tuple(a for a in actions if i in results[a].open))
        for i in range(len(trial.statements))
    )
    return Verdict(
        audience=Row(min(r.row for r in mine)).name,
        statements=statements,
        encrypt_only=(
            any(results[a].row is Row.everyone for a in CLASSES["encrypt"])
            and results["kms:Decrypt"].row is not Row.everyone
            and not trial.named("kms:ReEncryptFrom")
        ),
        witness=min(mine, key=lambda r: r.row).witness,
    )


@dataclass(frozen=True)
class _Result:
    row: Row  # the widest requester that is allowed the action
    own: tuple[Row, ...]  # per statement: the widest that it alone allows
    open: frozenset[int]  # the statements that allow an outsider the action while no Deny does
    witness: Request | None


class _Trial:
    """All trials of one policy. A bit stands for one condition, one principal entry or one statement's Resource."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.statements = policy, policy.statements
        self.values = Values(policy)
        self.rows = [row for row in Row if row not in self._like_the_one_before()]
        self.entries = [(i, kind, name) for i, listed in enumerate(policy.principals) for kind, name in listed]
        self.components = self._components()
        self.results: dict[Any, _Result] = {}
        self.options: dict[Any, dict[frozenset[Any], Facts]] = {}
        self.questions = self._questions()
        self.asked = {
            c: [q for q, keys in self.questions.items() if (group_of(keys[0]) if keys else "arn") in c]
            for c in self.components
        }
        self.answers: dict[Any, bool] = {}

    def action(self, action: str) -> _Result:
        """The result for one action; actions that no statement and no key tells apart have the same."""
        return self._result(action, tuple(action_matches(s, action) for s in self.statements))

    def named(self, action: str) -> bool:
        """Whether everyone gets an action otherwise than by a NotAction that leaves out Decrypt: the acceptance cases
        say that such a policy is encrypt-only, and that one which names ReEncryptFrom is not.
        """
        applies = tuple(
            action_matches(s, action)
            and not (s["Effect"] == "Allow" and "NotAction" in s and not action_matches(s, "kms:Decrypt"))
            for s in self.statements
        )
        return self._result(action, applies).row is Row.everyone

    def _result(self, action: str, applies: tuple[bool, ...]) -> _Result:
        kind = (applies, action in CROSS_ACCOUNT, tuple(exists_on(k, action) for k in self.values.keys))
        if kind not in self.results:
            self.results[kind] = self._try(action, applies)
        return self.results[kind]

    def _try(self, action: str, applies: tuple[bool, ...]) -> _Result:
        rows = [row for row in self.rows if action in CROSS_ACCOUNT or row in (Row.service, Row.internal)]
        own, best, witness = [Row.none] * len(self.statements), Row.none, None
        open_: set[int] = set()
        for row in rows:
            if best is not Row.none and all(r is not Row.none for i, r in enumerate(own) if self._allows(i, applies)):
                break
            for bits, facts in self._combinations(row, action).items():
                holding = [i for i in range(len(self.statements)) if applies[i] and self._holds(i, bits)]
                allowing = [i for i in holding if self.statements[i]["Effect"] == "Allow"]
                for i in allowing:
                    own[i] = min(own[i], row)
                if allowing and len(allowing) == len(holding):
                    if row is Row.everyone:
                        open_.update(allowing)
                    if row < best:
                        best, witness = row, self._request(action, facts)
                        assert evaluate(self.policy.policy, witness) == ALLOWED, (self.policy.policy, witness)
        return _Result(best, tuple(own), frozenset(open_), witness)

    def _like_the_one_before(self) -> Iterator[Row]:
        """Nobody, who makes no request; and the rows that no condition can tell from the row before."""
        groups = set(map(group_of, self.values.keys))
        yield Row.none
        if groups.isdisjoint(("net", *OWN_ID)):
            yield Row.network
        if groups.isdisjoint(("org", "aws:resourceorgid")):
            yield Row.organization

    def _allows(self, i: int, applies: tuple[bool, ...]) -> bool:
        return applies[i] and self.statements[i]["Effect"] == "Allow"

    def _holds(self, i: int, bits: frozenset[Any]) -> bool:
        listed = [(kind, name) for j, kind, name in self.entries if j == i]
        known = any(("principal", kind, name) in bits for kind, name in listed)
        return (
            bool(listed)
            and known == ("Principal" in self.statements[i])
            and ("resource", i) in bits
            and all(("condition", n) in bits for n, c in enumerate(self.policy.conditions) if c.statement == i)
        )

    def _combinations(self, row: Row, action: str) -> dict[frozenset[Any], Facts]:
        """Every set of bits that some request of this row has, with the facts of one such request."""
        found: dict[frozenset[Any], Facts] = {frozenset(): {}}
        for component in self.components:
            options = self._options(component, row, action)
            found = {
                bits | more: {**facts, **chosen} for bits, facts in found.items() for more, chosen in options.items()
            }
        return found

    def _options(self, component: tuple[str, ...], row: Row, action: str) -> dict[frozenset[Any], Facts]:
        """Every set of bits that one component can have, with facts that have it."""
        kind = (
            component,
            row if any(map(depends_on_requester, component)) else None,
            tuple(exists_on(g, action) for g in component),
        )
        if kind not in self.options:
            found: dict[frozenset[Any], Facts] = {}
            for facts in self._enumerate(component, row, action, {}):
                found.setdefault(self._bits(component, facts), facts)
            self.options[kind] = found
        return self.options[kind]

    def _enumerate(self, groups: tuple[str, ...], row: Row, action: str, facts: Facts) -> Iterable[Facts]:
        if not groups:
            return [facts]
        return (
            more
            for chosen in candidates(self.values, groups[0], row, action, facts)
            for more in self._enumerate(groups[1:], row, action, {**facts, **chosen})
        )

    def _bits(self, component: tuple[str, ...], facts: Facts) -> frozenset[Any]:
        """What the facts of one component decide."""
        caller = _caller(facts)
        bits = {
            ("principal", kind, name)
            for _, kind, name in self.entries
            if "arn" in component and names(kind, name, caller)
        }
        return frozenset(bits.union(q for q in self.asked[component] if self._answer(q, facts)))

    def _questions(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """Each condition and each statement's Resource, with the keys on which its answer depends."""
        found = {("condition", n): (c.key, *sorted(c.variables)) for n, c in enumerate(self.policy.conditions)}
        return {
            **found,
            **{("resource", i): tuple(sorted(keys)) for i, keys in enumerate(self.policy.resource_variables)},
        }

    def _answer(self, question: tuple[str, int], facts: Facts) -> bool:
        """Whether a condition holds or a Resource matches; asked once for the same facts."""
        kind, n = question
        chosen = (question, tuple(facts.get(key) for key in self.questions[question]))
        if chosen not in self.answers:
            context = _context({key: facts[key] for key in self.questions[question] if key in facts})
            if kind == "resource":
                self.answers[chosen] = resource_matches(
                    self.statements[n], self.policy.key, context, self.policy.variables
                )
            else:
                c = self.policy.conditions[n]
                self.answers[chosen] = holds(c.operator, c.key, list(c.values), context, self.policy.variables)
        return self.answers[chosen]

    def _components(self) -> list[tuple[str, ...]]:
        """Groups of facts that decide something together, sources of variables first."""
        groups = {group_of(key) for key in self.values.keys} | {"arn", "svc", "aws:userid"}
        edges: set[tuple[str, str]] = {("svc", "arn"), ("arn", "aws:userid")}
        for condition in self.policy.conditions:
            edges |= {(group_of(v), group_of(condition.key)) for v in condition.variables}
        for named in self.policy.resource_variables:
            keys = sorted(map(group_of, named))
            edges |= set(zip(keys, keys[1:]))
        edges |= {("arn", g) for g in groups if is_owned(g)}
        edges |= {("arn", "aws:resourceaccount"), ("aws:resourceorgid", "org")}
        edges = {(a, b) for a, b in edges if a != b and {a, b} <= groups}
        done: list[tuple[str, ...]] = []
        left = set(groups)
        while left:
            component, grown = set(), {min(left)}
            while grown:
                component |= grown
                grown = {g for e in edges for g in e if set(e) & component} - component
            left -= component
            done.append(tuple(_sources_first(component, edges)))
        return done

    def _request(self, action: str, facts: Facts) -> Request:
        return Request(action, _caller(facts), self.policy.key, _context(facts))


def _sources_first(component: set[str], edges: set[tuple[str, str]]) -> Iterable[str]:
    left = set(component)
    while left:
        ready = sorted(g for g in left if not any(b == g and a in left for a, b in edges)) or sorted(left)[:1]
        yield ready[0]
        left.discard(ready[0])


def _context(facts: Facts) -> dict[str, Any]:
    return {
        key: value if isinstance(value, str) else list(value) for key, value in facts.items() if not key.startswith("#")
    }


def _caller(facts: Facts) -> Caller:
    def text(key: str) -> str | None:
        value = facts.get(key)
        return value if isinstance(value, str) and value else None

    service = text("aws:principalservicename")
    user_id = text("aws:userid")
    return Caller(
        text("aws:principalaccount"),
        text("aws:principalarn"),
        text("#session"),
        user_id.split(":")[0] if user_id else None,
        (service,) if service else (),
    )
