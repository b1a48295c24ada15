"""What a policy spells out: accounts, organizations, networks, unique ids. An outsider is none of them.

Only whole ids name something; a pattern names nothing.
Source: the threat model of this app (README, *Who may use the key*).
"""

import re
from dataclasses import dataclass

from . import addresses
from .operators import Family
from .policy import Policy

_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_NETWORK = re.compile(r"(?<![A-Za-z0-9*?-])(o-[a-z0-9]+|vpce?-[a-z0-9]+)(?![A-Za-z0-9*?-])")
_UNIQUE_ID = re.compile(r"(?<![A-Za-z0-9*?])A(?:IDA|ROA)[A-Z0-9]{12,}(?![A-Za-z0-9*?])")

ADDRESS_KEYS = ("aws:sourceip", "aws:vpcsourceip")


@dataclass(frozen=True)
class Names:
    """The ids that a policy spells out."""

    accounts: tuple[str, ...]
    organizations: tuple[str, ...]
    vpcs: tuple[str, ...]
    endpoints: tuple[str, ...]
    unique_ids: tuple[str, ...]
    store_users: tuple[str, ...]  # identity store user ids
    places: tuple[addresses.Block, ...]  # address blocks that are somebody's


def names_in(policy: Policy) -> Names:
    """Collects what the policy spells out."""
    text = "\n".join(policy.texts())
    networks = dict.fromkeys(_NETWORK.findall(text.lower()))
    places: list[addresses.Block] = []
    store_users: dict[str, None] = {}
    for condition in (condition for statement in policy.statements for condition in statement.conditions):
        if condition.key == "identitystore:userid":
            store_users.update(dict.fromkeys(condition.values))
        if condition.operator.family is Family.ADDRESS or condition.key in ADDRESS_KEYS:
            listed = [block for block in map(addresses.block, condition.values) if block]
            # Only a request's public source excludes private addresses; inside a network they are ordinary.
            size = addresses.size if condition.key == "aws:vpcsourceip" else addresses.public_size
            for family, most in addresses.EVERYONES.items():
                own = [block for block in listed if block.family == family]
                if size(own) <= most:
                    places += own
    return Names(
        accounts=tuple(dict.fromkeys(_ACCOUNT.findall(text))),
        organizations=tuple(name for name in networks if name.startswith("o-")),
        vpcs=tuple(name for name in networks if name.startswith("vpc-")),
        endpoints=tuple(name for name in networks if name.startswith("vpce-")),
        unique_ids=tuple(dict.fromkeys(_UNIQUE_ID.findall(text))),
        store_users=tuple(store_users),
        places=tuple(addresses.Ranges(places).blocks()),
    )
