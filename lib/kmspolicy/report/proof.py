"""A witness as the user sees it: an example request that nobody has sent, as compact JSON."""

import json
from typing import NamedTuple

from ..evaluation.request import UNKNOWN_KEY, Context, KeyFacts, Request
from ..policy import context_keys as keys
from ..policy.context_keys import context_key, spelled
from ..policy.model import Policy

_COMPACT = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_IDENTITY = frozenset((keys.PRINCIPAL_ARN, keys.PRINCIPAL_ACCOUNT))
_OF_A_GRANT = frozenset(
    (keys.GRANTEE, keys.GRANTEE_SERVICE, keys.GRANT_OPERATIONS, keys.FOR_AWS_RESOURCE, keys.VIA_SERVICE)
)


class Witness(NamedTuple):
    """An example request, and the policy that allows it."""

    request: Request
    policy: Policy

    def text(self, key: KeyFacts = UNKNOWN_KEY) -> str:
        """The request as compact JSON: principal, action, key, and the context keys that matter; for a grant, too, the
        request that it is for. Context keys are spelled as AWS does, else as the policy does.

        key: the one that is asked about, whose id and Region stand in the key's ARN.
        """
        return _COMPACT.encode(_as_object(self.request, self.policy, key))


def _as_object(request: Request, policy: Policy, key: KeyFacts) -> dict[str, object]:
    context, caller = request.context, request.caller
    found: dict[str, object] = {
        "principal": caller.service or caller.session or context.get(keys.PRINCIPAL_ARN),
        "action": request.action,
        "key": _arn(str(context[keys.KEY_ARN]), key),
        "context": _context(context, policy),
    }
    if request.then is not None:
        found["then"] = _as_object(request.then, policy, key)
    return found


def _arn(found: str, key: KeyFacts) -> str:
    """An ARN with what is known of the key in its place."""
    arn, partition, service, region, account, resource = found.split(":", 5)
    place = f"key/{key.key_id}" if key.key_id else resource
    return ":".join((arn, partition, service, key.region or region, account, place))


def _context(context: Context, policy: Policy) -> dict[str, object]:
    """The keys that the policy reads, and those that say who asks and from where."""
    shown = (policy.reads | _IDENTITY | _OF_A_GRANT) - {keys.KEY_ARN}
    if not policy.reads.isdisjoint(keys.NETWORK_KEYS):
        shown |= {name for name in keys.NETWORK_KEYS if not context_key(name).multivalued} | {keys.VIA_AWS_SERVICE}
    names = _encryption_context_names(context, policy)
    return {
        names.get(name) or spelled(name) or policy.spelling.get(name, name): list(value)
        if isinstance(value, tuple)
        else value
        for name, value in sorted(context.items())
        if name in shown or name.startswith(keys.ENCRYPTION_CONTEXT)
    }


def _encryption_context_names(context: Context, policy: Policy) -> dict[str, str]:
    """How the pairs of the encryption context are spelled: as the request lists them, where the policy looks at the
    list, in which they have case; else as the policy spells them."""
    prefix = context_key(keys.ENCRYPTION_CONTEXT + "any").name.rstrip("*")
    listed = context.get(keys.ENCRYPTION_CONTEXT_KEYS) if keys.ENCRYPTION_CONTEXT_KEYS in policy.reads else None
    if isinstance(listed, tuple):
        return {keys.ENCRYPTION_CONTEXT + name.lower(): prefix + name for name in listed}
    pairs = [name for name in context if name.startswith(keys.ENCRYPTION_CONTEXT)]
    return {name: prefix + policy.spelling.get(name, name)[len(prefix) :] for name in pairs}
