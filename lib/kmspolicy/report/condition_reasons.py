"""How conditions open or close a statement: which anyone can meet, which limit access, which never hold.

Source: docs/threat-model.md, *Reasons*.
"""

from collections.abc import Iterator
from typing import Optional

from ..caching import cached_for_shared
from ..policy import actions as kms
from ..policy import context_keys as keys
from ..policy.actions import names_of, shown
from ..policy.condition import Condition, differing_in_case
from ..policy.context_keys import context_key
from ..policy.model import Statement
from ..policy.operators import Family
from ..policy.principals import Principals
from ..requesters.audience import NAMEABLE, OUTSIDE, WIDEST_FIRST, Audience
from ..requesters.limits import accounts_of
from ..witness.access import NO_ACCESS
from .left import OF_ENDPOINTS, OWNER_FACTS, Left, named_by, through_endpoints
from .never_holds import literal_blocks, literal_wildcards, never_holds, no_addresses, sent
from .sentences import Code, Reason, key_text, listed, short, some
from .verdict import Verdict

Reasons = Iterator[Reason]
_MOST_TRIED = 8  # values of a condition that are tried one by one


def of_conditions(verdict: Verdict, statement: Statement, alone: Audience) -> Reasons:
    """Which conditions anyone can meet, which limit access, which never hold, or that they conflict."""
    yield from undocumented(statement)
    covered, named = statement.actions & verdict.checked, not statement.principals.open_ended
    outsiders = named_outside(verdict, statement) if named and alone is Audience.none else not named
    if outsiders and not covered & kms.CROSS_ACCOUNT_MASK:
        yield Reason(Code.WITHIN_ACCOUNT, (some(shown(names_of(covered, verdict.extra))),))
        return
    if named and alone is not Audience.none:
        yield from _narrowed(verdict, statement)
        return
    if alone is Audience.everyone:
        required = statement.required
        for condition in statement.conditions:  # of those that differ in case, one has to hold
            if condition in required or verdict.by(statement, condition, alone).actions:
                yield _met_by_anyone(condition)
        return
    asked = NAMEABLE if named else (Audience.everyone,)
    by = {each: [verdict.by(statement, each, audience) for audience in asked] for each in statement.conditions}
    held = {condition for condition, found in by.items() if any(access.actions for access in found)}
    closing, by_resource = _closing(statement, held), tuple(_by_resource(verdict, statement, asked))
    closed = [reason for each in closing for reason in _limit(verdict, statement, each, alone)]
    nobody = alone is Audience.none
    never = [reason for reason in closed if nobody and reason.code is Code.NEVER_HOLDS]
    conflict = by and not by_resource and not (never if nobody else closing)
    if conflict and all(any(access.proven for access in by[each]) for each in held):
        what = "its conditions" if statement.resource is None else "its conditions and its resource element"
        left = () if nobody else (Left(verdict, statement, ()).everybody,)
        yield Reason(Code.LEAVES_NOBODY if nobody else Code.LEAVES_ONLY, (what, *left))
    else:
        yield from (*(never or closed), *by_resource)  # where one never holds, the others limit nobody


def _closing(statement: Statement, held: set[Condition]) -> list[Condition]:
    """The conditions that do not hold, but for those of which one that differs in case does: one has to."""
    enough = held.union(*(alike for alike in statement.alternatives if not held.isdisjoint(alike)))
    return [condition for condition in statement.conditions if condition not in enough]


def undocumented(statement: Statement) -> Reasons:
    """Conditions that AWS does not document."""
    for condition in statement.conditions:
        if condition.lacks_set_operator:
            yield Reason(Code.NO_SET_OPERATOR, (short(condition), key_text(condition)))
    for alike in differing_in_case(statement.conditions):
        yield Reason(Code.SAME_KEY_TWICE, (some(condition.key_written for condition in alike),))


def _by_resource(verdict: Verdict, statement: Statement, audiences: tuple[Audience, ...]) -> Reasons:
    """That the resource element by itself gives none of the audiences anything: it reads the request."""
    if statement.resource is not None and statement.resource.has_variables:
        alone = statement._replace(conditions=(), alternatives=())
        if not any(verdict.alone(alone, audience).actions for audience in audiences):
            yield Reason(Code.LIMITS_BY_RESOURCE, (listed(statement.resource.values),))


def about_the_key(condition: Condition) -> Optional[Code]:
    """What a condition does with facts of the key: it tests or compares them. None where it reads none, or compares the
    caller with the key's owner only: every other account differs from the owner."""
    names = (condition.key, *condition.variables)
    of_the_key = [name for name in names if context_key(name).tells_of_the_key]
    if len(of_the_key) == len(names):
        return Code.TESTS_THE_KEY
    return None if OWNER_FACTS.issuperset(of_the_key) else Code.COMPARES_THE_KEY


@cached_for_shared
def _met_by_anyone(condition: Condition) -> Reason:
    about = about_the_key(condition)
    if about is not None:
        return Reason(about, (short(condition),))
    asks_for_absence = condition.operator.family is Family.NULL and condition.settled is None and condition.without_key
    if asks_for_absence and not condition.test("false"):
        return Reason(Code.MET_WITHOUT, (short(condition), key_text(condition)))
    return Reason(Code.MET_BY_ANYONE, (short(condition),))


