"""Decides what the fields about a key and its event say: which key, whose, who, with MFA, success or failure.

Source: KMS Developer Guide, *AWS KMS CloudTrail log entries* (CreateKey, PutKeyPolicy, ReplicateKey).
"""

import re
from typing import NamedTuple, Optional

from ..policy.account_id import ACCOUNT_ID
from .actor import actor
from .api_call import Call, object_of, text_of

_SUCCESS, _FAILURE = "success", "failure"

_KEY_ARN = re.compile(r"arn:(aws[a-z0-9-]*):kms:([a-z0-9-]+):([0-9]{12}):(?:key/([A-Za-z0-9-]+)|alias/.+)\Z")
_KEY_ID = re.compile(r"[A-Za-z0-9-]+\Z")
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)


class Facts(NamedTuple):
    """What an event tells beside the policy; a fact that it does not tell is empty, or None.

    The first are the output fields of fields.FACTS, in that order.
    """

    key: str = ""  # the key's ARN; of a failed call without one, the id or alias as sent
    account: str = ""  # 12 digits
    region: str = ""
    operation: str = ""
    event: str = ""
    call: str = ""  # success or failure
    call_error: str = ""
    actor: str = ""
    mfa: str = ""  # true, false or unknown
    src: str = ""
    user_agent: str = ""
    bypass: bool = False  # the caller switched KMS's policy lockout safety check off
    key_id: Optional[str] = None
    partition: Optional[str] = None
    time: Optional[float] = None  # Unix seconds

    @property
    def failed(self) -> bool:
        """Whether the call failed, so that the policy is in force nowhere."""
        return self.call == _FAILURE


NO_FACTS = Facts()


def facts_of(call: Call) -> Facts:
    """The facts of a call that carries a key policy."""
    key = _key(call)
    arn = _KEY_ARN.match(key)
    region = arn[2] if arn else text_of(call.request.get("replicaRegion")) or call.region
    return Facts(
        key=key,
        account=arn[3] if arn else _account(call),
        region=region,
        operation=call.operation,
        event=call.event,
        call=_FAILURE if call.failed else _SUCCESS,
        call_error=call.error,
        actor=actor(call),
        mfa=call.mfa if call.mfa in ("true", "false") else "unknown",
        src=call.src,
        user_agent=call.user_agent,
        bypass=text_of(call.request.get("bypassPolicyLockoutSafetyCheck")).lower() == "true",
        key_id=arn[4] if arn else key if _KEY_ID.match(key) else None,
        partition=arn[1] if arn else _partition(region),
        time=call.time,
    )


def _key(call: Call) -> str:
    """ReplicateKey sets the policy of the replica: the same key id in another region."""
    replica = text_of(call.request.get("replicaRegion")) if call.operation == "ReplicateKey" else ""
    if replica:
        told = [text_of(object_of(call.response.get("replicaKeyMetadata")).get("arn"))]
    else:
        told = [text_of(object_of(call.response.get("keyMetadata")).get("arn")), *call.resources]
    sent = text_of(call.request.get("keyId"))
    known = next((arn for arn in told if ":key/" in arn and _KEY_ARN.match(arn)), "")
    arn = _KEY_ARN.match(sent)
    if known or not sent or (arn and not replica):
        return known or sent
    if arn and arn[4]:
        return f"arn:{arn[1]}:kms:{replica}:{arn[3]}:key/{arn[4]}"
    region, account = replica or call.region, _account(call)
    if call.failed or not (region and account and _KEY_ID.match(sent)):
        return sent
    return f"arn:{_partition(region)}:kms:{region}:{account}:key/{sent}"


def _account(call: Call) -> str:
    """The key's account. The operations that set a policy work in the caller's own account only."""
    metadata = object_of(call.response.get("keyMetadata")) or object_of(call.response.get("replicaKeyMetadata"))
    told: list[str] = [
        text_of(metadata.get("aWSAccountId")),
        *call.owners,
        call.recipient,
        text_of(call.identity.get("accountId")),
    ]
    return next((account for account in told if ACCOUNT_ID.match(account)), "")


def _partition(region: str) -> Optional[str]:
    if not region:
        return None
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")
