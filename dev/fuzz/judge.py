"""The reference as a judge of reasons: what it says of each element of a policy by itself.

Names keep their meaning: what the rest of a policy names is named in each judgement, see dev/reference/gains.py.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import product
from typing import Any

from dev.fuzz.compare import engine, is_cut_short, key_of, request_of
from dev.fuzz.generator import Case
from dev.reference import kms
from dev.reference.evaluator import (
    Caller,
    Request,
    action_matches,
    met,
    principal_matches,
    principals,
    resource_matches,
)
from dev.reference.facts import KEY, STRANGERS, Row
from dev.reference.gains import Gains, Statement
from dev.reference.grammar import as_list, read
from dev.reference.names import Key, Named
from dev.reference.operators import MULTIVALUED, split_operator
from dev.reference.oracle import goals_of
from dev.reference.trial import Goal
from kmspolicy.policy.actions import mask_of, names_of, unknown
from kmspolicy.policy.model import statement_name
from kmspolicy.report.sentences import listed, some, visible

Condition = tuple[str, str, Any]  # operator, key, values
Details = Iterator[tuple[str, ...]]  # what the sentences of a reason name

_ANY_KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class Judge:
    """What the reference and the policy's text say about one case."""

    def __init__(self, case: Case) -> None:
        self.case, self.analysis, self.policy = case, engine(case), read(case.text())
        self.statements, self.key = self.policy.statements, key_of(case)
        now = time.time() if case.event_time is None else case.event_time
        asked = tuple(f"kms:{name.strip()}" for name in case.actions.split(","))
        self.goals = goals_of(case.actions if case.actions in kms.CLASSES else asked)
        self.gains = Gains(self.policy, self.goals, self.key, now)
        key = Key(
            self.key.account, self.key.region, self.key.key_id, self.key.partition, multi_region=self.key.multi_region
        )
        self._reach = Gains(self.policy, [Goal("kms:DescribeKey")], key, now)  # what every principal can be given

    # --- the policy's elements ---------------------------------------------------------------------------------

    def name(self, number: int) -> str:
        """What sentences call a statement."""
        sids = [each.get("Sid", "") for each in self.statements]
        return statement_name(number, sids[number], sids.count(sids[number]) > 1)

    @cached_property
    def named(self) -> Named:
        """What the policy names."""
        return Named(self.policy, self.key, 0.0)

    @property
    def is_cut_short(self) -> bool:
        """Whether the engine reached its limit of steps."""
        return is_cut_short(self.analysis)

    @cached_property
    def denies(self) -> list[int]:
        """The places of the Denies."""
        return [i for i, s in enumerate(self.statements) if s and s["Effect"] == "Deny"]

    def conditions(self, number: int) -> list[Condition]:
        """The conditions of a statement, one for every operator and key."""
        block = self.statements[number].get("Condition", {})
        return [(operator, key, values) for operator, keys in block.items() for key, values in keys.items()]

    def holds(self, denying: int, condition: Condition, context: Any) -> bool:
        """Whether a Deny's condition holds for a request with this context."""
        return met((condition,), context, self.policy.variables, self.statements[denying]["Effect"] == "Deny")

    def missed(self, deny: int, request: Request) -> Iterator[str]:
        """What of a Deny a request does not meet, as sentences tell it."""
        for condition in self.conditions(deny):
            if lacks_prefix(condition):
                yield f"condition {short(condition)} has no ForAnyValue or ForAllValues, and may hold for nobody"
            elif not self.holds(deny, condition, request.context):
                yield f"condition {short(condition)} does not hold for it"
        if not resource_matches(self.statements[deny], request.key, request.context, self.policy.variables):
            yield "resource element does not cover the example's key"

    def about_the_key(self, condition: Condition) -> str:
        """Whether a condition tests facts of the key alone, compares them with others, or reads none.

        Who owns the key is no such fact where a caller is compared with it.
        """
        takes = base(condition).startswith(("string", "arn"))
        names = self.named.keys_in(as_list(condition[2])) if takes else frozenset()
        sides = {*(name for name in names if name not in MULTIVALUED), condition[1].lower()}
        told = {name for name in sides if tells_of_the_key(name)}
        return "tests" if told == sides else "compares" if told - _OF_THE_OWNER else ""

    def actions(self, number: int) -> list[str]:
        """The checked actions that a statement is about."""
        return [goal.action for goal in self._about(number)]

    def operations(self, number: int) -> list[str]:
        """The same, of CreateGrant what is granted."""
        return [goal.verb for goal in self._about(number)]

    def _about(self, number: int) -> list[Goal]:
        return [goal for goal in self.goals if action_matches(self.statements[number], goal.action)]

    def example(self, number: int) -> list[Request]:
        """The example request for a statement, and the grantee's that follows it."""
        witness = self.analysis.statements[number].witness
        made = json.loads(witness.text()) if witness else {}
        return [request_of(each) for each in (made, made.get("then")) if each]

    def names(self, actions: Iterable[str]) -> str:
        """Actions as a sentence lists them."""
        extra = unknown(tuple([goal.action for goal in self.goals]))
        return some(names_of(mask_of(tuple(actions), extra), extra))

    # --- who gets what -----------------------------------------------------------------------------------------

    def by(self, number: int, condition: Condition) -> tuple[Row, ...]:
        """Who gets something by a statement of which this condition is the only one."""
        operator, key, values = condition
        statement = {k: v for k, v in self.statements[number].items() if k != "NotResource"}
        return self.gains.rows([{**statement, "Resource": "*", "Condition": {operator: {key: values}}}])

    def serves_by(self, number: int, condition: Condition) -> bool:
        """Whether AWS services get something that is no grant by such a statement."""
        operator, key, values = condition
        statement = {k: v for k, v in self.statements[number].items() if k != "NotResource"}
        own = {**statement, "Resource": "*", "Condition": {operator: {key: values}}}
        return any(not goal.operation for goal in self.gains.of(Row.service, [own]))

    def by_resource(self, number: int) -> tuple[Row, ...]:
        """Who gets something by a statement without its conditions."""
        return self.gains.rows([{**self.statements[number], "Condition": {}}])

    def has_any_key(self, number: int) -> bool:
        """Whether a statement's resource element is the plain `*`."""
        return as_list(self.statements[number].get("Resource", [])) == ["*"]

    def alone(self, number: int) -> Row:
        """The audience of a statement by itself."""
        return next(iter(self.gains.rows([self.statements[number]])), Row.none)

    def past(self, number: int, denies: Iterable[int], *more: Condition) -> tuple[Row, ...]:
        """Who gets something by a statement with only these Denies beside it; more: if these conditions hold, too."""
        return self.gains.rows(self._beside(self.statements[number], denies, more))

    def serves(
        self, number: int, denies: Iterable[int], *more: Condition, service: str = "", grants: bool = False
    ) -> bool:
        """The same of AWS services, or of one. grants: whether grants count."""
        statement = self.statements[number]
        if service and not self.covers_service(number, service):
            return False
        if service:
            own = {k: v for k, v in statement.items() if k != "NotPrincipal"}
            statement = {**own, "Principal": {"Service": service}}
        goals = self.gains.of(Row.service, self._beside(statement, denies, more))
        return any(grants or not goal.operation for goal in goals)

    def _beside(self, statement: Statement, denies: Iterable[int], more: Iterable[Condition]) -> list[Statement]:
        if more:
            statement = {**statement, "Condition": {**statement.get("Condition", {}), **_apart(more)}}
        return [statement, *(self.statements[i] for i in denies)]

    def closed(self, number: int, denies: Iterable[int]) -> bool:
        """Whether these Denies alone take everything from the statement's audience."""
        return self.alone(number) not in (Row.none, *self.past(number, denies))

    def gained(self, number: int, row: Row, denies: Iterable[int]) -> set[str]:
        """The actions that count and that a row gets by a statement with only these Denies beside it."""
        found = self.gains.of(row, [self.statements[number], *(self.statements[i] for i in denies)])
        return {goal.action for goal in self._counted(set(found), set(self.gains.of(row, self._read)))}

    def flagged(self, number: int) -> set[Goal]:
        """What everyone gets of what counts by a statement past every Deny."""
        mine = self.gains.of(Row.everyone, [self.statements[number], *(self.statements[i] for i in self.denies)])
        return self._counted(set(mine), set(self.gains.of(Row.everyone, self._read)))

    def got_outside(self, number: int) -> set[Goal]:
        """What the widest outside row gets of what counts by a statement past every Deny."""
        listed = [self.statements[number], *(self.statements[i] for i in self.denies)]
        for row in (*STRANGERS, Row.external):
            found = self._counted(set(self.gains.of(row, listed)), set(self.gains.of(row, self._read)))
            if found:
                return found
        return set()

    @property
    def _read(self) -> list[Statement]:
        """The statements that can be read."""
        return [statement for statement in self.statements if statement]

    def _counted(self, mine: set[Goal], everything: set[Goal]) -> set[Goal]:
        """Of a key whose kind nobody tells, what works on ML-KEM keys only counts where there is nothing else."""
        if self.key.usage or self.key.spec:
            return mine
        classes = [c for c in (kms.ENCRYPT, kms.DECRYPT) if any(g.verb in c and not g.encapsulates for g in everything)]
        return {goal for goal in mine if not (goal.encapsulates and any(goal.verb in c for c in classes))}

    def covered(self, number: int) -> tuple[Row, ...]:
        """Who is covered by a statement's principal element."""
        return self._reached({k: v for k, v in self.statements[number].items() if k in ("Principal", "NotPrincipal")})

    def naming(self, kind: str, name: str) -> tuple[Row, ...]:
        """Who is named by one principal."""
        return self._reached({"Principal": {kind: name}})

    def has_its_key(self, number: int) -> bool:
        """Whether a statement's resource element covers the key."""
        kept = {k: v for k, v in self.statements[number].items() if k in ("Resource", "NotResource")}
        return bool(self._reach.rows([{"Effect": "Allow", "Principal": "*", "Action": "kms:*", **kept}]))

    def _reached(self, element: Statement) -> tuple[Row, ...]:
        return self._reach.rows([{"Effect": "Allow", **element, "Action": "kms:*", "Resource": "*"}])

    def covers_strangers(self, number: int) -> bool:
        """Whether an account and a service that the policy does not name are covered."""
        account = Caller("000000000001", "arn:aws:iam::000000000001:role/x")
        callers = (account, Caller(services=("x.amazonaws.com",)))
        return all(principal_matches(self.statements[number], caller, _ANY_KEY) for caller in callers)

    def covers_service(self, number: int, name: str) -> bool:
        """Whether a statement's principal element covers a service."""
        return principal_matches(self.statements[number], Caller(services=(name,)), _ANY_KEY)

    def principals(self, number: int) -> list[tuple[str, str, str]]:
        """The principals that a statement lists: as sentences tell them, type, name."""
        listed = principals(self.statements[number])
        return [(name if kind == "AWS" else f"{kind}:{name}", kind, name) for kind, name in listed]


