"""Which fact decides each context key of one request, and the group that declares how the fact can stand.

Source: docs/threat-model.md, *What a request carries*.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from ..domains.domain import ABSENT, free
from ..policy.context_keys import KEY_ARN, Bound, context_key
from ..solver.groups import Group, Key
from ..solver.literals import ONLY_REQUEST, Scope

Make = Callable[[], Group]
# Keys of several bounds can be one fact: who belongs to which organization, or how the request came.
FACT_OF_BOUND: Mapping[Bound, str] = {
    Bound.PRINCIPAL: "principal",
    Bound.ORGANIZATION: "organization",
    Bound.OWNER: "organization",
    Bound.NETWORK: "way",
    Bound.WAY: "way",
    Bound.KEY: "key",
    Bound.CONTEXT: "key",
    Bound.GRANT: "grant",
    Bound.TIME: "time",
    Bound.MFA: "mfa",
    Bound.MCP: "mcp",
}


class RequestFacts:
    """The facts of one request, as the solver asks for them."""

    def __init__(self, groups: Mapping[str, Make], single: Callable[[str], Group], action: str) -> None:
        """groups: by fact; single: see Candidate; action: the checked one."""
        self._make = groups
        self._single = single
        self._action = action
        self._made: dict[str, Group] = {}

    def fact_of(self, key: str) -> str:
        """The fact that decides a key: its own name where it decides no other key."""
        return fact_of(key)

    def group(self, key: str, scope: Scope = ONLY_REQUEST) -> Group:
        """The group of a key. scope: that of the request, in a problem about two."""
        return self.group_of_fact(fact_of(key), key, scope)

    def group_of_fact(self, fact: str, key: str, scope: Scope = ONLY_REQUEST) -> Group:
        """The group that a fact declares, of which the key is one."""
        group = self._made.get(fact)
        if group is None:
            group = self._made[fact] = self._new(fact, key).of(scope)
        return group

    def _new(self, fact: str, key: str) -> Group:
        if fact in self._make:
            return self._make[fact]()
        row = context_key(key)
        if row.bound in (Bound.ACCOUNT, Bound.SERVICE):
            return self._single(key)
        return _free_group(key, row.carried_by(self._action))


@lru_cache(maxsize=1024)
def _free_group(key: str, carried: bool) -> Group:
    row = context_key(key)
    return Group((Key(key, free(row) if carried else ABSENT, row.multivalued),))


def fact_of(key: str) -> str:
    """The fact that decides a key; its own name where it decides no other key."""
    if key == KEY_ARN:
        return FACT_OF_BOUND[Bound.KEY]
    return FACT_OF_BOUND.get(context_key(key).bound, key)
