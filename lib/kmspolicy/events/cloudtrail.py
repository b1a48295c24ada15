"""Reads the API call of a CloudTrail record.

Source: CloudTrail User Guide, *CloudTrail record contents for management, data, and network activity events*; Athena
User Guide, *Create a table for CloudTrail logs* (its column names are in lower case).
"""

from typing import Any

from .api_call import (
    FAILURE,
    SUCCESS,
    UNKNOWN,
    Call,
    Json,
    account_of,
    error_of,
    object_of,
    objects_of,
    seconds_of,
    text_of,
    texts_of,
    unflattened,
)
from .broken_values import BrokenList, BrokenObject
from .faults import EventFault
from .parameters import fault_of
from .prefilter import OPERATIONS

# Members that only a record has. A broken object with one of them is a record, even if its eventName is lost.
MARKS = frozenset(
    (
        "additionalEventData",
        "errorCode",
        "errorMessage",
        "eventVersion",
        "requestParameters",
        "responseElements",
        "sourceIPAddress",
        "userAgent",
        "userIdentity",
    )
)
_SIGNS = frozenset((*map(str.lower, MARKS), "eventid"))
_SIGNS_OF_CLOUDTRAIL = frozenset(("eventversion", "requestparameters", "useridentity"))
_SIGN_OF_INSIGHT = frozenset(("insightdetails",))
_SIGNS_OF_CALL = frozenset(("eventid", "requestparameters", "responseelements"))


def is_record(value: Json) -> bool:
    """Whether an object is a CloudTrail record. An Insights event is one, too: it counts calls and has no eventName.

    Notifications of S3, DynamoDB and Kinesis have an eventName too, but a source such as aws:s3.
    """
    name = value.get("eventName", value.get("eventname"))
    if not isinstance(name, str):
        return "nsight" in "".join(value) and not _lacks(_SIGN_OF_INSIGHT, value)
    source = value.get("eventSource", value.get("eventsource"))
    if isinstance(source, str):
        return not source.startswith("aws:")
    return (isinstance(value, BrokenObject) and name in OPERATIONS) or not _lacks(_SIGNS, value)


def is_label(value: Json, call: Call) -> bool:
    """Whether a record may be no more than what a pipeline extracted from the record beside it or in it.

    A record of a call to KMS is no label if it has any member that only a record has, since callers write some of
    these. A record of another call is no label if it has a member that pipelines do not write themselves.
    """
    return not call.broken and _lacks(_SIGNS if call.of_kms else _SIGNS_OF_CLOUDTRAIL, value)


def is_excerpt(value: Json, call: Call) -> bool:
    """Whether a record may be no more than fields of another record: it has no id, and nothing of what was called."""
    return not (call.event or call.broken) and _lacks(_SIGNS_OF_CALL, value)


def around(label: Json) -> Json:
    """What may be around a record: all of a label but the details of an Insights event, which callers write in part."""
    return {name: value for name, value in label.items() if _lacks(_SIGN_OF_INSIGHT, {name: value})}


def _lacks(signs: frozenset[str], value: Json) -> bool:
    """Whether an object has none of some members, named in lower case. In a flat record, a name goes on after a dot."""
    return signs.isdisjoint(name.partition(".")[0].lower() for name in value)


def from_cloudtrail(record: Json) -> Call:
    """The call of a record, which may be broken."""
    broken = isinstance(record, BrokenObject)
    unknown = broken or _lacks(_SIGNS, record)  # a label does not say how the call ended
    record = unflattened(record)  # some pipelines make records flat, in part or whole
    if "eventName" not in record:
        record = _in_camel_case(record)
    identity = object_of(record.get("userIdentity"))
    session = object_of(identity.get("sessionContext"))
    resources = objects_of(record.get("resources"))
    error = error_of(record.get("errorCode"))
    failed = bool(error or error_of(record.get("errorMessage")))
    unread = BrokenObject() if broken else None
    parameters = record.get("requestParameters", unread)
    request = object_of(parameters)
    missing = not (broken or failed or "requestParameters" in record)
    return Call(
        source=text_of(record.get("eventSource")),
        operation=text_of(record.get("eventName")),
        event=text_of(record.get("eventID")),
        time=seconds_of(record.get("eventTime")),
        region=text_of(record.get("awsRegion")),
        recipient=account_of(record.get("recipientAccountId")),
        identity=identity,
        mfa=text_of(object_of(session.get("attributes")).get("mfaAuthenticated")).lower(),
        request=request,
        request_fault=EventFault.NO_PARAMETERS.value if missing else fault_of(parameters, request),
        response=object_of(record.get("responseElements", unread)),
        resources=texts_of(arn for item in resources for arn in _each(item.get("ARN", item.get("arn")))),
        owners=texts_of(account_of(owner) for item in resources for owner in _each(item.get("accountId"))),
        outcome=FAILURE if failed else UNKNOWN if unknown else SUCCESS,
        error=error,
        source_address=text_of(record.get("sourceIPAddress")),
        user_agent=text_of(record.get("userAgent")),
        event_type=text_of(record.get("eventType")),
        category=text_of(record.get("eventCategory")),
        broken=broken,
    )


def _each(value: Any) -> list[Any]:
    """The values of a member that has several in a flat record (`resources{}.ARN`), or its only one."""
    return value if isinstance(value, list) else [value]


_NAMES = (
    *MARKS,
    *("accessKeyId", "accountId", "aWSAccountId", "awsRegion", "bypassPolicyLockoutSafetyCheck"),
    *("customerMasterKeySpec", "eventCategory", "eventID", "eventName", "eventSource", "eventTime", "eventType"),
    *("invokedBy", "invokedByDelegate", "keyId", "keyMetadata", "keySpec", "keyUsage", "mfaAuthenticated"),
    *("multiRegion", "onBehalfOf", "originalSize", "policyName", "principalId", "recipientAccountId"),
    *("replicaKeyMetadata", "replicaPolicy", "replicaRegion", "sessionContext", "sessionIssuer", "userId", "userName"),
)
_CAMEL_CASE: dict[str, str] = {name.lower(): name for name in _NAMES}
_OBJECTS = frozenset(
    (
        *("userIdentity", "sessionContext", "sessionIssuer", "attributes", "onBehalfOf", "invokedByDelegate"),
        *("requestParameters", "responseElements", "keyMetadata", "replicaKeyMetadata"),
    )
)
_DEEPEST_NAME = 4  # userIdentity.sessionContext.sessionIssuer.userName


def _in_camel_case(value: Any, depth: int = 1) -> Any:
    """A record whose names are in lower case, with the names that CloudTrail gives them, also in JSON text."""
    if depth > _DEEPEST_NAME or not isinstance(value, (dict, list)):
        return value
    if isinstance(value, list):
        items = [_in_camel_case(item, depth) for item in value]
        return BrokenList(items) if isinstance(value, BrokenList) else items
    named = ((_CAMEL_CASE.get(str(name), str(name)), item) for name, item in value.items())
    members = {
        name: _in_camel_case(object_of(item) or item if name in _OBJECTS else item, depth + 1) for name, item in named
    }
    return BrokenObject(members) if isinstance(value, BrokenObject) else members
