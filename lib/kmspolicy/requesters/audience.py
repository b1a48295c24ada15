"""The audiences: who gets access, from the widest to the narrowest.

Source: docs/threat-model.md, *Who might send a request*.
"""

from enum import Enum


class Audience(str, Enum):
    """Who gets access, from the widest to the narrowest."""

    everyone = "everyone"
    network = "network"
    organization = "organization"
    external = "external"
    service = "service"
    internal = "internal"
    none = "none"

    __hash__ = str.__hash__  # Enum's own is written in Python and costs more than the lookups it is for


WIDEST_FIRST: tuple[Audience, ...] = tuple(Audience)[:-1]
NEXT_WIDER = dict(zip(tuple(Audience)[1:], Audience))
STRANGERS = (Audience.everyone, Audience.network, Audience.organization)  # whom no principal element can name
NAMEABLE = (Audience.external, Audience.service, Audience.internal)
OTHER_ACCOUNTS = (*STRANGERS, Audience.external)
OUTSIDE = OTHER_ACCOUNTS[1:]  # whom the policy lets in from outside where it does not let everyone in
