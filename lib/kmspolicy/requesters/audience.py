"""The rows of the threat model: who gets in, from the widest audience to the narrowest.

Source: the threat model of this app (README, *Who may use the key*).
"""

from enum import Enum


class Audience(str, Enum):
    """Who gets in, from the widest to the narrowest."""

    everyone = "everyone"
    network = "network"
    organization = "organization"
    external = "external"
    service = "service"
    internal = "internal"
    none = "none"

    __hash__ = str.__hash__  # Enum's own is written in Python and costs more than the lookups it is for


WIDEST_FIRST: tuple[Audience, ...] = tuple(Audience)[:-1]
ALL_ROWS = frozenset(WIDEST_FIRST)
NAMED_ROWS: tuple[Audience, ...] = (Audience.external, Audience.service, Audience.internal)  # need no open end
WITHIN_ACCOUNT: tuple[Audience, ...] = (Audience.service, Audience.internal)
