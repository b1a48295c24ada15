"""Decides which key a call is about: its ARN, account and Region, and what kind of key it is.

Source: KMS Developer Guide, *AWS KMS CloudTrail log entries* (*ReEncrypt*: the source key is listed before the
destination; *EnableKey* and others: `responseElements.keyId` is the key's ARN) and *Key identifiers*; KMS API
Reference, *CreateKey*, *PutKeyPolicy* and *ReplicateKey* (none of them works on another account's key), *KeyMetadata*.
"""

import re
from typing import NamedTuple, Optional

from ..policy.identifiers import ACCOUNT_ID, partition_of
from .api_call import FAILURE, SUCCESS, Call, Json, account_of, object_of, text_of
from .broken_values import BrokenObject

_ARN = re.compile(r"arn:(aws[a-z0-9-]*):kms:([a-z0-9-]+):([0-9]{12}):(?:key/([A-Za-z0-9-]+)|(alias/[A-Za-z0-9/_-]+))\Z")
_ID = re.compile(r"(?:[A-Za-z0-9-]+|(alias/[A-Za-z0-9/_-]+))\Z")
_LONGEST = 2_048  # characters of a keyId (KMS API Reference)
_REGION = re.compile(r"[a-z0-9-]+\Z")
_WORD = re.compile(r"[A-Z][A-Z0-9_]{0,63}\Z")  # a usage, spec or origin


class Key(NamedTuple):
    """The key of a call. Texts are empty, and the rest is None, where the event does not say."""

    arn: str = ""  # of the key or an alias; the bare id where the event has no Region or no account
    account: str = ""  # 12 digits
    account_named: bool = False  # by an ARN of the key, so that no other account can own it
    region: str = ""
    key_id: Optional[str] = None
    partition: Optional[str] = None
    usage: Optional[str] = None
    spec: Optional[str] = None
    origin: Optional[str] = None
    multi_region: Optional[bool] = None


def key_of(call: Call) -> Key:
    """The key of a call to KMS; of a replica's policy, the replica."""
    replica = call.operation == "ReplicateKey" and call.outcome != FAILURE
    metadata = object_of(call.response.get("replicaKeyMetadata" if call.operation == "ReplicateKey" else "keyMetadata"))
    region = _replica_region(call) if replica else call.region
    account = _account(call, metadata)
    by_aws = _named_by_aws(call, metadata, region)
    name = by_aws or _named_by_id(call, metadata, region, account)
    arn = _ARN.match(name)
    region = arn[2] if arn else region
    usage, spec, origin, multi_region = _kind(call, metadata)
    return Key(
        arn=name,
        account=arn[3] if arn else account,
        account_named=bool(by_aws or (arn and _ARN.match(text_of(call.request.get("keyId"))))),
        region=region,
        key_id=arn[4] if arn else name or None,
        partition=arn[1] if arn else partition_of(region),
        usage=usage,
        spec=spec,
        origin=origin,
        multi_region=multi_region,
    )


def _replica_region(call: Call) -> str:
    """The Region that a ReplicateKey call asks for. Unless the call succeeded, it is any text that the caller sent."""
    region = text_of(call.request.get("replicaRegion"))
    return region if _REGION.match(region) else ""


def _may_be_of(call: Call, arn: "re.Match[str]", region: str) -> bool:
    """Whether a call may be about a key. Unless it succeeded, it can be about the caller's own in its Region alone."""
    own = arn[3] == _caller_account(call) and (arn[1], arn[2]) == (partition_of(region), region)
    return own or call.outcome == SUCCESS


def _named_by_aws(call: Call, metadata: Json, region: str) -> str:
    """The key's ARN as AWS wrote it; of a call that failed, AWS may have taken it from the request.

    The resources of a ReplicateKey call name the primary key. Of several keys, it is the last in the account whose
    trail holds the event: the one that ReEncrypt encrypts under. An event without resources may have the key in its
    response.
    """
    described = _key_arns(call, [text_of(metadata.get("arn"))], region)
    if described or (call.operation == "ReplicateKey" and call.outcome != FAILURE):
        return described[0] if described else ""
    answered = text_of(call.response.get("keyId"))
    listed = _key_arns(call, call.resources, region) or _key_arns(call, [answered], region)
    own = [arn for arn in listed if arn.split(":")[4] == call.recipient]
    return next(reversed(own or listed), "")