def _limit(verdict: Verdict, statement: Statement, condition: Condition, alone: Audience) -> Reasons:
    """What a condition that outsiders cannot meet does; nothing where the search could not decide that."""
    if alone is Audience.none or statement.alternatives:
        by = (verdict.by(statement, condition, audience) for audience in reversed(WIDEST_FIRST[1:]))
        held = next((access for access in by if access.actions), NO_ACCESS)
        if not held.actions:
            yield never_holds(verdict, statement, condition)
        if held.undecided or not held.actions:
            return
    if _limits_to_those(verdict, statement, condition):
        yield limited(verdict, statement, condition)
    else:
        yield _excludes(verdict, statement, condition)


def _excludes(verdict: Verdict, statement: Statement, condition: Condition) -> Reason:
    """Whom a condition keeps out that lists nobody; for Null also what it asks of the request."""
    tests_presence, text = condition.operator.family is Family.NULL, short(condition)
    if any(verdict.by(statement, condition, audience).actions for audience in _OTHERS):
        if tests_presence and condition.without_key:
            return Reason(Code.EXCLUDES_WITH_KEY, (text, key_text(condition)))
        return Reason(Code.EXCLUDES_OUTSIDERS, (text,))
    by_services = verdict.by(_less_grants(statement), condition, Audience.service).actions
    if tests_presence and not condition.without_key and by_services:
        return Reason(Code.ONLY_SERVICES_SEND, (text, key_text(condition)))
    return Reason(Code.ONLY_SERVICES, (text,))


def _less_grants(statement: Statement) -> Statement:
    """The statement without grants, which give services access nearly always, whatever a condition on their creator
    says."""
    return statement._replace(actions=statement.actions & ~kms.GRANTS_MASK)


def _limits_to_those(verdict: Verdict, statement: Statement, condition: Condition) -> bool:
    """Whether the condition lets in some of those whom its values name, not only services that lack its key."""
    return lists_who(condition) and (not condition.without_key or _is_met_with_key(verdict, statement, condition))


def _is_met_with_key(verdict: Verdict, statement: Statement, condition: Condition) -> bool:
    """Whether a requester other than an AWS service meets the condition with its key in the request."""
    by_key = statement._replace(conditions=(condition, sent(condition)), alternatives=(), resource=None)
    return any(verdict.alone(by_key, audience).actions for audience in _OTHERS)


_OTHERS = (*OUTSIDE, Audience.internal)


def limited(verdict: Verdict, statement: Statement, condition: Condition) -> Reason:
    """Whom a condition limits access to: those of whom its values name that some are, and AWS services where they get
    in without its key."""
    whose, those = named_by(_less_nobodys(verdict, statement, condition))
    if whose in (*keys.SOURCE_KEYS, keys.GRANT_SOURCE_ARN):
        those = f"AWS services that act for {those}"
    elif whose in OF_ENDPOINTS:
        those = through_endpoints(those)
    asked = statement if condition.key == keys.GRANTEE else _less_grants(statement)
    passing = condition.without_key and verdict.alone(asked, Audience.service).actions
    return Reason(Code.LIMITS_OTHERS if passing else Code.LIMITS, (key_text(condition), those))


def _less_nobodys(verdict: Verdict, statement: Statement, condition: Condition) -> Condition:
    """The condition without private addresses, without texts that are none, and without wildcards and blocks that are
    taken literally, where nobody has them."""
    nobodys, doubtful = no_addresses(condition), {*literal_wildcards(condition), *literal_blocks(condition)}
    for value in doubtful if len(doubtful) <= _MOST_TRIED else ():
        if not _is_met_with_key(verdict, statement, condition.of_values((value,), if_exists=False)):
            nobodys.append(value)
    kept = tuple([value for value in condition.values if value not in nobodys]) if nobodys else ()
    return condition.of_values(kept, condition.if_exists) if kept else condition


def lists_who(condition: Condition) -> bool:
    """Whether the values of a condition name those whom it lets in."""
    operator, values = condition.operator, condition.values
    wide = operator.wildcards and any(not set(value.removeprefix("arn:")) - {"*", ":"} for value in values)
    compares = operator.family in (Family.STRING, Family.ARN, Family.ADDRESS) and condition.key != keys.IS_AWS_SERVICE
    return compares and not (operator.negated or not values or wide)


def _narrowed(verdict: Verdict, statement: Statement) -> Reasons:
    """Which conditions keep out principals of other accounts that the statement names."""
    outside = named_outside(verdict, statement)
    owners = statement.principals.owners - {verdict.key.account}
    if not outside:
        return
    held = (each for each in statement.conditions if verdict.by(statement, each, Audience.external).actions)
    closing, required = _closing(statement, set(held)), statement.required
    for condition in statement.conditions:
        among = accounts_of(condition)
        if condition in closing:
            limits = _limits_to_those(verdict, statement, condition)
            left_out = Reason(Code.LEAVES_OUT, (short(condition), some(outside)))
            yield limited(verdict, statement, condition) if limits else left_out
        elif among is not None and owners - among and condition in required:
            yield limited(verdict, statement, condition)
    yield from _by_resource(verdict, statement, (Audience.external,))


def named_outside(verdict: Verdict, statement: Statement) -> tuple[str, ...]:
    """Those that the principal element names outside the key's account, as far as that is known."""
    own, elements = verdict.key.account, in_partitions(verdict, statement)
    return () if own is None else tuple(dict.fromkeys(text for each in elements for text in each.outside(own)))


def in_partitions(verdict: Verdict, statement: Statement) -> list[Principals]:
    """The statement's principal element, as it reads in each partition that the key may be in."""
    return [each.policy.statements[statement.number].principals for each in verdict.searcher.populations]