def _apart(conditions: Iterable[Condition]) -> dict[str, Any]:
    """Conditions as a block, whose operators are spelled like no policy's: none takes another's place."""
    found: dict[str, Any] = {}
    for operator, key, values in conditions:
        spellings = (operator[:at].lower() + operator[at:].upper() for at in range(len(operator)))
        free = next(spelling for spelling in spellings if key not in found.get(spelling, {}))
        found.setdefault(free, {})[key] = values
    return found


def texts(values: Any) -> tuple[str, ...]:
    """Values as sentences tell them."""
    return tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in as_list(values))


def short(condition: Condition) -> str:
    """A condition as sentences tell it."""
    operator, key, values = condition
    return f"{operator} {key_text(key)} = {values_text(values)}"


def key_text(key: str) -> str:
    """A key as sentences tell it."""
    return some((visible(key),))


def values_text(values: Any) -> str:
    """Values as sentences tell them together."""
    return listed(texts(values))


_TRAITS = ("kms:customermasterkeyspec", "kms:customermasterkeyusage", "kms:multiregionkeytype", "kms:resourcealiases")
_OF_THE_OWNER = {"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"}
_OF_THE_KEY = (*KEY, *_TRAITS, *_OF_THE_OWNER)


def tells_of_the_key(key: str) -> bool:
    """Whether a context key holds a fact of the key or its owner, whoever calls."""
    return key.lower() in _OF_THE_KEY or key.lower().startswith("aws:resourcetag/")


def base(condition: Condition) -> str:
    """The operator of a condition, without prefix and IfExists."""
    return split_operator(condition[0])[1]


def can(usage: str | None, spec: str | None, origin: str | None, action: str) -> bool:
    """Whether there is a key of which this holds that can perform an action; None: it may be any."""
    usages, specs, origins = ((told,) if told else ("?", *those) for told, those in zip((usage, spec, origin), _KINDS))
    kinds = (kind for kind in product(usages, specs, origins) if kms.exists(*kind))
    return any(kms.can(*kind, action) for kind in kinds)


_KINDS = (kms.USAGES, kms.SPECS, kms.ORIGINS)


LITERAL = {name.lower(): name for name in ("StringEquals", "StringEqualsIgnoreCase")}  # without wildcards


def lacks_prefix(condition: Condition) -> bool:
    """Whether its key has several values, and its operator no set prefix."""
    prefix, operator, _ = split_operator(condition[0])
    return condition[1].lower() in MULTIVALUED and not prefix and operator != "null"


Claim = Callable[[Judge, int], Details]  # of a statement, by its place from 0
