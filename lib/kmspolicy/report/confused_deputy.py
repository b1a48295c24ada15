"""Services that may use the key for the resources of any customer: the confused deputy.

Source: IAM User Guide, *The confused deputy problem*.
"""

import re
from collections.abc import Iterator
from itertools import chain

from ..evaluation.evaluator import holds_for, principal_matches
from ..evaluation.request import Caller
from ..policy import context_keys as keys
from ..policy.condition import Condition
from ..policy.identifiers import ACCOUNT_ID
from ..policy.model import Statement
from ..policy.operators import Family
from ..policy.principals import one_principal
from ..requesters.audience import Audience
from .sentences import Code, Reason, some
from .verdict import Verdict

_WILD = frozenset("*?/")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def unguarded_services(verdict: Verdict, statement: Statement) -> Iterator[Reason]:
    """The services that a statement names, that have access, and that no condition limits to some resources. A Deny
    limits a service only if it denies the service's requests for resources that the Deny does not spare."""
    services, asked = statement.principals.services, statement.actions & verdict.checked
    if not statement.allow or not services or statement.principals.negated or _limits_sources(statement):
        return
    limiting = [deny for deny in verdict.policy.denies if deny.actions & asked and _limits_sources(deny)]

    def is_free(name: str) -> bool:
        caller = Caller(service=name)
        met = [deny for deny in limiting if principal_matches(deny.principals, caller)]
        of_others = tuple(filter(_tests_source, chain.from_iterable(deny.conditions for deny in met)))
        conditions = (*statement.conditions, *of_others)
        own = statement._replace(principals=one_principal(name, "Service"), conditions=conditions)
        return bool(verdict.access(own, Audience.service).proven)

    free = tuple(filter(is_free, sorted(services)))
    if free:
        yield Reason(Code.NO_LIMIT_ON_SOURCE, (some(free),))


def _limits_sources(statement: Statement) -> bool:
    """Whether an Allow covers only some resources, or a Deny spares only some.

    The condition lists them, and does not count a service that names no resource among them. A Deny that lists those
    that it stops limits nothing.
    """
    spares = not statement.allow
    return any(
        _asks_for_source(condition) and condition.operator.negated == holds_for(condition, None) == spares
        for condition in statement.conditions
    )


def _tests_source(condition: Condition) -> bool:
    return condition.key in keys.SOURCE_KEYS or condition.key.startswith(keys.ENCRYPTION_CONTEXT)


def _asks_for_source(condition: Condition) -> bool:
    operator = condition.operator
    if not _tests_source(condition):
        return False
    return operator.family is not Family.NULL and not (operator.wildcards and any(map(_is_anybodys, condition.values)))


def _is_anybodys(value: str) -> bool:
    """Whether resources of any account match a pattern, whatever else it says of them."""
    parts = _VARIABLE.sub("0" * 12, value).split(":", 5)
    if parts[0] != "arn":
        return not set(value.removeprefix("o-")) - _WILD
    if len(parts) == 6:
        return not set(parts[4] or parts[5]) - _WILD
    return parts[-1].endswith("*") and not any(map(ACCOUNT_ID.fullmatch, parts))
