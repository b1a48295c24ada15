"""Which fact decides each context key of one request, and the group that declares how the fact can stand.

Source: docs/threat-model.md, *What a request carries*.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Union

from ..domains.domain import ABSENT, free
from ..policy.context_keys import KEY_ARN, Bound, context_key
from ..solver.groups import Group, Key
from ..solver.literals import ONLY_REQUEST, Scope

Make = Callable[[], Group]
Fact = Union[Bound, str]
# Keys of two bounds can be one fact: who belongs to which organization, how the request came, which key it is for.
_ONE_FACT = {Bound.OWNER: Bound.ORGANIZATION, Bound.NETWORK: Bound.WAY, Bound.CONTEXT: Bound.KEY}
_EACH_ITS_OWN = (Bound.NOTHING, Bound.TRAIT, Bound.ACCOUNT, Bound.SERVICE)


def fact_of(key: str) -> Fact:
    """The fact that decides a key; its own name where it decides no other key."""
    if key == KEY_ARN:
        return Bound.KEY
    bound = context_key(key).bound
    return key if bound in _EACH_ITS_OWN else _ONE_FACT.get(bound, bound)


class RequestFacts:
    """The facts of one request, as the solver asks for them."""

    def __init__(
        self, groups: Mapping[Bound, Make], single: Callable[[str], Group], action: str, scope: Scope = ONLY_REQUEST
    ) -> None:
        """groups: by fact; single: see Candidate; action: the checked one; scope: of the request, in a problem about
        two."""
        self._make = groups
        self._single = single
        self._action = action
        self._scope = scope
        self._made: dict[Fact, Group] = {}

    def fact_of(self, key: str) -> Fact:
        """See fact_of."""
        return fact_of(key)

    def group(self, key: str) -> Group:
        """The group of a key."""
        return self.group_of(fact_of(key), key)

    def group_of(self, fact: Fact, key: str) -> Group:
        """The group that a fact declares, of which the key is one."""
        group = self._made.get(fact)
        if group is None:
            group = self._made[fact] = self._new(fact, key).of(self._scope)
        return group

    def _new(self, fact: Fact, key: str) -> Group:
        if isinstance(fact, Bound):
            return self._make[fact]()
        row = context_key(key)
        if row.bound in (Bound.ACCOUNT, Bound.SERVICE):
            return self._single(key)
        return _free_group(key, row.carried_by(self._action))


@lru_cache(maxsize=1024)
def _free_group(key: str, carried: bool) -> Group:
    row = context_key(key)
    return Group((Key(key, free(row) if carried else ABSENT, row.multivalued),))
