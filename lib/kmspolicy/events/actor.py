"""Decides who made a call, through which service, and whether with MFA.

Source: CloudTrail User Guide, *CloudTrail userIdentity element*; IAM User Guide, *IAM and AWS STS quotas* (names of
users, roles and sessions hold neither a colon nor a slash), *Temporary delegation* (`invokedByDelegate`); IAM Identity
Center User Guide, *Permission sets* (the path of the roles that it makes).
"""

import re
from typing import Callable

from .api_call import Call, account_of, object_of, text_of

# A console call, and a call that AWS made for the caller within a service: no service that decided anything.
_NO_SERVICE = frozenset(("signin.amazonaws.com", "aws internal", "internal.amazonaws.com"))
_ACCESS_KEY = "AKIA"  # of a user; those of sessions begin with ASIA (IAM User Guide, *IAM identifiers*)
_ARN = re.compile(
    r"arn:[^:]*:(?:iam|sts)::([0-9]*):(user|role|assumed-role|federated-user|root)(?:/(.+))?\Z", re.DOTALL
)
_IDENTITY_CENTER_ROLE = re.compile(r"arn:[^:]*:iam::[0-9]*:role/aws-reserved/sso\.amazonaws\.com/")


def actor(call: Call) -> str:
    """The person or role behind a call, also where a service made it for them; '' if the event does not say.

    A user's name, or role/session. Every other kind begins with its name and a colon, so that no two kinds share a
    spelling, whatever users and sessions are called.
    """
    identity = call.identity
    kind = text_of(identity.get("type"))
    name = _BY_TYPE[kind](call) if kind in _BY_TYPE else _by_arn(call)
    unknown = text_of(identity.get("principalId")) or text_of(identity.get("userName"))
    return name or ("" if kind == "AWSService" or not unknown else f"unknown:{unknown}")


def via(call: Call) -> str:
    """The AWS service that made the call for the actor, or `delegate:` and a product provider's account.

    '' for a direct call, for one from the console, and for a service that acts on its own behalf.
    """
    delegate = account_of(object_of(call.identity.get("invokedByDelegate")).get("accountId"))
    if delegate:
        return f"delegate:{delegate}"
    return "" if call.identity.get("type") == "AWSService" else _service(call)


def mfa(call: Call) -> str:
    """Whether the session was authenticated with MFA: true, false or unknown.

    A session of IAM Identity Center says false whatever the identity provider asked for. Its role is known by the path
    of its ARN, which only Identity Center can make, and not by its name. An access key of a user has no session: false
    means nothing there.
    """
    issuer = object_of(object_of(call.identity.get("sessionContext")).get("sessionIssuer"))
    if _IDENTITY_CENTER_ROLE.match(text_of(issuer.get("arn"))) or call.identity.get("type") == "AWSService":
        return "unknown"
    if call.mfa == "false" and text_of(call.identity.get("accessKeyId")).startswith(_ACCESS_KEY):
        return "unknown"
    return call.mfa if call.mfa in ("true", "false") else "unknown"


def _service(call: Call) -> str:
    service = text_of(call.identity.get("invokedBy"))
    return "" if service.lower() in _NO_SERVICE else service


def _by_arn(call: Call) -> str:
    """The caller by its ARN: arn:aws:sts::111122223333:assumed-role/ROLE/SESSION is ROLE/SESSION."""
    arn = _ARN.match(text_of(call.identity.get("arn")))
    if not arn:
        return ""
    account, kind, name = arn[1], arn[2], arn[3] or ""
    if kind == "root":
        return f"root:{account}"
    if kind == "federated-user":
        return _named("federated-user", name)
    if kind == "assumed-role":
        return name if "/" in name else _named("role", name)
    name = name.rpartition("/")[2]  # after the path
    return name if kind == "user" else _named("role", name)


def _named(kind: str, name: str) -> str:
    return f"{kind}:{name}" if name else ""


def _user(call: Call) -> str:
    return text_of(call.identity.get("userName")) or _by_arn(call)


def _session(call: Call) -> str:
    """By the ARN; where that is missing, by the session's issuer and the principal id."""
    issuer = object_of(object_of(call.identity.get("sessionContext")).get("sessionIssuer"))
    role = text_of(issuer.get("userName")) or text_of(issuer.get("arn")).rpartition("/")[2]
    session = text_of(call.identity.get("principalId")).partition(":")[2]
    return _by_arn(call) or (f"{role}/{session}" if role and session else _named("role", role))


def _account(call: Call, kind: str) -> str:
    return _named(kind, account_of(call.identity.get("accountId")))


def _federated_user(call: Call) -> str:
    name = text_of(call.identity.get("principalId")).partition(":")[2]
    return _by_arn(call) or _named("federated-user", name)


def _by_id(call: Call, kind: str) -> str:
    """A user of an identity provider: by the id, which is unique there, else by name."""
    return _named(kind, text_of(call.identity.get("principalId")) or text_of(call.identity.get("userName")))


_BY_TYPE: dict[str, Callable[[Call], str]] = {
    "IAMUser": _user,
    "AssumedRole": _session,
    "Root": lambda call: _account(call, "root") or _by_arn(call),
    "FederatedUser": _federated_user,
    "IdentityCenterUser": lambda call: _named(
        "identity-center", text_of(object_of(call.identity.get("onBehalfOf")).get("userId"))
    ),
    "AWSAccount": lambda call: _account(call, "account"),
    "AWSService": lambda call: _named("service", _service(call)),
    "SAMLUser": lambda call: _by_id(call, "saml"),
    "WebIdentityUser": lambda call: _by_id(call, "web-identity"),
    "Directory": lambda call: _named("directory", text_of(call.identity.get("userName"))) or _by_id(call, "directory"),
}
