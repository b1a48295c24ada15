"""Services that may use the key for the resources of any customer: the confused deputy.

Source: IAM User Guide, *The confused deputy problem*.
"""

import re
from collections.abc import Iterator

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
    """The services that a statement names, that have access, and that no condition limits to some resources."""
    services = statement.principals.services
    if not statement.allow or not services or statement.principals.negated or _limits_sources(statement):
        return
    access, asked = verdict.searcher.access, statement.actions & verdict.checked
    limiting = [deny.principals for deny in verdict.policy.denies if deny.actions & asked and _limits_sources(deny)]
    free = [
        name for name in sorted(services) if not any(principal_matches(each, Caller(service=name)) for each in limiting)
    ]
    for_each = {name: statement._replace(principals=one_principal(name, "Service")) for name in free}
    able = [name for name, own in for_each.items() if access(own, asked, Audience.service).actions]
    if able:
        yield Reason(Code.NO_LIMIT_ON_SOURCE, (some(able),))


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


def _asks_for_source(condition: Condition) -> bool:
    operator = condition.operator
    if condition.key not in keys.SOURCE_KEYS and not condition.key.startswith(keys.ENCRYPTION_CONTEXT):
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
