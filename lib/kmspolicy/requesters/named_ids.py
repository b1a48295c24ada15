"""What a policy spells out: accounts, organizations, networks, unique ids. An outsider is none of them.

Only whole ids name something; a pattern names nothing.
Source: the threat model of this app (README, *Who may use the key*).
"""

import re
from collections.abc import Iterator

from ..caching import lazy
from ..policy import cidr
from ..policy.model import Condition, Policy
from ..policy.operators import Family

_DIGITS = re.compile(r"[0-9]{12,}")
_NETWORK = re.compile(r"(?<![A-Za-z0-9*?-])(o-[a-z0-9]+|vpce?-[a-z0-9]+)(?![A-Za-z0-9*?-])")
_UNIQUE_ID = re.compile(r"(?<![A-Za-z0-9*?])A(?:IDA|ROA)[A-Z0-9]{12,}(?![A-Za-z0-9*?])")

ADDRESS_KEYS = ("aws:sourceip", "aws:vpcsourceip")


class Names:
    """The ids that a policy spells out, each kind collected when it is asked for."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @lazy
    def _text(self) -> str:
        return "\n".join(self._policy.spelled())

    def surely_lacks(self, name: str) -> bool:
        """Whether the policy certainly does not spell out an id (in lower case), by a look at its text alone."""
        text = self._policy.written
        return "\\" not in text and name not in text.lower()

    @lazy
    def accounts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([run for run in _DIGITS.findall(self._text) if len(run) == 12]))

    @lazy
    def _networks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_NETWORK.findall(self._text.lower())))

    @lazy
    def organizations(self) -> tuple[str, ...]:
        return tuple(name for name in self._networks if name.startswith("o-"))

    @lazy
    def vpcs(self) -> tuple[str, ...]:
        return tuple(name for name in self._networks if name.startswith("vpc-"))

    @lazy
    def endpoints(self) -> tuple[str, ...]:
        return tuple(name for name in self._networks if name.startswith("vpce-"))

    @lazy
    def unique_ids(self) -> tuple[str, ...]:
        """Of IAM users and roles."""
        return tuple(dict.fromkeys(_UNIQUE_ID.findall(self._text)))

    @lazy
    def store_users(self) -> tuple[str, ...]:
        """Identity store user ids."""
        found = (c.values for c in self._conditions() if c.key == "identitystore:userid")
        return tuple(dict.fromkeys(user for values in found for user in values))

    @lazy
    def places(self) -> tuple[cidr.Block, ...]:
        """Address blocks that are somebody's, merged."""
        found: list[cidr.Block] = []
        for condition in self._conditions():
            if condition.operator.family is Family.ADDRESS or condition.key in ADDRESS_KEYS:
                listed = [block for block in map(cidr.block, condition.values) if block]
                # Only a request's public source excludes private addresses; inside a network they are ordinary.
                size = cidr.size if condition.key == "aws:vpcsourceip" else cidr.public_size
                for family, most in cidr.EVERYONES.items():
                    own = [block for block in listed if block.family == family]
                    if size(own) <= most:
                        found += own
        return tuple(cidr.Ranges(found).blocks())

    def _conditions(self) -> Iterator[Condition]:
        return (condition for statement in self._policy.statements for condition in statement.conditions)
