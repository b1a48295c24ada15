"""Why a condition never holds: first what is wrong as it is written, then what no request carries.

Source: docs/threat-model.md, *Reasons*.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Optional

from ..evaluation.request import KeyFacts
from ..policy import context_keys as keys
from ..policy.actions import names_of, shown
from ..policy.cidr import block, is_private
from ..policy.condition import Condition
from ..policy.context_keys import Bound, Kind, context_key
from ..policy.identifiers import MULTI_REGION_ID
from ..policy.model import Statement
from ..policy.operators import ORDERED, Family, policy_value
from ..policy.parser import condition as new_condition
from ..policy.wildcards import is_plain
from ..requesters.audience import Audience
from .sentences import Code, Reason, key_text, short, some
from .verdict import Verdict


def never_holds(verdict: Verdict, statement: Statement, condition: Condition) -> Reason:
    """Why the condition never holds: what an author can change."""
    otherwise = _NOBODY[statement.principals.open_ended]
    causes = chain(_as_written(condition), _of_requests(verdict, statement, condition), (otherwise,))
    return Reason(Code.NEVER_HOLDS, (short(condition), next(causes)))


_NOBODY = (
    "no principal that the statement names can meet it with the checked actions",
    "no request for the checked actions can meet it",
)


def _as_written(condition: Condition) -> Iterator[str]:
    """What is wrong with the condition, whatever the request."""
    operator, values = condition.operator, condition.values
    if literal_wildcards(condition) and not operator.negated:
        yield f"{operator.name} takes * and ? literally"
    if not values:
        yield "it lists no value"
    elif operator.family not in _TEXTS and not any(_has_type(value, operator.family) for value in values):
        yield "it lists no value that its operator can read"
    if literal_blocks(condition):
        yield f"{operator.name} takes address blocks as text"
    if condition.settled is False:
        yield "Null with ForAnyValue is never met"
    if operator.takes_variables and not condition.expands and values and all("${" in value for value in values):
        yield 'policy variables are plain text without Version "2012-10-17"'


def literal_wildcards(condition: Condition) -> list[str]:
    """The values with wildcards that the operator takes literally."""
    literal = condition.operator.family is Family.STRING and not condition.operator.wildcards
    found = [value for value in condition.values if "*" in value or "?" in value]
    return found if literal and all(map(is_plain, condition.tokens)) else []


def literal_blocks(condition: Condition) -> list[str]:
    """The address blocks that the operator takes as texts."""
    literal = condition.operator.takes_variables and context_key(condition.key).kind is Kind.ADDRESS
    return [value for value in condition.values if literal and "/" in value and block(value) is not None]


def no_addresses(condition: Condition) -> list[str]:
    """The values that are no address of a request: private ones, and where the operator takes addresses texts."""
    asked = condition.values if condition.key == keys.SOURCE_IP else ()
    takes = condition.operator.family is Family.ADDRESS
    return [value for value in asked if is_private(value) or (takes and block(value) is None)]


_TEXTS = (Family.STRING, Family.ARN)


def _has_type(value: str, family: Family) -> bool:
    return (block(value) if family is Family.ADDRESS else policy_value(value, family)) is not None


def _of_requests(verdict: Verdict, statement: Statement, condition: Condition) -> Iterator[str]:
    """What the requests that are asked for lack."""
    key, written, who = condition.key, key_text(condition), statement.principals
    covered = shown(names_of(statement.actions & verdict.checked, verdict.extra))
    if not any(map(context_key(key).carried_by, covered)):
        yield f"requests for {some(covered)} carry no {written}"
    if condition.operator.family is not Family.NULL:
        yield from _of_values(verdict.key, condition)
    elif condition.without_key and context_key(key).always:
        yield f"requests always carry {written}"
    if who.services and not (who.open_ended or who.owners or who.unique_ids):
        held = verdict.by(statement, sent(condition), Audience.service).actions
        of_service = "a service's own request"
        yield f"in {of_service} {written} is never that" if held else f"{of_service} has no {written}"
    if not (who.open_ended or who.services) and context_key(key).bound is Bound.SERVICE:
        yield f"only a service's own request has {written}"


def sent(condition: Condition) -> Condition:
    """What holds for requests that carry the condition's key."""
    return new_condition("Null", condition.key_written, "false")


def _of_values(facts: KeyFacts, condition: Condition) -> Iterator[str]:
    """Why none of the values occurs."""
    key, values = condition.key, condition.values
    fact = _known_facts(facts).get(key)
    if fact is not None:
        yield f"the key's {key_text(condition)} is {fact}"
    known = context_key(key).values
    if known and not any(value.lower() in map(str.lower, known) for value in values):
        yield f"{key_text(condition)} is only ever {' or '.join(known)}"
    if values and len(no_addresses(condition)) == len(values):
        yield "private addresses never occur there"
    if key in (keys.CURRENT_TIME, keys.EPOCH_TIME) and _names_a_time(condition):
        yield "that time is over"
    if key == keys.GRANT_OPERATIONS:
        yield "no grant for the checked actions can meet it"
    if key == keys.PRINCIPAL_ARN and values and all(_SESSION in value for value in values):
        yield f"for a session {key_text(condition)} holds the ARN of its role"
    if key in _PATHS and not any(value.endswith(_ENDS_OF_PATHS) for value in values):
        yield "organization paths end with a slash"


def _names_a_time(condition: Condition) -> bool:
    """Whether some time, past or to come, meets the condition."""
    if condition.operator.family in ORDERED:
        return bool(condition.points)
    return any(_has_type(value, Family.DATE) for value in condition.values)


_SESSION = ":assumed-role/"
_PATHS = (keys.PRINCIPAL_ORG_PATHS, keys.SOURCE_ORG_PATHS, keys.VPCE_ORG_PATHS)
_ENDS_OF_PATHS = ("/", "*", "?", "}")


def _known_facts(key: KeyFacts) -> dict[str, Optional[str]]:
    """What is known of the key, by the context keys that hold it."""
    multi_region = key.multi_region
    if multi_region is None and key.key_id is not None:
        multi_region = key.key_id.startswith(MULTI_REGION_ID)
    return {
        keys.KEY_SPEC: key.spec,
        keys.KEY_USAGE: key.usage,
        keys.KEY_ORIGIN: key.origin,
        keys.MULTI_REGION: None if multi_region is None else str(multi_region).lower(),
        keys.REQUESTED_REGION: key.region,
        keys.RESOURCE_ACCOUNT: key.account,
    }
