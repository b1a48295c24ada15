"""The ids that a policy spells out: accounts, organizations, networks, unique ids. They are no outsider's.

Only a whole id names something; a pattern names nothing. Source: docs/threat-model.md, *Who might send a request*.
"""

import re

from ..caching import lazy
from ..policy import cidr
from ..policy.context_keys import SOURCE_IP, STORE_USER
from ..policy.model import Policy
from ..policy.operators import Family
from ..regular.intervals import Intervals, union

# An id is whole at the ends of a text, beside a colon, a slash or a quote: a part of an ARN, of a path, of a user id,
# or the default of a policy variable.
_WHOLE = r"(?:(?<=[:/'\n])|^){}(?=[:/'\n]|$)"
_ACCOUNT = re.compile(_WHOLE.format("([0-9]{12})"), re.MULTILINE)
_ORGANIZATION = re.compile(_WHOLE.format("(o-[a-z0-9]+)"), re.MULTILINE | re.IGNORECASE)
_NETWORK = re.compile(_WHOLE.format("(vpce?-[a-z0-9]+)"), re.MULTILINE | re.IGNORECASE)
_UNIQUE_ID = re.compile(_WHOLE.format("(A(?:IDA|ROA)[A-Z0-9]{12,})"), re.MULTILINE)
_STORE_USER = re.compile(r"[A-Za-z0-9-]+\Z")


class NamedIds:
    """The ids that a policy spells out, each kind collected when it is first asked for."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @lazy
    def _text(self) -> str:
        return "\n".join(self._policy.spelled())

    @lazy
    def accounts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_ACCOUNT.findall(self._text)))

    @lazy
    def organizations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(str.lower, _ORGANIZATION.findall(self._text))))

    @lazy
    def vpcs(self) -> tuple[str, ...]:
        return tuple(name for name in self._networks if name.startswith("vpc-"))

    @lazy
    def endpoints(self) -> tuple[str, ...]:
        return tuple(name for name in self._networks if name.startswith("vpce-"))

    @lazy
    def _networks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(str.lower, _NETWORK.findall(self._text))))

    @lazy
    def unique_ids(self) -> tuple[str, ...]:
        """Of IAM users and roles."""
        return tuple(dict.fromkeys(_UNIQUE_ID.findall(self._text)))

    @lazy
    def store_users(self) -> tuple[str, ...]:
        """Users of an identity store."""
        found = (condition.values for condition in self._policy.conditions if condition.key == STORE_USER)
        return tuple(dict.fromkeys(user for values in found for user in values if _STORE_USER.match(user)))

    @lazy
    def places(self) -> Intervals:
        """The public addresses that are somebody's place."""
        found = []
        for condition in self._policy.conditions:
            if condition.key == SOURCE_IP:
                listed = condition.operator.family is Family.ADDRESS and not condition.operator.negated
                found += cidr.places(condition.values, listed)
        return union(found)
