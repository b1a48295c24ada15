"""Grants that a requester may create: the problems of creating one and of using it, for each who may be the grantee.

Source: KMS Developer Guide, *Grants in AWS KMS*.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Optional

from ..evaluation.request import Texts
from ..requesters.audience import OTHER_ACCOUNTS, Audience
from ..requesters.grants import Grantee
from ..requesters.requesters import Candidate
from .asked import Asked
from .problems import Problems, grant_problem


def makers(audience: Audience) -> tuple[Audience, ...]:
    """Who can create a grant for an audience: others for a service, too."""
    return (Audience.service, *OTHER_ACCOUNTS) if audience is Audience.service else (audience,)


def grant_problems(
    asked: Asked, name: str, operations: Texts, audience: Audience, creators: Iterable[Audience]
) -> Iterator[Problems]:
    """The problems of a grant that gives an audience one of these operations: of each way to create one those of all
    who may use it.

    name: the checked action; creators: the audiences that may create it.
    """
    for maker in creators:
        for candidate in asked.candidates(maker):
            for grantee, users in _grantees(asked, maker, audience, candidate):
                create = partial(grant_problem, name, operations, candidate, grantee, asked.questions)
                yield (partial(create, user) for user in users)


def _grantees(
    asked: Asked, maker: Audience, audience: Audience, creator: Candidate
) -> Iterator[tuple[Grantee, Iterable[Optional[Candidate]]]]:
    """Whom the grant can be for, and who may use it: None for any principal, where no Deny meets one. A unique id does
    not tell the creator's account, so only principals that the policy knows are tried as its grantees."""
    is_free = asked.questions.use_is_free
    if audience in (Audience.service, Audience.internal):
        services = asked.users(Audience.service)
        yield Grantee.SERVICE, islice(services, 1) if is_free else services
    if audience is Audience.service:
        return
    any_principal = is_free and creator.caller.unique_id is None
    yield Grantee.PRINCIPAL, (None,) if any_principal else asked.users(maker)
    yield Grantee.CHOSEN_BY_SERVICE, (creator,)
