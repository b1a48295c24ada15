"""Names who made a call.

Source: CloudTrail User Guide, *CloudTrail userIdentity element*.
"""

from typing import Callable

from .api_call import Call, Json, object_of, text_of


def actor(call: Call) -> str:
    """The caller: the service that made the call for somebody, else a name by the identity's type; '' if unknown."""
    rule = _RULES.get(text_of(call.identity.get("type")), _name)
    return (
        text_of(call.identity.get("invokedBy"))
        or rule(call)
        or _tail(call.identity)
        or text_of(call.identity.get("principalId"))
    )


def _name(call: Call) -> str:
    return text_of(call.identity.get("userName"))


def _session(call: Call) -> str:
    """role/session, from the ARN; where that is missing, from the session's issuer and the principal id."""
    issuer = object_of(object_of(call.identity.get("sessionContext")).get("sessionIssuer"))
    role = text_of(issuer.get("userName")) or text_of(issuer.get("arn")).rpartition("/")[2]
    session = text_of(call.identity.get("principalId")).partition(":")[2]
    return _tail(call.identity) or "/".join(filter(None, (role, session)))


def _root(call: Call) -> str:
    return "root"


def _other_account(call: Call) -> str:
    """The key's account learns no name of a caller from another account: account/principal id."""
    return "/".join(filter(None, (text_of(call.identity.get(name)) for name in ("accountId", "principalId"))))


def _person(call: Call) -> str:
    """A user of IAM Identity Center: by name where the event has it, else by id."""
    return call.user_name or text_of(object_of(call.identity.get("onBehalfOf")).get("userId"))


def _tail(identity: Json) -> str:
    """What an ARN names: arn:aws:sts::111122223333:assumed-role/ROLE/SESSION -> ROLE/SESSION."""
    return text_of(identity.get("arn")).partition("/")[2]


_RULES: dict[str, Callable[[Call], str]] = {
    "AssumedRole": _session,
    "AWSAccount": _other_account,
    "IdentityCenterUser": _person,
    "Root": _root,
}
