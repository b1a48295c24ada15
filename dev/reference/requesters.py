"""Every value of every fact that could make a difference, for each row of the table of requesters.
A service's request carries none of the facts that are bound to principals and networks.
"""

from __future__ import annotations

from collections.abc import Iterator

from dev.reference import identities, surroundings
from dev.reference.facts import Facts, Row
from dev.reference.values import Values


def candidates(values: Values, group: str, row: Row, action: str, facts: Facts) -> Iterator[Facts]:
    """The values of one fact; facts: those chosen before, which variables may name."""
    service = row is Row.service
    if group in ("arn", "aws:userid", "org") and service:
        return iter([{}])
    if group == "arn":
        return identities.principals(values, row, facts)
    if group == "aws:userid":
        return identities.user_ids(values, row, facts)
    if group == "org":
        return identities.organizations(values, row, facts)
    if group == "net":
        return surroundings.via({}) if service else surroundings.networks(values, row, facts)
    if group == "time":
        return surroundings.moments(values)
    if group == "svc":
        return identities.services(values, facts) if service else iter([{"aws:principalisawsservice": "false"}])
    return iter(surroundings.single(values, group, row, action, facts))