def _key_arns(call: Call, texts: list[str], region: str) -> list[str]:
    arns = [_ARN.match(text) for text in texts if ":key/" in text]
    return [arn[0] for arn in arns if arn and _may_be_of(call, arn, region)]


def _named_by_id(call: Call, metadata: Json, region: str, account: str) -> str:
    """The key that the request names, or a CreateKey's response that breaks before the ARN.

    Unless the call succeeded, a request holds any text that the caller may send: only a well-formed name of a key in
    the caller's own account counts.
    """
    sent = text_of(call.request.get("keyId")) or text_of(metadata.get("keyId"))
    if len(sent) > _LONGEST or (call.operation == "ReplicateKey" and call.outcome != FAILURE and not region):
        return ""
    own = account if call.outcome == SUCCESS else _caller_account(call)
    arn = _ARN.match(sent)
    if arn:
        if not _may_be_of(call, arn, call.region):
            return ""
        if call.operation == "ReplicateKey" and call.outcome != FAILURE:
            return f"arn:{arn[1]}:kms:{region}:{arn[3]}:key/{arn[4]}" if arn[4] else ""
        return sent
    name = _ID.match(sent)
    if not name:
        return ""
    if region and own:
        return f"arn:{partition_of(region)}:kms:{region}:{own}:{name[1] or 'key/' + sent}"
    return sent if call.outcome == SUCCESS and not name[1] else ""


def _caller_account(call: Call) -> str:
    account = account_of(call.identity.get("accountId"))
    return account if ACCOUNT_ID.match(account) else ""


def _account(call: Call, metadata: Json) -> str:
    """The key's account: that of AWS's metadata and resources, else the account whose trail holds the event."""
    caller = _caller_account(call)
    owners = [account_of(metadata.get("aWSAccountId")), *call.owners]
    if call.outcome != SUCCESS:
        owners = [owner for owner in owners if owner == caller]
    candidates = (*owners, call.recipient, caller)
    return next((account for account in candidates if ACCOUNT_ID.match(account)), "")


def _kind(call: Call, metadata: Json) -> tuple[Optional[str], Optional[str], Optional[str], Optional[bool]]:
    """Usage, spec, origin, and whether it is a multi-Region key: by AWS's metadata, else by the request's parameters.

    What a whole CreateKey request does not name has CreateKey's default. Events of other operations have none of it.
    """
    if call.operation not in ("CreateKey", "ReplicateKey"):
        return None, None, None, None
    creates = call.operation == "CreateKey"
    request: Json = call.request if creates else {}
    defaults = creates and not isinstance(request, BrokenObject) and not call.request_fault
    holders = [metadata, request]
    usage = _first_word(holders, "keyUsage") or ("ENCRYPT_DECRYPT" if defaults else None)
    spec = _first_word(holders, "keySpec", "customerMasterKeySpec") or ("SYMMETRIC_DEFAULT" if defaults else None)
    origin = _first_word(holders, "origin") or ("AWS_KMS" if defaults else None)
    if call.operation == "ReplicateKey":
        return usage, spec, origin, True
    flags = [text_of(holder.get("multiRegion")).lower() for holder in holders]
    flag = next((flag for flag in flags if flag in ("true", "false")), "false" if defaults else "")
    return usage, spec, origin, flag == "true" if flag else None


def _first_word(holders: list[Json], *names: str) -> Optional[str]:
    """The first usage, spec or origin under one of these names; a text of another form is none."""
    words = (text_of(holder.get(name)) for holder in holders for name in names)
    return next((word for word in words if _WORD.match(word)), None)
